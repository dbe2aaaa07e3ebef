// reeve escalation list|acknowledge|…, reeve board and reeve alert list: what ran out, and who was told.
#include <fmt/format.h>

#include "engine/cli/case_commands.h"
#include "engine/cli/commands.h"

namespace reeve::cli {

namespace {

void add_escalation_list(CLI::App& escalations, Cli& cli) {
    auto* command = add_command(escalations, "list",
                                "List the steps that fired, the newest first: which clock, when it was "
                                "planned and when it fired, who was "
                                "told, who acknowledged, who answered.",
                                "reeve escalation list --unit north --unacknowledged");
    auto filter = std::make_shared<store::EscalationFilter>();
    struct More {
        std::string unit, light, from, to;
        bool unacknowledged = false;
    };
    auto more = std::make_shared<More>();
    command->add_option("--unit", more->unit, "Of this unit's cases and below");
    command->add_option("--case", filter->case_id, "Of one case");
    command->add_option("--told", filter->told, "That this person was told of")->type_name("PERSON");
    command->add_option("--light", more->light, "That set this light")
        ->check(CLI::IsMember({"green", "blue", "yellow", "orange", "red"}))
        ->type_name("LIGHT");
    command->add_option("--from", more->from, "Fired at this time or later")->type_name("TIME");
    command->add_option("--to", more->to, "Fired before this time")->type_name("TIME");
    command->add_flag("--unacknowledged", more->unacknowledged, "That nobody has acknowledged");
    command->add_option("--limit", filter->limit, "At most so many")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 1'000'000));
    reads(cli, command, [&cli, filter, more](Folder& folder) {
        auto wanted = *filter;
        auto units = folder.below(more->unit);
        if (!units) return refused(cli, units.error());
        wanted.units = *units;
        if (auto no = folder.unknown_person(wanted.told, "--told")) return refused(cli, *no);
        for (auto [text, into, option] :
             {std::tuple{&more->from, &wanted.from, "--from"}, std::tuple{&more->to, &wanted.to, "--to"}}) {
            if (text->empty()) continue;
            auto at = folder.instant(*text, wanted.case_id);
            if (!at) return refused(cli, {at.error().code, at.error().message, option});
            *into = *at;
        }
        if (more->unacknowledged) wanted.acknowledged = false;
        const auto [rows, cut] = views::escalations(folder.sight(), wanted, more->light);
        print_rows(cli,
                   {{"escalation", "ESCALATION"},
                    {"clock", "CLOCK"},
                    {"number", "STEP"},
                    {"light", "LIGHT"},
                    deadline("planned", "PLANNED"),
                    {"at", "FIRED"},
                    {"told", "TOLD"},
                    {"ask", "ASKED FOR"},
                    {"state", "STATE"},
                    {"unit", "UNIT"},
                    {"title", "CASE"}},
                   rows, "No escalation fits.");
        if (cut)
            fmt::print(stderr, "reeve: only the newest {} are shown; a greater --limit shows more\n",
                       filter->limit);
        return 0;
    });
}

// A command on one escalation, named CASE/ESCALATION.
GivenPtr on_escalation(Cli& cli, CLI::App* command,
                       std::function<core::Wish(Folder&, const std::string& escalation)> make) {
    auto escalation =
        add_reference(command, "ESCALATION", "As reeve escalation list names it: CASE/ESCALATION");
    return asks(cli, command, case_in(escalation),
                [=, make = std::move(make)](Folder& folder) -> Result<core::Wish> {
                    return make(folder, escalation->id);
                });
}

}  // namespace

