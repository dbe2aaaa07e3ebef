// reeve case show|list|history|documents: reading cases.
#include <fmt/format.h>

#include <fstream>

#include "engine/cli/case_commands.h"
#include "engine/json.h"
#include "engine/store/documents.h"
#include "engine/store/fingerprint.h"
#include "engine/store/part_file.h"

namespace reeve::cli {

namespace {

const std::vector<Column> list_columns{
    {"id", "CASE"},         {"title", "TITLE"},    {"light", "LIGHT"},           {"left", "TIME LEFT"},
    deadline("due", "DUE"), {"stages", "STAGE"},   {"owner", "OWNER", "nobody"}, {"unit", "UNIT"},
    {"status", "STATUS"},   {"outcome", "OUTCOME"}};

// Those that have ended are not looked for unless asked for: who finds nothing learns that they are there.
std::string none_fits(Folder& folder, store::CaseFilter wanted) {
    if (wanted.status != "open" || wanted.overdue_at || !wanted.after.empty()) return "No case fits.";
    constexpr std::size_t counted_to = 1'000;
    wanted.status.clear();
    wanted.limit = counted_to;
    const auto ended = folder.reader().cases(wanted).size();
    if (ended == 0) return "No case fits.";
    return fmt::format("No open case fits; {}{} that {} ended: --status all.",
                       ended == counted_to ? "at least " : "", counted(ended, "case", "cases"),
                       ended == 1 ? "has" : "have");
}

void add_case_list(CLI::App& cases, Cli& cli) {
    auto* command = add_command(cases, "list", "List cases, open ones unless another status is asked for.",
                                "reeve case list --unit north --light red");
    auto filter = std::make_shared<store::CaseFilter>();
    auto unit = std::make_shared<std::string>();
    auto overdue = std::make_shared<bool>(false);
    filter->status = "open";
    command->add_option("--unit", *unit, "In this unit and below");
    command->add_option("--definition", filter->definition, "Of this kind");
    command->add_option("--owner", filter->owner, "Owned by this person")->type_name("PERSON");
    command->add_option("--light", filter->light, "green, blue, yellow, orange or red")
        ->check(CLI::IsMember({"green", "blue", "yellow", "orange", "red"}))
        ->type_name("LIGHT");
    command->add_option("--status", filter->status, "open, closed, cancelled or all")
        ->check(CLI::IsMember({"open", "closed", "cancelled", "all"}))
        ->capture_default_str()
        ->type_name("STATUS");
    command->add_flag("--overdue", *overdue, "With a clock past its due date");
    command->add_option("--after", filter->after, "Begin behind this case")->type_name("CASE");
    command->add_option("--limit", filter->limit, "At most so many")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 1'000'000));
    reads(cli, command, [&cli, filter, unit, overdue](Folder& folder) {
        auto wanted = *filter;
        if (wanted.status == "all") wanted.status.clear();
        auto units = folder.below(*unit);
        if (!units) return refused(cli, units.error());
        for (const auto& no : {folder.unknown_definition(filter->definition, "--definition"),
                               folder.unknown_person(filter->owner, "--owner")})
            if (no) return refused(cli, *no);
        wanted.units = *units;
        if (*overdue) wanted.overdue_at = folder.now();
        Json rows = Json::array();
        for (const auto& row : folder.reader().cases(wanted))
            rows.push_back(views::case_row(folder.sight(), row));
        print_rows(cli, list_columns, rows, rows.empty() ? none_fits(folder, wanted) : "");
        return 0;
    });
}

Json open_ones(const Json& json, const char* list) {
    Json open = Json::array();
    if (!json.contains(list)) return open;
    for (const auto& one : json[list])
        if (one.value("status", Json("open")) == "open" && one.value("open", true)) open.push_back(one);
    return open;
}

void print_part(const char* head, const std::vector<Column>& columns, const Json& rows) {
    if (!rows.empty()) fmt::print("\n{}\n{}", head, table(columns, rows, may_colour(stdout)));
}

