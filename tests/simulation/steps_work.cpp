// What the people of the office do: mostly what fits the case, often what must be refused.
#include <fmt/format.h>

#include <future>
#include <thread>

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
            if (dice_.chance(60)) return core::CompleteJob{.job = stage.job};
            return core::FailJob{stage.job, "no paper", dice_.chance(70)};
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

void World::start_case() {
    const auto& definition = dice_.pick(Texts{"claim", "claim", "claim", "order", "petty", "patrol"});
    core::StartCase start{.definition = definition, .unit = dice_.pick(units())};
    if (definition == "claim" || definition == "order")
        start.data["place"] = fmt::format("place {}", dice_.below(8));
    if (definition == "claim") start.data["amount"] = dice_.below(100);
    if (definition == "petty") start.data["items"] = Json{"a", "b"};
    core::Command command{.actor = some_person(), .wish = std::move(start)};
    if (dice_.chance(50)) command.case_id = fmt::format("c-{}", next_case_++);
    if (dice_.chance(15)) command.occurred = now() - Millis{dice_.between(1, 100) * 3600 * 1000};
    (void)ask(std::move(command));
}

void World::start_cases() {
    for (int n = 0; n < settings_.starts && !FaultyDisk::get().off(); ++n) start_case();
}

void World::work() {
    const auto state = some_case();
    if (!state) return start_case();
    core::Command command{.actor = actor_for(*state), .case_id = state->id, .wish = wish_for(*state)};
    if (dice_.chance(5)) command.occurred = now() - Millis{dice_.between(1, 50) * 3600 * 1000};
    if (dice_.chance(5)) command.expect = state->revision;
    // An act at the very moment at which something is due is in time.
    const auto next = reader().timers({}, 1);
    if (dice_.chance(90) || next.empty() || next[0].at <= now()) return (void)ask(std::move(command));
    command.key = fmt::format("k{}", next_key_++);
    const auto answer = engine_->ask_at(command, next[0].at);
    answered(command, answer);
}

void World::say_nonsense() {
    const auto state = some_case();
    core::Command command{.actor = "boss",
                          .case_id = state ? state->id : "c-0",
                          .wish = nonsense(state ? state->definition : "")};
    if (dice_.chance(20)) command.case_id = "no such case";
    if (const auto answer = ask(std::move(command)); answer)
        auditor_.fault("nonsense was done, in " + answer->case_id);
}

// The same key again, at once or long after: the first receipt, and nothing happens.
void World::repeat_key() {
    if (done_.empty()) return;
    auto [command, first] = dice_.pick(done_);
    const bool other = dice_.chance(20);
    if (other) command.wish = core::Cancel{"not this"};
    const auto answer = engine_->ask(command);
    if (!answer && (answer.error().code == "not-durable" || (other && answer.error().code == "key-used")))
        return;
    if (!answer) return auditor_.fault("law 1: a key is refused the second time: " + answer.error().text());
    if (!answer->repeated || answer->first_seq != first.first_seq || answer->last_seq != first.last_seq)
        auditor_.fault("law 1: the same key gave another receipt: " + command.key);
}

// While the disk is slow and the first of them is being synced, the others are decided on top of it.
void World::burst() {
    auto& disk = FaultyDisk::get();
    const auto state = some_case();
    if (!state) return;
    std::vector<core::Command> commands{
        {.actor = "boss", .case_id = state->id, .wish = core::AddNote{"first"}}};
    for (int n = 0; n < 6; ++n) {
        const auto other = dice_.chance(40) ? state : some_case();
        if (other)
            commands.push_back({.actor = actor_for(*other), .case_id = other->id, .wish = wish_for(*other)});
    }
    for (auto& command : commands) command.key = fmt::format("k{}", next_key_++);
    if (!engine_->run_until(now())) return;
    disk.hold_next_sync();
    std::vector<std::future<Result<runtime::Receipt>>> answers;
    for (std::size_t n = 0; n < commands.size(); ++n) {
        auto promise = std::make_shared<std::promise<Result<runtime::Receipt>>>();
        answers.push_back(promise->get_future());
        engine_->post(commands[n],
                      [promise](Result<runtime::Receipt> r) { promise->set_value(std::move(r)); });
        const auto over = [&] {
            return disk.held() || answers[0].wait_for(std::chrono::seconds(0)) == std::future_status::ready;
        };
        while (n == 0 && !over()) std::this_thread::yield();
        if (!disk.held()) disk.release();
        // With nothing to hold, one at a time.
        if (n > 0 && !disk.held()) answers[n].wait();
    }
    while (engine_->health().waiting > 0) std::this_thread::yield();
    disk.release();
    for (std::size_t n = 0; n < commands.size(); ++n) answered(commands[n], answers[n].get());
    (void)engine_->run_until(now());
}

