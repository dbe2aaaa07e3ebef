// reeve case start|act|transfer|…: what changes a case. What shows one is in case_views.cpp, what moves many
// in bulk_commands.cpp.
#include "engine/cli/case_commands.h"

#include <fmt/format.h>

#include "engine/cli/commands.h"
#include "engine/cli/data_arguments.h"
#include "engine/spelling.h"

namespace reeve::cli {

std::shared_ptr<std::string> add_case_argument(CLI::App* command) {
    auto case_id = std::make_shared<std::string>();
    command->add_option("CASE", *case_id, "The case, as reeve case list names it")->required();
    return case_id;
}

namespace {

template <class T = std::string>
std::shared_ptr<T> argument(CLI::App* command, const char* name, const char* about) {
    auto value = std::make_shared<T>();
    command->add_option(name, *value, about)->required();
    return value;
}

std::shared_ptr<std::string> option(CLI::App* command, const char* name, const char* type,
                                    const char* about) {
    auto value = std::make_shared<std::string>();
    command->add_option(name, *value, about)->type_name(type);
    return value;
}

Result<Json> schema_of(Folder& folder, const std::string& case_id) {
    auto found = folder.find(case_id);
    if (!found) return std::unexpected(found.error());
    return found->program->data_schema;
}

void add_start(CLI::App& cases, Cli& cli) {
    auto* command =
        add_command(cases, "start", "Start a case: from this moment it has an owner and a running clock.",
                    "reeve case start noise --unit north --set place='Mill Lane 3' --as li-na");
    struct Start {
        std::string definition, unit, title, owner;
        std::vector<std::string> related;
        int version = 0;
    };
    auto start = std::make_shared<Start>();
    command->add_option("DEFINITION", start->definition, "Which kind of case; see reeve definition list")
        ->required();
    command->add_option("--unit", start->unit, "The unit that has the case")->required();
    auto data = add_data_options(command);
    command->add_option("--title", start->title, "What people will call it");
    command->add_option("--owner", start->owner, "A person, instead of the one the definition names")
        ->type_name("PERSON");
    command->add_option("--related", start->related, "A case that it has to do with; again for more")
        ->type_name("CASE")
        ->allow_extra_args(false);
    command->add_option("--version", start->version, "Of the definition; without it the newest");
    asks(cli, command, std::make_shared<std::string>(), [start, data](Folder& folder) -> Result<core::Wish> {
        auto program = folder.catalog().program(start->definition, start->version);
        if (!program)
            return refuse("unknown-definition",
                          "there is no definition \"" + start->definition + "\"" +
                              (start->version ? " of that version" : "") +
                              did_you_mean(start->definition, folder.catalog().ids()) +
                              "; reeve definition list shows them",
                          "DEFINITION");
        if (auto units = folder.below(start->unit); !units) return std::unexpected(units.error());
        auto values = data_of(*data, program->data_schema);
        if (!values) return std::unexpected(values.error());
        for (const auto& id : start->related)
            if (auto other = folder.find(id); !other) return std::unexpected(other.error());
        return core::StartCase{.definition = start->definition,
                               .version = start->version,
                               .unit = start->unit,
                               .data = std::move(*values),
                               .title = start->title,
                               .owner = start->owner,
                               .related = start->related};
    });
}

void add_act(CLI::App& cases, Cli& cli) {
    auto* command =
        add_command(cases, "act", "Take an action of the current stage; it leads to the next stage.",
                    "reeve case act noise-1 accept --document acceptance-notice=notice.pdf --as li-na");
    auto case_id = add_case_argument(command);
    auto action = argument(command, "ACTION", "One of those that reeve case show offers");
    auto stage = option(command, "--stage", "STAGE", "When several active stages offer the action");
    auto data = add_data_options(command);
    add_document_option(command, data);
    auto unit = option(command, "--unit", "UNIT", "The unit it goes to, where the action moves the case");
    auto given = asks(cli, command, case_id, [=](Folder& folder) -> Result<core::Wish> {
        auto schema = schema_of(folder, *case_id);
        if (!schema && schema.error().code == "no-such-case" && folder.find(*action))
            return refuse(
                "no-such-case",
                fmt::format("the case comes first, then the action: reeve case act {} {}", *action, *case_id),
                "CASE");
        if (!schema) return std::unexpected(schema.error());
        auto values = data_of(*data, *schema);
        if (!values) return std::unexpected(values.error());
        auto documents = documents_of(folder, *data);
        if (!documents) return std::unexpected(documents.error());
        return core::Act{.action = *action,
                         .stage = *stage,
                         .data = std::move(*values),
                         .documents = std::move(*documents),
                         .unit = *unit,
                         .reason = folder.given().reason};
    });
    add_reason(command, given);
}

void add_moves(CLI::App& cases, Cli& cli) {
    auto* transfer = add_command(cases, "transfer",
                                 "Hand a case to another unit: its clocks run on, one more opens for the "
                                 "receiver.",
                                 "reeve case transfer noise-1 --to south --reason 'their street' --as li-na");
    auto case_id = add_case_argument(transfer);
    auto to = option(transfer, "--to", "UNIT", "The unit that gets it");
    transfer->get_option("--to")->required();
    add_reason(transfer,
               asks(cli, transfer, case_id,
                    [to](Folder& folder) -> Result<core::Wish> {
                        if (auto units = folder.below(*to, "--to"); !units)
                            return std::unexpected(units.error());
                        return core::Transfer{*to, folder.given().reason};
                    }),
               needed_reason);

    auto* own = add_command(cases, "own", "Name the person who owns a case.",
                            "reeve case own noise-1 wang-wei --reason 'knows the street' --as chen-yu");
    auto owned = add_case_argument(own);
    auto person = argument(own, "PERSON", "The new owner");
    add_reason(own,
               asks(cli, own, owned,
                    [person](Folder& folder) -> Result<core::Wish> {
                        return core::NameOwner{*person, folder.given().reason};
                    }),
               needed_reason);
}

void add_ends(CLI::App& cases, Cli& cli) {
    auto* reopen = add_command(cases, "reopen",
                               "Open a closed case again: its clocks begin a new cycle, the old one is kept.",
                               "reeve case reopen noise-7 --reason 'the noise is back' --as chen-yu");
    auto reopened = add_case_argument(reopen);
    auto to = option(reopen, "--to", "STAGE", "Where it goes; without it where the definition says");
    add_reason(reopen,
               asks(cli, reopen, reopened,
                    [to](Folder& folder) -> Result<core::Wish> {
                        return core::Reopen{folder.given().reason, *to};
                    }),
               needed_reason);

    auto* cancel = add_command(cases, "cancel", "End a case that should not have been; its history stays.",
                               "reeve case cancel noise-1 --reason 'entered twice' --as chen-yu");
    auto cancelled = add_case_argument(cancel);
    add_reason(cancel,
               asks(cli, cancel, cancelled,
                    [](Folder& folder) -> Result<core::Wish> { return core::Cancel{folder.given().reason}; }),
               needed_reason);
}

void add_records(CLI::App& cases, Cli& cli) {
    auto* correct =
        add_command(cases, "correct", "Correct a case's data; what stood there before stays in the history.",
                    "reeve case correct noise-1 --set persons=7 --reason miscounted --as li-na");
    auto corrected = add_case_argument(correct);
    auto data = add_data_options(correct);
    add_reason(correct,
               asks(cli, correct, corrected,
                    [corrected, data](Folder& folder) -> Result<core::Wish> {
                        if (data->set.empty() && data->file.empty())
                            wrong_use("--set", "say what is right: --set PATH=VALUE or --data-file FILE");
                        auto schema = schema_of(folder, *corrected);
                        if (!schema) return std::unexpected(schema.error());
                        auto values = data_of(*data, *schema);
                        if (!values) return std::unexpected(values.error());
                        return core::CorrectData{std::move(*values), folder.given().reason};
                    }),
               needed_reason);

    auto* note = add_command(cases, "note", "Write a note into a case's history.",
                             "reeve case note noise-1 'Called twice, nobody home' --as li-na");
    auto noted = add_case_argument(note);
    auto text = argument(note, "TEXT", "The note");
    asks(cli, note, noted, [text](Folder&) -> Result<core::Wish> { return core::AddNote{*text}; });

    auto* document = add_command(cases, "document", "Attach a document to a case.",
                                 "reeve case document noise-1 photo=notice.pdf --as li-na");
    auto attached = add_case_argument(document);
    auto kind = argument(document, "KIND=FILE", "Which kind of document, and the file");
    asks(cli, document, attached, [kind](Folder& folder) -> Result<core::Wish> {
        auto documents = documents_of(folder, {.documents = {*kind}});
        if (!documents) return std::unexpected(documents.error());
        return core::AddDocument{documents->front()};
    });

    auto* message = add_command(cases, "message", "Hand a case the message that a waiting stage listens for.",
                                "reeve case message noise-8 review-requested --as petitioner");
    auto told = add_case_argument(message);
    auto name = argument(message, "NAME", "The message, as the definition names it");
    auto with = add_data_options(message);
    asks(cli, message, told, [told, name, with](Folder& folder) -> Result<core::Wish> {
        auto schema = schema_of(folder, *told);
        if (!schema) return std::unexpected(schema.error());
        auto values = data_of(*with, *schema);
        if (!values) return std::unexpected(values.error());
        return core::SendMessage{*name, std::move(*values)};
    });
}

}  // namespace

void add_case(CLI::App& app, Cli& cli) {
    auto* cases =
        add_noun(app, "case", "Start, show and move cases.", "Casework", "reeve case list --light red");
    add_start(*cases, cli);
    add_case_views(*cases, cli);
    add_receipt(*cases, cli);
    add_act(*cases, cli);
    add_moves(*cases, cli);
    add_ends(*cases, cli);
    add_records(*cases, cli);
    add_bulk(*cases, cli);
}

}  // namespace reeve::cli
