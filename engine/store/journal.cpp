#include <stdexcept>

#include "engine/store/describe_rows.h"

namespace reeve::store {

core::Recorded recorded(const JournalRow& row) {
    auto fault = [&](const std::string& why) {
        return std::runtime_error(
            fmt::format("event {} ({} revision {}): {}", row.seq, row.stream, row.revision, why));
    };
    const Json body = Json::parse(row.body, nullptr, false);
    if (body.is_discarded()) throw fault("its body is not JSON");
    auto event = core::event_from_json(body);
    if (!event) throw fault(event.error().text());
    return {row.seq, row.stream, row.revision, row.at, row.occurred, row.actor, std::move(*event)};
}

}  // namespace reeve::store
