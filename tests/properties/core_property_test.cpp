// Random commands by random people on a definition that has every kind of stage: law 3 holds after each, the
// events alone give the same state, and after a tick nothing at or before its moment is left.
#include <rapidcheck/gtest.h>

#include "tests/unit/core/flow_bench.h"

namespace reeve::core::flow_testing {
namespace {

const std::string everything = definition(
    R"("registered": {"assign": "registrar", "due": "2 days", "actions": {
            "accept": {"to": "split"}, "refer": {"to": "registered", "unit": "data.unit", "hand_over": true},
            "decline": {"to": "declined", "second": "head"}, "note": {}}},
        "split": {"parallel": ["homes", "mail"], "join": "meet"},
        "homes": {"assign": "clerk", "due": "5 days", "each": "homes", "need": "any", "then": "meet"},
        "mail": {"job": "mail", "due": "1 day", "attempts": 2, "backoff": "1 hour", "timeout": "3 hours", "then": "meet",
            "on_failure": "by-hand"},
        "by-hand": {"assign": "clerk", "clock": {"expiry": "3 days", "then": "meet"}, "actions": {"sent": {"to": "meet"}}},
        "meet": {"join": "all", "then": "size"},
        "size": {"choice": [{"when": "data.persons >= 5", "to": "handling"}, {"else": "answered"}]},
        "handling": {"assign": "head", "need": "all", "then": "answered", "clock": {"limit": "9 days", "basis": "article 9",
            "pause": ["hearing"], "extend": {"by": "5 days", "times": 2, "approve": "head"}, "exclude": ["expert"]},
            "tasks": [{"name": "hear", "due": "4 days"}, {"name": "weigh", "assign": "clerk"},
                      {"name": "draw", "assign": "clerk", "optional": true}]},
        "answered": {"wait": "10 days", "on": {"review-requested": "review"}, "then": "closed"},
        "review": {"assign": "head", "child": "inspection", "due": "9 days", "then": "closed", "actions": {"skip": {"to": "closed"}}},
        "declined": {"end": "declined"},
        "closed": {"end": "closed", "follow_up": {"task": "visit", "due": "30 days", "assign": "clerk"}})",
    R"("data": {"type": "object", "properties": {"persons": {"type": "integer"}, "unit": {"type": "string"},
            "homes": {"type": "array", "items": {"type": "string"}}}},
        "clocks": {"answer": {"limit": "60 days", "basis": "article 1"}}, "inactivity": {"due": "6 days"},)");

struct Step {
    int command, who, which, minutes, late;
};

std::ostream& operator<<(std::ostream& out, const Step& s) {
    return out << "{" << s.command << "," << s.who << "," << s.which << "," << s.minutes << "," << s.late
               << "}";
}

// Of those still open mostly, so that cases get somewhere; now and then of all.
template <class List, class Open>
std::string some_id(const List& list, int which, Open open) {
    std::vector<std::string> ids;
    for (const auto& item : list)
        if (which % 5 == 4 || open(item)) ids.push_back(item.id);
    return ids.empty() ? "x1" : ids[static_cast<std::size_t>(which) % ids.size()];
}

std::string some_action(const CaseState& state, const model::Program& program, int which) {
    std::vector<std::string> names;
    for (const auto& stage : state.stages)
        for (const auto& action : program.stages[program.stage(stage.stage)].actions)
            names.push_back(action.name);
    return names.empty() ? "note" : names[static_cast<std::size_t>(which) % names.size()];
}

Wish wish_of(const Step& step, const CaseState& state, const model::Program& program) {
    const char* people[] = {"eva", "ann", "ben", "wim", "hu", "ren"};
    const char* units[] = {"east", "west", "post", "county"};
    const auto& person = people[step.which % 6];
    const auto& unit = units[step.which % 4];
    const auto task =
        some_id(state.tasks, step.which, [](const auto& t) { return t.status == TaskStatus::open; });
    const auto clock =
        some_id(state.clocks, step.which, [](const auto& c) { return c.status == ClockStatus::running; });
    const auto request = some_id(state.requests, step.which, [](const auto& r) { return r.open; });
    const auto escalation = some_id(state.escalations, step.which, [](const auto&) { return true; });
    std::string job = "j1", child = "K2";
    std::int64_t lease = 1;
    for (const auto& stage : state.stages) {
        if (stage.lease) lease = stage.lease;
        if (!stage.job.empty()) job = stage.job;
        if (!stage.child.empty()) child = stage.child;
    }
    switch (step.command) {
        case 0:
        case 1:
        case 2:
        case 3:
            return Act{.action = some_action(state, program, step.which),
                       .data = {{"unit", unit}},
                       .unit = "",
                       .reason = "why"};
        case 4:
        case 5:
        case 6: return CompleteTask{.task = task};
        case 7: return ClaimTask{task};
        case 8: return AssignTask{.task = task, .person = person};
        case 9: return DelegateTask{.task = task, .person = person, .reason = "why"};
        case 10: return ReturnTask{.task = task, .reason = "why"};
        case 11:
            return AddFollowUp{.title = "look again", .who = "clerk", .due = *time::parse_duration("3 days")};
        case 12: return NameOwner{.person = person, .reason = "why"};
        case 13: return Transfer{.unit = unit, .reason = "why"};
        case 14: return Approve{.request = request, .reason = "why"};
        case 15: return Refuse{.request = request, .reason = "why"};
        case 16: return SendMessage{.message = "review-requested"};
        case 17: return AddNote{"seen"};
        case 18: return CorrectData{.patch = {{"persons", step.which}}, .reason = "why"};
        case 19: return Reopen{.reason = "why"};
        case 20: return step.which % 8 ? Wish(AddNote{"not yet"}) : Wish(Cancel{.reason = "why"});
        case 21: return CompleteJob{.job = job, .lease = step.which % 3 ? lease : 0};
        case 22:
            return FailJob{
                .job = job, .error = "no", .retry = step.which % 2 == 0, .lease = step.which % 3 ? lease : 0};
        case 23: return EndChild{.child = child, .outcome = "sound"};
        case 24: return PauseClock{.clock = clock, .reason = "hearing"};
        case 25: return ResumeClock{.clock = clock};
        case 26: return ExtendClock{.clock = clock, .by = *time::parse_duration("2 days"), .reason = "why"};
        case 27: return Acknowledge{.escalation = escalation, .reason = "why"};
        case 28: return LeaseJob{.job = job, .worker = "w", .seconds = 1 + step.which * 40 % 3600};
        case 29: return ExtendLease{.job = job, .lease = lease, .seconds = 60};
        case 30: return ReleaseJob{.job = job, .lease = lease};
        default: return Tick{};
    }
}

