#include "tests/unit/core/clock_bench.h"

namespace reeve::core::clock_testing {

time::CalendarPtr office_calendar() {
    static const auto calendar = time::parse_calendar(R"({
        "id": "office", "zone": "Asia/Shanghai",
        "hours": { "mon": ["09:00-12:00", "14:00-18:00"], "tue": ["09:00-12:00", "14:00-18:00"],
                   "wed": ["09:00-12:00", "14:00-18:00"], "thu": ["09:00-12:00", "14:00-18:00"],
                   "fri": ["09:00-12:00", "14:00-18:00"] },
        "covers": "2025-01-01/2027-12-31" })",
                                                      "office.json", "");
    if (!calendar) throw std::runtime_error(calendar.error().text());
    return *calendar;
}

Duration duration(std::string_view text) {
    auto parsed = time::parse_duration(text);
    if (!parsed) throw std::runtime_error(parsed.error().text());
    return *parsed;
}

org::Who who(std::string_view text) {
    auto parsed = org::parse_who(text);
    if (!parsed) throw std::runtime_error(parsed.error().text());
    return *parsed;
}

model::Step at(const std::string& when, std::vector<std::string> tell, std::optional<Light> light) {
    model::Step step;
    step.text = when;
    if (when.ends_with('%')) step.percent = std::stod(when);
    if (when.starts_with("due + ")) step.offset = duration(when.substr(6));
    if (when.starts_with("due - ")) step.offset = -duration(when.substr(6));
    for (const auto& one : tell) step.tell.push_back(who(one));
    step.light = light;
    return step;
}

org::Directory office() {
    org::Directory directory;
    directory.apply(org::UnitSet{{"county", "County", "", "", "county", ""}});
    directory.apply(org::UnitSet{{"township", "Township", "", "county", "township", ""}});
    directory.apply(org::UnitSet{{"post", "Post", "", "township", "post", ""}});
    for (const char* person : {"hu", "tan", "chen", "cai"}) {
        org::Person one;
        one.id = one.name = person;
        directory.apply(org::PersonSet{one});
    }
    directory.apply(org::PostSet{{"county", "head", 1, {"hu"}}});
    directory.apply(org::PostSet{{"township", "head", 1, {"tan"}}});
    directory.apply(org::PostSet{{"township", "clerk", 2, {"chen", "cai"}}});
    directory.apply(org::PostSet{{"post", "head", 1, {}}});
    return directory;
}

Bench::Bench() {
    program.id = "petition";
    program.version = 1;
    program.calendar = office_calendar();
    program.calendar_name = "office";
    program.data_schema = {{"type", "object"}};
    program.owner.who = who("clerk");
    program.owner.pick = org::Pick::first;

    model::Ladder ladder{"climb",
                         {at("50%", {"owner"}, Light::blue), at("80%", {"owner", "head"}, Light::yellow),
                          at("due", {"owner", "head"}, Light::orange),
                          at("due + 2 working days", {"head@parent"}, Light::red)}};
    ladder.steps.back().repeat = duration("1 working day");
    program.ladders.push_back(ladder);

    ClockRule answer;
    answer.name = "answer";
    answer.kind = LimitKind::limit;
    answer.basis = "Regulation, article 33";
    answer.in = duration("10 working days");
    answer.from = ClockRule::From::start;
    answer.ladder = 0;
    program.clocks.push_back(answer);
    ClockRule unowned;
    unowned.name = "unowned";
    unowned.in = duration("4 working hours");
    unowned.from = ClockRule::From::unowned;
    unowned.ladder = 0;
    program.unowned_clock = add_clock(unowned);

    auto stage = [&](const char* name, model::StageKind kind) -> model::Stage& {
        program.stages.emplace_back();
        program.stages.back().name = name;
        program.stages.back().kind = kind;
        return program.stages.back();
    };
    auto action = [](const char* name, int to) {
        model::Action one;
        one.name = name;
        one.to = to;
        return one;
    };
    auto& work = stage("work", model::StageKind::tasks);
    work.actions = {action("finish", 2), action("again", 0), action("on", 1), action("note", model::none)};
    auto& rest = stage("rest", model::StageKind::tasks);
    rest.actions = {action("back", 0), action("finish", 2)};
    stage("done", model::StageKind::end).outcome = "answered";
}

int Bench::add_clock(ClockRule rule, std::vector<model::Step> steps) {
    if (!steps.empty()) {
        rule.ladder = static_cast<int>(program.ladders.size());
        program.ladders.push_back({rule.name, std::move(steps)});
    }
    program.clocks.push_back(std::move(rule));
    return static_cast<int>(program.clocks.size()) - 1;
}

Instant Bench::when(std::string_view text) const {
    auto parsed = time::parse_instant(text, *program.calendar);
    if (!parsed) throw std::runtime_error(parsed.error().text());
    return *parsed;
}

std::string Bench::local(Instant at) const {
    if (at == Instant::max()) return "never";
    return time::to_string(at, *program.calendar).substr(0, 16);
}

std::vector<Event> Bench::submit(std::string_view at, const std::string& actor, Wish wish,
                                 std::string_view occurred) {
    return submit(when(at), actor, std::move(wish),
                  occurred.empty() ? std::nullopt : std::optional(when(occurred)));
}

std::vector<Event> Bench::submit(Instant at, const std::string& actor, Wish wish,
                                 std::optional<Instant> occurred) {
    refused.reset();
    Command command;
    command.actor = actor;
    command.case_id = "K1";
    command.at = at;
    command.occurred = occurred;
    command.wish = std::move(wish);
    auto events = decide(history.empty() ? nullptr : &state, command, Context{program, directory, loads});
    if (!events) {
        refused = events.error();
        return {};
    }
    for (const auto& event : *events) {
        Recorded recorded;
        recorded.seq = recorded.revision = history.size() + 1;
        recorded.case_id = "K1";
        recorded.at = at;
        recorded.occurred = occurred;
        recorded.actor = actor;
        recorded.event = event;
        apply(state, recorded, program);
        history.push_back(std::move(recorded));
    }
    return *events;
}

std::vector<Event> Bench::open(std::string_view at, std::string_view occurred) {
    StartCase wish;
    wish.definition = "petition";
    wish.unit = "township";
    auto events = submit(at, "chen", wish, occurred);
    EXPECT_FALSE(refused) << refused->text();
    return events;
}

std::vector<Event> Bench::act(std::string_view at, const std::string& action, std::string_view occurred) {
    Act wish;
    wish.action = action;
    auto events = submit(at, "chen", wish, occurred);
    EXPECT_FALSE(refused) << refused->text();
    return events;
}

const std::string& Bench::code() const {
    static const std::string none;
    return refused ? refused->code : none;
}

std::vector<EscalationFired> Bench::fired(std::string_view name) const {
    std::vector<EscalationFired> found;
    for (const auto& event : all<EscalationFired>())
        for (const auto& clock : state.clocks)
            if (clock.id == event.clock && clock.name == name) found.push_back(event);
    return found;
}

CaseState Bench::replayed() const {
    CaseState again;
    for (const auto& recorded : history) apply(again, recorded, program);
    return again;
}

}  // namespace reeve::core::clock_testing