void print_case(const Json& json) {
    const bool colour = may_colour(stdout);
    fmt::print("{}", sheet({{"id", "Case"},
                            {"title", "Title"},
                            {"definition_title", "Kind"},
                            {"status", "Status"},
                            {"outcome", "Outcome"},
                            {"light", "Light"},
                            {"unit", "Unit"},
                            {"owner", "Owner", "nobody"},
                            {"owner_stands_for", "Standing in for"},
                            {"occurred", "Occurred"},
                            {"started", "Started"},
                            {"ended", "Ended"},
                            {"parent", "Part of"},
                            {"cause", "Opened by"},
                            {"data", "Data"},
                            {"revision", "Revision"}},
                           json, colour));
    auto list = [&](const char* name) { return json.value(name, Json::array()); };
    print_part("Stages",
               {{"stage", "STAGE"},
                {"since", "SINCE"},
                deadline("wake", "WAITS UNTIL"),
                {"job", "JOB"},
                {"child", "PART"},
                {"needs", "TO LEAVE IT NEEDS"},
                {"fault", "FAULT"}},
               list("stages"));
    print_part("Open tasks",
               {{"id", "TASK"},
                {"name", "NAME"},
                {"title", "TITLE"},
                {"person", "PERSON", "nobody"},
                {"stands_for", "FOR"},
                {"needs", "NEEDS"},
                {"since", "SINCE"}},
               open_ones(json, "tasks"));
    print_part("Clocks",
               {{"id", "ID"},
                {"name", "CLOCK"},
                {"status", "STATUS"},
                {"light", "LIGHT"},
                {"left", "TIME LEFT"},
                deadline("due", "DUE"),
                {"ended", "ENDED"},
                {"pause_reason", "PAUSED FOR"},
                deadline("paused_until", "PAUSED UNTIL")},
               list("clocks"));
    print_part("Requests that wait",
               {{"id", "REQUEST"}, {"asks", "WHAT"}, {"wish.reason", "REASON"}, {"by", "BY"}, {"of", "OF"}},
               open_ones(json, "requests"));
    print_part("Escalations",
               {{"id", "ID"},
                {"clock_name", "CLOCK"},
                {"number", "STEP"},
                {"light", "LIGHT"},
                {"at", "AT"},
                {"told", "TOLD"},
                {"ask", "ASKED FOR"},
                {"acknowledged_by", "ACKNOWLEDGED BY"}},
               list("escalations"));
    print_part("Documents", {{"kind", "KIND"}, {"name", "NAME"}, {"bytes", "BYTES"}, {"sha256", "SHA-256"}},
               list("documents"));
    print_part("Linked cases", {{"other", "CASE"}, {"relation", "RELATION"}}, list("links"));
    print_part("What may be done",
               {{"action", "ACTION"},
                {"stage", "STAGE"},
                {"to", "LEADS TO"},
                {"needs", "NEEDS"},
                {"second", "APPROVED BY"}},
               list("actions"));
    print_part("What the clocks allow",
               {{"clock", "CLOCK"},
                {"pause", "PAUSE FOR"},
                {"pause_at_most", "AT MOST"},
                {"exclude", "EXCLUDE"},
                {"restart", "RESTART"},
                {"extend", "EXTEND"},
                {"approve", "APPROVED BY"}},
               list("clocks_allow"));
}

void add_case_show(CLI::App& cases, Cli& cli) {
    auto* command = add_command(
        cases, "show", "Show a case: its stage, tasks, clocks and lights, and what may be done next.",
        "reeve case show noise-1");
    auto case_id = add_case_argument(command);
    reads(cli, command, [&cli, case_id](Folder& folder) {
        auto file = folder.find(*case_id);
        if (!file) return refused(cli, file.error());
        const Json json = views::case_sheet(folder.sight(), *file);
        cli.json ? print_json(json) : print_case(json);
        return 0;
    });
}

