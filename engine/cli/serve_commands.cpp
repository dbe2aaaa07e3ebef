// reeve serve: the engine with its HTTP service.
#include <fmt/format.h>

#include <csignal>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"
#include "engine/cli/serve_alerts.h"
#include "engine/http/server.h"

namespace reeve::cli {

namespace {

// "127.0.0.1:8080", "[::1]:8080", ":8080" for every address of the machine.
Result<void> read_listen(const std::string& text, const std::string& place, http::Options& options) {
    const auto colon = text.rfind(':');
    const auto wrong = [&] {
        return refuse("cannot-listen",
                      "expected ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080, not \"" + text + "\"",
                      place);
    };
    if (colon == std::string::npos) return wrong();
    auto address = text.substr(0, colon);
    const auto port = text.substr(colon + 1);
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
        std::stoi(port) > 65535)
        return wrong();
    options.address = address.empty() ? "0.0.0.0" : address;
    options.port = static_cast<std::uint16_t>(std::stoi(port));
    return {};
}

struct Serving {
    std::string listen, config;
    bool check_only = false;
};

int say_config(const Cli& cli, const ServeConfig& config) {
    Json channels = Json::array();
    std::string names;
    for (const auto& one : config.alerts.channels) {
        channels.push_back(one.name);
        names += (names.empty() ? "" : ", ") + one.name;
    }
    if (cli.json)
        print_json({{"file", config.file.string()}, {"listen", config.listen}, {"channels", channels}});
    else
        fmt::print("{}: all is well; it listens at {}, channels of alerts: {}\n",
                   config.file.empty() ? "There is no configuration" : config.file.string(), config.listen,
                   names.empty() ? "none" : names);
    return 0;
}

// What ends the service is waited for by this thread alone, and blocked in those that it makes.
sigset_t block_ending() {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    return ending;
}

// Whoever keeps the organisation and the definitions; empty: nobody does.
std::string administrator_of(const org::Directory& directory) {
    for (const auto* post : directory.posts())
        if (post->role == http::administrator_role && directory.parent(post->unit).empty() &&
            !post->holders.empty())
            return post->holders.front();
    return {};
}

// While nobody has a password nobody could give one: the administrator gets one that is used once. In a
// folder without an organisation there is one made.
Result<void> let_the_first_in(runtime::Engine& engine, http::Accounts& accounts) {
    if (accounts.any()) return {};
    if (engine.directory()->people().empty()) {
        const std::vector<org::Event> first{
            org::UnitSet{{.id = "office", .title_en = "Office", .title_zh = "办公室"}},
            org::PersonSet{{.id = "administrator", .name = "Administrator"}},
            org::PostSet{{"office", std::string(http::administrator_role), 1, {"administrator"}}}};
        if (auto made = engine.change(first, core::system_actor); !made) return std::unexpected(made.error());
    }
    const auto who = administrator_of(*engine.directory());
    if (who.empty())
        fmt::print(
            stderr,
            "reeve: nobody can sign in with a password yet: `reeve password PERSON` gives somebody one; and "
            "nobody has the role \"administrator\" at the topmost unit\n");
    else
        fmt::print("{} signs in first, with the password {}, which is good for setting another\n", who,
                   accounts.make_one_time(who, engine.now()));
    return {};
}

}  // namespace

void add_serve(CLI::App& app, Cli& cli) {
    auto* command =
        add_command(app, "serve", "Run the engine and its HTTP service, until SIGTERM or SIGINT ends it.",
                    "reeve serve --data office --listen 127.0.0.1:8080");
    command->group("Service");
    auto wanted = std::make_shared<Serving>();
    command->add_option("--listen", wanted->listen, "Where to listen; port 0 takes any that is free")
        ->type_name("ADDRESS:PORT")
        ->envname("REEVE_LISTEN")
        ->default_str("127.0.0.1:8080");
    command
        ->add_option("--config", wanted->config,
                     "The configuration: channels of alerts and the rest. Default: reeve.json in the folder")
        ->type_name("FILE")
        ->envname("REEVE_CONFIG");
    command->add_flag("--check-config", wanted->check_only,
                      "Only read the configuration and all that it names, start its plugins once, and end");
    auto given = std::make_shared<Given>();
    add_folder_options(command, given);
    command
        ->add_flag("--accept-clock", given->accept_clock,
                   "The machine's clock is right, though far from the last event")
        ->group("Folder");
    cli.run(command, [&cli, given, wanted] {
        auto config = read_config(wanted->config, given->data);
        if (!config) return refused(cli, config.error());
        http::Options options;
        const auto place =
            wanted->listen.empty() && !config->listen.empty() ? config->file.string() : "--listen";
        if (!wanted->listen.empty()) config->listen = wanted->listen;
        if (config->listen.empty()) config->listen = "127.0.0.1:8080";
        if (auto read = read_listen(config->listen, place, options); !read) return refused(cli, read.error());
        if (config->keep_reads) options.reads_kept = kept_at_least(*config->keep_reads);
        const auto ending = block_ending();
        auto alerting = Alerting::prepare(*config);
        if (!alerting) return refused(cli, alerting.error());
        if (wanted->check_only) return say_config(cli, *config);
        auto folder = Folder::open(*given, Purpose::change);
        if (!folder) return refused(cli, folder.error());
        auto server = http::Server::start((*folder)->engine(), options);
        if (!server) return refused(cli, server.error());
        const auto host =
            options.address.find(':') == std::string::npos ? options.address : "[" + options.address + "]";
        const auto address = fmt::format("http://{}:{}", host, (*server)->port());
        if (auto first = let_the_first_in((*folder)->engine(), (*server)->accounts()); !first)
            return refused(cli, first.error());
        if (cli.json)
            print_json({{"address", address}, {"data", given->data}});
        else
            fmt::print("reeve serves {} at {}\n", given->data, address);
        std::fflush(stdout);
        if ((*folder)->rehearsal())
            fmt::print(stderr, "reeve: this is a rehearsal: its alerts reach nobody\n");
        else if (config->alerts.channels.empty())
            fmt::print(stderr,
                       "reeve: there is no channel for alerts, so they reach nobody; see docs/alerts.md\n");
        else
            (*alerting)->begin((*folder)->engine());
        int signal = 0;
        sigwait(&ending, &signal);
        server->reset();
        alerting->reset();
        if (!cli.json) fmt::print("reeve ends: all that was taken is kept\n");
        return 0;
    });
}

}  // namespace reeve::cli