void add_escalation(CLI::App& app, Cli& cli) {
    auto* escalations = add_noun(app, "escalation", "Steps that fired: see, acknowledge and answer them.",
                                 "Oversight", "reeve escalation list --unacknowledged");
    add_escalation_list(*escalations, cli);
    auto* acknowledge =
        add_command(*escalations, "acknowledge", "Say that you have seen an escalation and will see to it.",
                    "reeve escalation acknowledge noise-1/e3 --reason 'calling today' --as li-na");
    add_reason(acknowledge,
               on_escalation(cli, acknowledge,
                             [](Folder& folder, const std::string& id) {
                                 return core::Acknowledge{id, folder.given().reason};
                             }),
               needed_reason);
    auto* withdraw = add_command(*escalations, "unacknowledge",
                                 "Withdraw an acknowledgement: somebody else must see to it.",
                                 "reeve escalation unacknowledge noise-6/e3 --reason ill --as li-na");
    add_reason(withdraw,
               on_escalation(cli, withdraw,
                             [](Folder& folder, const std::string& id) {
                                 return core::Unacknowledge{id, folder.given().reason};
                             }),
               needed_reason);
    auto* answer = add_command(*escalations, "answer", "Give the explanation that a step asked for.",
                               "reeve escalation answer noise-1/e3 'The device came back late' --as li-na");
    auto text = std::make_shared<std::string>();
    on_escalation(cli, answer, [text](Folder&, const std::string& id) { return core::Answer{id, *text}; });
    answer->add_option("TEXT", *text, "The answer")->required();

    auto* board = add_command(
        app, "board", "The overdue board: every running clock past its due date, the most overdue first.",
        "reeve board --unit north");
    board->group("Oversight");
    auto unit = std::make_shared<std::string>();
    board->add_option("--unit", *unit, "Of this unit's cases and below");
    reads(cli, board, [&cli, unit](Folder& folder) {
        auto units = folder.below(*unit);
        if (!units) return refused(cli, units.error());
        const auto rows = views::board(folder.sight(), *units);
        print_rows(cli,
                   {{"case", "CASE"},
                    {"title", "TITLE"},
                    {"clock", "CLOCK"},
                    {"light", "LIGHT"},
                    {"late", "LATE BY"},
                    deadline("due", "DUE"),
                    {"owner", "OWNER", "nobody"},
                    {"unit", "UNIT"},
                    {"stage", "STAGE"}},
                   rows, "Nothing is overdue.");
        return 0;
    });

    auto* alerts = add_noun(app, "alert", "Messages to persons that follow from what happened.", "Oversight",
                            "reeve alert list --person li-na");
    auto* list =
        add_command(*alerts, "list", "List alerts: to whom, about what, and whether they were delivered.",
                    "reeve alert list --person li-na");
    auto filter = std::make_shared<store::OutboxFilter>();
    list->add_option("--person", filter->person, "To this person");
    list->add_option("--case", filter->case_id, "About this case");
    list->add_option("--status", filter->status, "pending, sent or undelivered")
        ->check(CLI::IsMember({"pending", "sent", "undelivered"}))
        ->type_name("STATUS");
    list->add_option("--limit", filter->limit, "At most so many")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 1'000'000));
    reads(cli, list, [&cli, filter](Folder& folder) {
        if (auto no = folder.unknown_person(filter->person, "--person")) return refused(cli, *no);
        Json rows = Json::array();
        const auto sight = folder.sight();
        for (const auto& row : folder.reader().outbox(*filter)) rows.push_back(views::alert_row(sight, row));
        print_rows(cli,
                   {{"id", "ALERT"},
                    {"at", "AT"},
                    {"person", "TO"},
                    {"alert.subject", "ABOUT"},
                    {"alert.expected", "EXPECTED"},
                    deadline("alert.by", "BY"),
                    {"case", "CASE"},
                    {"status", "STATUS"},
                    {"error", "ERROR"}},
                   rows, "No alert fits.");
        return 0;
    });

    auto* told = add_command(
        *alerts, "told",
        "Take an alert from the undelivered list, as its person was told by other means. While the service "
        "runs, ask it: POST /v1/alerts/{alert}/told.",
        "reeve alert told noise-1/7/li-na --reason 'at the desk' --as chen-yu");
    auto id = std::make_shared<std::string>();
    told->add_option("ALERT", *id, "As reeve alert list names it")->required();
    add_reason(told,
               changes(cli, told,
                       [&cli, id](Folder& folder) {
                           auto who = folder.actor();
                           if (!who) return refused(cli, who.error());
                           const auto done = folder.engine().told_otherwise(*id, folder.given().reason, *who);
                           if (!done) return refused(cli, done.error());
                           if (cli.json)
                               print_json({{"sent", *id}});
                           else
                               fmt::print("{} is off the undelivered list; the case says how.\n", *id);
                           return 0;
                       }),
               "How the person was told; kept as a note of the case");

    auto* resend = add_command(
        *alerts, "resend",
        "Try alerts again that are on the undelivered list, or wait. While the service runs, ask it: POST "
        "/v1/alerts/{alert}/resend.",
        "reeve alert resend noise-1/7/li-na --as chen-yu");
    auto ids = std::make_shared<std::vector<std::string>>();
    resend->add_option("ALERT", *ids, "As reeve alert list names them")->required();
    changes(cli, resend, [&cli, ids](Folder& folder) {
        if (auto who = folder.actor(); !who) return refused(cli, who.error());
        if (auto done = folder.engine().resend(*ids); !done) return refused(cli, done.error());
        if (cli.json)
            print_json({{"pending", *ids}});
        else
            fmt::print("{} tried again when the service runs.\n",
                       ids->size() == 1 ? "It is" : fmt::format("These {} are", ids->size()));
        return 0;
    });
}

}  // namespace reeve::cli
