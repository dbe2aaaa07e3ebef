// What a scenario expects: events that happened, and how things stand.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "engine/cli/scenario_run.h"
#include "engine/cli/telling.h"
#include "engine/spelling.h"

namespace reeve::cli {

namespace {

using core::Recorded;

// One expectation about an event: its name, its case, and what must be found in it.
struct Wanted {
    std::string event, case_id;
    std::vector<std::string> words;  // each the value of some field
    std::vector<Word> fields;        // each the value of that field
    std::optional<std::string> actor;
    std::optional<time::Instant> at;
    std::optional<int> step, repeat;
    std::vector<std::string> told;
};

int number(Words& words, const char* what) {
    const auto word = words.next(what);
    int value = 0;
    for (char c : word) {
        if (c < '0' || c > '9') words.fail(fmt::format("expected {}, found {}", what, word));
        value = value * 10 + (c - '0');
    }
    return value;
}

Wanted read_wanted(Playing& p, Words& words) {
    Wanted wanted;
    wanted.event = words.next("the name of an event");
    static const std::vector<std::string> known = event_names();
    if (std::find(known.begin(), known.end(), wanted.event) == known.end())
        words.fail(fmt::format("\"{}\" is neither an event nor anything else that can be expected{}",
                               wanted.event, did_you_mean(wanted.event, known)),
                   "unknown-event");
    wanted.case_id = p.case_id(words);
    while (words.peek()) {
        if (words.next_is("by")) {
            wanted.actor = words.next("a person");
        } else if (words.next_is("at")) {
            wanted.at = p.instant(words, words.next("a time"));
        } else if (words.next_is("step")) {
            wanted.step = number(words, "a number of a step, from 1");
        } else if (words.next_is("repeat")) {
            wanted.repeat = number(words, "a number of a repetition, from 1");
        } else if (words.next_is("->")) {
            while (auto who = words.next_if()) {
                while (who->ends_with(',')) who->pop_back();
                if (!who->empty()) wanted.told.push_back(*who);
            }
        } else {
            wanted.words.push_back(*words.next_if());
        }
    }
    wanted.fields = words.left();
    return wanted;
}

// Whether `who` (a person, or ROLE:UNIT) is among those told.
bool told(const World& world, const std::string& who, const std::vector<std::string>& people,
          time::Instant at) {
    if (std::find(people.begin(), people.end(), who) != people.end()) return true;
    const auto colon = who.find(':');
    if (colon == std::string::npos) return false;
    org::Who role{
        org::Who::Kind::role, who.substr(0, colon), {org::Where::Kind::unit, who.substr(colon + 1)}};
    const auto directory = world.engine().directory();
    if (!directory->unit(role.where.name)) return false;
    org::Asking asking;
    asking.at = at;
    asking.unit = role.where.name;
    const auto found = directory->resolve(role, asking).people;
    return !found.empty() && std::all_of(found.begin(), found.end(), [&](const auto& one) {
        return std::find(people.begin(), people.end(), one.person) != people.end();
    });
}

bool matches(const Playing& p, const Wanted& wanted, const Recorded& recorded, const core::CaseState& state) {
    if (core::name(recorded.event) != wanted.event) return false;
    if (wanted.actor && *wanted.actor != recorded.actor) return false;
    const auto* fired = std::get_if<core::EscalationFired>(&recorded.event);
    // A step takes effect at its moment, even when the engine was down and recorded it later.
    if (wanted.at && recorded.at != *wanted.at && !(fired && fired->planned == *wanted.at)) return false;
    if (wanted.step && (!fired || fired->step + 1 != *wanted.step)) return false;
    if (wanted.repeat && (!fired || fired->repeat != *wanted.repeat)) return false;
    const auto facts = facts_of(recorded, state);
    for (const auto& who : wanted.told)
        if (!told(*p.world, who, people_told(recorded.event), recorded.at)) return false;
    for (const auto& word : wanted.words)
        if (std::none_of(facts.begin(), facts.end(),
                         [&](const auto& f) { return f.value == word || p.name(f.value) == word; }))
            return false;
    for (const auto& field : wanted.fields)
        if (std::none_of(facts.begin(), facts.end(), [&](const auto& f) {
                return f.field == field.key && (f.value == field.text || p.name(f.value) == field.text);
            }))
            return false;
    return true;
}

// The events nearest to what was wanted: those of its name, else the last ones of the case.
std::vector<std::string> nearest_facts(const Playing& p, const std::vector<Recorded>& events,
                                       const std::string& name, const char* since) {
    std::vector<std::string> same, all;
    for (const auto& e : events) {
        all.push_back(tell(p, e));
        if (core::name(e.event) == name) same.push_back(all.back());
    }
    auto& list = same.empty() ? all : same;
    if (list.empty()) return {fmt::format("nothing happened in this case {}", since)};
    if (list.size() > 8) list.erase(list.begin(), list.end() - 8);
    return list;
}

// "it is 2026-03-06T16:00:00+01:00; planned next is step 2 of review at …": for who expected it too early.
std::string what_is_next(const Playing& p, const core::CaseState& state) {
    const core::ClockState* next = nullptr;
    const auto planned = [](const core::ClockState& clock) { return clock.steps[clock.fired]; };
    for (const auto& clock : state.clocks)
        if (clock.status == core::ClockStatus::running &&
            clock.fired < static_cast<int>(clock.steps.size()) && (!next || planned(clock) < planned(*next)))
            next = &clock;
    return fmt::format("it is {}; {}", time::to_string(p.world->now(), *p.zone),
                       next ? fmt::format("planned next is step {} of {} at {}", next->fired + 1, next->name,
                                          time::to_string(planned(*next), *p.zone))
                            : "no step is planned");
}

enum class Range { just_now, ever };

void expect_event(Playing& p, Words& words, Range range, bool none, std::optional<int> count = {}) {
    const auto wanted = read_wanted(p, words);
    const auto state = p.state(words, wanted.case_id);
    auto events = p.world->since(range == Range::ever ? 0 : p.mark, wanted.case_id);
    int found = 0;
    std::vector<std::string> those;
    for (const auto& e : events)
        if (matches(p, wanted, e, state)) {
            ++found;
            those.push_back(tell(p, e));
        }
    if (count) {
        if (found != *count) {
            those.insert(those.begin(), fmt::format("it happened {} times", found));
            p.fail(words.line(), those);
        }
    } else if (none) {
        if (found) p.fail(words.line(), those);
    } else if (!found) {
        auto near = nearest_facts(p, events, wanted.event,
                                  range == Range::ever ? "at all" : "since the last line that was played");
        near.push_back(what_is_next(p, state));
        p.fail(words.line(), std::move(near));
    }
}

void compare(Playing& p, Words& words, bool good, std::string happened) {
    words.finish();
    if (!good) p.fail(words.line(), {std::move(happened)});
}

void refused(Playing& p, Words& words) {
    const auto code = words.next("the code of a refusal");
    words.finish();
    if (!p.refused) return p.fail(words.line(), {"the command before was not refused"});
    if (p.refused->code != code)
        p.fail(words.line(), {fmt::format("refused ({}): {}", p.refused->code, p.refused->text())});
}

void owner(Playing& p, Words& words) {
    const auto state = p.state(words, p.case_id(words));
    const auto person = words.next("a person");
    compare(p, words, state.owner == (person == "nobody" ? "" : person),
            state.owner.empty() ? "nobody owns it" : "the owner is " + state.owner);
}

void unit(Playing& p, Words& words) {
    const auto state = p.state(words, p.case_id(words));
    const auto unit = words.next("a unit");
    compare(p, words, state.unit == unit, "the unit is " + state.unit);
}

void stage(Playing& p, Words& words) {
    const auto state = p.state(words, p.case_id(words));
    std::vector<std::string> wanted, active;
    do {
        auto name = words.next("a stage");
        if (name.ends_with(',')) name.pop_back();
        wanted.push_back(name);
    } while (words.peek());
    for (const auto& s : state.stages) active.push_back(s.stage);
    std::sort(wanted.begin(), wanted.end());
    std::sort(active.begin(), active.end());
    compare(p, words, wanted == active,
            active.empty() ? "no stage is active" : fmt::format("active: {}", fmt::join(active, ", ")));
}

void case_status(Playing& p, Words& words) {
    const auto state = p.state(words, p.case_id(words));
    const auto status = words.next("open, closed or cancelled");
    const auto outcome = words.next_if();
    const auto is = status_text(state.status);
    compare(p, words, is == status && (!outcome || *outcome == state.outcome),
            fmt::format("the case is {}{}", is, state.outcome.empty() ? "" : ", outcome " + state.outcome));
}

const core::ClockState& clock_of(const core::CaseState& state, Words& words, const std::string& name) {
    if (const auto* clock = state.clock(name)) return *clock;
    std::vector<std::string> known;
    for (const auto& clock : state.clocks) known.push_back(clock.name);
    words.fail(fmt::format("the case has no clock {}; it has {}", name, fmt::join(known, ", ")),
               "unknown-clock");
}

void light(Playing& p, Words& words) {
    const auto state = p.state(words, p.case_id(words));
    auto wanted = words.next("a light");
    auto is = core::light(state);
    if (auto second = words.next_if()) {
        is = clock_of(state, words, wanted).light;
        wanted = *second;
    }
    compare(p, words, wanted == model::to_string(is), fmt::format("the light is {}", model::to_string(is)));
}

void clock(Playing& p, Words& words) {
    const auto state = p.state(words, p.case_id(words));
    const auto& clock = clock_of(state, words, words.next("a clock"));
    const auto status = words.next("running, paused, met, expired or cancelled");
    bool good = status_text(clock.status) == status;
    if (words.next_is("due")) {
        const auto wanted = p.instant(words, words.next("a time"));
        good = good && clock.due == wanted;
    }
    if (words.next_is("late")) {
        const auto wanted = p.duration(words, words.rest("a duration, such as 2 hours"));
        good = good && wanted.elapsed.count() + wanted.days * 86'400'000 == clock.late_ms;
    }
    compare(p, words, good,
            fmt::format("clock {} is {}, due {}, late {}", clock.name, status_text(clock.status),
                        p.text(clock.due), lateness_text(clock.late_ms)));
}

void task(Playing& p, Words& words) {
    const auto state = p.state(words, p.case_id(words));
    const auto name = words.next("a task");
    const auto status = words.next("open, done or cancelled");
    const auto person = words.next_if();
    std::vector<std::string> happened;
    bool good = false;
    for (const auto& t : state.tasks) {
        happened.push_back(fmt::format("task {} ({}) is {}, {}", t.id, t.name, status_text(t.status),
                                       t.person.empty() ? "nobody's" : t.person + "'s"));
        good |= (t.name == name || t.id == name || t.title == name) && status_text(t.status) == status &&
                (!person || t.person == (*person == "nobody" ? "" : *person));
    }
    words.finish();
    if (!good)
        p.fail(words.line(), happened.empty() ? std::vector<std::string>{"the case has no task"} : happened);
}

void data(Playing& p, Words& words) {
    const auto state = p.state(words, p.case_id(words));
    const auto path = words.next("a path in the data");
    const auto left = words.left();
    if (left.empty()) words.fail("expected a value");
    const auto wanted = value_of(left.front());
    words.next("a value");
    const auto* value = model::at_path(state.data, path);
    compare(p, words, value && *value == wanted, value ? "it is " + value->dump() : "there is no such data");
}

void told_to(Playing& p, Words& words) {
    const auto person = words.next("a person");
    const auto id = p.case_id(words);
    const auto event = words.next_if();
    words.finish();
    std::vector<std::string> happened;
    store::OutboxFilter filter;
    filter.case_id = id;
    for (const auto& row : p.world->engine().read()->outbox(filter)) {
        const auto body = Json::parse(row.body);
        const auto kind = body.value("kind", "");
        if (told(*p.world, person, {row.person}, row.at) && (!event || *event == kind)) return;
        happened.push_back(fmt::format("{} was told of {} at {}", row.person, kind, p.text(row.at)));
    }
    if (happened.size() > 8) happened.erase(happened.begin(), happened.end() - 8);
    p.fail(words.line(), happened.empty() ? std::vector<std::string>{"nobody was told anything"} : happened);
}

void opened(Playing& p, Words& words) {
    const auto name = words.next("a name for the case");
    const auto definition = words.next("a definition");
    std::string from, unit;
    if (words.next_is("from")) from = p.case_id(words);
    if (words.next_is("unit")) unit = words.next("a unit");
    words.finish();
    const auto reader = p.world->engine().read();
    std::vector<std::string> others;
    for (const auto& row : reader->cases({})) {
        if (p.names.contains(row.id)) continue;
        others.push_back(fmt::format("{} ({}, unit {}) was opened by {}", row.id, row.definition, row.unit,
                                     row.cause.empty() ? "hand" : row.cause));
        if (row.definition != definition || (!unit.empty() && row.unit != unit)) continue;
        if (!from.empty() && row.parent != from &&
            std::ranges::none_of(reader->links(from), [&](const auto& l) { return l.other == row.id; }) &&
            std::ranges::none_of(reader->links(row.id), [&](const auto& l) { return l.other == from; }))
            continue;
        return p.call(row.id, name);
    }
    p.fail(words.line(),
           others.empty() ? std::vector<std::string>{"no case was opened but those of this file"} : others);
    throw BadLine{
        {"no-case", "no such case was opened, so what follows cannot be played", words.line().place()}};
}

void cases(Playing& p, Words& words) {
    const int wanted = number(words, "a number of cases");
    store::CaseFilter filter;
    if (auto definition = words.next_if()) filter.definition = *definition;
    const auto rows = p.world->engine().read()->cases(filter);
    compare(p, words, static_cast<int>(rows.size()) == wanted, fmt::format("there are {}", rows.size()));
}

}  // namespace

void expect(Playing& p, Words& words) {
    static const Verbs kinds{{"refused", refused},  {"owner", owner},  {"unit", unit},     {"stage", stage},
                             {"case", case_status}, {"light", light},  {"clock", clock},   {"task", task},
                             {"data", data},        {"told", told_to}, {"opened", opened}, {"cases", cases}};
    if (words.next_is("no")) return expect_event(p, words, Range::just_now, true);
    if (words.next_is("ever")) return expect_event(p, words, Range::ever, false);
    if (words.next_is("never")) return expect_event(p, words, Range::ever, true);
    const auto word = words.peek();
    if (!word) words.fail("expected what to expect: an event, or owner, stage, light, clock, …");
    if (auto it = kinds.find(*word); it != kinds.end()) {
        words.next("");
        return it->second(p, words);
    }
    if (std::ranges::all_of(*word, [](char c) { return c >= '0' && c <= '9'; }))
        return expect_event(p, words, Range::ever, false, number(words, "a number"));
    expect_event(p, words, Range::just_now, false);
}

}  // namespace reeve::cli
