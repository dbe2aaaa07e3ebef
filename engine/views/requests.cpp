// Requests: what waits for a second person.
#include <algorithm>
#include <ranges>

#include "engine/views/views.h"

namespace reeve::views {

std::vector<std::string> who_may_answer(const Sight& sight, const store::RequestRow& row) {
    std::vector<std::string> persons;
    const auto of_case = sight.reader.find_case(row.case_id);
    if (!of_case) return persons;
    const org::Asking asking{.unit = of_case->unit, .owner = of_case->owner, .at = sight.now};
    const auto add = [&](const std::string& person) {
        if (person != row.by && std::ranges::find(persons, person) == persons.end())
            persons.push_back(person);
    };
    for (const auto part : std::views::split(row.of, ' ')) {
        const std::string asked(part.begin(), part.end());
        if (asked.empty()) continue;
        add(asked);
        const org::Who who{.kind = org::Who::Kind::person, .name = asked};
        for (const auto& found : sight.people->resolve(who, asking).people) add(found.person);
    }
    return persons;
}

std::vector<store::RequestRow> requests(const Sight& sight, const store::RequestFilter& filter,
                                        const std::string& person) {
    if (person.empty()) return sight.reader.requests(filter);
    auto all = filter;
    all.limit = 0;
    auto rows = sight.reader.requests(all);
    std::erase_if(rows, [&](const store::RequestRow& row) {
        const auto persons = who_may_answer(sight, row);
        return std::ranges::find(persons, person) == persons.end();
    });
    if (filter.limit > 0 && rows.size() > filter.limit) rows.resize(filter.limit);
    return rows;
}

Json request_row(const Sight& sight, const store::RequestRow& row) {
    const auto calendar = calendar_of(sight, row.case_id);
    Json json{{"request", row.case_id + "/" + row.id},
              {"case", row.case_id},
              {"what", row.what},
              {"by", row.by},
              {"of", Json::array()},
              {"asked", when_json(row.asked, calendar)}};
    for (const auto part : std::views::split(row.of, ' '))
        json["of"].push_back(std::string(part.begin(), part.end()));
    const auto file = store::find(sight.reader, sight.catalog, row.case_id);
    if (!file) return json;
    const auto& state = file->state;
    json["unit"] = state.unit;
    json["title"] = state.title;
    const auto request = std::ranges::find(state.requests, row.id, &core::RequestState::id);
    if (request == state.requests.end()) return json;
    const auto* clock = state.clock(request->wish.value("clock", ""));
    json["asks"] = core::asked_for(request->wish, clock ? clock->name : "");
    json["reason"] = request->wish.value("reason", "");
    json["wish"] = request->wish;
    json["wish"].erase("command");
    return json;
}

}  // namespace reeve::views
