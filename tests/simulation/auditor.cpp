#include "tests/simulation/auditor.h"

#include <fmt/format.h>

#include "engine/store/archived.h"
#include "engine/store/upkeep.h"

namespace reeve::simulation {
namespace {

std::uint64_t mixed(std::uint64_t sum, std::string_view text) {
    for (const unsigned char c : text) sum = (sum ^ c) * 0x100000001b3;
    return sum;
}

std::uint64_t digest(const store::JournalRow& row) {
    const auto text = fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}", row.seq, row.stream, row.revision,
                                  row.at.time_since_epoch().count(),
                                  row.occurred ? row.occurred->time_since_epoch().count() : -1, row.actor,
                                  row.key, row.events, row.body);
    return mixed(0xcbf29ce484222325, text);  // FNV-1a
}

}  // namespace

void Auditor::fault(std::string text) {
    if (faults_.size() < 20) faults_.push_back(std::move(text));
}

void Auditor::acknowledged(const runtime::Receipt& receipt) {
    for (const auto& event : receipt.events) {
        std::string body;
        core::print(body, event.event);
        promised_[event.seq] = {event.case_id, std::move(body)};
    }
}

void Auditor::take(const store::JournalRow& row) {
    if (row.seq != digests_.size() + 1)
        return fault(fmt::format("law 2: event {} follows {}", row.seq, digests_.size()));
    digests_.push_back(digest(row));
    const bool leaves = row.stream == store::archive_stream;
    if (!leaves) sum_ = mixed(sum_, std::to_string(digests_.back()));
    ++counts_.events;
    if ((of_command_ == 0) != (row.events > 0))
        fault(fmt::format("law 1: event {} is of half a command", row.seq));
    of_command_ = row.events > 0 ? row.events - 1 : std::max(0, of_command_ - 1);
    if (!row.key.empty() && !keys_.insert(row.key).second)
        fault(fmt::format("law 1: the key {} took effect twice, again in event {}", row.key, row.seq));
    if (const auto it = promised_.find(row.seq); it != promised_.end()) {
        if (it->second != std::pair(row.stream, row.body))
            fault(fmt::format("law 1: event {} of {} is not what was acknowledged", row.seq, row.stream));
        promised_.erase(it);
    }
    if (leaves) leave(row);
    if (row.stream[0] == '$') return;
    const auto recorded = store::recorded(row);
    static const bool trace = std::getenv("REEVE_SIM_TRACE");
    if (trace)
        fmt::print("{} {} at {} occurred {} by {} {} {}\n", row.seq, row.stream, time::to_utc_string(row.at),
                   row.occurred ? time::to_utc_string(*row.occurred) : "-", row.actor, row.key, row.body);
    // What a timer opens begins when it is opened; what a timer does, when it was due.
    if (burst_ && row.events > 0 && row.key.empty() && row.actor == core::system_actor) {
        const Instant effective = recorded.occurred.value_or(recorded.at);
        if (effective < *burst_)
            fault(fmt::format("law 5: event {} of {} took effect for {}, behind what was due at {}: {}",
                              row.seq, row.stream, time::to_utc_string(effective),
                              time::to_utc_string(*burst_), row.body));
        burst_ = std::max(*burst_, effective);
    }
    if (const auto* e = std::get_if<core::EscalationFired>(&recorded.event)) {
        ++counts_.steps;
        for (const auto& person : e->told)
            told_.push_back(fmt::format("{}/{}/{}", row.stream, row.revision, person));
    }
    cases_[row.stream].take(recorded, [&](const std::string& text) { fault(text); });
    touched_.insert(row.stream);
}

// Only what is over leaves, and takes nothing along that had not happened to it.
void Auditor::leave(const store::JournalRow& row) {
    const auto record = store::archived_from(Json::parse(row.body));
    std::uint64_t events = 0;
    for (const auto& one : record.cases) {
        ++counts_.archived;
        sum_ = mixed(sum_, one.id);
        const auto it = cases_.find(one.id);
        if (it == cases_.end()) {
            fault(one.id + " was archived, and is no case");
            continue;
        }
        if (it->second.open() || std::ranges::any_of(it->second.clocks(), &ModelClock::live))
            fault("law 3: " + one.id + " was archived, and is not over");
        for (std::size_t i = 0; i + 1 < one.runs.size(); i += 2)
            for (auto number = one.runs[i]; number <= one.runs[i + 1]; ++number, ++events)
                if (!left_.emplace(number, record.file).second)
                    fault(fmt::format("law 2: event {} left twice", number));
        cases_.erase(it);
        touched_.erase(one.id);
    }
    if (events != record.events)
        fault(fmt::format("law 2: event {} says that {} events left, and names {}", row.seq, record.events,
                          events));
}

void Auditor::look(store::Reader& reader) {
    ++counts_.looks;
    reader.journal(digests_.size() + 1, [&](const store::JournalRow& row) {
        take(row);
        return faults_.empty();
    });
    if (of_command_ != 0) fault("law 1: the last command lacks some of its events");
    if (!promised_.empty())
        fault(fmt::format("law 1: event {} of {} was acknowledged and is not there", promised_.begin()->first,
                          promised_.begin()->second.first));
}

