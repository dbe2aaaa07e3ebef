// A small county for the tests of the directory: a root, two townships and a police post.
#pragma once

#include "engine/org/org.h"

namespace reeve::org {

inline time::Instant at_hour(int hours) {
    return time::Instant(std::chrono::sys_days(std::chrono::year(2026) / 3 / 2)) + std::chrono::hours(hours);
}

// The test applies only changes that check() accepts.
inline void put(Directory& d, const Event& event) {
    auto error = check(d, event);
    ASSERT_FALSE(error) << error->text() << " in " << to_json(event).dump();
    d.apply(event);
}

inline Directory small_county() {
    Directory d;
    for (const char* id : {"chen", "duan", "fang", "gao", "hou", "jin"})
        put(d,
            PersonSet{{.id = id, .name = std::string(1, static_cast<char>(std::toupper(id[0]))) + (id + 1)}});
    put(d, UnitSet{{"county", "Reed Ferry County", "苇渡县", "", "county", ""}});
    put(d, UnitSet{{"east", "East Township", "东乡", "county", "township", ""}});
    put(d, UnitSet{{"west", "West Township", "西乡", "county", "township", ""}});
    put(d, UnitSet{{"post", "East Police Post", "东乡派出所", "east", "post", "police post"}});
    put(d, PostSet{{"county", "head", 1, {"chen"}}});
    put(d, PostSet{{"county", "supervisor", 1, {"duan"}}});
    put(d, PostSet{{"east", "head", 1, {"fang"}}});
    put(d, PostSet{{"east", "mediator", 3, {"gao", "hou"}}});
    put(d, PostSet{{"post", "head", 1, {}}});
    put(d, PostSet{{"post", "patrol_officer", 2, {"jin"}}});
    return d;
}

inline Asking from_unit(std::string unit, std::string owner = "") {
    return {std::move(unit), std::move(owner), nullptr, at_hour(9)};
}

inline std::vector<std::string> names(const Resolution& resolution) {
    std::vector<std::string> people;
    for (const Found& found : resolution.people) people.push_back(found.person);
    return people;
}

}  // namespace reeve::org
