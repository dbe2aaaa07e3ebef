// reeve org load|show|unit|post|person|absence: who answers for what.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"

namespace reeve::cli {

namespace {

using Events = std::vector<org::Event>;

// What followed from a change in the cases: rows for people, and for --json under "followed".
using Followed = std::function<Json(Folder&)>;

// A change of the organisation: `make` gives its events.
GivenPtr changes_org(Cli& cli, CLI::App* command, std::function<Result<Events>(Folder&)> make,
                     Followed followed = {}) {
    return changes(
        cli, command, [&cli, make = std::move(make), followed = std::move(followed)](Folder& folder) {
            auto who = folder.actor();
            if (!who) return refused(cli, who.error());
            auto events = make(folder);
            if (!events) return refused(cli, events.error());
            const auto count = events->size();
            Json what = Json::array();
            for (const auto& event : *events) what.push_back(org::to_json(event));
            if (count > 0)
                if (auto done = folder.engine().change(std::move(*events), *who); !done)
                    return refused(cli, done.error());
            const Json after = followed ? followed(folder) : Json::array();
            if (cli.json) {
                print_json(followed ? Json{{"changes", what}, {"followed", after}} : Json{{"changes", what}});
                return 0;
            }
            if (count == 0)
                fmt::print("Nothing to change: the organisation is so already.\n");
            else
                fmt::print("{} recorded.\n", count == 1 ? "1 change" : fmt::format("{} changes", count));
            if (!after.empty())
                fmt::print(
                    "\n{}",
                    table({{"what", "WHAT"}, {"title", "TITLE"}, {"now", "NOW WITH"}, {"todo", "TO DO"}},
                          after, may_colour(stdout)));
            return 0;
        });
}

void print_tree(Folder& folder, const Json& units) {
    const auto& directory = folder.directory();
    for (const auto& unit : units) {
        std::size_t depth = 0;
        for (auto above = directory.parent(plain(unit["id"])); !above.empty();
             above = directory.parent(above))
            ++depth;
        const std::string indent(2 * depth, ' ');
        auto title = plain(unit["title"]["en"]);
        if (title.empty()) title = plain(unit["title"]["zh"]);
        fmt::print("{}{}  {} ({})\n", indent, plain(unit["id"]), title, plain(unit["level"]));
        for (const auto& post : unit["posts"]) {
            std::string holders;
            for (const auto& holder : post["holders"])
                holders += (holders.empty() ? "" : ", ") + folder.wording().person(plain(holder)) +
                           (directory.absent(plain(holder), folder.now()) ? ", absent" : "");
            if (post["vacant"] != 0)
                holders += fmt::format("{}{} vacant", holders.empty() ? "" : "; ", plain(post["vacant"]));
            fmt::print("{}    {}: {}\n", indent, plain(post["role"]), holders);
        }
    }
}

void add_org_show(CLI::App& org, Cli& cli) {
    auto* command =
        add_command(org, "show", "Show the unit tree with its posts, who holds them and what is vacant.",
                    "reeve org show --unit north");
    auto unit = std::make_shared<std::string>();
    auto people = std::make_shared<bool>(false), absences = std::make_shared<bool>(false);
    command->add_option("--unit", *unit, "Only this unit and below");
    command->add_flag("--people", *people, "List the persons instead");
    command->add_flag("--absences", *absences, "List the absences instead");
    reads(cli, command, [&cli, unit, people, absences](Folder& folder) {
        const auto& directory = folder.directory();
        auto within = folder.below(*unit);
        if (!within) return refused(cli, within.error());
        const auto wanted = [&](const std::string& id) {
            return unit->empty() || std::find(within->begin(), within->end(), id) != within->end();
        };
        Json rows = Json::array();
        if (*absences) {
            for (const auto& one : directory.absences())
                rows.push_back(views::absence_row(folder.sight(), one));
            print_rows(cli,
                       {{"person", "PERSON"},
                        {"from", "FROM"},
                        {"to", "TO"},
                        {"substitute", "SUBSTITUTE"},
                        {"reason", "REASON"}},
                       rows, "Nobody is or was absent.");
            return 0;
        }
        if (*people) {
            std::set<std::string> here;
            for (const auto* post : directory.posts())
                if (wanted(post->unit)) here.insert(post->holders.begin(), post->holders.end());
            for (const auto* one : directory.people())
                if (unit->empty() || here.contains(one->id))
                    rows.push_back(views::person_row(folder.sight(), *one));
            print_rows(cli,
                       {{"person", "PERSON"},
                        {"name", "NAME"},
                        {"roles", "ROLES"},
                        {"active", "ACTIVE"},
                        {"absent", "ABSENT"}},
                       rows, "There is nobody yet.");
            return 0;
        }
        for (const auto* one : directory.units())
            if (wanted(one->id)) rows.push_back(views::unit_row(folder.sight(), *one));
        if (cli.json)
            print_json(rows);
        else if (rows.empty())
            fmt::print("There is no unit yet; reeve org load FILE brings them.\n");
        else
            print_tree(folder, rows);
        return 0;
    });
}

void add_unit_and_post(CLI::App& org, Cli& cli) {
    auto* units = add_noun(org, "unit", "Change the unit tree.", "Commands",
                           "reeve org unit set west --parent office --level team --as chen-yu");
    auto* set = add_command(*units, "set", "Add a unit, or change what is given of one.",
                            "reeve org unit set west --title West --parent office --level team --as chen-yu");
    auto unit = std::make_shared<org::Unit>();
    set->add_option("UNIT", unit->id, "Its id")->required();
    set->add_option("--title", unit->title_en, "Its name in English");
    set->add_option("--title-zh", unit->title_zh, "Its name in Chinese");
    set->add_option("--parent", unit->parent, "The unit above it")->type_name("UNIT");
    set->add_option("--level", unit->level, "county, township, bureau, …");
    set->add_option("--kind", unit->kind, "Free: police post, …");
    changes_org(cli, set, [unit](Folder& folder) -> Result<Events> {
        org::Unit wanted = *unit;
        if (const auto* before = folder.directory().unit(unit->id))  // what is not given stays
            for (auto part : {&org::Unit::title_en, &org::Unit::title_zh, &org::Unit::parent,
                              &org::Unit::level, &org::Unit::kind})
                if (((*unit).*part).empty()) wanted.*part = before->*part;
        return Events{org::UnitSet{wanted}};
    });
    auto* remove = add_command(*units, "remove", "Take an empty unit out of the tree.",
                               "reeve org unit remove east --as chen-yu");
    auto id = std::make_shared<std::string>();
    remove->add_option("UNIT", *id, "Its id")->required();
    changes_org(cli, remove, [id](Folder&) -> Result<Events> { return Events{org::UnitRemoved{*id}}; });

    auto* posts = add_noun(org, "post", "Change posts: a role at a unit, its places and holders.", "Commands",
                           "reeve org post set north clerk --holder li-na --as chen-yu");
    auto* post_set = add_command(
        *posts, "set", "Say how many places a post has and who holds them.",
        "reeve org post set north clerk --authorised 2 --holder li-na --holder wang-wei --as chen-yu");
    auto post = std::make_shared<org::Post>();
    auto vacant = std::make_shared<bool>(false);
    post->authorised = 0;
    post_set->add_option("UNIT", post->unit, "The unit")->required();
    post_set->add_option("ROLE", post->role, "The role")->required();
    post_set->add_option("--authorised", post->authorised, "How many places; without it as before, or one")
        ->type_name("NUMBER");
    post_set->add_option("--holder", post->holders, "Who holds a place; again for more; without it as before")
        ->type_name("PERSON")
        ->allow_extra_args(false);
    post_set->add_flag("--vacant", *vacant, "Nobody holds it");
    changes_org(cli, post_set, [post, vacant](Folder& folder) -> Result<Events> {
        org::Post wanted = *post;
        for (const auto* before : folder.directory().posts(post->unit)) {
            if (before->role != post->role) continue;
            if (wanted.authorised == 0) wanted.authorised = before->authorised;
            if (wanted.holders.empty() && !*vacant) wanted.holders = before->holders;
        }
        if (wanted.authorised == 0)
            wanted.authorised = std::max<int>(1, static_cast<int>(wanted.holders.size()));
        return Events{org::PostSet{wanted}};
    });
}

// What a person had before they left.
struct Had {
    std::vector<store::CaseRow> cases;
    std::vector<store::TaskRow> tasks;
};

Json what_became_of(Folder& folder, const Had& had) {
    Json rows = Json::array();
    const auto now_with = [](const std::string& person) { return person.empty() ? "nobody" : person; };
    for (const auto& before : had.cases) {
        const auto row = folder.reader().find_case(before.id);
        if (!row) continue;
        rows.push_back(
            {{"what", row->id},
             {"title", row->title},
             {"now", now_with(row->owner)},
             {"todo", row->owner.empty() ? "name an owner: reeve case own " + row->id + " PERSON" : ""}});
    }
    for (const auto& before : had.tasks)
        for (const auto& row : folder.reader().tasks({.case_id = before.case_id})) {
            if (row.id != before.id) continue;
            const auto name = row.case_id + "/" + row.id;
            rows.push_back({{"what", name},
                            {"title", row.title.empty() ? row.name : row.title},
                            {"now", now_with(row.person)},
                            {"todo", row.person.empty() ? "reeve task assign " + name + " PERSON" : ""}});
        }
    return rows;
}

void add_person(CLI::App& org, Cli& cli) {
    auto* people = add_noun(org, "person", "Change who works here.", "Commands",
                            "reeve org person add zhao-min --name 'Zhao Min' --as chen-yu");
    auto* add = add_command(
        *people, "add", "Add a person, or change what is given of one.",
        "reeve org person add zhao-min --name 'Zhao Min' --reach mail=zhao@office.example --as chen-yu");
    struct New {
        std::string id, name, language;
        std::vector<std::string> reach;
    };
    auto person = std::make_shared<New>();
    add->add_option("PERSON", person->id, "The id")->required();
    add->add_option("--name", person->name, "What they are called");
    add->add_option("--language", person->language, "Of alerts: en or zh")
        ->check(CLI::IsMember({"en", "zh"}))
        ->type_name("LANGUAGE");
    add->add_option("--reach", person->reach, "Where alerts reach them; again for more")
        ->type_name("CHANNEL=ADDRESS")
        ->allow_extra_args(false);
    changes_org(cli, add, [person](Folder& folder) -> Result<Events> {
        org::Person wanted;
        if (const auto* before = folder.directory().person(person->id)) wanted = *before;
        wanted.id = person->id;
        wanted.active = true;
        if (!person->name.empty()) wanted.name = person->name;
        if (!person->language.empty()) wanted.language = person->language;
        for (const auto& text : person->reach) {
            const auto equals = text.find('=');
            if (equals == std::string::npos || equals == 0)
                wrong_use("--reach", "expected CHANNEL=ADDRESS, not \"" + text + "\"");
            wanted.reach[text.substr(0, equals)] = text.substr(equals + 1);
        }
        return Events{org::PersonSet{wanted}};
    });
    auto* leave =
        add_command(*people, "leave", "A person leaves every post; says what became of what they had.",
                    "reeve org person leave zhou-jie --as chen-yu");
    auto gone = std::make_shared<std::string>();
    leave->add_option("PERSON", *gone, "Who leaves")->required();
    auto had = std::make_shared<Had>();
    changes_org(
        cli, leave,
        [gone, had](Folder& folder) -> Result<Events> {
            had->cases = folder.reader().cases({.status = "open", .owner = *gone});
            had->tasks = folder.reader().tasks({.person = *gone});
            return Events{org::PersonLeft{*gone}};
        },
        [had](Folder& folder) { return what_became_of(folder, *had); });
}

void add_absence(CLI::App& org, Cli& cli) {
    auto* absences = add_noun(org, "absence", "Say who is away and who stands in.", "Commands",
                              "reeve org absence add li-na --from 2026-03-09 --to 2026-03-13 --as li-na");
    auto* add = add_command(
        *absences, "add", "Record an absence; what falls to the person goes to the substitute.",
        "reeve org absence add li-na --from 2026-03-09 --to 2026-03-13 --substitute wang-wei --as li-na");
    struct Away {
        std::string person, from, to, substitute;
    };
    auto away = std::make_shared<Away>();
    add->add_option("PERSON", away->person, "Who is away")->required();
    add->add_option("--from", away->from, "The beginning")->type_name("TIME")->required();
    add->add_option("--to", away->to, "The day, or the time, of the return: a day alone is its beginning")
        ->type_name("TIME")
        ->required();
    add->add_option("--substitute", away->substitute, "Who stands in; without it the next superior")
        ->type_name("PERSON");
    auto given = changes_org(cli, add, [away](Folder& folder) -> Result<Events> {
        auto from = folder.instant(away->from), to = folder.instant(away->to);
        if (!from) return refuse(from.error().code, from.error().message, "--from");
        if (!to) return refuse(to.error().code, to.error().message, "--to");
        return Events{
            org::AbsenceRecorded{{away->person, {*from, *to}, away->substitute, folder.given().reason}}};
    });
    add_reason(add, given);
    auto* end =
        add_command(*absences, "end", "The person is back.", "reeve org absence end zhou-jie --as chen-yu");
    auto back = std::make_shared<std::string>(), at = std::make_shared<std::string>();
    end->add_option("PERSON", *back, "Who is back")->required();
    end->add_option("--at", *at, "Since when; without it now")->type_name("TIME");
    changes_org(cli, end, [back, at](Folder& folder) -> Result<Events> {
        auto when = at->empty() ? Result<time::Instant>(folder.now()) : folder.instant(*at);
        if (!when) return refuse(when.error().code, when.error().message, "--at");
        return Events{org::AbsenceEnded{*back, *when}};
    });
}

}  // namespace

void add_org(CLI::App& app, Cli& cli) {
    auto* org = add_noun(app, "org", "Units, posts, people and absences.", "Administration",
                         "reeve org show --unit north");
    add_org_load(*org, cli);
    add_org_show(*org, cli);
    add_unit_and_post(*org, cli);
    add_person(*org, cli);
    add_absence(*org, cli);
}

}  // namespace reeve::cli
