// What came of many commands, case by case.
#include "engine/views/views.h"

namespace reeve::views {

namespace {

Json clocks_json(const std::vector<core::MovedClock>& clocks, const time::CalendarPtr& calendar) {
    Json rows = Json::array();
    for (const auto& clock : clocks)
        rows.push_back({{"clock", clock.name},
                        {"before", when_json(clock.before, calendar)},
                        {"after", when_json(clock.after, calendar)}});
    return rows;
}

}  // namespace

Json change_rows(const Sight& sight, const std::vector<runtime::CaseChange>& changes) {
    Json rows = Json::array();
    std::map<std::string, std::size_t> places;
    const auto wording = wording_of(sight);
    for (const auto& change : changes) {
        const auto [place, first] = places.try_emplace(change.case_id, rows.size());
        if (first) {
            const auto of = sight.reader.find_case(change.case_id).value_or(store::CaseRow{});
            rows.push_back({{"case", change.case_id},
                            {"title", of.title},
                            {"unit", of.unit},
                            {"owner", of.owner},
                            {"changes", Json::array()},
                            {"clocks", Json::array()}});
        }
        auto& row = rows[place->second];
        // What was refused did not happen, and is not told as if it had.
        if (change.refused) {
            row["refused"] = {{"code", change.refused->code}, {"message", change.refused->message}};
            continue;
        }
        for (const auto& line : change.changes) row["changes"].push_back(line);
        for (const auto& event : change.events) row["changes"].push_back(words(event, wording));
        if (change.clocks.empty()) continue;
        for (auto& clock : clocks_json(change.clocks, calendar_of(sight, change.case_id)))
            row["clocks"].push_back(std::move(clock));
    }
    return rows;
}

}  // namespace reeve::views
