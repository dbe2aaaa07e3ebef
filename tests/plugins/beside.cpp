#include "tests/plugins/beside.h"

#include <cstdlib>
#include <fstream>

namespace reeve::beside {

namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path;
    Folder() {
        std::string name = (fs::temp_directory_path() / "reeve-plugins-XXXXXX").string();
        path = ::mkdtemp(name.data());
        const auto made =
            "cd '" + path.string() +
            "' && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 "
            "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>openssl.txt";
        EXPECT_EQ(std::system(made.c_str()), 0) << "no certificate could be made";
    }
    ~Folder() { fs::remove_all(path); }
};

runtime::PluginSettings settings_of(const std::string& plugin, const Json& settings) {
    runtime::PluginSettings all{
        .name = plugin, .library = BUNDLED_PLUGINS "/" + plugin + ".so", .settings = settings};
    all.program = REEVE_BIN "/reeve";
    all.limits.call = std::chrono::minutes(5);  // on a slow machine too, only the plugin's own limits are met
    return all;
}

}  // namespace

const fs::path& folder() {
    static const Folder folder;
    return folder.path;
}

std::string written(const std::string& name, const std::string& text) {
    const auto path = folder() / name;
    std::ofstream(path) << text;
    return path.string();
}

Server::Server(const std::string& script, const std::vector<std::string>& words)
    : process_([&] {
          std::vector<std::string> all{"/usr/bin/python3", REEVE_SOURCE "/tests/plugins/" + script};
          all.insert(all.end(), words.begin(), words.end());
          return all;
      }()) {
    std::string said;
    while (auto line = process_.line()) {
        if (line->starts_with("port ")) {
            port_ = std::stoi(line->substr(5));
            return;
        }
        said += *line + "\n";
    }
    ADD_FAILURE() << script << " did not start: " << said;
}

Json Server::next() {
    while (auto line = process_.line())
        if (line->starts_with("{")) return Json::parse(*line);
    ADD_FAILURE() << "the server ended";
    return Json::object();
}

std::unique_ptr<runtime::PluginNotifier> started(const std::string& plugin, const Json& settings) {
    auto notifier = runtime::PluginNotifier::start(settings_of(plugin, settings));
    EXPECT_TRUE(notifier) << notifier.error().text();
    return notifier ? std::move(*notifier) : nullptr;
}

std::string refusal(const std::string& plugin, const Json& settings) {
    const auto notifier = runtime::PluginNotifier::start(settings_of(plugin, settings));
    return notifier ? "" : notifier.error().message;
}

}  // namespace reeve::beside