void Auditor::compare(store::Reader& reader, const store::Catalog& catalog, const std::string& case_id,
                      Instant now) {
    ++counts_.cases_compared;
    const auto file = store::find(reader, catalog, case_id);
    const auto row = reader.find_case(case_id);
    if (!file || !row) return fault("law 4: " + case_id + " is in the journal and not among the cases");
    const auto replayed = store::project(file->state, *file->program);
    auto escalations = reader.escalations({.case_id = case_id});
    std::ranges::sort(escalations, {}, [](const auto& e) { return std::stoi(e.id.substr(1)); });
    auto tasks = reader.tasks({.case_id = case_id, .open_only = false});
    std::ranges::sort(tasks, {}, [](const auto& t) { return std::stoi(t.id.substr(1)); });
    auto clocks = reader.clocks(case_id);
    std::ranges::sort(clocks, {}, [](const auto& c) { return std::stoi(c.id.substr(1)); });
    if (*row != replayed.row) fault("law 4: the row of " + case_id + " is not that of a replay");
    std::vector<store::EscalationRow> expected;
    for (const auto& one : replayed.escalations) expected.push_back(store::row_of(replayed, one));
    if (escalations != expected || tasks != replayed.tasks || clocks != replayed.clocks)
        fault("law 4: the escalations, tasks or clocks of " + case_id + " are not those of a replay");
    if (replayed.next && *replayed.next <= now)
        fault(fmt::format("law 5: {} has something due at {} that has not taken effect at {}", case_id,
                          time::to_utc_string(*replayed.next), time::to_utc_string(now)));
    const auto& model = cases_[case_id];
    if (model.open() != (row->status == "open")) fault("the model has " + case_id + " open, or the engine");
    model.settled(now, row->light, [&](const std::string& text) { fault(case_id + ": " + text); });
}

void Auditor::settled(store::Reader& reader, const store::Catalog& catalog, Instant now) {
    look(reader);
    // Closed cases may have follow-ups that run, so every case with a live clock is asked.
    for (const auto& [id, model] : cases_)
        if (touched_.contains(id) || std::ranges::any_of(model.clocks(), &ModelClock::live))
            if (faults_.empty()) compare(reader, catalog, id, now);
    touched_.clear();
    // Law 6: what is overdue stands on the board.
    std::set<std::pair<std::string, std::string>> board;
    for (const auto& clock : reader.overdue(now)) board.emplace(clock.case_id, clock.id);
    for (const auto& [id, model] : cases_)
        for (const auto& clock : model.clocks())
            if (model.open() && clock.live && !clock.paused && clock.rule && clock.due() < now &&
                !board.contains({id, clock.id}))
                fault("law 6: " + clock.name + " of " + id + " is overdue and not on the board");
}

void Auditor::reread(store::Reader& reader) {
    std::uint64_t number = 0;
    const auto skip = [&] {
        while (left_.contains(number + 1)) ++number;
    };
    skip();
    reader.journal(1, [&](const store::JournalRow& row) {
        if (number == digests_.size()) return false;
        if (digest(row) != digests_[number++])
            fault(fmt::format("law 2: event {} of {} is not what it was", row.seq, row.stream));
        skip();
        return true;
    });
    if (number < digests_.size())
        fault(fmt::format("law 1: {} events had been read, {} are left", digests_.size(), number));
}

void Auditor::read_archives(std::set<std::string>& outbox) {
    std::map<std::string, std::set<std::uint64_t>> files;
    for (const auto& [number, file] : left_) files[file].insert(number);
    for (auto& [file, numbers] : files) {
        auto reader = store::open_reader(file);
        if (!reader) {
            fault("the archive: " + reader.error().text());
            continue;
        }
        (*reader)->journal(1, [&](const store::JournalRow& row) {
            if (numbers.erase(row.seq) > 0 && digest(row) != digests_[row.seq - 1])
                fault(fmt::format("law 2: event {} of {} is another in the archive", row.seq, row.stream));
            return true;
        });
        if (!numbers.empty())
            fault(fmt::format("law 1: event {} left, and is not in the archive", *numbers.begin()));
        for (const auto& row : (*reader)->outbox({})) outbox.insert(row.id);
    }
}

std::string Auditor::bytes() const { return fmt::format("{} events, {:x}", digests_.size(), sum_); }

void Auditor::closed(const std::filesystem::path& folder) {
    {
        auto reader = store::open_reader(folder);
        if (!reader) return fault("open: " + reader.error().text());
        reread(**reader);
        std::set<std::string> outbox;
        for (const auto& row : (*reader)->outbox({})) outbox.insert(row.id);
        read_archives(outbox);
        for (const auto& id : told_)
            if (!outbox.contains(id)) fault("law 7: the alert " + id + " is not in the outbox");
    }
    auto rebuilt = store::rebuild(folder);
    if (!rebuilt) return fault("rebuild: " + rebuilt.error().text());
    if (rebuilt->changed) fault("law 4: a rebuild changed the rows");
    for (const auto& text : rebuilt->faults) fault("check: " + text);  // it ends with a check
}

Auditor::Counts Auditor::counts() const {
    auto counts = counts_;
    counts.cases = cases_.size() + counts.archived;
    for (const auto& [id, model] : cases_) counts.foretold += static_cast<std::uint64_t>(model.foretold());
    return counts;
}

}  // namespace reeve::simulation
