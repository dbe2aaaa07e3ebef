#include "engine/store/archived.h"

#include <stdexcept>

#include "engine/store/describe_rows.h"

namespace reeve::store {

REEVE_DESCRIBED(AgeLimit, prefix, seq, oldest)
REEVE_DESCRIBED(UsedMark, case_id, prefix)
REEVE_DESCRIBED(ArchivedCase, id, definition, runs, keys, limits, used)
REEVE_DESCRIBED(GivenTo, person, seq)
REEVE_DESCRIBED(CasesArchived, file, sha256, before, reason, events, cases, given)

std::string body_of(const CasesArchived& record) {
    Json body{{"event", "CasesArchived"}};
    body.update(describe::write(record, Times::millis));
    return body.dump();
}

CasesArchived archived_from(Json body) {
    if (body.value("event", "") != "CasesArchived")
        throw std::runtime_error("the journal holds an event of archives that this version does not know");
    body.erase("event");
    CasesArchived record;
    if (auto fault = describe::read(body, record, {})) throw std::runtime_error(fault->text());
    for (const auto& one : record.cases)
        if (one.runs.size() % 2 != 0) throw std::runtime_error("a run of events without an end");
    return record;
}

void each_archived(Reader& reader, const std::function<void(const CasesArchived&, Instant)>& each) {
    reader.stream(archive_stream, 1, [&](const JournalRow& row) {
        auto body = parsed(row);
        try {
            each(archived_from(std::move(body)), row.at);
        } catch (const std::exception& e) {
            throw std::runtime_error(fmt::format("event {}: {}", row.seq, e.what()));
        }
        return true;
    });
}

std::map<std::uint64_t, std::uint64_t> archived_runs(Reader& reader) {
    std::map<std::uint64_t, std::uint64_t> runs;
    each_archived(reader, [&](const CasesArchived& record, Instant) {
        for (const auto& one : record.cases)
            for (std::size_t i = 0; i < one.runs.size(); i += 2) runs[one.runs[i]] = one.runs[i + 1];
    });
    return runs;
}

std::uint64_t events_kept(Reader& reader) {
    auto events = reader.head().seq;
    each_archived(reader, [&](const CasesArchived& record, Instant) { events -= record.events; });
    return events;
}

void add_rows(const CasesArchived& record, Instant at, Batch& batch) {
    for (const auto& one : record.cases) {
        batch.archived.push_back({one.id, at, record.file, record.sha256});
        for (const auto& key : one.keys) batch.archived_keys.push_back({key, one.id});
    }
}

Error archived_error(const ArchivedRow& row) {
    return {
        "archived",
        fmt::format("case \"{}\" was archived at {} into {}; `reeve case show {} --data {}` reads it there, "
                    "and nothing of it can be changed any more",
                    row.id, time::to_utc_string(row.at), row.file, row.id, row.file),
        "case"};
}

}  // namespace reeve::store
