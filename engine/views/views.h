// The front door of engine/views: what is shown of a folder, as JSON. `reeve … --json`, the tables of the
// command line, HTTP and the console all show these, so that a field has one name and one meaning.
//
// Times are RFC 3339 in the zone of the calendar that the case (or the definition) goes by; spans of time are
// in words. Pure functions of what the Sight gives; one thread each.
#pragma once

#include <atomic>

#include "engine/json.h"
#include "engine/runtime/engine.h"
#include "engine/views/words.h"

namespace reeve::views {

// What is looked at, and when.
struct Sight {
    store::Reader& reader;
    const store::Catalog& catalog;
    std::shared_ptr<const org::Directory> people;
    time::Instant now;
};

// The calendar that times of a case, or of the folder, are read and shown in; null while there is none.
time::CalendarPtr calendar_of(const Sight&, const std::string& case_id = {});
// Persons called by name: "Li Na (li-na)"; the case's clocks and tasks by theirs.
Wording wording_of(const Sight&);
Wording wording_of(const Sight&, const store::CaseFile&);
// Instants in `json` (as text in UTC) moved into the calendar's zone; the case's data is left as it is.
Json localized(Json json, const time::CalendarPtr&);

Json case_row(const Sight&, const store::CaseRow&);     // of a list
Json case_sheet(const Sight&, const store::CaseFile&);  // all that it is now, and what may be done
// Its events from a revision on, at most so many; 0: all.
Json history(const Sight&, const store::CaseFile&, std::uint64_t from, std::size_t limit = 0);
Json clock_rows(const Sight&, const store::CaseFile&);
// Why this date, light, step and person. `clock`: only this one, by name or id; empty: all that run. code
// "unknown-clock".
Result<Json> explanation(const Sight&, const store::CaseFile&, const std::string& clock = {});

Json task_row(const Sight&, const store::TaskRow&);
// The tasks that fit; a person's with those of the absent for whom they stand in. In order of their due.
std::vector<store::TaskRow> tasks(const Sight&, const store::TaskFilter&);

// Who may answer a request now: those who were asked and who stands in for them, but not whoever asked.
std::vector<std::string> who_may_answer(const Sight&, const store::RequestRow&);
// `person`: only those that they may answer; empty: all.
std::vector<store::RequestRow> requests(const Sight&, const store::RequestFilter&, const std::string& person);
// With what it asks for, in words and as the command.
Json request_row(const Sight&, const store::RequestRow&);
Json job_row(const Sight&, const store::JobRow&);
// With the case's data, for whoever is to do it.
Json job_to_do(const Sight&, const store::CaseFile&, const store::JobRow&);

struct EscalationRows {
    Json rows = Json::array();
    bool cut = false;  // there were more than the limit
};
// The steps that fired, the newest first. `light`: that set this one; empty: all.
EscalationRows escalations(const Sight&, const store::EscalationFilter&, const std::string& light);
// The overdue board: running clocks past their due, the most overdue first; of these units, or of all.
Json board(const Sight&, const std::vector<std::string>& units);
Json alert_row(const Sight&, const store::OutboxRow&);

Json unit_row(const Sight&, const org::Unit&);
Json person_row(const Sight&, const org::Person&);
Json absence_row(const Sight&, const org::Absence&);
Json definition_row(const Sight&, const std::string& id);
// Each version, the newest first: since when, by whom, its calendar, the open cases that go by it.
Result<Json> version_rows(const Sight&, const std::string& id);
// A version with its stages, clocks and ladders; 0: the newest. code "unknown-definition".
Result<Json> definition_sheet(const Sight&, const std::string& id, int version);
// The same as nodes (stages, clocks, what it opens) and edges, to be drawn.
Result<Json> diagram(const Sight&, const std::string& id, int version);
// What it is made of: its text, the name of its file, its calendar.
Result<Json> definition_text(const Sight&, const std::string& id, int version);
// What checking it came to: whether it is valid, each fault and warning at its line, column and pointer.
// `document`: its text, when it can be read at all. `program`: what it was compiled to; null: nothing.
Json checked(const Document* document, const Errors& errors, const Errors& warnings,
             const model::Program* program);
// The roles and persons to whom it gives work, or whom it tells, and whom the organisation does not have;
// none while there are no posts. As sentences.
std::vector<std::string> unknown_people(const model::Program&, const org::Directory&);
// The definitions of which it opens cases, and which are not deployed. As sentences.
std::vector<std::string> unknown_definitions(const model::Program&, const store::Catalog&);

// The calendars that the newest versions of the definitions go by, by name: zone, years, definitions, cases.
Json calendar_rows(const Sight&);
// One of them with its canonical text. code "unknown-calendar".
Result<Json> calendar_sheet(const Sight&, const std::string& name);

// What will happen by itself up to a moment if nobody acts: dates that fall due, steps and whom they tell,
// expiries, ends of waits, duties; in the order in which it will. A child case that it opens is not followed.
struct Ahead {
    time::Instant until;
    std::vector<std::string> units;               // empty: all
    std::string person;                           // of whose cases, or who is told
    std::size_t from = 0, limit = 0;              // rows: behind so many, at most so many; 0: all
    const std::atomic<bool>* given_up = nullptr;  // once that is true nothing more is looked for
};
// The end of a span from now on, "7 days" unless told, by the calendar of the folder. Refuses what is over a
// year away, or behind.
Result<time::Instant> ahead_until(const Sight&, const std::string& within);
struct Coming {
    Json rows = Json::array();
    bool more = false;
};
Coming forecast(const Sight&, const Ahead&);

// What came of many commands, a row a case; `refused` where one of its commands was.
Json change_rows(const Sight&, const std::vector<runtime::CaseChange>&);

// The answer to a command, as the text of its JSON: it is made for every command, and a tree of it would take
// longer than deciding the command did. `receipt_code`: of the case that was started, where it is known.
std::string receipt_text(const Sight&, const runtime::Receipt&, const std::string& receipt_code = {});

}  // namespace reeve::views
