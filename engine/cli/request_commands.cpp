// reeve request list|approve|refuse and reeve job list|complete|fail: what waits for somebody else.
#include "engine/cli/case_commands.h"
#include "engine/cli/commands.h"
#include "engine/cli/data_arguments.h"

namespace reeve::cli {

namespace {

template <class WishType>
void add_judgement(CLI::App& requests, Cli& cli, const char* name, const char* sentence,
                   const char* example) {
    auto* command = add_command(requests, name, sentence, example);
    auto request = add_reference(command, "REQUEST", "As reeve request list names it: CASE/REQUEST");
    auto given = asks(cli, command, case_in(request), [request](Folder& folder) -> Result<core::Wish> {
        return WishType{request->id, folder.given().reason};
    });
    if constexpr (std::is_same_v<WishType, core::Refuse>)
        add_reason(command, given, needed_reason);
    else
        add_reason(command, given);
}

// A command on one job, named CASE/JOB.
GivenPtr on_job(Cli& cli, CLI::App* command,
                std::function<Result<core::Wish>(Folder&, const Reference&)> make) {
    auto job = add_reference(command, "JOB", "As reeve job list names it: CASE/JOB");
    return asks(cli, command, case_in(job),
                [job, make = std::move(make)](Folder& folder) { return make(folder, *job); });
}

}  // namespace

void add_request(CLI::App& app, Cli& cli) {
    auto* requests = add_noun(app, "request", "What waits for a second person: extensions, decisions.",
                              "Casework", "reeve request list --person chen-yu");
    auto* list = add_command(*requests, "list", "List the requests that wait for an answer.",
                             "reeve request list --person chen-yu");
    auto person = std::make_shared<std::string>(), case_id = std::make_shared<std::string>();
    list->add_option("--person", *person, "Only what this person may approve");
    list->add_option("--case", *case_id, "Only of this case");
    reads(cli, list, [&cli, person, case_id](Folder& folder) {
        if (auto no = folder.unknown_person(*person, "--person")) return refused(cli, *no);
        const auto sight = folder.sight();
        Json rows = Json::array();
        for (const auto& row : views::requests(sight, {.case_id = *case_id, .units = {}}, *person))
            rows.push_back(views::request_row(sight, row));
        print_rows(cli,
                   {{"request", "REQUEST"},
                    {"asks", "WHAT"},
                    {"wish.data", "DATA"},
                    {"reason", "REASON"},
                    {"by", "BY"},
                    {"of", "TO BE APPROVED BY"}},
                   rows, "No request waits.");
        return 0;
    });
    add_judgement<core::Approve>(*requests, cli, "approve",
                                 "Approve a request; what it asks for takes effect.",
                                 "reeve request approve noise-4/r8 --reason 'seen' --as chen-yu");
    add_judgement<core::Refuse>(*requests, cli, "refuse", "Refuse a request; nothing changes.",
                                "reeve request refuse noise-4/r8 --reason 'act now' --as chen-yu");
}

void add_job(CLI::App& app, Cli& cli) {
    auto* jobs = add_noun(app, "job", "Work that a program does for a case.", "Casework", "reeve job list");
    auto* list = add_command(*jobs, "list", "List the jobs of active stages, and which program has them.",
                             "reeve job list --handler lookup");
    auto filter = std::make_shared<store::JobFilter>();
    list->add_option_function<std::string>(
        "--handler", [filter](const std::string& name) { filter->handlers = {name}; },
        "Only of this handler");
    list->add_option("--case", filter->case_id, "Only of this case");
    list->add_option("--status", filter->status,
                     "ready: for a program; leased: a program has it; waiting: for its next attempt; failed: "
                     "for good, so that people do it")
        ->check(CLI::IsMember({"ready", "leased", "waiting", "failed"}))
        ->type_name("STATUS");
    reads(cli, list, [&cli, filter](Folder& folder) {
        Json rows = Json::array();
        const auto sight = folder.sight();
        for (const auto& row : sight.reader.jobs(*filter)) {
            const auto file = folder.find(row.case_id);
            if (file) rows.push_back(views::job_to_do(sight, *file, row));
        }
        print_rows(cli,
                   {{"job", "JOB"},
                    {"handler", "HANDLER"},
                    {"stage", "STAGE"},
                    {"status", "STATUS"},
                    {"attempt", "ATTEMPT"},
                    {"worker", "WORKER"},
                    {"until", "LEASED UNTIL"},
                    {"retry_at", "TRIED AGAIN AT"}},
                   rows, "No job waits.");
        return 0;
    });

    auto* complete = add_command(*jobs, "complete", "Say that a job is done; the case moves on.",
                                 "reeve job complete noise-5/j5 --set persons=2 --as chen-yu");
    auto data = add_data_options(complete);
    on_job(cli, complete, [data](Folder& folder, const Reference& job) -> Result<core::Wish> {
        auto file = folder.find(job.case_id);
        if (!file) return std::unexpected(file.error());
        auto values = data_of(*data, file->program->data_schema);
        if (!values) return std::unexpected(values.error());
        return core::CompleteJob{job.id, std::move(*values)};
    });

    auto* fail =
        add_command(*jobs, "fail", "Say that a job failed; it is tried again as its definition says.",
                    "reeve job fail noise-5/j5 --error 'register does not answer' --as chen-yu");
    auto error = std::make_shared<std::string>();
    auto final = std::make_shared<bool>(false);
    fail->add_option("--error", *error, "What went wrong")->required();
    fail->add_flag("--final", *final, "Do not try again");
    on_job(cli, fail, [error, final](Folder&, const Reference& job) -> Result<core::Wish> {
        return core::FailJob{job.id, *error, !*final};
    });
}

}  // namespace reeve::cli
