#include "tests/fuzz/office.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace reeve::fuzz {
namespace {

constexpr std::size_t most_events_of_a_command = 5'000;  // a herd is collapsed for the reader, not unbounded

org::Directory make_office() {
    org::Directory directory;
    for (const auto& [id, parent] : {std::pair{"county", ""}, {"east", "county"}, {"west", "county"}})
        directory.apply(org::UnitSet{{.id = id, .title_en = id, .parent = parent, .level = "office"}});
    for (const char* id : {"hu", "eva", "ren", "ann", "ben", "wu"})
        directory.apply(org::PersonSet{{.id = id, .name = id}});
    const auto post = [&](const char* unit, const char* role, std::vector<std::string> holders) {
        directory.apply(
            org::PostSet{{.unit = unit, .role = role, .authorised = 2, .holders = std::move(holders)}});
    };
    post("county", "head", {"hu"});
    post("east", "head", {"eva"});
    post("east", "registrar", {"ren"});
    post("east", "clerk", {"ann", "ben"});
    post("west", "head", {"wu"});
    return directory;
}

model::ProgramPtr make_everything() {
    std::ifstream file(REEVE_SOURCE "/tests/fuzz/everything.json");
    std::stringstream text;
    text << file.rdbuf();
    model::Surroundings around;
    around.calendar = [](const std::string&) { return time::elapsed_calendar("Asia/Shanghai"); };
    auto compiled = model::compile(text.str(), "everything.json", around);
    claim(compiled.has_value(), compiled ? "" : compiled.error().front().text());
    return compiled->program;
}

}  // namespace

const org::Directory& office() {
    static const auto directory = make_office();
    return directory;
}

const model::Program& everything() {
    static const auto program = make_everything();
    return *program;
}

void claim_stored(const core::Event& event) {
    std::string printed;
    core::print(printed, event);
    const auto json = core::to_json(event, Times::millis);
    claim_equal(printed, json.dump(), "an event is printed as it is written");
    const auto back = core::event_from_json(Json::parse(printed));
    claim(back.has_value(), "a stored event is read: " + printed);
    std::string again;
    core::print(again, *back);
    claim_equal(again, printed, "a stored event reads back as the same");
}

time::Instant Casework::begin() { return *time::parse_instant("2026-03-02T09:00:00+08:00"); }

void Casework::take(const std::string& actor, const core::Event& event) {
    claim_stored(event);
    history.push_back({.seq = history.size() + 1,
                       .case_id = "K1",
                       .revision = history.size() + 1,
                       .at = now,
                       .occurred = {},
                       .actor = actor,
                       .event = event});
    core::apply(state, history.back(), program);
    for (const auto& alert : core::alerts(state, history.back(), program))
        claim(!alert.id.empty() && !alert.to.empty(), "an alert has an id and someone to tell");
}

std::optional<Error> Casework::ask(const std::string& actor, core::Wish wish) {
    static const org::Loads loads;
    const core::Command command{.key = {},
                                .actor = actor,
                                .case_id = "K1",
                                .at = now,
                                .occurred = {},
                                .expect = {},
                                .wish = std::move(wish)};
    const auto events =
        core::decide(history.empty() ? nullptr : &state, command, core::Context{program, office(), loads});
    if (!events) {
        claim_told(events.error());
        return events.error();
    }
    claim(events->size() <= most_events_of_a_command,
          "one command gives " + std::to_string(events->size()) + " events");
    for (const auto& event : *events) take(actor, event);
    claim_law_3();
    return std::nullopt;
}

void Casework::tick() {
    const auto refused = ask(core::system_actor, core::Tick{});
    claim(!refused, "a tick is never refused: " + (refused ? refused->text() : ""));
    claim(core::next_moment(state).value_or(time::Instant::max()) > now, "a tick leaves nothing that is due");
}

void Casework::claim_law_3() const {
    if (history.empty() || state.status != core::CaseStatus::open) return;
    claim(!state.stages.empty(), "an open case is in a stage");
    bool clock = false, unowned = false;
    for (const auto& c : state.clocks)
        if (c.status == core::ClockStatus::running || c.status == core::ClockStatus::paused) {
            clock = true;
            unowned = unowned || c.rule == program.unowned_clock;
        }
    claim(clock, "an open case has a clock");
    claim(!state.owner.empty() || unowned, "an open case has an owner, or a clock on there being none");
}

void Casework::claim_replay() const {
    core::CaseState again;
    for (auto recorded : history) {
        std::string printed;
        core::print(printed, recorded.event);
        recorded.event = *core::event_from_json(Json::parse(printed));
        core::apply(again, recorded, program);
    }
    claim(again == state, "the events alone give the same case");
}

}  // namespace reeve::fuzz
