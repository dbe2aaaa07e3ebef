// What the files of `reeve case` share.
#pragma once

#include "engine/cli/folder.h"

namespace reeve::cli {

std::shared_ptr<std::string> add_case_argument(CLI::App* command);
void add_case_views(CLI::App& cases, Cli&);  // show, list, history
void add_bulk(CLI::App& cases, Cli&);        // migrate, reassign
void add_calendar_change(CLI::App& definitions, Cli&);

// What a person may choose next in the case's active stages: {"stage", "action", "title", "to", …}.
Json offered(const store::CaseFile&);
// Instants in `json` (as text in UTC) moved into the calendar's zone; the case's data is left as it is.
Json localized(Json json, const time::CalendarPtr&);
std::string title_of(const model::Text&);
// How long the clock has still got; while it is paused, what remains. Empty when it has ended.
std::string clock_left(const core::ClockState&, const model::Program&, time::Instant now);

}  // namespace reeve::cli
