#include "engine/runtime/assigner.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/log.h"
#include "engine/runtime/plugin_answer.h"
#include "engine/spelling.h"

namespace reeve::runtime {

namespace {

constexpr std::size_t read_at_once = 4096;  // events
constexpr int tries = 3;                    // of a command, while others change the case

// Given once, by the rule, and nobody did anything about it since.
bool is_untouched(const store::CaseFile& file, const std::string& task) {
    int given = 0;
    for (const auto& one : file.history) {
        if (const auto* assigned = std::get_if<core::TaskAssigned>(&one.event))
            given += assigned->task == task;
        if (const auto* returned = std::get_if<core::TaskReturned>(&one.event);
            returned && returned->task == task)
            return false;
    }
    return given == 1;
}

const model::Assign& rule_of(const model::Stage& stage, const std::string& name) {
    const auto rule = std::ranges::find(stage.tasks, name, &model::TaskRule::name);
    return rule == stage.tasks.end() ? stage.assign : rule->assign;
}

}  // namespace

Assigner::Assigner(Engine& engine, std::unique_ptr<PluginHost> host, Assigning wanted)
    : engine_(engine),
      host_(std::move(host)),
      wanted_(std::move(wanted)),
      who_(host_->health()),
      seen_(engine.read()->head().seq) {}

Assigner::~Assigner() {
    ask_to_stop();
    rounds_.reset();
}

void Assigner::start() {
    auto rounds = std::make_unique<Rounds>(engine_, name(), [this] { return turn(); });
    std::lock_guard lock(mutex_);  // its health may be asked for already
    rounds_ = std::move(rounds);
}

void Assigner::ask_to_stop() {
    stopping_ = true;
    if (rounds_) rounds_->ask_to_stop();
    host_->ask_to_stop();
}

bool Assigner::turn() {
    if (tasks_.empty()) look();
    if (tasks_.empty()) return false;
    const auto task = tasks_.front();
    std::optional<Question> asked;
    try {
        asked = question(task);
    } catch (const std::exception& e) {
        if (!store::is_damage(e)) throw;  // it passes, and the task is still there then
        count("failed", e.what());
    }
    tasks_.pop_front();
    if (!asked) return true;
    const auto chosen = choice(*asked);
    if (!chosen) {
        if (!stopping_) count("failed", chosen.error().message);
    } else if (chosen->first == asked->person) {
        count("kept");
    } else {
        give(task, std::move(*asked), chosen->first, chosen->second);
    }
    return true;
}

// The tasks that were made since it last looked.
void Assigner::look() {
    if (!reader_) reader_ = engine_.read();
    for (bool more = true; more && tasks_.empty();) {
        std::size_t read = 0;
        reader_->journal(seen_ + 1, [&](const store::JournalRow& row) {
            seen_ = row.seq;
            // Reading an event costs more than to see that it is none of these.
            if (!row.damaged && !row.stream.starts_with('$') &&
                row.body.find("\"TaskCreated\"") != std::string::npos) {
                const auto event = store::recorded(row).event;
                if (const auto* made = std::get_if<core::TaskCreated>(&event); made && !made->follow_up)
                    tasks_.push_back({row.stream, made->task});
            }
            return ++read < read_at_once;
        });
        more = read == read_at_once;
    }
}

// What it could not give anyway is not told to it.
bool Assigner::may_choose(std::string unit) const {
    const auto directory = engine_.directory();
    for (; !unit.empty(); unit = directory->parent(unit)) {
        const auto roles = directory->roles_of(wanted_.person, unit);
        for (const char* role : {"assigner", "head"})
            if (std::ranges::find(roles, role) != roles.end()) return true;
    }
    return false;
}

std::optional<Assigner::Question> Assigner::question(const Task& of) {
    const auto row = reader_->find_case(of.case_id);
    if (!row || std::ranges::find(wanted_.stages, row->definition, &Assigning::Stage::definition) ==
                    wanted_.stages.end())
        return std::nullopt;
    const auto file = engine_.find(of.case_id);
    if (!file) return std::nullopt;
    const auto& state = file->state;
    if (!may_choose(state.unit)) return std::nullopt;
    const auto task = std::ranges::find(state.tasks, of.task, &core::TaskState::id);
    if (task == state.tasks.end()) return std::nullopt;
    const auto at = std::ranges::find(state.stages, task->entry, &core::StageState::entry);
    if (at == state.stages.end() || task->status != core::TaskStatus::open || task->person.empty() ||
        std::ranges::none_of(
            wanted_.stages,
            [&](const auto& one) { return one.definition == state.definition && one.stage == at->stage; }) ||
        !is_untouched(*file, of.task))
        return std::nullopt;
    const auto& assign = rule_of(file->program->stages[file->program->stage(at->stage)], task->name);
    const auto found =
        engine_.directory()
            ->resolve(assign.who,
                      {.unit = state.unit, .owner = state.owner, .data = &state.data, .at = engine_.now()})
            .people;
    constexpr std::size_t choice = 2;  // of one there is none
    if (found.size() < choice) return std::nullopt;
    Question question{.person = task->person, .revision = state.revision};
    for (const auto& one : found) question.candidates.push_back(one.person);
    question.request = {{"case", state.id},
                        {"definition", state.definition},
                        {"unit", state.unit},
                        {"stage", at->stage},
                        {"role", assign.who.kind == org::Who::Kind::role ? assign.who.name : ""},
                        {"task", task->id},
                        {"name", task->name},
                        {"title", task->title},
                        {"item", task->item},
                        {"person", task->person},
                        {"data", state.data},
                        {"candidates", candidates(found, file->program->calendar)}};
    return question;
}

Json Assigner::candidates(const std::vector<org::Found>& found, const time::CalendarPtr& calendar) {
    const auto loads = reader_->loads();
    const auto directory = engine_.directory();
    Json all = Json::array();
    for (const auto& one : found) {
        const auto* person = directory->person(one.person);
        const auto load = std::ranges::find(loads, one.person, &store::LoadRow::person);
        Json last;
        if (load != loads.end() && load->last_given > 0)
            reader_->journal(load->last_given, [&](const store::JournalRow& row) {
                last = time::to_string(row.at, *calendar);
                return false;
            });
        all.push_back({{"person", one.person},
                       {"name", person ? person->name : ""},
                       {"open_tasks", load == loads.end() ? 0 : load->open},
                       {"last", std::move(last)}});
    }
    return all;
}

// Whom, and why.
Result<std::pair<std::string, std::string>> Assigner::choice(const Question& question) {
    const auto answer = host_->call(question.request);
    if (!answer) return refuse("plugin-fell", answer.error().error);
    auto person = text_in(*answer, "person");
    if (person.empty()) {
        if (text_in(*answer, "outcome") == "failed")
            return refuse("plugin-failed", error_in(*answer, name()));
        return refuse(
            "plugin-failed",
            fmt::format("the plugin {} answered without a person: expected one of the candidates", name()));
    }
    if (std::ranges::find(question.candidates, person) == question.candidates.end())
        return refuse("plugin-failed",
                      fmt::format("the plugin {} chose \"{}\", who is none of the candidates", name(),
                                  one_line(person)));
    auto reason = one_line(text_in(*answer, "reason"));
    if (reason.empty()) reason = "chosen by the plugin " + name();
    return std::pair(std::move(person), std::move(reason));
}

// What others did meanwhile goes before: then the task is looked at again.
void Assigner::give(const Task& of, Question asked, const std::string& person, const std::string& reason) {
    for (int i = 0; i < tries; ++i) {
        const core::Command command{.key = fmt::format("assigner:{}/{}/{}", name(), of.case_id, of.task),
                                    .actor = wanted_.person,
                                    .case_id = of.case_id,
                                    .expect = asked.revision,
                                    .wish = core::AssignTask{of.task, person, reason}};
        const auto receipt = engine_.ask(command);
        if (receipt) return count("assigned");
        if (receipt.error().code != "changed-meanwhile") return count("failed", receipt.error().message);
        auto again = question(of);
        if (!again || std::ranges::find(again->candidates, person) == again->candidates.end()) break;
        asked = std::move(*again);
    }
    count("overtaken");
}

void Assigner::count(const char* result, const std::string& error) {
    std::lock_guard lock(mutex_);
    ++work_[result];
    if (error.empty()) {
        failing_since_.reset();
    } else if (!failing_since_) {
        failing_since_ = engine_.now();
        log::write(log::Level::warning, "task-not-assigned", {{"plugin", name()}, {"error", error}});
    }
    error_ = error;
}

// What an administrator can mend.
std::string Assigner::trouble() const {
    const auto directory = engine_.directory();
    const auto* person = directory->person(wanted_.person);
    if (!person || !person->active)
        return fmt::format("there is no person \"{}\" in whose name it could choose", wanted_.person);
    if (!directory->holds(wanted_.person, "assigner") && !directory->holds(wanted_.person, "head"))
        return fmt::format("{} holds no post as assigner, and so gives nobody a task", wanted_.person);
    const auto definitions = engine_.catalog().ids();
    for (const auto& [definition, stage] : wanted_.stages) {
        const auto program = engine_.catalog().program(definition);
        if (!program)
            return fmt::format("there is no definition \"{}\"{}", definition,
                               did_you_mean(definition, definitions));
        std::vector<std::string> stages;
        for (const auto& one : program->stages) stages.push_back(one.name);
        if (std::ranges::find(stages, stage) == stages.end())
            return fmt::format("the definition {} has no stage \"{}\"{}", definition, stage,
                               did_you_mean(stage, stages));
    }
    return {};
}

PluginHealth Assigner::health() const {
    auto health = host_->health();
    health.trouble = trouble();
    std::lock_guard lock(mutex_);
    health.work = work_;
    health.failing_since = failing_since_;
    if (health.trouble.empty()) health.trouble = error_;
    if (health.trouble.empty() && rounds_) health.trouble = rounds_->fault();
    return health;
}

}  // namespace reeve::runtime
