// Law 3 on many definitions: whatever `validate` accepts, an open case has an owner and a clock, however its
// expiries, its spanning clocks and its dates lie, wherever it is reopened and whatever it is migrated to.
#include <rapidcheck/gtest.h>

#include <array>

#include "tests/unit/core/flow_bench.h"

namespace reeve::core::flow_testing {
namespace {

using Programs = std::vector<model::ProgramPtr>;

// Clocks of the case, dues and expiries of stages, with a plain stage or a parallel one in the middle.
const std::array clock_choices{
    R"()",
    R"("lapse": {"expiry": "6 days", "then": {"action": "drop"}})",
    R"("lapse": {"expiry": "6 days", "then": "late"})",
    R"("lapse": {"expiry": "6 days", "from": "stage:second", "then": "late"})",
    R"("whole": {"due": "9 days", "from": "stage:first", "to": "stage:third"})",
    R"("whole": {"due": "9 days", "from": "stage:second", "to": "end"}, "lapse": {"expiry": "4 days", "then": "third"})",
    R"("dated": {"due": "5 days", "from": "data.when", "to": "end"})",
    R"("dated": {"due": "5 days", "from": "data.when", "to": "stage:third"})",
    R"("answer": {"due": "20 days", "done_on": ["third"]})",
};
const std::array first_clocks{R"()", R"("due": "3 days",)",
                              R"("clock": {"expiry": "2 days", "then": {"action": "refer"}},)",
                              R"("clock": {"expiry": "2 days", "then": {"action": "note"}},)",
                              R"("clock": {"expiry": "2 days", "then": {"action": "elsewhere"}},)"};
const std::array reopen_choices{"", R"("reopen": {"to": "third"},)"};

std::string middle(bool parallel, bool due) {
    const std::string own = due ? R"("due": "4 days",)" : "";
    if (!parallel)
        return R"("second": {"assign": "clerk",)" + own +
               R"("actions": {"on": {"to": "third"}, "drop": {"to": "late"}}})";
    return R"("second": {"parallel": ["a", "b"], "join": "j"},
        "a": {"assign": "clerk",)" +
           own + R"("actions": {"on": {"to": "j"}, "drop": {"to": "j"}}},
        "b": {"assign": "clerk",)" +
           own + R"("actions": {"over": {"to": "j"}}}, "j": {"join": "all", "then": "third"})";
}

std::string text_of(const char* clocks, const char* first, const char* reopen, bool parallel, bool due) {
    return definition(
        R"("first": {"assign": "clerk",)" + std::string(first) +
            R"("actions": {"go": {"to": "second"}, "refer": {"to": "third", "unit": "data.unit", "hand_over": true},
                "elsewhere": {"to": "first", "unit": "data.unit", "hand_over": true}, "note": {}}},)" +
            middle(parallel, due) + R"(,
        "third": {"assign": "clerk",)" +
            (due ? R"("due": "4 days",)" : "") +
            R"("actions": {"done": {"to": "closed"}, "again": {"to": "first"}}},
        "late": {"assign": "head", "due": "3 days", "actions": {"done": {"to": "closed"}}},
        "closed": {"end": "done", "follow_up": {"task": "visit", "due": "8 days", "assign": "clerk"}})",
        R"("data": {"type": "object", "required": ["when"], "properties": {"unit": {"type": "string"},
            "when": {"type": "string", "format": "date"}}}, "clocks": {)" +
            std::string(clocks) + "}," + reopen);
}

// Those that validate accepts, of one shape: cases of one may be migrated to another.
Programs accepted(bool parallel) {
    Programs out;
    for (const char* clocks : clock_choices)
        for (const char* first : first_clocks)
            for (const char* reopen : reopen_choices)
                for (bool due : {false, true}) {
                    try {
                        out.push_back(compiled(text_of(clocks, first, reopen, parallel, due),
                                               static_cast<int>(out.size()) + 1));
                    } catch (const std::runtime_error&) {  // validate refuses it, as it should
                    }
                }
    return out;
}

struct Law3Step {
    int command, which, hours;
};

std::ostream& operator<<(std::ostream& out, const Law3Step& s) {
    return out << "{" << s.command << "," << s.which << "," << s.hours << "}";
}

template <class List>
const auto& pick(const List& list, int which) {
    return list[static_cast<std::size_t>(which) % list.size()];
}

