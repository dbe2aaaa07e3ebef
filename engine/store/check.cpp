#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <set>

#include "engine/store/archived.h"
#include "engine/store/beside.h"
#include "engine/store/documents.h"
#include "engine/store/fingerprint.h"
#include "engine/store/part_file.h"
#include "engine/store/replay_all.h"
#include "engine/store/row_faults.h"
#include "engine/store/scratch.h"

namespace reeve::store {
namespace {

constexpr std::size_t most_faults = 100;

struct Checking {
    CheckReport report;

    void fault(std::string_view text) {
        if (report.faults.size() > most_faults) return;
        if (report.faults.size() == most_faults) text = "and more; the rest is not listed";
        report.faults.emplace_back(text);
    }

    // In an archive there are only the events of its cases; which, its stamp says.
    void stamped(Reader& reader, const ArchiveStamp& stamp) {
        if (report.cases != stamp.cases)
            fault(fmt::format("this archive holds {} cases of {}", report.cases, stamp.cases));
        if (fingerprint_journal(reader) != stamp.journal)
            fault("this archive does not hold the events that were put into it");
    }

    void organisation(const JournalRow& row) {
        if (row.damaged && row.events == 0) return;  // said of the first event of its command
        try {
            (void)org_event(row);
        } catch (const std::exception& e) {
            fault(e.what());
        }
    }

    // Numbers without a gap that no archive explains, commands whole, and the streams of no case readable.
    void numbers(Reader& reader) {
        std::map<std::string, std::uint64_t> last;
        std::uint64_t expected = 1;
        int of_command = 0;
        std::string stream;
        const bool whole = !reader.stamp();
        const auto gone = archived_runs(reader);
        reader.journal(1, [&](const JournalRow& row) {
            for (auto run = gone.find(expected); whole && run != gone.end() && row.seq > expected;
                 run = gone.find(expected))
                expected = run->second + 1;
            if (whole && row.seq != expected)
                fault(fmt::format("journal: event {} is missing; {} follows {}", expected, row.seq,
                                  expected - 1));
            expected = row.seq + 1;
            auto& revision = last[row.stream];
            if (row.revision != revision + 1)
                fault(fmt::format("event {}: revision {} of {} follows revision {}", row.seq, row.revision,
                                  row.stream, revision));
            revision = row.revision;
            if (of_command > 0 && (row.stream != stream || row.events != 0))
                fault(fmt::format("event {}: the command before it lacks {} of its events", row.seq,
                                  of_command));
            of_command = row.events > 0 ? row.events - 1 : of_command > 0 ? of_command - 1 : 0;
            stream = row.stream;
            if (row.stream == org_stream) organisation(row);
            ++report.events;
            return true;
        });
        if (of_command > 0) fault(fmt::format("the last command lacks {} of its events", of_command));
    }

    // What left is as much in question as what stayed. A file may well have been put elsewhere.
    void archives(Reader& reader) {
        struct Left {
            std::string sha256;
            std::uint64_t cases = 0;
        };
        std::map<std::string, Left> files;
        each_archived(reader, [&](const CasesArchived& record, Instant) {
            auto& left = files[record.file];
            // Before a name could be used once only, another file may have had it: it is elsewhere now.
            if (left.sha256 != record.sha256) left = {record.sha256, 0};
            left.cases += record.cases.size();
        });
        for (const auto& [file, left] : files) {
            const auto named = fmt::format("the archive {}, for which {} cases left,", file, left.cases);
            std::error_code ignored;
            if (!std::filesystem::is_regular_file(file, ignored)) {
                report.absent_archives.push_back(named + " is not there now");
                continue;
            }
            try {
                if (digest_of(file) != left.sha256)
                    report.wrong_archives.push_back(
                        fmt::format("{} is not what it was: its SHA-256 was {}", named, left.sha256));
            } catch (const std::exception& e) {
                report.absent_archives.push_back(
                    fmt::format("{} could not be looked at: {}", named, e.what()));
            }
        }
    }

