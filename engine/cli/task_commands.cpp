// reeve task list|claim|assign|delegate|return|done|follow-up
#include "engine/cli/case_commands.h"
#include "engine/cli/commands.h"
#include "engine/cli/data_arguments.h"

namespace reeve::cli {

namespace {

void add_task_list(CLI::App& tasks, Cli& cli) {
    auto* command =
        add_command(tasks, "list",
                    "List open tasks; with --person it is that person's work, and that of the absent for "
                    "whom they stand in: light, time left, what comes next.",
                    "reeve task list --person li-na");
    auto filter = std::make_shared<store::TaskFilter>();
    auto unit = std::make_shared<std::string>();
    auto all = std::make_shared<bool>(false), unassigned = std::make_shared<bool>(false);
    command->add_option("--person", filter->person, "Whose work");
    command->add_option("--case", filter->case_id, "Of one case");
    command->add_option("--unit", *unit, "Of this unit's cases and below");
    command->add_flag("--unassigned", *unassigned, "Only what nobody has yet");
    command->add_flag("--all", *all, "Done and cancelled ones too");
    command->add_option("--limit", filter->limit, "At most so many")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 1'000'000));
    reads(cli, command, [&cli, filter, unit, all, unassigned](Folder& folder) {
        auto wanted = *filter;
        auto units = folder.below(*unit);
        if (!units) return refused(cli, units.error());
        if (!wanted.person.empty() && !folder.directory().person(wanted.person))
            return refused(
                cli, {"unknown-person",
                      "there is no person \"" + wanted.person + "\"; reeve org show --people lists them",
                      "--person"});
        wanted.units = *units;
        wanted.open_only = !*all;
        if (*unassigned) wanted.limit = 0;
        const auto sight = folder.sight();
        auto found = views::tasks(sight, wanted);
        if (*unassigned) std::erase_if(found, [](const auto& row) { return !row.person.empty(); });
        if (filter->limit > 0 && found.size() > filter->limit) found.resize(filter->limit);
        Json rows = Json::array();
        for (const auto& row : found) rows.push_back(views::task_row(sight, row));
        print_rows(cli,
                   {{"task", "TASK"},
                    {"title", "TITLE"},
                    {"case_title", "CASE"},
                    {"light", "LIGHT"},
                    {"left", "TIME LEFT"},
                    deadline("due", "DUE"),
                    {"person", "PERSON"},
                    {"stands_for", "FOR"},
                    {"next", "NEXT"},
                    {"needs", "NEEDS"},
                    {"ended", "ENDED"}},
                   rows, "No open task.");
        return 0;
    });
}

using Make = std::function<Result<core::Wish>(Folder&, const std::string& case_id, const std::string& task)>;

// A command on one task, named CASE/TASK.
GivenPtr on_task(Cli& cli, CLI::App* command, Make make) {
    auto task = add_reference(command, "TASK", "The task, as reeve task list names it: CASE/TASK");
    return asks(cli, command, case_in(task), [task, make = std::move(make)](Folder& folder) {
        return make(folder, task->case_id, task->id);
    });
}

// A command that names a person for a task.
template <class WishType>
void add_to_person(CLI::App& tasks, Cli& cli, const char* name, const char* sentence, const char* example) {
    auto* command = add_command(tasks, name, sentence, example);
    auto person = std::make_shared<std::string>();
    auto given =
        on_task(cli, command,
                [person](Folder& folder, const std::string&, const std::string& task) -> Result<core::Wish> {
                    return WishType{task, *person, folder.given().reason};
                });
    command->add_option("PERSON", *person, "Who gets it")->required();
    if constexpr (std::is_same_v<WishType, core::DelegateTask>)
        add_reason(command, given, needed_reason);
    else
        add_reason(command, given);
}

void add_done(CLI::App& tasks, Cli& cli) {
    auto* command = add_command(tasks, "done", "Say that a task is done, with what it asks for.",
                                "reeve task done noise-2/t7 --set persons=3 --as wang-wei");
    auto data = add_data_options(command);
    add_document_option(command, data);
    auto given = on_task(
        cli, command,
        [data](Folder& folder, const std::string& case_id, const std::string& task) -> Result<core::Wish> {
            auto file = folder.find(case_id);
            if (!file) return std::unexpected(file.error());
            auto values = data_of(*data, file->program->data_schema);
            if (!values) return std::unexpected(values.error());
            auto documents = documents_of(folder, *data);
            if (!documents) return std::unexpected(documents.error());
            return core::CompleteTask{task, std::move(*values), std::move(*documents), folder.given().reason};
        });
    add_reason(command, given);
}

void add_follow_up(CLI::App& tasks, Cli& cli) {
    auto* command =
        add_command(tasks, "follow-up", "Add a task to a case for later, even to a closed one.",
                    "reeve task follow-up noise-2 'Visit again' --who head --due '10 days' --as chen-yu");
    auto case_id = add_case_argument(command);
    auto wish = std::make_shared<core::AddFollowUp>();
    auto due = std::make_shared<std::string>("30 days");
    command->add_option("TITLE", wish->title, "What is to be done")->required();
    wish->who = "owner";
    command->add_option("--who", wish->who, "Who does it, as definitions say it: head@parent, person:li-na")
        ->capture_default_str();
    command->add_option("--due", *due, "By when, counted from now")
        ->type_name("DURATION")
        ->capture_default_str();
    asks(cli, command, case_id, [wish, due](Folder&) -> Result<core::Wish> {
        auto in = time::parse_duration(*due);
        if (!in) return refuse(in.error().code, in.error().message, "--due");
        return core::AddFollowUp{wish->title, wish->who, *in};
    });
}

}  // namespace

void add_task(CLI::App& app, Cli& cli) {
    auto* tasks = add_noun(app, "task", "What is to be done, by whom and until when.", "Casework",
                           "reeve task list --person li-na");
    add_task_list(*tasks, cli);
    auto* claim = add_command(*tasks, "claim", "Take a task that nobody has, or that you may take over.",
                              "reeve task claim noise-2/t5 --reason 'covers for Li Na' --as chen-yu");
    add_reason(claim,
               on_task(cli, claim,
                       [](Folder& folder, const std::string&, const std::string& task) -> Result<core::Wish> {
                           return core::ClaimTask{task, folder.given().reason};
                       }),
               "Why; needed when somebody else has it");
    add_to_person<core::AssignTask>(*tasks, cli, "assign", "Give a task to a person.",
                                    "reeve task assign noise-2/t5 li-na --reason 'near by' --as chen-yu");
    add_to_person<core::DelegateTask>(*tasks, cli, "delegate",
                                      "Pass your task to another person, who may give it back.",
                                      "reeve task delegate noise-1/t2 wang-wei --reason ill --as li-na");
    auto* back =
        add_command(*tasks, "return", "Give a task back: to who delegated it, or to be assigned anew.",
                    "reeve task return noise-1/t2 --reason 'not my street' --as li-na");
    add_reason(back,
               on_task(cli, back,
                       [](Folder& folder, const std::string&, const std::string& task) -> Result<core::Wish> {
                           return core::ReturnTask{task, folder.given().reason};
                       }),
               needed_reason);
    add_done(*tasks, cli);
    add_follow_up(*tasks, cli);
}

}  // namespace reeve::cli
