#include <set>

#include "engine/store/fingerprint.h"
#include "engine/store/replay_all.h"

namespace reeve::store {

std::uint64_t ReplayAll::run() {
    constexpr std::size_t page = 256;
    LoadMap loads;
    std::set<std::pair<std::string, std::string>> used;  // case, mark prefix
    std::vector<MarkRow> marks;
    std::uint64_t cases = 0, events = 0;
    const std::uint64_t of = from.head().seq;

    auto one_case = [&](const std::string& id, Batch& batch) {
        CaseFile file;
        std::vector<OutboxRow> outbox;
        std::vector<MarkRow> own;
        from.stream(id, 1, [&](const JournalRow& row) {
            replay(file, row, catalog);
            const auto& event = file.history.back();
            for (const auto& alert : core::alerts(file.state, event, *file.program))
                outbox.push_back(outbox_row(alert, event.at));
            if (const auto* started = std::get_if<core::CaseStarted>(&event.event)) {
                own = marks_of(event, *started, *file.program);
                if (const auto prefix = uses_marks(*started); !prefix.empty())
                    for (const auto& other : started->related) used.emplace(other, prefix);
            }
            if (const auto person = given_to(event.event); !person.empty()) {
                auto& load = loads[person];
                load.person = person;
                load.last_given = std::max(load.last_given, event.seq);
            }
            return true;
        });
        events += file.history.size();
        auto view = std::make_shared<const CaseView>(project(file.state, *file.program));
        count_loads(*view, 1, loads);
        if (looked) looked(file, *view);
        marks.insert(marks.end(), own.begin(), own.end());
        batch.outbox.insert(batch.outbox.end(), outbox.begin(), outbox.end());
        batch.cases.push_back({nullptr, std::move(view)});
        ++cases;
    };

    std::string after;
    while (true) {
        const auto ids = from.case_ids(after, page);
        if (ids.empty()) break;
        after = ids.back();
        Batch batch;
        for (const auto& id : ids) {
            try {
                one_case(id, batch);
            } catch (const std::exception& e) {
                if (!fault) throw;
                fault(fmt::format("case {}: {}", id, e.what()));
            }
        }
        write(batch);
        if (progress) progress(events, of);
    }
    Batch rest;
    for (const auto& [person, load] : loads) rest.loads.push_back(load);
    for (auto& mark : marks) {
        const auto prefix = mark.pattern.substr(0, mark.pattern.find(' ') + 1);
        if (!used.contains({mark.case_id, prefix})) rest.marks.push_back(std::move(mark));
    }
    const auto dates = duty_dates(from);
    for (const auto& id : catalog.ids()) {
        const auto timers = duty_timers(*catalog.program(id), *catalog.deployed_at(id), dates);
        rest.duties.insert(rest.duties.end(), timers.begin(), timers.end());
    }
    write(rest);
    return cases;
}

Result<RebuildReport> rebuild(const std::filesystem::path& folder, const Progress& progress) {
    auto store = open(folder, {.mend = true});
    if (!store) return std::unexpected(store.error());
    auto reader = (*store)->read();
    Catalog catalog;
    catalog.refresh(*reader);
    RebuildReport report;
    report.events = reader->head().seq;
    const auto before = fingerprint_rows(*reader);
    (*store)->replace_rows([&](const Store::Write& write) {
        report.cases = ReplayAll{*reader, catalog, write, {}, {}, progress}.run();
    });
    report.changed = fingerprint_rows(*reader) != before;
    reader.reset();
    store->reset();
    auto checked = check(folder);
    if (!checked) return std::unexpected(checked.error());
    report.faults = std::move(checked->faults);
    return report;
}

}  // namespace reeve::store
