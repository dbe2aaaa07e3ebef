// Inside engine/store: the rows' members by name, once, for JSON and for the tables alike.
#pragma once

#include "engine/describe.h"
#include "engine/store/catalog.h"

namespace reeve::store {

REEVE_DESCRIBED(CaseRow, id, definition, version, revision, unit, owner, title, status, outcome, stages,
                light, due, occurred, started, last, ended, cycle, parent, cause)
REEVE_DESCRIBED(TaskRow, case_id, id, name, title, person, stands_for, status, since, due, light, ended,
                follow_up)
REEVE_DESCRIBED(JobRow, case_id, id, handler, stage, status, since, attempt, attempts, worker, person, lease,
                until, times_out, retry_at)
REEVE_DESCRIBED(RequestRow, case_id, id, what, by, of, asked)
REEVE_DESCRIBED(ClockRow, case_id, id, name, task, kind, status, light, from, due, ended, late_ms, cycle)
REEVE_DESCRIBED(EscalationRow, case_id, id, clock, step, repeat, at, planned, told, ask, answer, answer_by,
                acknowledge_by, acknowledged_by, acknowledge_missed, answer_missed, overtaken)
REEVE_DESCRIBED(LinkRow, case_id, other, relation)
REEVE_DESCRIBED(OutboxRow, id, person, case_id, at, body, status, attempts, next_at, error)
REEVE_DESCRIBED(LoadRow, person, open, last_given)
REEVE_DESCRIBED(MarkRow, case_id, pattern, at)
REEVE_DESCRIBED(TimerRow, at, id)
REEVE_DESCRIBED(ArchivedRow, id, at, file, sha256)
REEVE_DESCRIBED(ArchivedKeyRow, key, case_id)
REEVE_DESCRIBED(JournalRow, seq, stream, revision, at, occurred, actor, key, events, body)
REEVE_DESCRIBED(DefinitionDeployed, id, version, name, text, calendar_name, calendar)

}  // namespace reeve::store
