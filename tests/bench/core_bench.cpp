// What the core's steps cost by themselves, on the shipped definitions and the sample county: deadlines,
// deciding, applying, an event's text, a condition. docs/performance.md says how it is run.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "engine/core/core.h"
#include "engine/model/condition.h"
#include "engine/model/model.h"

namespace reeve {
namespace {

const std::string workflows = REEVE_SOURCE "/workflows/";

time::CalendarPtr calendar() {
    static const auto loaded = *time::load_calendar(workflows + "calendars/cn-office.json");
    return loaded;
}

time::Instant instant(const char* text) { return *time::parse_instant(text); }

const model::Program& program(const std::string& id) {
    static std::map<std::string, model::ProgramPtr> programs;
    auto& known = programs[id];
    if (!known) {
        std::vector<std::string> paths;
        for (const char* name :
             {"petition-handling", "dispute-mediation", "incident-escalation", "rectification",
              "supervision-slip", "patrol-duty", "follow-up-visit", "screening"})
            paths.push_back(workflows + name + ".json");
        for (auto& loaded : model::load(paths))
            if (loaded.compiled && loaded.compiled->program->id == id) {
                auto pinned = std::make_shared<model::Program>(*loaded.compiled->program);
                pinned->version = 1;
                known = pinned;
            }
    }
    if (!known) throw std::runtime_error("no definition " + id);
    return *known;
}

const org::Directory& county() {
    static const auto directory = [] {
        org::Directory built;
        const auto events = *org::load(workflows + "sample/county.json");
        for (const auto& event : events) built.apply(event);
        return built;
    }();
    return directory;
}

// A petition of the sample county, at Monday's opening.
class Petition {
  public:
    Petition() {
        command.actor = core::system_actor;
        command.case_id = "petition-handling-1";
        command.at = instant("2026-03-02T09:00:00+08:00");
        command.wish = core::StartCase{.definition = "petition-handling",
                                       .unit = "heron-ford",
                                       .data = {{"subject", "Smoke from the brick kiln"},
                                                {"kind", "complaint"},
                                                {"channel", "letter"},
                                                {"place", "Kiln Row"},
                                                {"persons", 14}}};
    }
    core::Context context() const { return {rules, county(), loads}; }
    std::vector<core::Event> decide() const {
        auto events = core::decide(started ? &state : nullptr, command, context());
        if (!events) throw std::runtime_error(events.error().text());
        return *std::move(events);
    }
    std::vector<core::Recorded> recorded(std::vector<core::Event> events) const {
        std::vector<core::Recorded> all;
        for (auto& event : events)
            all.push_back({.case_id = command.case_id,
                           .revision = state.revision + all.size() + 1,
                           .at = command.at,
                           .actor = command.actor,
                           .event = std::move(event)});
        return all;
    }
    void take() {
        for (const auto& one : recorded(decide())) core::apply(state, one, rules);
        started = true;
    }
    // Its owner accepts it an hour later.
    void accept() {
        command.at += std::chrono::hours(1);
        command.actor = state.owner;
        core::Act act{.action = "accept"};
        act.documents.push_back(
            {.kind = "acceptance-notice", .name = "notice.pdf", .sha256 = std::string(64, 'a'), .bytes = 1});
        command.wish = act;
    }

