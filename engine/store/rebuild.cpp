#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

#include "engine/store/archived.h"
#include "engine/store/fingerprint.h"
#include "engine/store/replay_all.h"
#include "engine/store/salvage.h"
#include "engine/store/sqlite/connection.h"

namespace reeve::store {
namespace {

struct AgedMark {
    MarkRow row;  // without a case: it left for an archive, and only its limit is known
    std::uint64_t seq = 0;
    Instant oldest;  // what it made out of date: the marks of its pattern before this
};
using Used = std::set<std::pair<std::string, std::string>>;  // case, mark prefix

// As the engine left them: without those used up, and those that had become too old when a later one came.
std::vector<MarkRow> still_counting(std::vector<AgedMark> marks, const Used& used) {
    std::ranges::sort(marks, std::ranges::greater{}, &AgedMark::seq);
    std::map<std::string, Instant> oldest;  // by mark prefix
    std::vector<MarkRow> rows;
    for (auto& mark : marks) {
        const auto prefix = prefix_of(mark.row);
        auto& limit = oldest.emplace(prefix, mark.oldest).first->second;
        limit = std::max(limit, mark.oldest);
        if (mark.row.case_id.empty()) continue;
        if (mark.row.at >= limit && !used.contains({mark.row.case_id, prefix}))
            rows.push_back(std::move(mark.row));
    }
    return rows;
}

}  // namespace

std::uint64_t ReplayAll::run() {
    constexpr std::size_t page = 256;
    LoadMap loads;
    Used used;
    std::vector<AgedMark> marks;
    std::uint64_t cases = 0, events = 0;
    const std::uint64_t of = from.head().seq;

    auto one_case = [&](const std::string& id, Batch& batch) {
        CaseFile file;
        std::vector<OutboxRow> outbox;
        std::vector<AgedMark> own;
        from.stream(id, 1, [&](const JournalRow& row) {
            replay(file, row, catalog);
            const auto& event = file.history.back();
            for (const auto& alert : core::alerts(file.state, event, *file.program))
                outbox.push_back(outbox_row(alert, event.at));
            if (const auto* started = std::get_if<core::CaseStarted>(&event.event)) {
                for (const auto& mark : marks_of(event, *started, *file.program))
                    own.push_back({mark, event.seq,
                                   oldest_mark(*file.program, pattern_of(*file.program, mark), event.at)});
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

    Batch archived;
    each_archived(from, [&](const CasesArchived& record, Instant at) {
        add_rows(record, at, archived);
        for (const auto& one : record.cases) {
            ++archived.started[one.definition];
            for (const auto& limit : one.limits)
                marks.push_back({{limit.prefix, {}, {}}, limit.seq, limit.oldest});
            for (const auto& mark : one.used) used.emplace(mark.case_id, mark.prefix);
        }
        for (const auto& [person, seq] : record.given) {
            auto& load = loads[person];
            load.person = person;
            load.last_given = std::max(load.last_given, seq);
        }
    });
    write(archived);
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
    rest.marks = still_counting(std::move(marks), used);
    const auto dates = duty_dates(from);
    for (const auto& id : catalog.ids()) {
        const auto timers = duty_timers(
            *catalog.program(id), [&](const auto& duty) { return *catalog.duty_since(id, duty); }, dates);
        rest.duties.insert(rest.duties.end(), timers.begin(), timers.end());
    }
    write(rest);
    return cases;
}

namespace {

// The alerts that have a row which tells their delivery: that is kept, and nothing else tells it. In order,
// by the hashes of their ids.
std::vector<std::size_t> deliveries_in(const std::filesystem::path& folder) {
    const auto db = sqlite::connect(sqlite::database_path(folder), sqlite::Mode::read);
    SQLite::Statement ids(*db, fmt::format("SELECT id FROM outbox WHERE {}", sqlite::is_delivery));
    std::vector<std::size_t> hashes;
    while (ids.executeStep()) hashes.push_back(std::hash<std::string>{}(ids.getColumn(0).getString()));
    std::ranges::sort(hashes);
    return hashes;
}

Result<RebuildReport> rows_anew(const std::filesystem::path& folder, const Progress& progress,
                                Believe believe) {
    auto store = open(folder, {.mend = true});
    if (!store) return std::unexpected(store.error());
    auto reader = (*store)->read();
    Catalog catalog;
    catalog.refresh(*reader);
    RebuildReport report;
    report.events = events_kept(*reader);
    const auto before = reader->fingerprint();
    if (believe == Believe::both)
        if (auto shorter = journal_shorter(folder, *reader, report.faults)) return std::unexpected(*shorter);
    const auto told = deliveries_in(folder);
    (*store)->replace_rows([&](const Store::Write& write) {
        report.cases = ReplayAll{*reader, catalog, write, {}, {}, progress}.run();
    });
    std::vector<std::size_t> untold;
    std::ranges::set_difference(deliveries_in(folder), told, std::back_inserter(untold));
    if (!untold.empty()) report.faults.push_back(deliveries_unknown(untold.size()));
    report.changed = reader->fingerprint() != before;
    return report;
}

}  // namespace

Result<RebuildReport> rebuild(const std::filesystem::path& folder, const Progress& progress,
                              Believe believe) {
    Result<RebuildReport> report;
    bool damaged = false;
    try {
        report = rows_anew(folder, progress, believe);
    } catch (const std::exception& e) {
        const auto code = trouble(e).code;
        if (code == "failed" && is_damage(e))
            return refuse(
                "journal-damaged",
                fmt::format("{}; no row was changed: the journal is what all is made from, and "
                            "`reeve restore BACKUP --data NEW` puts that of the latest backup into a "
                            "new folder",
                            e.what()),
                folder.string());
        if (code == "failed") return std::unexpected(sqlite::not_read(e, folder));
        if (code != "damaged") throw;
        damaged = true;
    }
    if (!damaged && !report) return report;
    auto checked = damaged ? CheckReport{} : check(folder);
    if (damaged || (checked && checked->damaged)) {
        try {
            report = salvage(folder, progress, believe);
        } catch (const SQLite::Exception& e) {
            if (!is_damage(e)) throw;
            return refuse(
                "damaged",
                fmt::format("not even the journal can be read ({}), and nothing was changed: `reeve "
                            "restore BACKUP --data NEW` puts the latest backup into a new folder",
                            e.what()),
                folder.string());
        }
        if (!report) return report;
        checked = check(folder);
    }
    if (!checked) return std::unexpected(checked.error());
    report->faults.insert(report->faults.end(), checked->faults.begin(), checked->faults.end());
    return report;
}

}  // namespace reeve::store
