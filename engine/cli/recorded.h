// Recorded milestones of real cases, and the map that says what each of them does: what `reeve play` reads
// (docs/play.md). Pure but for reading the files.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"
#include "engine/time/time.h"

namespace reeve::cli {

// One line of the record. `row` is its line in the file, from 1.
struct Milestone {
    std::string case_id, activity;
    time::Instant at;
    std::size_t row = 0;
};

// What an activity does, as a command whose time is the milestone's.
struct Deed {
    enum class Kind { start, act, task, message, ignore } kind = Kind::ignore;
    std::string name;   // of the action, the task or the message
    std::string stage;  // for act, where more than one active stage offers it
    std::string actor;  // a person's id; empty: the map's
    std::string reason;
    std::vector<std::string> documents;
    nlohmann::ordered_json data = nlohmann::ordered_json::object();
};

struct PlayMap {
    std::string name;  // the file's, or empty
    std::string case_column = "case", activity_column = "activity", time_column = "timestamp";
    std::string zone = "UTC";  // of times without an offset
    std::string organisation;  // path, relative to the map; empty: one office with one clerk
    std::string unit = "office", actor = "clerk";
    std::optional<time::Instant> until;  // absent: the last milestone
    // Each activity, and what it does: the first of the list that the case accepts.
    std::map<std::string, std::vector<Deed>, std::less<>> activities;
};

// Every fault with FILE:LINE:COL.
std::expected<PlayMap, Errors> load_map(const std::string& path);

// CSV (RFC 4180, with a header), plain or gzip; columns as the map names them. In the order of time, ties in
// the order of the file. code "no-file", "bad-csv"; place is FILE:ROW.
Result<std::vector<Milestone>> read_milestones(const std::string& path, const PlayMap&);

}  // namespace reeve::cli
