#include <stdexcept>

#include "engine/store/describe_rows.h"

namespace reeve::store {
namespace {

std::runtime_error fault(const JournalRow& row, const std::string& why) {
    return std::runtime_error(
        fmt::format("event {} ({} revision {}): {}", row.seq, row.stream, row.revision, why));
}

}  // namespace

Json parsed(const JournalRow& row) {
    if (row.damaged) throw fault(row, "it is not what was written, as its digest tells");
    auto body = Json::parse(row.body, nullptr, false);
    if (body.is_discarded()) throw fault(row, "its body is not JSON");
    return body;
}

core::Recorded recorded(const JournalRow& row) {
    auto event = core::event_from_json(parsed(row));
    if (!event) throw fault(row, event.error().text());
    return {row.seq, row.stream, row.revision, row.at, row.occurred, row.actor, std::move(*event)};
}

org::Event org_event(const JournalRow& row) {
    auto event = org::event_from_json(parsed(row));
    if (!event) throw fault(row, event.error().text());
    return *event;
}

}  // namespace reeve::store
