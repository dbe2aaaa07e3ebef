// reeve webhook sign|verify: for those who build or debug a receiver. The code that signs is the plugin's
// own.
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"
#include "engine/json.h"
#include "plugins/webhook/signature.h"

namespace reeve::cli {

namespace {

constexpr std::size_t body_most = std::size_t{64} << 20;

struct WebhookOptions {
    std::string body, secret_file, at;
    std::string id, timestamp, signature, headers;  // as received
    std::int64_t tolerance_s = 300;
};

Result<std::string> read_file(const std::string& path, const std::string& option, std::size_t most) {
    std::ifstream in;
    if (may_be_read(path)) in.open(path, std::ios::binary);
    if (!in.is_open())
        return refuse("no-file", "there is no file " + path + ", or it cannot be read", option);
    auto text = read_at_most(in, most + 1);
    if (text.size() > most) return refuse("too-large", path + " is larger than is read here", option);
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty()) lines.push_back(line);
    }
    return lines;
}

Result<std::vector<webhook::Key>> read_keys(const std::string& path) {
    auto text = read_file(path, "--secret-file", 64 * 1024);
    if (!text) return std::unexpected(text.error());
    std::vector<webhook::Key> keys;
    try {
        for (const auto& line : lines_of(*text)) keys.push_back(webhook::parse_key(line));
    } catch (const std::runtime_error& e) {
        return refuse("bad-secret", e.what(), "--secret-file");
    }
    if (keys.empty())
        return refuse("bad-secret", "the file is empty: expected one secret a line, whsec_ and base64",
                      "--secret-file");
    return keys;
}

Result<std::int64_t> moment(const std::string& text) {
    auto at = runtime::system_time()->now();
    if (!text.empty()) {
        auto parsed = time::parse_instant(text);
        if (!parsed) return refuse(parsed.error().code, parsed.error().message, "--at");
        at = *parsed;
    }
    return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

// "Name: value" lines, as a server logs them or curl -v shows them; names in any case.
Result<void> read_headers(WebhookOptions& options) {
    auto text = read_file(options.headers, "--headers", 1 << 20);
    if (!text) return std::unexpected(text.error());
    for (const auto& line : lines_of(*text)) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        auto name = line.substr(0, colon);
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        const auto from = line.find_first_not_of(" \t", colon + 1);
        const auto value = from == std::string::npos ? "" : line.substr(from);
        if (name.ends_with("webhook-id")) options.id = value;
        if (name.ends_with("webhook-timestamp")) options.timestamp = value;
        if (name.ends_with("webhook-signature")) options.signature = value;
    }
    const char* missing = options.id.empty()          ? "webhook-id"
                          : options.timestamp.empty() ? "webhook-timestamp"
                          : options.signature.empty() ? "webhook-signature"
                                                      : nullptr;
    if (missing)
        return refuse("missing-header", fmt::format("there is no line {}: in it", missing), "--headers");
    return {};
}

int sign(const Cli& cli, const WebhookOptions& options) {
    const auto keys = read_keys(options.secret_file);
    if (!keys) return refused(cli, keys.error());
    const auto body = read_file(options.body, "BODY", body_most);
    if (!body) return refused(cli, body.error());
    const auto at = moment(options.at);
    if (!at) return refused(cli, at.error());
    const auto id = webhook::header_id(options.id);
    const auto signature = webhook::sign(*keys, id, *at, *body);
    if (cli.json)
        print_json({{"webhook-id", id},
                    {"webhook-timestamp", std::to_string(*at)},
                    {"webhook-signature", signature}});
    else
        fmt::print("webhook-id: {}\nwebhook-timestamp: {}\nwebhook-signature: {}\n", id, *at, signature);
    return 0;
}

int verify(const Cli& cli, WebhookOptions options) {
    if (!options.headers.empty())
        if (auto read = read_headers(options); !read) return refused(cli, read.error());
    for (const auto& [value, option] : {std::pair{&options.id, "--id"},
                                        {&options.timestamp, "--timestamp"},
                                        {&options.signature, "--signature"}})
        if (value->empty())
            wrong_use(option, "say what was received: --headers FILE, or --id, --timestamp and --signature");
    const auto keys = read_keys(options.secret_file);
    if (!keys) return refused(cli, keys.error());
    const auto body = read_file(options.body, "BODY", body_most);
    if (!body) return refused(cli, body.error());
    const auto now = moment(options.at);
    if (!now) return refused(cli, now.error());
    const auto verdict = webhook::verify(*keys, options.id, options.timestamp, options.signature, *body, *now,
                                         options.tolerance_s);
    if (!verdict.good) return refused(cli, {"bad-signature", verdict.why, ""});
    if (cli.json)
        print_json({{"good", true}, {"why", verdict.why}});
    else
        fmt::print("{}\n", verdict.why);
    return 0;
}

void add_common(CLI::App* command, const std::shared_ptr<WebhookOptions>& options, const char* at) {
    command
        ->add_option("BODY", options->body,
                     "The file with the body, to the byte (/dev/stdin reads it from a pipe)")
        ->required();
    // No option for the secret itself: what stands on a command line is seen by everyone on the machine.
    command
        ->add_option("--secret-file", options->secret_file, "A file of one secret a line: whsec_ and base64")
        ->envname("REEVE_WEBHOOK_SECRET_FILE")
        ->required()
        ->type_name("FILE");
    command->add_option("--at", options->at, at)->type_name("TIME");
}

}  // namespace

void add_webhook(CLI::App& app, Cli& cli) {
    auto* noun =
        add_noun(app, "webhook", "Sign and check webhook messages, to build or debug a receiver.", "Service",
                 "reeve webhook verify body.json --headers headers.txt --secret-file hook.key");
    auto signing = std::make_shared<WebhookOptions>(), checking = std::make_shared<WebhookOptions>();

    auto* signs =
        add_command(*noun, "sign", "Print the headers with which the webhook plugin would send a body.",
                    "reeve webhook sign body.json --id msg-1 --secret-file hook.key");
    add_common(signs, signing, "When it is sent; now, unless given");
    signs->add_option("--id", signing->id, "The message's id")->required();
    cli.run(signs, [&cli, signing] { return sign(cli, *signing); });

    auto* checks = add_command(
        *noun, "verify",
        "Say whether a message that was received is signed with one of the secrets, and if not, why.",
        "reeve webhook verify body.json --headers headers.txt --secret-file hook.key");
    add_common(checks, checking, "When it was received; now, unless given");
    checks->add_option("--headers", checking->headers, "Its headers, one \"name: value\" a line")
        ->type_name("FILE");
    checks->add_option("--id", checking->id, "Its header webhook-id");
    checks->add_option("--timestamp", checking->timestamp, "Its header webhook-timestamp");
    checks->add_option("--signature", checking->signature, "Its header webhook-signature");
    checks->add_option("--tolerance", checking->tolerance_s, "Seconds that its time may be off")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{31'536'000}))
        ->type_name("SECONDS")
        ->capture_default_str();
    cli.run(checks, [&cli, checking] { return verify(cli, *checking); });
}

}  // namespace reeve::cli
