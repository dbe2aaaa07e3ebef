// reeve bench scale: what each thing costs in an office with so many open cases, and in one case with a long
// history.
#include <condition_variable>

#include "engine/cli/bench.h"
#include "engine/store/upkeep.h"

namespace reeve::cli {

namespace {

template <class Body>
double seconds_of(Body body) {
    const auto begun = runtime::stopwatch();
    body();
    return runtime::seconds_since(begun);
}

// The median of what `body` takes, for numbers spread over the cases.
template <class Body>
double ms_each(std::uint64_t cases, int times, Body body) {
    std::vector<double> took;
    for (int i = 0; i < times; ++i) {
        const auto number = static_cast<std::uint64_t>(i) * 7919 % cases;
        took.push_back(1e3 * seconds_of([&] { body(number); }));
    }
    return median(std::move(took));
}

std::string id_of(std::uint64_t number) { return BenchOffice::start(number).case_id; }

core::Command note(const std::string& case_id) {
    return {.actor = "head", .case_id = case_id, .wish = core::AddNote{"Called; nobody was at home."}};
}

void ask(runtime::Engine& engine, core::Command command) {
    if (auto done = engine.ask(std::move(command)); !done) throw std::runtime_error(done.error().text());
}

// Notes to one case, many on their way at once.
void lengthen(runtime::Engine& engine, const std::string& case_id, int notes) {
    std::mutex mutex;
    std::condition_variable landed;
    int under_way = notes;
    for (int i = 0; i < notes; ++i)
        engine.post(note(case_id), [&](const Result<runtime::Receipt>&) {
            std::lock_guard lock(mutex);
            if (--under_way == 0) landed.notify_one();
        });
    std::unique_lock lock(mutex);
    landed.wait(lock, [&] { return under_way == 0; });
}

// One case whose history grows: a command to it, and reading it whole.
Json long_history(BenchOffice& office) {
    Json rows = Json::array();
    const std::string id = "long-history";
    auto start = BenchOffice::start(0);
    start.case_id = id;
    ask(office.engine(), start);
    int notes = 0;
    for (const int wanted : {10, 100, 1'000, 10'000}) {
        lengthen(office.engine(), id, wanted - notes);
        notes = wanted;
        office.reopen();  // nothing of it is in memory
        const auto first = 1e3 * seconds_of([&] { ask(office.engine(), note(id)); });
        rows.push_back({{"events", office.engine().find(id)->history.size()},
                        {"first_command_ms", first},
                        {"command_ms", ms_each(1, 50, [&](auto) { ask(office.engine(), note(id)); })},
                        {"read_ms", ms_each(1, 9, [&](auto) { (void)office.engine().find(id); })}});
        notes += 51;
    }
    return rows;
}

// Of several rounds that tell the same things: the median of each number.
Json medians(const std::vector<Json>& rounds) {
    const auto& first = rounds.front();
    const auto inner = [&](const auto& place) {
        std::vector<Json> of;
        for (const auto& round : rounds) of.push_back(round[place]);
        return medians(of);
    };
    Json result = first;
    if (first.is_number_float()) {
        std::vector<double> values;
        for (const auto& round : rounds) values.push_back(round.get<double>());
        result = median(std::move(values));
    } else if (first.is_object()) {
        for (const auto& [name, value] : first.items()) result[name] = inner(name);
    } else if (first.is_array()) {
        for (std::size_t i = 0; i < first.size(); ++i) result[i] = inner(i);
    }
    return result;
}

Json one_round(const BenchOptions& options, std::uint64_t count) {
    BenchOffice office(options.store, {});
    Json result = Json::object();
    const auto filled = seconds_of([&] { run_load(office.engine(), count, options.in_flight, false); });
    result["starts_per_second"] = static_cast<double>(count) / filled;
    office.close();
    result["disk_bytes_per_case"] =
        static_cast<double>(std::filesystem::file_size(office.folder() / "reeve.db")) /
        static_cast<double>(count);
    result["open_ms"] = 1e3 * seconds_of([&] { office.reopen(); });
    auto& engine = office.engine();
    result["command_ms"] = ms_each(count, 200, [&](auto n) { ask(engine, note(id_of(n))); });
    result["read_case_ms"] = ms_each(count, 200, [&](auto n) { (void)engine.find(id_of(n)); });
    const auto reader = engine.read();
    result["list_100_ms"] = ms_each(
        count, 20, [&](auto n) { (void)reader->cases({.status = "open", .after = id_of(n), .limit = 100}); });
    result["list_100_of_unit_ms"] = ms_each(count, 20, [&](auto n) {
        (void)reader->cases({.units = {"desk-3"}, .status = "open", .after = id_of(n), .limit = 100});
    });
    result["tasks_of_person_ms"] = ms_each(
        count, 20, [&](auto n) { (void)reader->tasks({.person = fmt::format("clerk-{}", n % 100)}); });
    result["board_ms"] = ms_each(count, 5, [&](auto) { (void)reader->overdue(engine.now()); });
    office.close();
    const auto whole = [&](auto report) {
        if (!report) throw std::runtime_error(report.error().text());
        if (!report->faults.empty()) throw std::runtime_error(report->faults.front());
    };
    result["check_seconds"] = seconds_of([&] { whole(store::check(office.folder())); });
    result["rebuild_seconds"] = seconds_of([&] { whole(store::rebuild(office.folder())); });
    const store::ScratchFolder beside(options.store);
    const auto copy = beside.path() / "copy.reeve";
    result["backup_seconds"] = seconds_of([&] { whole(store::backup(office.folder(), copy)); });
    std::filesystem::remove(copy);
    office.reopen();
    result["one_long_case"] = long_history(office);
    return result;
}

}  // namespace

Json bench_scale(const BenchOptions& options) {
    const auto count = options.count ? options.count : 100'000;
    std::vector<Json> rounds;
    for (int n = 0; n < options.rounds; ++n) rounds.push_back(one_round(options, count));
    Json result{{"bench", "scale"}, {"cases", count}, {"rounds", options.rounds}};
    result.update(medians(rounds));
    return result;
}

}  // namespace reeve::cli
