// What the people of the office do.
#include <fmt/format.h>

#include <future>
#include <thread>

#include "tests/simulation/world.h"

namespace reeve::simulation {
namespace {

using Texts = std::vector<std::string>;

}  // namespace

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
    if (!answer && answer.error().code == "archived" && reader().archived(first.case_id)) return;
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
        const bool left_off = dice_.chance(20);
        int looks = 0;  // the first is before anything is done
        (void)engine_->change_calendar({.name = calendar_name,
                                        .calendar = dice_.chance(50) ? other_calendar : calendar_text,
                                        .reason = "the new year",
                                        .dry_run = false},
                                       "boss", [&] { return left_off && looks++ > 0; });
        return;
    }
    const auto text = dice_.chance(50) ? definition.text : next_version(definition);
    if (!engine_->deploy(text, definition.id + ".json", "", "boss")) return;
    if (dice_.chance(70))
        (void)engine_->migrate({.definition = definition.id, .reason = "the new order", .dry_run = false},
                               "boss");
}

// Cases that are over leave, a few at a time. What a failing disk broke off is mostly asked for again.
void World::archive() {
    if (!engine_->run_until(now())) return;
    auditor_.look(reader());
    if (!archiving_ || dice_.chance(20))
        archiving_ = {.file = scratch_.path() / fmt::format("archive-{}.db", next_archive_++),
                      .before = time_->now() - Millis{dice_.between(0, 30 * 24) * 3600 * 1000},
                      .reason = "over",
                      .with_undelivered = dice_.chance(80)};
    const auto done = engine_->archive(*archiving_, "boss");
    if (done) archiving_.reset();
    if (!done && done.error().code != "not-durable" && done.error().code != "disk-full")
        auditor_.fault("archive: " + done.error().text());
}

const std::vector<World::Draw>& World::draws() {
    static const std::vector<Draw> all{{"start", 14, false, &World::start_cases},
                                       {"work", 60, false, &World::work},
                                       {"nonsense", 5, false, &World::say_nonsense},
                                       {"repeat a key", 4, false, &World::repeat_key},
                                       {"burst", 5, false, &World::burst},
                                       {"people", 5, false, &World::change_people},
                                       {"version", 1, false, &World::new_version},
                                       {"archive", 3, false, &World::archive},
                                       {"time", 18, false, &World::pass_time},
                                       {"retry", 6, false, &World::retry_doubtful},
                                       {"restart", 2, true, &World::restart},
                                       {"sleep", 2, true, &World::sleep},
                                       {"power cut", 4, true, &World::cut_power},
                                       {"disk trouble", 7, true, &World::plan_trouble},
                                       {"full disk", 1, true, &World::fill_disk},
                                       {"broken disk", 1, true, &World::break_disk},
                                       {"clock back", 1, true, &World::set_clock_back},
                                       {"clock wrong", 1, true, &World::set_clock_wrong},
                                       {"another year", 1, true, &World::wake_in_another_year}};
    return all;
}

}  // namespace reeve::simulation
