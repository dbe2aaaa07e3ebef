#include "tests/crash/ledger.h"

#include <fmt/format.h>

#include <sstream>

#include "tests/crash/matter.h"

namespace reeve::crash {
namespace {

// What the journal tells of one matter.
struct Life {
    int starts = 0, notes = 0, ends = 0;
    Instant started, over;
    std::vector<core::EscalationFired> steps;
    std::vector<core::Recorded> recorded;  // of the steps
};

// The steps that a matter must have, by its start and its end alone. One that was planned for the very
// instant of its end may have been quicker: at one instant people go first only when they are there.
std::vector<Instant> planned(const Life& life) {
    std::vector<Instant> moments;
    for (const auto after : steps_after)
        if (life.ends == 0 || life.started + after < life.over) moments.push_back(life.started + after);
    return moments;
}

}  // namespace

void Ledger::fault(std::string text) {
    if (faults.size() < 20) faults.push_back(std::move(text));
}

void Ledger::take(const std::string& line) {
    std::istringstream words(line);
    std::string what, key, case_id;
    words >> what >> key >> case_id;
    Receipt receipt{case_id, 0};
    if (what == "done" && words >> receipt.last_seq) {
        const auto [known, fresh] = receipts_.emplace(key, receipt);
        if (fresh) {
            fresh_.push_back(key);
            highest_ = std::max<std::uint64_t>(highest_, std::stoull(key.substr(key.find('-') + 1)));
        } else {
            ++repeated_;
            if (known->second.case_id != receipt.case_id || known->second.last_seq != receipt.last_seq)
                fault(fmt::format("{} was answered with event {} of {}, and then with event {} of {}", key,
                                  known->second.last_seq, known->second.case_id, receipt.last_seq,
                                  receipt.case_id));
        }
    } else if (what == "refused") {
        if (receipts_.contains(key)) fault(key + " had been acknowledged, and was refused afterwards");
        // Only what came too late may be refused: the matter had lapsed.
        if (!key.starts_with("settle-") || case_id != "case-closed") fault("not expected: " + line);
    } else {
        fault("not understood: " + line);
    }
}

void Ledger::look(store::Reader& reader) {
    for (const auto& key : std::exchange(fresh_, {})) {
        const auto& said = receipts_.at(key);
        const auto kept = reader.receipt(key);
        if (!kept)
            fault(key + " was acknowledged and is lost");
        else if (kept->case_id != said.case_id || kept->last_seq != said.last_seq)
            fault(fmt::format("{} was acknowledged as event {} and is event {}", key, said.last_seq,
                              kept->last_seq));
    }
}

void Ledger::look_at_all(store::Reader& reader) {
    std::map<std::string, Life> lives;
    std::map<std::string, std::uint64_t> ends_at;  // of each key: its last event
    reader.journal(1, [&](const store::JournalRow& row) {
        if (!row.key.empty() &&
            !ends_at.emplace(row.key, row.seq + static_cast<std::uint64_t>(row.events) - 1).second)
            fault(row.key + " is in the journal twice");
        if (row.stream.starts_with('$')) return true;
        auto& life = lives[row.stream];
        auto recorded = store::recorded(row);
        if (std::holds_alternative<core::CaseStarted>(recorded.event)) {
            ++life.starts;
            life.started = row.at;
        } else if (std::holds_alternative<core::NoteAdded>(recorded.event)) {
            ++life.notes;
        } else if (std::holds_alternative<core::CaseClosed>(recorded.event)) {
            ++life.ends;
            life.over = row.occurred.value_or(row.at);
        } else if (auto* step = std::get_if<core::EscalationFired>(&recorded.event)) {
            life.steps.push_back(*step);
            life.recorded.push_back(recorded);
        }
        return true;
    });
    for (const auto& [key, said] : receipts_)
        if (const auto it = ends_at.find(key); it == ends_at.end() || it->second != said.last_seq)
            fault(key + " was acknowledged and is not in the journal as it was");
    for (const auto& [id, life] : lives) {
        if (life.starts != 1 || life.ends != 1 || life.notes > 1)
            fault(fmt::format("{} started {} times, ended {} times and has {} notes", id, life.starts,
                              life.ends, life.notes));
        auto wanted = planned(life);
        if (const auto next = wanted.size(); next < std::size(steps_after) && life.steps.size() == next + 1 &&
                                             life.started + steps_after[next] == life.over)
            wanted.push_back(life.over);
        if (wanted.size() != life.steps.size())
            fault(fmt::format("{} had to have {} steps and has {}", id, wanted.size(), life.steps.size()));
        for (std::size_t i = 0; i < std::min(wanted.size(), life.steps.size()); ++i) {
            if (life.steps[i].step != static_cast<int>(i) || life.steps[i].planned != wanted[i])
                fault(fmt::format("{}: step {} of {} stands where step {} of {} belongs", id,
                                  life.steps[i].step, time::to_utc_string(life.steps[i].planned), i,
                                  time::to_utc_string(wanted[i])));
            if (life.recorded[i].at < wanted[i]) fault(fmt::format("{}: step {} fired early", id, i));
        }
    }
}

}  // namespace reeve::crash
