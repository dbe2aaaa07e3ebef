// What the people of the office wish for: mostly what fits the case, often what must be refused.
#include <fmt/format.h>

#include "tests/simulation/world.h"

namespace reeve::simulation {
namespace {

using Texts = std::vector<std::string>;

// The actions that the definitions offer, by stage.
const std::map<std::string, Texts>& actions() {
    static const std::map<std::string, Texts> all{{"open", {"accept", "accept", "refer", "decline"}},
                                                  {"work", {"settle", "split", "ask", "inspect"}},
                                                  {"left", {"left-done"}},
                                                  {"right", {"right-done"}},
                                                  {"sent", {"obey", "resist"}},
                                                  {"seen", {"take", "drop"}},
                                                  {"listed", {"drop"}},
                                                  {"walk", {"walked"}}};
    return all;
}

time::Duration hours(std::int64_t n) { return {.elapsed = Millis{n * 3600 * 1000}}; }

}  // namespace

std::optional<core::CaseState> World::some_case() {
    const auto ids = reader().case_ids("", 100'000);
    if (ids.empty()) return std::nullopt;
    // The later ones are the ones at work.
    const auto late = std::max<std::int64_t>(0, static_cast<std::int64_t>(ids.size()) - 60);
    for (int tries = 0; tries < 4; ++tries) {
        auto file = find(ids[static_cast<std::size_t>(
            dice_.between(dice_.chance(70) ? late : 0, static_cast<std::int64_t>(ids.size()) - 1))]);
        if (file && (file->state.status == core::CaseStatus::open || dice_.chance(20)))
            return std::move(file->state);
    }
    return std::nullopt;
}

std::string World::some_person() { return dice_.pick(people()); }

std::string World::actor_for(const core::CaseState& state) {
    if (dice_.chance(50) && !state.owner.empty()) return state.owner;
    if (dice_.chance(60)) return "boss";
    return dice_.chance(10) ? core::petitioner_actor : some_person();
}

core::Wish World::task_wish(const core::CaseState& state) {
    if (state.tasks.empty()) return core::AddNote{"nothing to do"};
    const auto& task = state.tasks[state.tasks.size() - 1 -
                                   static_cast<std::size_t>(dice_.below(std::min<std::int64_t>(
                                       3, static_cast<std::int64_t>(state.tasks.size()))))];
    switch (dice_.below(6)) {
        case 0: return core::ClaimTask{task.id, "mine"};
        case 1: return core::AssignTask{task.id, some_person(), "you"};
        case 2: return core::DelegateTask{task.id, some_person(), "help"};
        case 3: return core::ReturnTask{task.id, "no time"};
        default: return core::CompleteTask{.task = task.id};
    }
}

core::Wish World::clock_wish(const core::CaseState& state) {
    Texts live;
    for (const auto& clock : state.clocks)
        if (clock.status == core::ClockStatus::running || clock.status == core::ClockStatus::paused)
            live.push_back(clock.id);
    const auto clock = live.empty() || dice_.chance(5) ? "c1" : dice_.pick(live);
    const Texts reasons{"papers missing", "papers missing", "ill", "because"};
    switch (dice_.below(7)) {
        case 0:
        case 1: {
            core::PauseClock wish{.clock = clock, .reason = dice_.pick(reasons)};
            if (dice_.chance(40)) wish.until = now() + Millis{dice_.between(1, 200) * 3600 * 1000};
            return wish;
        }
        case 2:
        case 3: return core::ResumeClock{clock, "here they are"};
        case 4: {
            const auto to = now() - Millis{dice_.below(10) * 3600 * 1000};
            return core::ExcludeTime{clock, to - Millis{dice_.between(1, 40) * 3600 * 1000}, to, "hearing",
                                     ""};
        }
        case 5: return core::RestartClock{clock, "a corrected application"};
        default:
            return core::ExtendClock{
                clock, dice_.chance(80) ? hours(dice_.between(1, 60)) : time::Duration{.working_days = 2},
                "more to read"};
    }
}

core::Wish World::wish_for(const core::CaseState& state) {
    const auto kind = dice_.below(100);
    if (kind < 35 && !state.stages.empty()) {
        const auto& stage = dice_.pick(state.stages);
        if (!stage.job.empty()) {
            // Now and then by one whose lease is another's, or over.
            const auto lease = dice_.chance(80) ? stage.lease : dice_.between(1, 40);
            if (dice_.chance(stage.lease ? 20 : 60))
                return core::LeaseJob{stage.job, "printer", static_cast<int>(dice_.between(1, 3600))};
            if (stage.lease && dice_.chance(20))
                return core::ExtendLease{stage.job, lease, static_cast<int>(dice_.between(1, 3600))};
            if (stage.lease && dice_.chance(10)) return core::ReleaseJob{.job = stage.job, .lease = lease};
            if (dice_.chance(60)) return core::CompleteJob{.job = stage.job, .lease = lease};
            return core::FailJob{stage.job, "no paper", dice_.chance(70), lease};
        }
        if (stage.stage == "asked") return core::SendMessage{.message = dice_.chance(80) ? "papers" : "news"};
        if (const auto it = actions().find(stage.stage); it != actions().end()) {
            core::Act act{.action = dice_.pick(it->second), .reason = "it is time"};
            if (act.action == "refer") act.unit = dice_.pick(units());
            return act;
        }
    }
    if (kind < 50) return task_wish(state);
    if (kind < 68) return clock_wish(state);
    if (kind < 76 && !state.requests.empty()) {
        if (dice_.chance(70)) return core::Approve{state.requests.back().id, "so be it"};
        return core::Refuse{state.requests.back().id, "no"};
    }
    if (kind < 84 && !state.escalations.empty()) {
        const auto& about = dice_.pick(state.escalations).id;
        if (dice_.chance(50)) return core::Acknowledge{about, "seen"};
        if (dice_.chance(30)) return core::Unacknowledge{about, "not so"};
        return core::Answer{about, "there was much to do"};
    }
    switch (dice_.below(9)) {
        case 0: return core::Transfer{dice_.pick(units()), "it is theirs"};
        case 1: return core::NameOwner{some_person(), "takes it"};
        case 2: return core::CorrectData{Json{{"amount", dice_.below(100)}}, "a slip"};
        case 3: return core::AddFollowUp{"look", "head", hours(dice_.between(1, 100))};
        case 4: return core::Reopen{.reason = "it is back"};
        case 5: return core::Cancel{"a mistake"};
        case 6: return core::AddDocument{{.kind = "letter", .name = "letter.pdf"}};
        case 7: return core::SendMessage{.message = "papers"};
        default: return core::AddNote{fmt::format("note {}", dice_.below(1000))};
    }
}

core::Wish World::nonsense(const std::string& definition) {
    const auto kind = dice_.below(8);
    switch (kind == 6 && definition != "claim" ? 0 : kind) {
        case 0: return core::Act{.action = "fly"};
        case 1: return core::CompleteTask{.task = "t999"};
        case 2: return core::PauseClock{.clock = "c999", .reason = ""};
        case 3: return core::Approve{"r999", ""};
        case 4: return core::AssignTask{"t1", "nobody", "x"};
        case 5: return core::AddNote{"\xff\xfe"};
        case 6: return core::CorrectData{Json{{"amount", "many"}}, "x"};
        default: return core::Transfer{"atlantis", "x"};
    }
}

}  // namespace reeve::simulation