    const model::Program& rules = program("petition-handling");
    core::Command command;
    core::CaseState state;
    org::Loads loads;
    bool started = false;
};

void due(benchmark::State& run, const char* in) {
    const auto duration = *time::parse_duration(in);
    const auto from = instant("2026-01-28T15:20:00+08:00");
    for (auto _ : run) benchmark::DoNotOptimize(time::due(*calendar(), from, duration));
}
BENCHMARK_CAPTURE(due, calendar_days, "60 days");
BENCHMARK_CAPTURE(due, working_days, "15 working days");
BENCHMARK_CAPTURE(due, working_hours, "200 working hours");
BENCHMARK_CAPTURE(due, years_of_working_days, "700 working days");

void between(benchmark::State& run) {
    const auto from = instant("2024-01-28T15:20:00+08:00"), to = instant("2026-11-03T10:05:00+08:00");
    for (auto _ : run) benchmark::DoNotOptimize(time::working_between(*calendar(), from, to));
}
BENCHMARK(between);

void decide_start(benchmark::State& run) {
    const Petition petition;
    for (auto _ : run) benchmark::DoNotOptimize(petition.decide());
}
BENCHMARK(decide_start);

void decide_act(benchmark::State& run) {
    Petition petition;
    petition.take();
    petition.accept();
    for (auto _ : run) benchmark::DoNotOptimize(petition.decide());
}
BENCHMARK(decide_act);

void apply_start(benchmark::State& run) {
    const Petition petition;
    const auto events = petition.recorded(petition.decide());
    for (auto _ : run) {
        core::CaseState state;
        for (const auto& one : events) core::apply(state, one, petition.rules);
        benchmark::DoNotOptimize(state);
    }
    run.SetItemsProcessed(run.iterations() * static_cast<std::int64_t>(events.size()));
}
BENCHMARK(apply_start);

void print_events(benchmark::State& run) {
    const auto events = Petition().decide();
    std::string text;
    for (auto _ : run) {
        text.clear();
        for (const auto& event : events) core::print(text, event);
        benchmark::DoNotOptimize(text.data());
    }
    run.SetItemsProcessed(run.iterations() * static_cast<std::int64_t>(events.size()));
    run.SetBytesProcessed(run.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(print_events);

void read_events(benchmark::State& run) {
    std::vector<std::string> texts;
    for (const auto& event : Petition().decide()) core::print(texts.emplace_back(), event);
    for (auto _ : run)
        for (const auto& text : texts) benchmark::DoNotOptimize(core::event_from_json(Json::parse(text)));
    run.SetItemsProcessed(run.iterations() * static_cast<std::int64_t>(texts.size()));
}
BENCHMARK(read_events);

// The least loaded clerk of a unit, and the supervisor of the county above it, in a tree of so many units.
void resolve(benchmark::State& run) {
    org::Directory directory;
    const auto units = run.range(0);
    directory.apply(org::UnitSet{{.id = "county", .title_en = "County", .level = "county"}});
    directory.apply(org::PersonSet{{.id = "above", .name = "Above"}});
    directory.apply(org::PostSet{{"county", "supervisor", 1, {"above"}}});
    org::Loads loads;
    for (std::int64_t i = 0; i < units; ++i) {
        const auto unit = "unit-" + std::to_string(i);
        directory.apply(
            org::UnitSet{{.id = unit, .title_en = unit, .parent = "county", .level = "township"}});
        org::Post post{unit, "clerk", 10, {}};
        for (int c = 0; c < 10; ++c) {
            post.holders.push_back(unit + "-" + std::to_string(c));
            directory.apply(org::PersonSet{{.id = post.holders.back(), .name = "Clerk"}});
        }
        directory.apply(org::PostSet{post});
    }
    const Json data = Json::object();
    const org::Asking asking{.unit = "unit-" + std::to_string(units / 2),
                             .owner = {},
                             .data = &data,
                             .at = instant("2026-03-02T09:00:00+08:00")};
    const auto clerk = *org::parse_who("clerk"), supervisor = *org::parse_who("supervisor@level:county");
    for (auto _ : run) {
        benchmark::DoNotOptimize(directory.choose(clerk, org::Pick::least_loaded, asking, loads));
        benchmark::DoNotOptimize(directory.resolve(supervisor, asking));
    }
}
BENCHMARK(resolve)->RangeMultiplier(10)->Range(10, 10'000);

void condition(benchmark::State& run) {
    const auto& rules = program("incident-escalation");
    if (rules.conditions.empty()) throw std::runtime_error("the definition has no condition any more");
    const Json data{
        {"what", "A lorry in the river"}, {"kind", "accident"}, {"grade", "serious"}, {"hurt", 2}};
    for (auto _ : run) benchmark::DoNotOptimize(model::holds(rules, 0, data));
}
BENCHMARK(condition);

// A part that nearly fits everywhere, by its length and twice that of the text: linear in it.
void find_part(benchmark::State& run) {
    const auto size = static_cast<std::size_t>(run.range(0));
    const Json data{{"s", std::string(2 * size, 'a')}, {"part", std::string(size, 'a') + "b"}};
    for (auto _ : run)
        benchmark::DoNotOptimize(
            model::evaluate_condition("contains(data.s, data.part)", data, Json::object()));
    run.SetComplexityN(run.range(0));
}
BENCHMARK(find_part)->RangeMultiplier(8)->Range(1 << 12, 1 << 21)->Complexity(benchmark::oN);

}  // namespace
}  // namespace reeve

BENCHMARK_MAIN();