Wish wish_of(const Law3Step& step, const Office& office) {
    const std::array actions{"go", "on", "over", "done", "again", "refer", "elsewhere", "drop", "note"};
    const std::array dates{"2026-03-01", "2026-03-09", "2026-02-02", "2026-04-01"};
    const std::array units{"west", "county", "nowhere"};
    std::string offered = pick(actions, step.which);
    for (const auto& stage : office.state.stages)
        for (const auto& action : office.program->stages[office.program->stage(stage.stage)].actions)
            if (step.which % 3) offered = action.name;
    switch (step.command) {
        case 0:
        case 1:
        case 2: return Act{.action = offered, .unit = "", .reason = "why"};
        case 3: return Act{.action = "done", .unit = "", .reason = "why"};
        case 4: return CorrectData{.patch = {{"when", pick(dates, step.which)}}, .reason = "why"};
        case 5: return CorrectData{.patch = {{"unit", pick(units, step.which)}}, .reason = "why"};
        case 6:
        case 7: {
            const auto& stages = office.program->stages;
            return Reopen{.reason = "why", .to = step.which % 4 ? pick(stages, step.which).name : ""};
        }
        case 8: return Migrate{.version = office.target->version, .reason = "why"};
        case 9: return Transfer{.unit = pick(units, step.which), .reason = "why"};
        case 10: return AddFollowUp{.title = "look", .who = "clerk", .due = *time::parse_duration("3 days")};
        case 11:
            return CompleteTask{.task = office.state.tasks.empty() ? "t1"
                                                                   : pick(office.state.tasks, step.which).id};
        default: return Tick{};
    }
}

void check_law_3(const CaseState& state) {
    if (state.status != CaseStatus::open) return;
    bool clock = false, unowned = false;
    for (const auto& c : state.clocks) {
        if (c.status != ClockStatus::running && c.status != ClockStatus::paused) continue;
        const auto task = std::ranges::find(state.tasks, c.task, &TaskState::id);
        clock |= task == state.tasks.end() || !task->follow_up;  // a follow-up's clock drives no case
        unowned |= c.name == "unowned";
    }
    RC_ASSERT(clock);
    RC_ASSERT(!state.owner.empty() || unowned);
    RC_ASSERT(!state.stages.empty());
}

void play(const Programs& programs) {
    Office office(programs[*rc::gen::inRange<std::size_t>(0, programs.size())]);
    Json data{{"when", "2026-03-02"}};
    if (*rc::gen::arbitrary<bool>()) data["unit"] = *rc::gen::element<std::string>("west", "east", "nowhere");
    office.open("east", data);
    RC_ASSERT(!office.refused);
    check_law_3(office.state);
    const auto steps = *rc::gen::scale(
        2.0, rc::gen::container<std::vector<Law3Step>>(rc::gen::construct<Law3Step>(
                 rc::gen::inRange(0, 15), rc::gen::inRange(0, 40),
                 rc::gen::weightedOneOf<int>({{2, rc::gen::just(0)}, {3, rc::gen::inRange(0, 200)}}))));
    for (const auto& step : steps) {
        office.now += std::chrono::hours(step.hours);
        office.target = pick(programs, step.which * 7 + step.hours);
        const auto wish = wish_of(step, office);
        const auto before = office.state;
        const bool timer = std::holds_alternative<Tick>(wish);
        office.submit(timer ? system_actor : "hu", wish);
        if (office.refused) RC_ASSERT(office.state == before);
        check_law_3(office.state);
        if (timer) RC_ASSERT(next_moment(office.state).value_or(Instant::max()) > office.now);
    }
    RC_CLASSIFY(office.state.cycle > 1, "was reopened");
    RC_CLASSIFY(!office.all<CaseMigrated>().empty(), "was migrated");
    RC_CLASSIFY(!office.all<ClockExpired>().empty(), "expired");
    RC_CLASSIFY(!office.all<ParallelOpened>().empty(), "went through branches");
}

RC_GTEST_PROP(CoreLaw3Property, HoldsOnWhateverIsAccepted, ()) {
    static const auto plain = accepted(false);
    RC_ASSERT(plain.size() > 20);
    play(plain);
}

RC_GTEST_PROP(CoreLaw3Property, HoldsOnBranchesToo, ()) {
    static const auto branched = accepted(true);
    RC_ASSERT(branched.size() > 10);
    play(branched);
}

}  // namespace
}  // namespace reeve::core::flow_testing
