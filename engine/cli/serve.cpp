// reeve serve: the engine with its HTTP service, its alerts and those who watch it.
#include <fmt/format.h>

#include <csignal>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"
#include "engine/cli/serve_alerts.h"
#include "engine/cli/serve_plugins.h"
#include "engine/cli/serve_watch.h"
#include "engine/http/server.h"

namespace reeve::cli {

namespace {

constexpr time::Millis usual_heartbeat{60'000};

struct Serving {
    std::string listen, config, certificate, key, log_level, log_format;
    bool check_only = false;
};

// What flags and the environment say goes before the file.
Result<http::Options> settle(const Serving& wanted, ServeConfig& config) {
    http::Options options;
    if (!wanted.listen.empty()) config.listen = wanted.listen;
    if (config.listen.empty()) config.listen = "127.0.0.1:8080";
    const auto at = listen_at(config.listen);  // what the file says was looked at there
    if (!at)
        return refuse("cannot-listen", fmt::format("{}, not \"{}\"", listen_form, config.listen), "--listen");
    options.address = at->address;
    options.port = at->port;
    options.certificate = config.beside(config.tls.certificate);
    options.key = config.beside(config.tls.key);
    if (!wanted.certificate.empty()) options.certificate = wanted.certificate;
    if (!wanted.key.empty()) options.key = wanted.key;
    if (options.certificate.empty() != options.key.empty())
        return refuse("missing-data", "--tls-certificate and --tls-key go together, each a PEM file",
                      options.key.empty() ? "--tls-key" : "--tls-certificate");
    options.behind_tls = config.behind_tls;
    options.trusted_proxies = config.trusted_proxies;
    if (config.keep_reads) options.reads_kept = kept_at_least(*config.keep_reads);
    if (config.upload_mib) options.upload = std::uint64_t{*config.upload_mib} << 20;
    auto level = config.log.level.value_or(log::Level::info);
    auto form = config.log.format.value_or(log::Form::text);
    if (!wanted.log_level.empty()) boost::describe::enum_from_string(wanted.log_level.c_str(), level);
    if (!wanted.log_format.empty()) boost::describe::enum_from_string(wanted.log_format.c_str(), form);
    if (!wanted.check_only) log::begin(level, form, [time = runtime::system_time()] { return time->now(); });
    return options;
}

int say_config(const Cli& cli, const ServeConfig& config) {
    Json channels = Json::array(), plugins = Json::array();
    std::string names, working;
    for (const auto& one : config.alerts.channels) {
        channels.push_back(one.name);
        names += (names.empty() ? "" : ", ") + one.name;
    }
    for (const auto& [name, kind] : plugins_of(config)) {
        plugins.push_back({{"name", name}, {"kind", kind}});
        working += fmt::format("{}{} {}", working.empty() ? "; " : ", ", kind, name);
    }
    if (cli.json)
        print_json({{"file", config.file.string()},
                    {"listen", config.listen},
                    {"channels", channels},
                    {"plugins", plugins}});
    else
        fmt::print("{}: all is well; it listens at {}, channels of alerts: {}{}\n",
                   config.file.empty() ? "There is no configuration" : config.file.string(), config.listen,
                   names.empty() ? "none" : names, working);
    return 0;
}

// What ends the service is waited for by this thread alone, and blocked in those that it makes.
sigset_t block_ending() {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);  // the certificate was renewed
    pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    return ending;
}

// However the service ends, the last lines of its log are written, unless nobody takes them.
struct LastLines {
    ~LastLines() { log::flush(std::chrono::seconds(1)); }
};

// Whatever works for the engine ends before it, also when something was thrown.
struct BeforeTheEngine {
    std::unique_ptr<Alerting>& alerting;
    std::unique_ptr<ServedPlugins>& plugins;
    ~BeforeTheEngine() {
        plugins.reset();
        alerting.reset();
    }
};

// Who signs in first, and with what.
struct FirstIn {
    std::string person, password;  // empty: somebody has a password already, or nobody could use one
};

// While nobody has a password nobody could give one: the administrator gets one that is used once. In a
// folder without an organisation there is one made.
Result<FirstIn> let_the_first_in(runtime::Engine& engine, http::Accounts& accounts) {
    FirstIn first_in;
    // Whoever has left signs in no more, password or not.
    const auto people = engine.directory();
    if (accounts.any([&](const std::string& id) { return people->person(id) && people->person(id)->active; }))
        return first_in;
    if (people->people().empty()) {
        const std::vector<org::Event> first{
            org::UnitSet{{.id = "office",
                          .title_en = "Office",
                          .title_zh = "办公室",
                          .parent = {},
                          .level = "office"}},
            org::PersonSet{{.id = "administrator", .name = "Administrator"}},
            org::PostSet{{"office", std::string(org::administrator_role), 1, {"administrator"}}}};
        if (auto made = engine.change(first, core::system_actor); !made) return std::unexpected(made.error());
    }
    const auto administrators = org::administrators(*engine.directory());
    if (administrators.empty())
        log::write(
            log::Level::warning, "nobody-signs-in",
            {{"error",
              "nobody has a password, and nobody the role \"administrator\" at the topmost unit; `reeve "
              "password PERSON` gives somebody one"}});
    else
        first_in = {administrators.front(), accounts.make_one_time(administrators.front(), engine.now())};
    return first_in;
}

void say_ready(const Cli& cli, const std::string& address, const std::string& data, const FirstIn& first) {
    if (cli.json) {
        Json json{{"address", address}, {"data", data}};
        if (!first.person.empty()) json["first"] = {{"person", first.person}, {"password", first.password}};
        print_json(json);
    } else {
        if (!first.person.empty())
            fmt::print("{} signs in first, with the password {}, which is good for setting another\n",
                       first.person, first.password);
        fmt::print("reeve serves {} at {}\n", data, address);
    }
    std::fflush(stdout);
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
    command
        ->add_option("--tls-certificate", wanted->certificate,
                     "Speak HTTPS with this chain of certificates, a PEM file; its own first")
        ->type_name("FILE")
        ->envname("REEVE_TLS_CERTIFICATE");
    command->add_option("--tls-key", wanted->key, "The key of the certificate, a PEM file")
        ->type_name("FILE")
        ->envname("REEVE_TLS_KEY");
    command->add_option("--log-level", wanted->log_level, "The least that is said on standard error")
        ->check(CLI::IsMember({"error", "warning", "info", "debug"}))
        ->type_name("LEVEL")
        ->envname("REEVE_LOG_LEVEL")
        ->default_str("info");
    command->add_option("--log-format", wanted->log_format, "text for eyes, json for programs")
        ->check(CLI::IsMember({"text", "json"}))
        ->type_name("FORM")
        ->envname("REEVE_LOG_FORMAT")
        ->default_str("text");
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
        auto options = settle(*wanted, *config);
        if (!options) return refused(cli, options.error());
        const LastLines last_lines;
        // Whoever read the log may go; the service goes on.
        ::signal(SIGPIPE, SIG_IGN);
        const auto ending = block_ending();
        auto alerting = Alerting::prepare(*config);
        if (!alerting) return refused(cli, alerting.error());
        auto plugins = ServedPlugins::prepare(*config);
        if (!plugins) return refused(cli, plugins.error());
        if (wanted->check_only) {
            if (auto fit = http::Server::check(*options); !fit) return refused(cli, fit.error());
            return say_config(cli, *config);
        }
        auto folder = Folder::open(*given, Purpose::change);
        if (!folder) return refused(cli, folder.error());
        const BeforeTheEngine before{*alerting, *plugins};
        // A rehearsal, and an office without a channel, sends nothing: its alerts wait.
        const bool sends = !(*folder)->rehearsal() && !config->alerts.channels.empty();
        if (sends) (*alerting)->attach((*folder)->engine());
        if (!(*folder)->rehearsal()) (*plugins)->attach((*folder)->engine());
        options->beside = {.alerts = [&] { return (*alerting)->figures(); },
                           .plugins =
                               [&] {
                                   auto all = (*alerting)->plugins();
                                   for (auto& one : (*plugins)->health()) all.push_back(std::move(one));
                                   return all;
                               }};
        auto server = http::Server::start((*folder)->engine(), *options);
        if (!server) return refused(cli, server.error());
        const auto host =
            options->address.find(':') == std::string::npos ? options->address : "[" + options->address + "]";
        const auto address = fmt::format("{}://{}:{}", options->certificate.empty() ? "http" : "https", host,
                                         (*server)->port());
        const auto first = let_the_first_in((*folder)->engine(), (*server)->accounts());
        if (!first) return refused(cli, first.error());
        say_ready(cli, address, given->data, *first);
        const auto reach_nobody = [](const char* why) {
            log::write(log::Level::warning, "alerts-reach-nobody", {{"error", why}});
        };
        if ((*folder)->rehearsal())
            reach_nobody("this is a rehearsal");
        else if (config->alerts.channels.empty())
            reach_nobody("there is no channel for them; see docs/alerts.md");
        else
            (*alerting)->begin();
        if (sends) warn_of_unreached(*config, *(*folder)->engine().directory());
        (*plugins)->begin();
        const auto& beat = config->heartbeat;
        auto watch = std::make_unique<Watch>(beat.url, beat.every ? beat.every->elapsed : usual_heartbeat,
                                             [&] { return (*server)->troubles(); });
        log::write(log::Level::info, "started",
                   {{"version", REEVE_VERSION},
                    {"address", address},
                    {"data", given->data},
                    {"channels", config->alerts.channels.size()}});
        int signal = 0;
        while (sigwait(&ending, &signal) == 0 && signal == SIGHUP) {
            if (options->certificate.empty()) continue;
            const auto renewed = (*server)->renew();
            if (renewed)
                log::write(log::Level::info, "certificate-read");
            else
                log::write(log::Level::error, "certificate-not-read", {{"error", renewed.error().message}});
        }
        log::write(log::Level::info, "ending", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
        (*plugins)->ask_to_stop();  // what they are at ends while the last requests are answered
        watch.reset();
        server->reset();
        plugins->reset();
        alerting->reset();
        if (!cli.json) fmt::print("reeve ends: all that was taken is kept\n");
        return 0;
    });
}

}  // namespace reeve::cli
