// The process of one plugin, from its side: the only place where a plugin's code is loaded.
#include <dlfcn.h>
#include <fmt/format.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <new>

#include "engine/runtime/plugin_process.h"
#include "plugins/reeve_plugin.h"

namespace reeve::runtime {

namespace {

constexpr int socket_file = 3;

// False at the end of the connection: the engine has closed it, or is no more.
bool read_all(void* into, std::size_t size) {
    for (auto* at = static_cast<char*>(into); size > 0;) {
        const auto n = ::read(socket_file, at, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

bool read_request(std::string& into) {
    std::uint32_t size = 0;
    if (!read_all(&size, sizeof size)) return false;
    into.resize(size);
    return read_all(into.data(), size);
}

// Nobody may be there to read it: then the next read says so.
void reply(char word, std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size() + 1);
    std::string out(4, '\0');
    std::memcpy(out.data(), &size, 4);
    out += word;
    out += text;
    for (std::string_view left = out; !left.empty();) {
        const auto n = ::write(socket_file, left.data(), left.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;
        left.remove_prefix(static_cast<std::size_t>(n));
    }
}

void give(void* to, const char* text, std::size_t size) {
    static_cast<std::string*>(to)->assign(text ? text : "", text ? size : 0);
}

void hold_limits([[maybe_unused]] std::uint64_t memory) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::signal(SIGPIPE, SIG_IGN);
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);  // it would hold the settings' secrets
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    // What can be written, not addresses (RLIMIT_AS): threads and allocators reserve more of those than they
    // use. The engine looks at what is resident besides, which a sanitizer does not disturb.
    const rlimit most{memory, memory};
    ::setrlimit(RLIMIT_DATA, &most);
#endif
    std::set_new_handler([] { ::_exit(out_of_memory); });
}

std::string kind_name(std::uint32_t kind) {
    switch (kind) {
        case REEVE_PLUGIN_NOTIFIER: return "notifier";
        case REEVE_PLUGIN_JOB_HANDLER: return "job handler";
        case REEVE_PLUGIN_ASSIGNER: return "assigner";
        case REEVE_PLUGIN_EXPORTER: return "exporter";
    }
    return fmt::format("kind {}", kind);
}

std::expected<const reeve_plugin_info*, std::string> load(const std::string& library,
                                                          const std::string& kind) {
    void* loaded = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!loaded) return std::unexpected(fmt::format("it cannot be loaded: {}", ::dlerror()));
    void* entry = ::dlsym(loaded, "reeve_plugin");
    if (!entry)
        return std::unexpected(
            "it is a library, but no plugin: it has no function reeve_plugin (the file "
            "reeve_plugin.h says what one is)");
    const auto* info = reinterpret_cast<const reeve_plugin_info* (*)(std::uint32_t)>(entry)(REEVE_PLUGIN_ABI);
    if (!info)
        return std::unexpected(fmt::format(
            "it was built for a newer reeve; this one speaks version {} of plugins", REEVE_PLUGIN_ABI));
    if (info->abi != REEVE_PLUGIN_ABI)
        return std::unexpected(
            fmt::format("it speaks version {} of plugins, and this reeve version {}; build "
                        "it with this reeve's reeve_plugin.h",
                        info->abi, REEVE_PLUGIN_ABI));
    if (kind_name(info->kind) != kind)
        return std::unexpected(
            fmt::format("it is of the kind {}; a {} is wanted here", kind_name(info->kind), kind));
    if (!info->name || !info->version || !info->open || !info->call || !info->close)
        return std::unexpected("its reeve_plugin_info is not filled: name, version, open, call and close");
    return info;
}

}  // namespace

int host_plugin() {
    std::string text;
    if (!read_request(text)) {
        fmt::print(stderr, "reeve: plugin-host is how reeve starts its plugins, and nothing to type\n");
        return 2;
    }
    const auto wanted = Json::parse(text);
    hold_limits(wanted.at("memory").get<std::uint64_t>());
    const auto info = load(wanted.at("library"), wanted.at("kind"));
    if (!info) {
        reply(plugin_word::unusable, info.error());
        return 0;
    }
    std::string said;
    void* self = nullptr;
    {
        const auto settings = wanted.at("settings").dump();
        self = (*info)->open(settings.c_str(), settings.size(), give, &said);
    }
    if (!self) {
        reply(plugin_word::settings, said.empty() ? "it does not say why" : said);
        return 0;
    }
    reply(plugin_word::opened, Json{{"name", (*info)->name}, {"version", (*info)->version}}.dump(
                                   -1, ' ', false, Json::error_handler_t::replace));
    while (read_request(text)) {
        said.clear();
        const int fault = (*info)->call(self, text.c_str(), text.size(), give, &said);
        reply(fault ? plugin_word::fault : plugin_word::answer, said);
    }
    (*info)->close(self);
    return 0;
}

}  // namespace reeve::runtime
