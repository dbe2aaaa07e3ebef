// Jobs: of a list, and as the program gets them that is to do them.
#include "engine/views/views.h"

namespace reeve::views {

Json job_row(const Sight& sight, const store::JobRow& row) {
    const auto calendar = calendar_of(sight, row.case_id);
    const auto of = sight.reader.find_case(row.case_id);
    return {{"job", row.case_id + "/" + row.id},
            {"case", row.case_id},
            {"unit", of ? of->unit : ""},
            {"handler", row.handler},
            {"stage", row.stage},
            {"status", row.status},
            {"since", when_json(row.since, calendar)},
            {"attempt", row.attempt},
            {"attempts", row.attempts},
            {"worker", row.worker},
            {"person", row.person},
            {"lease", row.lease ? Json(row.lease) : Json()},
            {"until", when_json(row.until, calendar)},
            {"times_out", when_json(row.times_out, calendar)},
            {"retry_at", when_json(row.retry_at, calendar)}};
}

Json job_to_do(const Sight& sight, const store::CaseFile& file, const store::JobRow& row) {
    auto json = job_row(sight, row);
    json["definition"] = file.state.definition;
    json["version"] = file.state.version;
    json["title"] = file.state.title;
    json["data"] = file.state.data;
    return json;
}

}  // namespace reeve::views
