// How times and persons are shown.
#include "engine/views/views.h"

namespace reeve::views {

time::CalendarPtr calendar_of(const Sight& sight, const std::string& case_id) {
    if (!case_id.empty())
        if (auto row = sight.reader.find_case(case_id))
            if (auto program = sight.catalog.program(row->definition, row->version)) return program->calendar;
    for (const auto& id : sight.catalog.ids())
        if (auto program = sight.catalog.program(id)) return program->calendar;
    return nullptr;
}

Wording wording_of(const Sight& sight) {
    Wording wording;
    wording.person = [people = sight.people](const std::string& id) {
        const auto* person = people->person(id);
        return person && !person->name.empty() ? person->name + " (" + id + ")" : id;
    };
    wording.calendar = calendar_of(sight);
    return wording;
}

Wording wording_of(const Sight& sight, const store::CaseFile& file) {
    auto wording = wording_of(sight);
    wording.calendar = file.program->calendar;
    for (const auto& clock : file.state.clocks) wording.names[clock.id] = clock.name;
    for (const auto& task : file.state.tasks) wording.names[task.id] = task.name;
    return wording;
}

Json localized(Json json, const time::CalendarPtr& calendar) {
    if (json.is_string()) {
        const auto& text = json.get_ref<const std::string&>();
        if (text.size() >= 20 && text[4] == '-' && text[10] == 'T' && text.ends_with('Z'))
            if (auto at = time::parse_instant(text)) return when_json(*at, calendar);
    } else if (json.is_object()) {
        for (auto& [key, value] : json.items())
            if (key != "data") value = localized(std::move(value), calendar);
    } else if (json.is_array()) {
        for (auto& value : json) value = localized(std::move(value), calendar);
    }
    return json;
}

}  // namespace reeve::views