bool is_for_the_engine(const Wish& wish) {
    return std::holds_alternative<Tick>(wish) || std::holds_alternative<EndChild>(wish) ||
           std::holds_alternative<CompleteJob>(wish) || std::holds_alternative<FailJob>(wish);
}

void check_law_3(const Office& office) {
    if (office.state.status != CaseStatus::open) return;
    bool clock = false, unowned = false;
    for (const auto& c : office.state.clocks)
        if (c.status == ClockStatus::running || c.status == ClockStatus::paused) {
            clock = true;
            unowned |= c.name == "unowned";
        }
    RC_ASSERT(clock);
    RC_ASSERT(!office.state.owner.empty() || unowned);
    RC_ASSERT(!office.state.stages.empty());
}

RC_GTEST_PROP(CoreProperty, Law3HoldsAndReplayEqualsLiveWhateverPeopleDo, ()) {
    static const auto program = compiled(everything);
    Office office(program);
    const char* actors[] = {"hu", "hu", "hu", "eva", "ann", "ren", "wim", "wu"};
    office.open("east", {{"persons", *rc::gen::inRange(0, 9)}, {"homes", {"first", "second"}}});
    RC_ASSERT(!office.refused);
    const auto steps = *rc::gen::scale(
        3.0, rc::gen::container<std::vector<Step>>(rc::gen::construct<Step>(
                 rc::gen::inRange(0, 32), rc::gen::inRange(0, 8), rc::gen::inRange(0, 20),
                 rc::gen::weightedOneOf<int>(
                     {{3, rc::gen::just(0)}, {5, rc::gen::inRange(0, 600)}, {2, rc::gen::inRange(0, 9000)}}),
                 rc::gen::weightedOneOf<int>({{5, rc::gen::just(0)}, {1, rc::gen::inRange(0, 3000)}}))));
    int done = 0;
    for (const auto& step : steps) {
        office.now += std::chrono::minutes(step.minutes);
        const auto wish = wish_of(step, office.state, *program);
        const auto before = office.state;
        if (step.command == 31 && step.which < 4)  // someone leaves; the tick that follows settles it
            office.directory.apply(org::PersonLeft{std::vector{"ann", "ben", "eva", "wim"}[step.which]});
        const auto occurred = std::max(office.state.occurred, office.now - std::chrono::minutes(step.late));
        const bool engine = is_for_the_engine(wish);
        office.submit(engine ? system_actor : actors[step.who], wish,
                      step.late && !engine ? std::optional(occurred) : std::nullopt);
        if (office.refused) {
            RC_ASSERT(office.state == before);
            RC_ASSERT(!office.refused->code.empty());
            RC_ASSERT(!office.refused->message.empty());
        }
        if (std::holds_alternative<Tick>(wish)) {
            const auto* owner = office.directory.person(office.state.owner);
            RC_ASSERT(office.state.owner.empty() || office.state.status != CaseStatus::open ||
                      (owner && owner->active));
        }
        done += !office.refused;
        check_law_3(office);
        if (std::holds_alternative<Tick>(wish))
            RC_ASSERT(next_moment(office.state).value_or(Instant::max()) > office.now);
    }
    RC_CLASSIFY(done >= 20, "20 commands or more were accepted");
    RC_CLASSIFY(office.state.status != CaseStatus::open, "came to an end");
    RC_CLASSIFY(office.state.cycle > 1, "was reopened");
    RC_CLASSIFY(!office.all<BranchArrived>().empty(), "joined");
    RC_CLASSIFY(!office.all<OwnerLost>().empty(), "lost its owner");
    RC_CLASSIFY(!office.all<ApprovalGiven>().empty(), "was approved");
    RC_CLASSIFY(!office.all<ClockExpired>().empty(), "expired");
    CaseState replayed;
    for (const auto& recorded : office.history) apply(replayed, recorded, *program);
    RC_ASSERT(replayed == office.state);
    RC_ASSERT(to_json(replayed) == to_json(office.state));
}

}  // namespace
}  // namespace reeve::core::flow_testing
