#include "engine/cli/replay.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "engine/cli/telling.h"
#include "engine/cli/world.h"

namespace reeve::cli {

namespace {

core::Wish wish_of(World& world, const Deed& deed, const core::CaseState* state) {
    std::vector<core::Document> documents;
    for (const auto& kind : deed.documents) documents.push_back(world.paper(kind));
    if (deed.kind == Deed::Kind::act) {
        core::Act act;
        act.action = deed.name;
        act.stage = deed.stage;
        act.data = deed.data;
        act.documents = documents;
        act.reason = deed.reason;
        return act;
    }
    if (deed.kind == Deed::Kind::message) return core::SendMessage{deed.name, deed.data};
    core::CompleteTask task;
    task.task = deed.name;
    if (state)
        for (const auto& t : state->tasks)
            if (t.name == deed.name && t.status == core::TaskStatus::open) task.task = t.id;
    task.data = deed.data;
    task.documents = documents;
    task.reason = deed.reason;
    return task;
}

// One office with one clerk who holds the post of its head: enough to own every case.
std::vector<org::Event> one_office(const PlayMap& map) {
    org::Unit office;
    office.id = map.unit;
    office.title_en = office.title_zh = map.unit;
    office.level = "office";
    org::Person clerk;
    clerk.id = clerk.name = map.actor;
    return {org::UnitSet{office}, org::PersonSet{clerk}, org::PostSet{{map.unit, "head", 1, {map.actor}}}};
}

class Player {
  public:
    Player(World& world, const PlayMap& map, std::string definition, const std::string& events,
           Replay& replay)
        : world_(world), map_(map), definition_(std::move(definition)), events_(events), replay_(replay) {}

    void play(const Milestone& milestone) {
        const auto& deeds = map_.activities.find(milestone.activity)->second;
        std::optional<Error> refused;
        for (const auto& deed : deeds) {
            if (deed.kind == Deed::Kind::ignore) {
                ++replay_.ignored;
                return;
            }
            refused = try_deed(milestone, deed);
            if (!refused) {
                ++replay_.milestones;
                return;
            }
        }
        replay_.unplayed.push_back(
            {refused->code,
             fmt::format("case {}, \"{}\": {}", milestone.case_id, milestone.activity, refused->message),
             fmt::format("{}:{}", events_, milestone.row)});
    }

    const std::vector<std::string>& started() const { return started_; }

  private:
    std::optional<Error> try_deed(const Milestone& milestone, const Deed& deed) {
        core::Command command;
        command.case_id = milestone.case_id;
        command.actor = deed.actor.empty() ? map_.actor : deed.actor;
        if (deed.kind == Deed::Kind::start) {
            core::StartCase start;
            start.definition = definition_;
            start.unit = map_.unit;
            start.data = deed.data;
            command.wish = start;
        } else if (deed.kind == Deed::Kind::task) {
            auto file = world_.engine().find(milestone.case_id);
            command.wish = wish_of(world_, deed, file ? &file->state : nullptr);
        } else {
            command.wish = wish_of(world_, deed, nullptr);
        }
        auto receipt = world_.ask_at(std::move(command), milestone.at);
        if (!receipt) return receipt.error();
        if (deed.kind == Deed::Kind::start) started_.push_back(milestone.case_id);
        return std::nullopt;
    }

    World& world_;
    const PlayMap& map_;
    std::string definition_;
    const std::string& events_;
    Replay& replay_;
    std::vector<std::string> started_;
};

ReplayedClock row_of(const store::CaseFile& file, const core::ClockState& clock, time::Instant until) {
    ReplayedClock row{file.state.id, clock.name, status_text(clock.status), clock.from, clock.due, {}, 0, {}};
    if (clock.status == core::ClockStatus::met || clock.status == core::ClockStatus::expired) {
        row.done = clock.ended;
        row.late_ms = clock.late_ms;
    } else if (clock.status == core::ClockStatus::running && clock.due < until) {
        row.late_ms = (until - clock.due).count();
    }
    const auto& program = *file.program;
    const int ladder = clock.rule == model::none ? model::none : program.clocks[clock.rule].ladder;
    if (ladder == model::none) return row;
    const auto& steps = program.ladders[ladder].steps;
    for (std::size_t i = 0; i < steps.size() && i < clock.steps.size(); ++i) {
        const bool fired = std::ranges::any_of(file.state.escalations, [&](const auto& e) {
            return e.clock == clock.id && e.step == static_cast<int>(i) && e.repeat == 0;
        });
        row.steps.push_back({steps[i].text, clock.steps[i], fired});
    }
    return row;
}

std::string folded(std::string_view text) {
    std::string word;
    for (char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80)
            word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        else if (!word.empty() && word.back() != '-')
            word += '-';
    }
    while (word.ends_with('-')) word.pop_back();
    return word;
}

}  // namespace