void add_history(CLI::App& cases, Cli& cli) {
    auto* command = add_command(cases, "history", "Print all that happened to a case, who did it and when.",
                                "reeve case history noise-1");
    auto case_id = add_case_argument(command);
    auto from = std::make_shared<std::uint64_t>(1);
    command->add_option("--from", *from, "Begin at this revision")->type_name("REVISION");
    reads(cli, command, [&cli, case_id, from](Folder& folder) {
        auto file = folder.find(*case_id);
        if (!file) return refused(cli, file.error());
        const auto rows = views::history(folder.sight(), *file, *from);
        print_rows(cli,
                   {{"revision", "REV"},
                    {"at", "RECORDED"},
                    {"occurred", "HAPPENED"},
                    {"actor", "BY"},
                    {"words", "WHAT"}},
                   rows, "Nothing happened since.");
        return 0;
    });
}

// A name may be anything: it is cut to what a file system takes, and its folders are left out.
std::filesystem::path place_of(const core::Document& one, std::size_t number,
                               const std::filesystem::path& into) {
    constexpr std::size_t longest = 200;  // bytes
    auto name = std::filesystem::path(one.name).filename().string();
    if (name.size() > longest) name.erase(0, name.size() - longest);  // the ending tells what it is
    while (bad_utf8(name) == 0) name.erase(0, 1);
    for (char& c : name)
        if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '_';  // journals of before hold such
    return into / fmt::format("{}-{}", number, name.empty() ? one.sha256 : name);
}

// One that was saved before is not written again.
Result<std::string> save(store::Documents& documents, const core::Document& one,
                         const std::filesystem::path& path) {
    const auto exists =
        refuse("file-exists", "there is another file of that name; nothing is written over", path.string());
    if (std::filesystem::exists(path)) {
        if (store::digest_of(path) == one.sha256) return path.string();
        return exists;
    }
    if (const auto& fault = documents.fault(one.sha256); !fault.empty())
        return refuse("no-such-file", one.name + " " + fault, one.name);
    const store::PartFile part(store::part_beside(path));
    std::ofstream out(part.path(), std::ios::binary);
    documents.read(one.sha256, [&](std::string_view bytes) {
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    });
    out.close();
    if (!out) return refuse("disk-full", "it could not be written to its end", path.string());
    if (!part.becomes_new(path)) return exists;
    return path.string();
}

void add_documents(CLI::App& cases, Cli& cli) {
    auto* command =
        add_command(cases, "documents",
                    "List the documents of a case, also of one in an archive or a backup, and save "
                    "them to a folder.",
                    "reeve case documents noise-1 --save papers");
    auto case_id = add_case_argument(command);
    auto into = std::make_shared<std::string>();
    command->add_option("--save", *into, "Write them into this folder, which is there already")
        ->type_name("DIR")
        ->check(CLI::ExistingDirectory);
    reads(cli, command, [&cli, case_id, into](Folder& folder) {
        auto file = folder.find(*case_id);
        if (!file) return refused(cli, file.error());
        Json rows = views::case_sheet(folder.sight(), *file).value("documents", Json::array());
        store::Documents documents(folder.given().data);
        // One that cannot be had keeps no other back.
        int exit_code = 0;
        for (std::size_t i = 0; !into->empty() && i < rows.size(); ++i) {
            const auto& one = file->state.documents[i];
            const auto saved = save(documents, one, place_of(one, i + 1, *into));
            if (saved)
                rows[i]["saved"] = *saved;
            else
                exit_code = refused(cli, saved.error());
        }
        print_rows(cli,
                   {{"kind", "KIND"},
                    {"name", "NAME"},
                    {"bytes", "BYTES"},
                    {"sha256", "SHA-256"},
                    {"saved", "SAVED AS"}},
                   rows, "The case has no documents.");
        return exit_code;
    });
}

}  // namespace

void add_case_views(CLI::App& cases, Cli& cli) {
    add_case_show(cases, cli);
    add_case_list(cases, cli);
    add_history(cases, cli);
    add_documents(cases, cli);
}

}  // namespace reeve::cli
