// The options that commands on a folder share, and how what they led to is printed.
#include <fmt/format.h>
#include <unistd.h>

#include "engine/cli/folder.h"
#include "engine/http/receipts.h"

namespace reeve::cli {

namespace {

constexpr const char* folder_group = "Folder";
constexpr const char* record_group = "For the record";

// What happened longer ago than this may be a wrong year.
constexpr auto long_ago = std::chrono::days(366);

int with_folder(Cli& cli, const Given& given, Purpose purpose, const std::function<int(Folder&)>& body) {
    auto folder = Folder::open(given, purpose);
    return folder ? body(**folder) : refused(cli, folder.error());
}

}  // namespace

void wrong_use(const std::string& option, const std::string& message) {
    throw CLI::ValidationError(option, message);
}

void add_folder_options(CLI::App* command, const GivenPtr& given) {
    command->add_option("--data", given->data, "The data folder")
        ->envname("REEVE_DATA")
        ->type_name("DIR")
        ->group(folder_group);
    command->add_option("--now", given->now, "The time, in a rehearsal; later than any before")
        ->type_name("TIME")
        ->group(folder_group);
    command->add_flag("--far", given->far, "Even if --now is years ahead: time does not run back")
        ->group(folder_group);
}

GivenPtr reads(Cli& cli, CLI::App* command, std::function<int(Folder&)> body) {
    auto given = std::make_shared<Given>();
    add_folder_options(command, given);
    cli.run(command,
            [&cli, given, body = std::move(body)] { return with_folder(cli, *given, Purpose::read, body); });
    return given;
}

GivenPtr changes(Cli& cli, CLI::App* command, std::function<int(Folder&)> body, Purpose purpose) {
    auto given = std::make_shared<Given>();
    add_folder_options(command, given);
    command->add_option("--wait", given->wait, "How long to wait for another reeve to end")
        ->type_name("SECONDS")
        ->capture_default_str()
        ->group(folder_group);
    command
        ->add_flag("--accept-clock", given->accept_clock,
                   "The machine's clock is right, though far from the last event")
        ->group(folder_group);
    command->add_option("--as", given->actor, "Who does this; nothing changes without a name (needed)")
        ->envname("REEVE_AS")
        ->type_name("PERSON")
        ->group(record_group);
    cli.run(command, [&cli, given, purpose, body = std::move(body)] {
        // Said before the folder is touched: wrong use changes nothing.
        if (given->actor.empty())
            wrong_use("--as",
                      "say who does this: --as PERSON, or set REEVE_AS; nothing changes without a name");
        return with_folder(cli, *given, purpose, body);
    });
    return given;
}

namespace {

// The case is there, whether or not its code can be made now.
std::string receipt_code_of(Folder& folder, const std::string& case_id) {
    try {
        const auto code = http::Receipts(folder.path()).code_of(folder.reader(), case_id);
        return code ? code->text() : "";
    } catch (const std::exception& e) {
        fmt::print(stderr,
                   "reeve: the receipt code could not be made ({}); reeve case receipt {} tries again\n",
                   e.what(), case_id);
        return {};
    }
}

}  // namespace

GivenPtr asks(Cli& cli, CLI::App* command, std::shared_ptr<std::string> case_id,
              std::function<Result<core::Wish>(Folder&)> wish) {
    auto given = changes(
        cli, command,
        [&cli, case_id, wish = std::move(wish)](Folder& folder) {
            auto made = wish(folder);
            if (!made) return refused(cli, made.error());
            const bool starts = std::holds_alternative<core::StartCase>(*made);
            const auto receipt = folder.ask(*case_id, std::move(*made));
            return print_receipt(cli, folder, receipt,
                                 starts && receipt ? receipt_code_of(folder, receipt->case_id) : "");
        },
        Purpose::ask);
    command
        ->add_option("--occurred", given->occurred,
                     "When it really happened, if earlier; clocks are judged by it")
        ->type_name("TIME")
        ->group(record_group);
    command->add_option("--key", given->key, "The same key again gives the first answer and does nothing")
        ->group(record_group);
    command->add_option("--expect", given->expect, "Only if the case is still at this revision")
        ->type_name("REVISION")
        ->group(record_group);
    return given;
}

void add_reason(CLI::App* command, const GivenPtr& given, const std::string& about) {
    command->add_option("--reason", given->reason, about)->group(record_group);
}

int print_receipt(const Cli& cli, Folder& folder, const Result<runtime::Receipt>& receipt,
                  const std::string& receipt_code) {
    if (!receipt) return refused(cli, receipt.error());
    const auto wording = folder.wording(receipt->case_id);
    if (cli.json) {
        print_json(Json::parse(views::receipt_text(folder.sight(), *receipt, receipt_code)));
        return 0;
    }
    for (const auto& one : receipt->events)
        if (one.occurred && one.at - *one.occurred > long_ago) {
            fmt::print(
                stderr,
                "reeve: warning: it is said to have happened {} before it was entered: is the year right?\n",
                span_words((one.at - *one.occurred).count()));
            break;
        }
    fmt::print("{} is at revision {}\n", receipt->case_id, receipt->revision);
    if (receipt->repeated) fmt::print("  this key had been answered before: nothing was done again\n");
    for (const auto& one : receipt->events) fmt::print("  {}\n", words(one.event, wording));
    if (!receipt_code.empty()) fmt::print("  receipt code for the person who asked: {}\n", receipt_code);
    return 0;
}

std::shared_ptr<Reference> add_reference(CLI::App* command, const char* what, const std::string& about) {
    auto reference = std::make_shared<Reference>();
    command
        ->add_option_function<std::string>(
            what,
            [what, reference](const std::string& text) {
                const auto slash = text.rfind('/');
                if (slash == std::string::npos || slash == 0 || slash + 1 == text.size())
                    wrong_use(what, fmt::format("expected CASE/ID as the lists print it, such as "
                                                "petition-handling-1/t2, not \"{}\"",
                                                text));
                *reference = {text.substr(0, slash), text.substr(slash + 1)};
            },
            about)
        ->required();
    return reference;
}

void print_json(const Json& json) {
    fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

void print_rows(const Cli& cli, const std::vector<Column>& columns, const Json& rows,
                const std::string& none) {
    if (cli.json)
        print_json(rows);
    else
        fmt::print("{}", table(columns, rows, may_colour(stdout), none));
}

std::function<void(std::uint64_t, std::uint64_t)> progress(std::string what) {
    if (!isatty(STDERR_FILENO)) return {};
    return [what = std::move(what), shown = 101ull](std::uint64_t done, std::uint64_t of) mutable {
        const auto percent = of == 0 ? 100ull : done * 100ull / of;
        if (percent == shown) return;
        shown = percent;
        fmt::print(stderr, "\r{} {}%{}", what, percent, done >= of ? "\n" : "");
        std::fflush(stderr);
    };
}

}  // namespace reeve::cli
