// Program: a definition, checked and compiled, with every name resolved to an index. Immutable once built;
// shared between threads by shared_ptr<const Program>. What each member means for people stands in
// docs/definition-language.md.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/org/who.h"
#include "engine/time/time.h"

namespace reeve::model {

using Json = nlohmann::ordered_json;

struct Text {
    std::string en, zh;
    bool operator==(const Text&) const = default;
};

enum class Light { green, blue, yellow, orange, red };
const char* to_string(Light);

constexpr int none = -1;  // no such stage, clock, ladder, condition

// Who gets a task or a case: {"role": "registrar", "unit": "case", "pick": "least-loaded"} or {"who":
// "head@parent"}.
struct Assign {
    org::Who who;
    org::Pick pick = org::Pick::least_loaded;
};

// due: advisory, the office's own. limit: set by law or contract, names its basis. expiry: enforcing, the
// case moves by itself.
enum class LimitKind { due, limit, expiry };

struct Extension {
    time::Duration by;                // the most that one extension may add
    int times = 1;                    // the cap
    std::optional<org::Who> approve;  // who approves; absent: the one who acts
    std::vector<org::Who> tell;       // told before the due date
};

struct ClockRule {
    std::string
        name;  // unique in the program; a stage's own clock has the stage's name, a task's "stage.task"
    Text title;
    LimitKind kind = LimitKind::due;
    time::Duration in;
    time::DueRule rule;
    // When it starts.
    enum class From { start, occurred, stage, task, data, unowned, hand_over, inactivity } from = From::start;
    int from_stage = none;  // From::stage (entered; also for a stage's or task's own clock)
    std::string from_data;  // From::data: the path of a date in the case's data
    // When it is met: leaving `to_stage` or (done_on) entering one of the stages; else when the case ends. A
    // stage's own clock is met when that stage is left; a task's when the task is done.
    int to_stage = none;                          // met when this stage is left
    std::vector<int> done_on;                     // met when one of these is entered
    std::vector<std::string> pause, exclude;      // reasons allowed; none: the clock refuses all
    std::optional<time::Duration> pause_at_most;  // a pause ends by itself after this
    std::vector<org::Who> pause_tell;
    bool restart = false;  // whether a corrected application starts it anew
    std::optional<Extension> extend;
    int ladder = none;
    std::string basis;             // the article that sets it; required for limit
    std::string on_expiry_action;  // expiry: the action taken by the system (its name), or
    int on_expiry_to = none;       //         the stage entered
};

struct Step {
    std::string text;               // as written: "80%", "due + 2 working days"
    std::optional<double> percent;  // of the clock, or
    time::Duration offset;       // from the due instant; negative before it; counted in the clock's calendar
    std::optional<Light> light;  // the light from this step on; a step at or after due without one is red
    std::vector<org::Who> tell;
    std::string ask;  // what is expected of those told, e.g. "explanation"
    std::optional<time::Duration> answer_in;
    std::optional<org::Who> reassign;              // the case goes to this person
    std::optional<time::Duration> acknowledge_in;  // no acknowledgement by then is itself told, one level up
    std::optional<time::Duration> acknowledged_for;  // an acknowledgement without progress lapses after this
    std::string start;                               // a definition opened for it, linked to this case
    Json start_data = Json::object();                // its data: {"field": "data.path" or a literal}
    std::optional<time::Duration> repeat;            // the last step only
    bool urgent = false;                             // passes quiet hours
};

struct Ladder {
    std::string name;
    std::vector<Step> steps;  // in the order of their moments
};

struct Action {
    std::string name;
    Text title;
    int to = none;                     // the stage it leads to; none: the stage stays (a recorded act)
    std::string document;              // a document that must be attached, by its kind
    std::vector<std::string> require;  // data paths that must be present (given with the action or earlier)
    bool reason = false;               // "require": ["reason"]: a reason must be given with the action
    std::optional<org::Who> second;    // a second pair of eyes: takes effect when this person approves
    std::optional<org::Who>
        by;  // who may choose it; absent: the task's assignee, the case's owner, or a head above
    std::optional<org::Where> unit;  // the case moves to this unit
    bool hand_over = false;          // and that counts as a hand-over (ping-pong rule)
    int when = none;                 // index into conditions: offered only when true
    bool petitioner = false;         // the person who asked may choose it
};

struct TaskRule {
    std::string name;
    Text title;
    Assign assign;
    int clock = none;
    std::vector<std::string> require;  // fields to fill
    std::vector<std::string> documents;
    bool optional = false;
};

enum class StageKind { tasks, job, wait, choice, parallel, join, child, end };
const char* to_string(StageKind);

struct Branch {       // of a choice, or of a parallel stage (no condition)
    int when = none;  // none: otherwise
    int to = none;
};

struct FollowUp {  // after the end: a task for the office, not a burden on the person who asked
    std::string task;
    Text title;
    Assign assign;
    int clock = none;
    std::string start;  // or a definition to open instead
};

struct Stage {
    std::string name;
    Text title;
    StageKind kind = StageKind::tasks;
    Assign assign;
    int clock = none;             // its own clock
    std::vector<TaskRule> tasks;  // empty for a plain stage: one task with the stage's name
    enum class Need { all, any, n } need = Need::all;
    int need_n = 0;
    std::string each;  // data path of a list: one task an item
    std::vector<Action> actions;
    int then = none;  // where it goes by itself: tasks done, job done, wait over, joined, child ended
    std::vector<std::string> require;  // fields and documents needed to leave it at all
    std::vector<std::string> documents;
    std::vector<int> counts_on;  // clocks of the case that are sure to run here, whatever way led here
    // wait
    std::optional<time::Duration> wait;
    std::map<std::string, int> on;  // message -> stage
    // job
    std::string job;  // handler's name
    int attempts = 3;
    std::optional<time::Duration> backoff, timeout;
    int on_failure = none;
    // choice, parallel
    std::vector<Branch> branches;
    int join = none;  // parallel: the join stage; join: none
    Stage::Need join_need = Need::all;
    int join_n = 0;
    // child case
    std::string child;                                // definition id
    Json child_data;                                  // {"field": "data.path" or a literal}
    std::map<std::string, std::string> child_result;  // field of this case -> "outcome" or "data.path" of it
    // end
    std::string outcome;
    std::optional<FollowUp> follow_up;
};

// Several cases make another: three disputes in one place in 30 days open a screening case.
struct Pattern {
    std::string name;
    int count = 2;
    time::Duration within;
    std::vector<std::string> same;  // data paths (or "unit") that must be equal
    int when = none;                // only cases for which this holds count
    std::string start;              // the definition opened, linked to the cases that made it
    std::optional<org::Where> unit;
};

// A duty: a case of this definition opens by itself on every date of the rule for every unit it names.
struct Duty {
    std::string name;
    std::string rule;                // RRULE
    std::string start;               // local start, "2026-01-05T09:00"
    std::vector<std::string> units;  // "level:township" or "unit:ID"
    Json data;
};

struct HandOver {
    int limit = 3;     // this hand-over, or a return to a unit that had the case, goes to the common superior
    int clock = none;  // the receiver's clock
};

struct Condition {
    std::string text;  // a Lua 5.4 expression over `data`, `case`
};

class DataChecker;  // defined in engine/model/data_schema.h

struct Program {
    std::string id;
    int version = 0;  // given when deployed
    Text title;
    std::string basis;
    std::string calendar_name;
    time::CalendarPtr calendar;
    Json data_schema;
    std::vector<std::string> personal;  // data paths marked x-personal; "*" stands for the items of a list
    std::shared_ptr<const DataChecker> data_checker;  // data_schema made ready, for check_data()
    Assign owner;                                     // who owns a new case; default: head of the unit
    std::vector<Stage> stages;                        // stage 0 is where a case starts
    std::vector<ClockRule> clocks;
    std::vector<Ladder> ladders;
    std::vector<Condition> conditions;
    std::vector<Pattern> patterns;
    std::vector<Duty> duties;
    HandOver hand_over;
    int unowned_clock = none;     // runs while nobody owns the case; always present
    int inactivity_clock = none;  // starts anew with every act; optional
    int reopen_to = none;         // where a reopened case goes; default stage 0
    std::optional<time::Duration> reopen_within;
    std::optional<time::Duration> keep;  // how long its closed cases stay at least
    std::string source;                  // the text it was compiled from
    std::vector<std::string> starts;     // every definition it may open (child, ladder, pattern, follow-up)

    int stage(std::string_view name) const;  // none when unknown
    int clock(std::string_view name) const;
    const Action* action(int stage, std::string_view name) const;
};
using ProgramPtr = std::shared_ptr<const Program>;

}  // namespace reeve::model