void World::change_people() {
    const auto person = dice_.pick(Texts{"ada", "ben", "cyn", "dan", "eve", "fay", "deputy", "chief"});
    std::vector<org::Event> events;
    switch (dice_.below(5)) {
        case 0:
        case 1: {
            const auto from = now() + Millis{dice_.below(48) * 3600 * 1000};
            events.push_back(org::AbsenceRecorded{{person,
                                                   {from, from + Millis{dice_.between(1, 300) * 3600 * 1000}},
                                                   dice_.chance(50) ? "boss" : "",
                                                   "ill"}});
            break;
        }
        case 2: events.push_back(org::AbsenceEnded{person, now()}); break;
        case 3:
            events.push_back(
                org::PostSet{{dice_.pick(units()), dice_.pick(Texts{"clerk", "registrar", "inspector"}), 2,
                              dice_.chance(70) ? Texts{person} : Texts{}}});
            break;
        default:
            // Leaves, and another day is back.
            if (const auto* known = engine_->directory()->person(person); known && known->active)
                events.push_back(org::PersonLeft{person});
            else
                events.push_back(org::PersonSet{{.id = person, .name = person}});
    }
    const auto changed = engine_->change(events, "boss");
    if (!changed) ++outcome_.refused;
}

// A definition is deployed anew, or the calendar changes under running cases, and they are moved.
void World::new_version() {
    const auto& definition = dice_.pick(definitions());
    if (dice_.chance(30)) {
        (void)engine_->change_calendar(calendar_name, dice_.chance(50) ? other_calendar : calendar_text,
                                       "the new year", "boss", false);
        return;
    }
    const auto text = dice_.chance(50) ? definition.text : next_version(definition);
    if (!engine_->deploy(text, definition.id + ".json", "", "boss")) return;
    if (dice_.chance(70))
        (void)engine_->migrate({.definition = definition.id, .reason = "the new order", .dry_run = false},
                               "boss");
}

const std::vector<World::Draw>& World::draws() {
    static const std::vector<Draw> all{{"start", 14, false, &World::start_cases},
                                       {"work", 60, false, &World::work},
                                       {"nonsense", 5, false, &World::say_nonsense},
                                       {"repeat a key", 4, false, &World::repeat_key},
                                       {"burst", 5, false, &World::burst},
                                       {"people", 5, false, &World::change_people},
                                       {"version", 1, false, &World::new_version},
                                       {"time", 18, false, &World::pass_time},
                                       {"retry", 6, false, &World::retry_doubtful},
                                       {"restart", 2, true, &World::restart},
                                       {"sleep", 2, true, &World::sleep},
                                       {"power cut", 4, true, &World::cut_power},
                                       {"disk trouble", 7, true, &World::plan_trouble},
                                       {"full disk", 1, true, &World::fill_disk},
                                       {"broken disk", 1, true, &World::break_disk},
                                       {"clock back", 1, true, &World::set_clock_back},
                                       {"clock ahead", 1, true, &World::set_clock_ahead},
                                       {"another year", 1, true, &World::wake_in_another_year}};
    return all;
}

}  // namespace reeve::simulation
