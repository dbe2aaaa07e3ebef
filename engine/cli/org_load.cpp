// reeve org load: the organisation as a file says it, and what that changes.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"
#include "engine/spelling.h"

namespace reeve::cli {

namespace {

std::string listed(const std::vector<std::string>& words) {
    return words.empty() ? "nobody" : fmt::format("{}", fmt::join(words, ", "));
}

// What an event changes, for who loads a file over an organisation that is there.
std::string in_words(const org::Event& event, const org::Directory& now) {
    if (const auto* e = std::get_if<org::UnitSet>(&event))
        return fmt::format("unit {}: {}", e->unit.id, now.unit(e->unit.id) ? "changed" : "new");
    if (const auto* e = std::get_if<org::UnitRemoved>(&event))
        return fmt::format("unit {}: removed", e->unit);
    if (const auto* e = std::get_if<org::PersonSet>(&event))
        return fmt::format("person {}: {}", e->person.id, now.person(e->person.id) ? "changed" : "new");
    if (const auto* e = std::get_if<org::PersonLeft>(&event))
        return fmt::format("person {}: leaves", e->person);
    if (const auto* e = std::get_if<org::AbsenceRecorded>(&event))
        return fmt::format("absence of {}: recorded", e->absence.person);
    if (const auto* e = std::get_if<org::AbsenceEnded>(&event))
        return fmt::format("absence of {}: ended", e->person);
    const auto& post = std::get<org::PostSet>(event).post;
    std::string was = "new";
    for (const auto* before : now.posts(post.unit))
        if (before->role == post.role)
            was = fmt::format("{} of {} held by {}", before->holders.size(), before->authorised,
                              listed(before->holders));
    if (post.authorised == 0) return fmt::format("post {}@{}: removed (was {})", post.role, post.unit, was);
    return fmt::format("post {}@{}: {} of {} held by {} (was {})", post.role, post.unit, post.holders.size(),
                       post.authorised, listed(post.holders), was);
}

}  // namespace

std::optional<Error> brings(const std::vector<org::Event>& events, const std::string& actor) {
    std::vector<std::string> people;
    for (const auto& event : events)
        if (const auto* set = std::get_if<org::PersonSet>(&event)) people.push_back(set->person.id);
    if (std::ranges::find(people, actor) != people.end()) return std::nullopt;
    return Error{"unknown-person",
                 "whoever brings the organisation is a person of it, and the file knows no \"" + actor +
                     "\"" + did_you_mean(actor, people),
                 "--as"};
}

void add_org_load(CLI::App& org, Cli& cli) {
    auto* command =
        add_command(org, "load", "Make the organisation what a file says: units, posts, people, absences.",
                    "reeve org load organisation.json --as chen-yu");
    auto file = std::make_shared<std::string>();
    command->add_option("FILE", *file, "JSON with comments; docs/organisation.md")
        ->required()
        ->check(CLI::ExistingFile);
    auto dry_run = std::make_shared<bool>(false);
    command->add_flag("--dry-run", *dry_run, "Only list what would change");
    changes(cli, command, [&cli, file, dry_run](Folder& folder) {
        auto who = folder.actor();
        if (!who) return refused(cli, who.error());
        auto events = org::load(*file, folder.directory());
        if (!events) {
            for (const auto& error : events.error()) refused(cli, error);
            return 1;
        }
        if (folder.directory().people().empty())
            if (auto no = brings(*events, *who)) return refused(cli, *no);
        Json what = Json::array(), words = Json::array();
        auto after = folder.directory();
        for (const auto& event : *events) after.apply(event);
        if (auto no = org::check_outcome(folder.directory(), after)) return refused(cli, *no);
        for (const auto& event : *events) {
            what.push_back(org::to_json(event));
            words.push_back(in_words(event, folder.directory()));
        }
        const auto count = events->size();
        if (count > 0 && !*dry_run)
            if (auto done = folder.engine().change(std::move(*events), *who); !done)
                return refused(cli, done.error());
        if (cli.json) {
            print_json({{"changes", what}, {"dry_run", *dry_run}});
            return 0;
        }
        for (const auto& line : words) fmt::print("{}\n", plain(line));
        if (count == 0)
            fmt::print("Nothing to change: the organisation is so already.\n");
        else
            fmt::print("{} {}.\n", count == 1 ? "1 change" : fmt::format("{} changes", count),
                       *dry_run ? "would be made" : "recorded");
        return 0;
    });
}

}  // namespace reeve::cli
