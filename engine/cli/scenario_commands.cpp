// The verbs of a scenario that are commands: each builds its wish and asks the engine.
#include <fmt/format.h>

#include "engine/cli/scenario_run.h"

namespace reeve::cli {

namespace {

std::string owner(const core::CaseState& state) {
    return state.owner.empty() ? core::system_actor : state.owner;
}

std::vector<core::Document> documents(Playing& p, Words& words) {
    std::vector<core::Document> list;
    for (auto& kind : words.options("document")) list.push_back(p.world->paper(kind));
    return list;
}

std::string option(Words& words, const char* key) { return words.option(key).value_or(""); }

// The envelope's words, taken before data() takes every field that is left.
struct Envelope {
    std::optional<std::string> by, occurred, key, at;
    explicit Envelope(Words& words)
        : by(words.option("by")),
          occurred(words.option("occurred")),
          key(words.option("key")),
          at(words.option("at")) {
        if (words.next_is("by")) by = words.next("a person");
    }
};

void ask(Playing& p, Words& words, const Envelope& envelope, const std::string& case_id, core::Wish wish) {
    core::Command command;
    command.case_id = case_id;
    command.wish = std::move(wish);
    if (envelope.by)
        command.actor = *envelope.by;
    else
        command.actor = std::holds_alternative<core::StartCase>(command.wish)
                            ? core::system_actor
                            : owner(p.state(words, case_id));
    if (envelope.occurred) command.occurred = p.instant(words, *envelope.occurred);
    command.key = envelope.key.value_or("");
    const auto at = envelope.at ? p.instant(words, *envelope.at) : p.world->now();
    if (at < p.world->now()) words.fail("the clock has passed that moment already", "clock-backward");
    words.finish();
    auto receipt = p.world->ask_at(std::move(command), at);
    if (!receipt) p.refused = receipt.error();
}

void ask(Playing& p, Words& words, const std::string& case_id, core::Wish wish) {
    ask(p, words, Envelope(words), case_id, std::move(wish));
}

// A duration ends where "by" begins: `extend petition-1 answer 30 days by li-na`.
time::Duration duration(Playing& p, Words& words) {
    std::string text = words.next("a duration, such as 30 days");
    while (words.peek() && words.peek() != "by") text += " " + *words.next_if();
    return p.duration(words, text);
}

// The task named by id or, among those of the name, the open one (else the latest).
std::string task(Playing& p, Words& words, const std::string& case_id) {
    const auto word = words.next("a task");
    const auto state = p.state(words, case_id);
    std::string found;
    bool open = false;
    for (const auto& task : state.tasks) {
        if (task.id == word) return word;
        if ((task.name != word && task.title != word) || (open && task.status != core::TaskStatus::open))
            continue;
        found = task.id;
        open = task.status == core::TaskStatus::open;
    }
    return found.empty() ? word : found;
}

// The clock's latest escalation, or the case's: preferring one that `wanted` holds for.
template <class Wanted>
std::string escalation(Playing& p, Words& words, const std::string& case_id, Wanted wanted) {
    std::string clock;
    if (auto next = words.peek(); next && *next != "by") clock = *words.next_if();
    const auto state = p.state(words, case_id);
    if (!clock.empty())
        for (const auto& e : state.escalations)
            if (e.id == clock) return e.id;
    std::string found;
    bool fits = false;
    for (const auto& e : state.escalations) {
        if (!clock.empty()) {
            const auto* of = state.clock(e.clock);
            if (e.clock != clock && (!of || of->name != clock)) continue;
        }
        if (fits && !wanted(e)) continue;
        found = e.id;
        fits = wanted(e);
    }
    if (found.empty())
        words.fail(
            clock.empty() ? "nothing has escalated in this case" : "nothing has escalated on clock " + clock,
            "no-escalation");
    return found;
}

std::string request(Playing& p, Words& words, const std::string& case_id) {
    if (auto next = words.peek(); next && *next != "by") return *words.next_if();
    const auto state = p.state(words, case_id);
    for (auto it = state.requests.rbegin(); it != state.requests.rend(); ++it)
        if (it->open) return it->id;
    return state.requests.empty() ? "none" : state.requests.back().id;
}

std::string job(Playing& p, Words& words, const std::string& case_id) {
    if (auto next = words.peek(); next && *next != "by") return *words.next_if();
    for (const auto& stage : p.state(words, case_id).stages)
        if (!stage.job.empty()) return stage.job;
    return "none";
}

void open(Playing& p, Words& words) {
    p.running(words);
    const auto name = words.next("a name for the case");
    if (p.ids.contains(name))
        words.fail(fmt::format("there is a case called {} already", name), "known-case");
    core::StartCase start;
    start.definition = words.next("a definition");
    const Envelope envelope(words);
    start.unit = option(words, "unit");
    start.title = option(words, "title");
    start.owner = option(words, "owner");
    if (auto version = words.option("version")) start.version = std::atoi(version->c_str());
    start.data = words.data();
    p.last_definition = start.definition;
    ask(p, words, envelope, name, start);
    if (!p.refused) p.call(name, name);
}

void act(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::Act act;
    act.action = words.next("an action");
    const Envelope envelope(words);
    act.stage = option(words, "stage");
    act.unit = option(words, "unit");
    act.reason = option(words, "reason");
    act.documents = documents(p, words);
    act.data = words.data();
    ask(p, words, envelope, id, act);
}

void done(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::CompleteTask done;
    done.task = task(p, words, id);
    // Who has the task does it, unless the line says otherwise.
    Envelope envelope(words);
    if (!envelope.by)
        for (const auto& task : p.state(words, id).tasks)
            if (task.id == done.task && !task.person.empty()) envelope.by = task.person;
    done.reason = option(words, "reason");
    done.documents = documents(p, words);
    done.data = words.data();
    ask(p, words, envelope, id, done);
}

void claim(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::ClaimTask claim{task(p, words, id), {}};
    claim.reason = option(words, "reason");
    ask(p, words, id, claim);
}

template <class Wish>
void to_person(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    Wish wish;
    wish.task = task(p, words, id);
    wish.person = words.next("a person");
    wish.reason = option(words, "reason");
    ask(p, words, id, wish);
}

void give_back(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::ReturnTask wish;
    wish.task = task(p, words, id);
    wish.reason = option(words, "reason");
    ask(p, words, id, wish);
}

void follow_up(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::AddFollowUp wish;
    wish.who = words.next("who is to do it");
    wish.title = option(words, "title");
    wish.due = duration(p, words);
    ask(p, words, id, wish);
}

void name_owner(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::NameOwner wish;
    wish.person = words.next("a person");
    wish.reason = option(words, "reason");
    ask(p, words, id, wish);
}

void transfer(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::Transfer wish;
    wish.unit = words.next("a unit");
    wish.reason = option(words, "reason");
    ask(p, words, id, wish);
}

void acknowledge(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::Acknowledge wish;
    wish.escalation = escalation(p, words, id, [](auto& e) { return e.acknowledged_by.empty(); });
    wish.reason = option(words, "reason");
    ask(p, words, id, wish);
}

void unacknowledge(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::Unacknowledge wish;
    wish.escalation = escalation(p, words, id, [](auto& e) { return !e.acknowledged_by.empty(); });
    wish.reason = option(words, "reason");
    ask(p, words, id, wish);
}

void answer(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::Answer wish;
    wish.escalation = escalation(p, words, id, [](auto& e) { return !e.ask.empty() && e.answer.empty(); });
    wish.text = option(words, "text");
    ask(p, words, id, wish);
}

void pause(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::PauseClock wish;
    wish.clock = words.next("a clock");
    wish.reason = option(words, "reason");
    wish.note = option(words, "note");
    if (auto until = words.option("until")) wish.until = p.instant(words, *until);
    ask(p, words, id, wish);
}

void resume(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::ResumeClock wish;
    wish.clock = words.next("a clock");
    wish.note = option(words, "note");
    ask(p, words, id, wish);
}

void exclude(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::ExcludeTime wish;
    wish.clock = words.next("a clock");
    const auto from = words.option("from"), to = words.option("to");
    if (!from || !to) words.fail("time that does not count has from=TIME and to=TIME");
    wish.from = p.instant(words, *from);
    wish.to = p.instant(words, *to);
    wish.reason = option(words, "reason");
    wish.note = option(words, "note");
    ask(p, words, id, wish);
}

void restart(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::RestartClock wish;
    wish.clock = words.next("a clock");
    wish.reason = option(words, "reason");
    ask(p, words, id, wish);
}

void extend(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::ExtendClock wish;
    wish.clock = words.next("a clock");
    wish.reason = option(words, "reason");
    wish.by = duration(p, words);
    ask(p, words, id, wish);
}

template <class Wish>
void decide_request(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    Wish wish;
    wish.request = request(p, words, id);
    wish.reason = option(words, "reason");
    ask(p, words, id, wish);
}

void message(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::SendMessage wish;
    wish.message = words.next("a message");
    const Envelope envelope(words);
    wish.data = words.data();
    ask(p, words, envelope, id, wish);
}

void document(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::AddDocument wish;
    const auto kind = words.next("a kind of document");
    wish.document = p.world->paper(kind, option(words, "name"));
    ask(p, words, id, wish);
}

void note(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::AddNote wish{words.next("the text of the note, in quotes")};
    ask(p, words, id, wish);
}

void correct(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::CorrectData wish;
    const Envelope envelope(words);
    wish.reason = option(words, "reason");
    wish.patch = words.data();
    ask(p, words, envelope, id, wish);
}

void reopen(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::Reopen wish;
    wish.reason = option(words, "reason");
    wish.to = option(words, "to");
    ask(p, words, id, wish);
}

void cancel(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::Cancel wish{option(words, "reason")};
    ask(p, words, id, wish);
}

void migrate(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::Migrate wish;
    wish.version = std::atoi(words.next("a version").c_str());
    const Envelope envelope(words);
    wish.reason = option(words, "reason");
    const auto renamed = words.data();
    if (auto stages = renamed.find("stages"); stages != renamed.end())
        for (const auto& [from, to] : stages->items())
            wish.stages[from] = to.is_string() ? to.get<std::string>() : to.dump();
    ask(p, words, envelope, id, wish);
}

void job_done(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::CompleteJob wish;
    wish.job = job(p, words, id);
    const Envelope envelope(words);
    wish.data = words.data();
    ask(p, words, envelope, id, wish);
}

void job_failed(Playing& p, Words& words) {
    const auto id = p.case_id(words);
    core::FailJob wish;
    wish.job = job(p, words, id);
    wish.error = option(words, "error");
    wish.retry = words.option("retry") != "false";
    ask(p, words, id, wish);
}

}  // namespace

const Verbs& command_verbs() {
    static const Verbs verbs{{"open", open},
                             {"act", act},
                             {"done", done},
                             {"claim", claim},
                             {"assign", to_person<core::AssignTask>},
                             {"delegate", to_person<core::DelegateTask>},
                             {"return", give_back},
                             {"follow-up", follow_up},
                             {"owner", name_owner},
                             {"transfer", transfer},
                             {"acknowledge", acknowledge},
                             {"unacknowledge", unacknowledge},
                             {"answer", answer},
                             {"pause", pause},
                             {"resume", resume},
                             {"exclude", exclude},
                             {"restart", restart},
                             {"extend", extend},
                             {"approve", decide_request<core::Approve>},
                             {"refuse", decide_request<core::Refuse>},
                             {"message", message},
                             {"document", document},
                             {"note", note},
                             {"correct", correct},
                             {"reopen", reopen},
                             {"cancel", cancel},
                             {"migrate", migrate},
                             {"job-done", job_done},
                             {"job-failed", job_failed}};
    return verbs;
}

}  // namespace reeve::cli
