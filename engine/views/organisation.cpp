// Units with their posts, persons, absences.
#include <algorithm>

#include "engine/views/views.h"

namespace reeve::views {

Json unit_row(const Sight& sight, const org::Unit& unit) {
    Json posts = Json::array();
    for (const auto* post : sight.people->posts(unit.id))
        posts.push_back(
            {{"role", post->role},
             {"authorised", post->authorised},
             {"vacant", std::max<int>(0, post->authorised - static_cast<int>(post->holders.size()))},
             {"holders", post->holders}});
    return {{"id", unit.id},         {"title", {{"en", unit.title_en}, {"zh", unit.title_zh}}},
            {"parent", unit.parent}, {"level", unit.level},
            {"kind", unit.kind},     {"posts", posts}};
}

Json person_row(const Sight& sight, const org::Person& person) {
    Json roles = Json::array();
    for (const auto* post : sight.people->posts())
        if (std::ranges::find(post->holders, person.id) != post->holders.end())
            roles.push_back(post->role + "@" + post->unit);
    return {{"person", person.id},
            {"name", person.name},
            {"roles", std::move(roles)},
            {"active", person.active},
            {"absent", sight.people->absent(person.id, sight.now)},
            {"language", person.language}};
}

Json absence_row(const Sight& sight, const org::Absence& absence) {
    const auto calendar = calendar_of(sight);
    return {{"person", absence.person},
            {"from", when_json(absence.span.from, calendar)},
            {"to", when_json(absence.span.to, calendar)},
            {"substitute", absence.substitute},
            {"reason", absence.reason}};
}

}  // namespace reeve::views
