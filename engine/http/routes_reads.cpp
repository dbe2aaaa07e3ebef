// The route of reads: who read what a case holds of persons.
#include "engine/http/body.h"
#include "engine/http/reads.h"

namespace reeve::http {

namespace {

using Kind = Parameter::Kind;

constexpr Parameter read_query[] = {
    {"case", Kind::text, "Of this case, also when it has left for an archive"},
    {"person", Kind::text, "By this person, and by programs in their name"},
    {"from", Kind::time, "At this time or later"},
    {"to", Kind::time, "Before this time"},
    page_limit,
    {"after", Kind::position, "What the page before gave as \"next\""}};

Answer list_reads(const Call& call, const views::Sight&) {
    ReadFilter filter{.case_id = call.query("case"), .person = call.query("person"), .from = {}, .to = {}};
    if (const auto& from = call.query("from"); !from.empty()) filter.from = *time::parse_instant(from);
    if (const auto& to = call.query("to"); !to.empty()) filter.to = *time::parse_instant(to);
    const auto wanted = page_of(call);
    if (!wanted) return problem(wanted.error());
    filter.before = wanted->from;  // an id, and no count: reads come in at the front
    filter.limit = wanted->limit + 1;
    auto rows = call.reads.list(filter);
    const bool more = rows.size() > wanted->limit;
    if (more) rows.pop_back();
    Json items = Json::array();
    for (const auto& row : rows) items.push_back(to_json(row));
    return json_answer(
        {{"items", std::move(items)}, {"next", more ? Json(std::to_string(rows.back().id)) : Json()}});
}

constexpr Route read_table[] = {
    {"GET", "/v1/reads", "listReads",
     "Who read what a case holds of persons: when, and over which route; the newest first.",
     Scope::administer, read_query, Takes::nothing, "", "Read", true, list_reads},
};

}  // namespace

std::span<const Route> read_routes() { return read_table; }

}  // namespace reeve::http