std::map<std::string, std::vector<Deed>, std::less<>> guess_deeds(const model::Program& program,
                                                                  const std::vector<Milestone>& milestones) {
    std::map<std::string, std::vector<Deed>, std::less<>> deeds;
    std::set<std::string> seen;
    for (const auto& m : milestones)
        if (seen.insert(m.case_id).second && deeds[m.activity].empty())
            deeds[m.activity].push_back({Deed::Kind::start, "", "", "", "", {}, Json::object()});
    for (const auto& m : milestones) {
        if (deeds.contains(m.activity)) continue;
        const auto wanted = folded(m.activity);
        std::set<std::pair<Deed::Kind, std::string>> found;
        auto same = [&](const std::string& name, const model::Text& title) {
            return folded(name) == wanted || folded(title.en) == wanted || folded(title.zh) == wanted;
        };
        for (const auto& stage : program.stages) {
            for (const auto& action : stage.actions)
                if (same(action.name, action.title)) found.emplace(Deed::Kind::act, action.name);
            for (const auto& [message, to] : stage.on)
                if (folded(message) == wanted) found.emplace(Deed::Kind::message, message);
            for (const auto& task : stage.tasks)
                if (same(task.name, task.title)) found.emplace(Deed::Kind::task, task.name);
        }
        for (const auto& [kind, name] : found)
            deeds[m.activity].push_back({kind, name, "", "", "", {}, Json::object()});
    }
    return deeds;
}

std::expected<Replay, Errors> replay(const std::string& definition, const std::string& events, PlayMap map,
                                     const std::function<void(std::size_t, std::size_t)>& progress) {
    auto milestones = read_milestones(events, map);
    if (!milestones) return std::unexpected(Errors{milestones.error()});
    if (milestones->empty())
        return std::unexpected(Errors{{"empty-record", "the record has a header and no milestone", events}});
    Replay replay;
    replay.first = milestones->front().at;
    replay.until = map.until.value_or(milestones->back().at);

    World world(replay.first);
    const auto loaded = model::load({definition}, {}, replay.first);
    if (!loaded.front().errors.empty()) return std::unexpected(loaded.front().errors);
    const auto& program = *loaded.front().compiled->program;
    if (auto errors = world.deploy({definition}); !errors.empty()) return std::unexpected(errors);
    if (!map.organisation.empty()) {
        if (auto errors = world.load_organisation(map.organisation); !errors.empty())
            return std::unexpected(errors);
    } else if (auto done = world.engine().change(one_office(map), core::system_actor); !done) {
        return std::unexpected(Errors{done.error()});
    }

    if (map.activities.empty()) map.activities = guess_deeds(program, *milestones);
    Errors unmapped;
    std::set<std::string> unknown;
    for (const auto& m : *milestones) {
        auto it = map.activities.find(m.activity);
        if ((it == map.activities.end() || it->second.empty()) && unknown.insert(m.activity).second)
            unmapped.push_back(
                {"unmapped-activity",
                 fmt::format("{} what \"{}\" does; say it under \"activities\" (\"ignore\" for nothing)",
                             map.name.empty() ? "no map says, and no action, message or task is called so,"
                                              : map.name + " does not say",
                             m.activity),
                 fmt::format("{}:{}", events, m.row)});
    }
    if (!unmapped.empty()) return std::unexpected(unmapped);

    Player player(world, map, program.id, events, replay);
    for (std::size_t i = 0; i < milestones->size(); ++i) {
        const auto& milestone = (*milestones)[i];
        if (milestone.at > replay.until) {
            replay.beyond = milestones->size() - i;
            break;
        }
        player.play(milestone);
        if (progress) progress(i + 1, milestones->size());
    }
    world.run_until(std::max(replay.until, world.now()));
    replay.cases = player.started().size();
    for (const auto& id : player.started()) {
        auto file = world.engine().find(id);
        if (!file) return std::unexpected(Errors{file.error()});
        for (const auto& clock : file->state.clocks)
            replay.clocks.push_back(row_of(*file, clock, replay.until));
    }
    return replay;
}

namespace {

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string out = "\"";
    for (char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + '"';
}

std::string moment(time::Instant at) { return at == time::Instant::max() ? "" : time::to_utc_string(at); }

std::string seconds(std::int64_t ms) {
    return ms % 1000 ? fmt::format("{}.{:03}", ms / 1000, ms % 1000) : fmt::format("{}", ms / 1000);
}

}  // namespace

std::string csv(const Replay& replay) {
    std::size_t steps = 0;
    for (const auto& clock : replay.clocks) steps = std::max(steps, clock.steps.size());
    std::string text = "case,clock,start,done,due,lateness,status";
    for (std::size_t i = 1; i <= steps; ++i)
        text += fmt::format(",step_{0},step_{0}_moment,step_{0}_fired", i);
    text += '\n';
    for (const auto& clock : replay.clocks) {
        text += fmt::format("{},{},{},{},{},{},{}", quoted(clock.case_id), quoted(clock.clock),
                            moment(clock.start), clock.done ? moment(*clock.done) : "", moment(clock.due),
                            seconds(clock.late_ms), clock.status);
        for (std::size_t i = 0; i < steps; ++i) {
            if (i < clock.steps.size())
                text += fmt::format(",{},{},{}", quoted(clock.steps[i].at), moment(clock.steps[i].moment),
                                    clock.steps[i].fired ? 1 : 0);
            else
                text += ",,,";
        }
        text += '\n';
    }
    return text;
}

}  // namespace reeve::cli