    // Law 3.
    void looked(Documents& documents, Reader& reader, const CaseFile& file, const CaseView& view) {
        const auto& state = file.state;
        ++report.cases;
        if (state.status == core::CaseStatus::open) {
            ++report.open;
            bool clock = false, unowned = false;
            for (const auto& c : state.clocks) {
                if (c.status != core::ClockStatus::running && c.status != core::ClockStatus::paused) continue;
                clock = true;
                if (c.rule == file.program->unowned_clock) unowned = true;
            }
            if (!clock) fault(fmt::format("case {}: it is open and has no clock", state.id));
            if (state.owner.empty() && !unowned)
                fault(
                    fmt::format("case {}: it is open, nobody owns it, and no clock runs for that", state.id));
        }
        if (view.next) ++report.timers;
        for (const auto& d : state.documents)
            if (const auto wrong = d.sha256.empty() ? std::string() : documents.fault(d.sha256);
                !wrong.empty())
                fault(fmt::format("case {}: document {} ({}) {}", state.id, d.name, d.sha256, wrong));
        for (const auto& event : file.history) {
            if (!std::holds_alternative<core::CaseRequested>(event.event)) continue;
            const auto key = fmt::format("open:{}/{}", state.id, event.revision);
            const auto opened = reader.receipt(key);
            // Else it stands in its own history why it was not.
            const auto* requested = std::get_if<core::CaseRequested>(&event.event);
            if (opened ? opened->case_id != requested->other && opened->case_id != state.id
                       : !reader.archived_key(key))
                fault(fmt::format("case {} revision {}: it asked for a case that was never opened", state.id,
                                  event.revision));
        }
    }

    // The live rows against rows made anew beside them.
    void rows(Reader& live, Reader& anew) {
        if (live.fingerprint() == anew.fingerprint()) return;
        RowHeaps heaps;
        live.dump([&](const std::string& line) { heaps.kept(line); });
        anew.dump([&](const std::string& line) { heaps.made(line); });
        heaps.choose(most_faults + 1);
        std::set<std::string> kept, made;
        const auto held = [&](std::set<std::string>& lines) {
            return [&](const std::string& line) {
                if (heaps.chosen(line)) lines.insert(line);
            };
        };
        live.dump(held(kept));
        anew.dump(held(made));
        const auto faults = row_faults(kept, made);
        for (const auto& text : faults) fault(text);
        if (faults.empty()) fault("the rows differ from those that follow from the journal");
    }
};

}  // namespace

Result<CheckReport> check(const std::filesystem::path& folder, const Progress& progress) {
    Checking checking;
    Result<std::unique_ptr<Reader>> reader = nullptr;
    try {
        reader = open_reader(folder);
    } catch (const std::exception& e) {
        if (trouble(e).code != "damaged") throw;
        checking.report.damaged = true;
        checking.fault(dynamic_cast<const Emptied*>(&e) ? trouble(e).message
                                                        : fmt::format("the file itself: {}", e.what()));
        if (std::filesystem::is_directory(folder)) check_beside(folder, checking.report);
        return checking.report;
    }
    if (!reader) return std::unexpected(reader.error());
    const FolderHold hold(folder / "attachments", FolderHold::Kind::shared);  // until all were looked at
    Documents documents(folder);
    ScratchFolder scratch;
    auto store = open(scratch.path(), {.create = true, .durable = false});
    if (!store) return std::unexpected(store.error());
    (*reader)->snapshot([&] {
        for (auto& wrong : (*reader)->integrity()) {
            checking.report.damaged = true;
            checking.fault(wrong);
        }
        try {
            checking.report.last = (*reader)->head().at;
            checking.numbers(**reader);
            Catalog catalog;
            catalog.refresh(**reader);
            (*store)->replace_rows([&](const Store::Write& write) {
                ReplayAll{**reader,
                          catalog,
                          write,
                          [&](const CaseFile& file, const CaseView& view) {
                              checking.looked(documents, **reader, file, view);
                          },
                          [&](const std::string& text) { checking.fault(text); },
                          progress}
                    .run();
            });
            checking.rows(**reader, *(*store)->read());
            if (const auto stamp = (*reader)->stamp()) checking.stamped(**reader, *stamp);
        } catch (const std::exception& e) {
            if (trouble(e).code == "disk-full") throw;  // for the rows made anew: no fault of the folder
            // Of a damaged file it was said above what cannot be read.
            if (!checking.report.damaged || trouble(e).code != "damaged") checking.fault(e.what());
        }
    });
    try {
        if (std::filesystem::is_directory(folder)) checking.archives(**reader);
    } catch (const std::exception&) {
        // A record that cannot be read is a fault that was said above.
    }
    // Also behind as many faults as are listed: it has a way out of its own.
    check_beside(folder, checking.report);
    return checking.report;
}

}  // namespace reeve::store
