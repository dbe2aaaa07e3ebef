// Properties of the directory over random trees, posts and absences.
#include <rapidcheck/gtest.h>

#include <set>

#include "engine/org/org.h"

namespace reeve::org {

namespace {

const time::Instant noon =
    time::Instant(std::chrono::sys_days(std::chrono::year(2026) / 3 / 2)) + std::chrono::hours(12);

std::string unit_id(int i) { return fmt::format("u{}", i); }
std::string person_id(int i) { return fmt::format("p{}", i); }

// A tree of up to 12 units, up to 10 people on posts of three roles, and absences around noon, some of which
// name substitutes who are absent themselves.
Directory any_directory() {
    Directory d;
    int units = *rc::gen::inRange(1, 13), people = *rc::gen::inRange(1, 11);
    for (int i = 0; i < people; ++i) d.apply(PersonSet{{.id = person_id(i), .name = person_id(i)}});
    for (int i = 0; i < units; ++i) {
        std::string parent = i == 0 ? "" : unit_id(*rc::gen::inRange(0, i));
        d.apply(UnitSet{{unit_id(i), unit_id(i), unit_id(i), parent, "level", ""}});
    }
    for (int i = 0; i < units; ++i) {
        for (const char* role : {"head", "mediator", "registrar"}) {
            Post post{unit_id(i), role, 20, {}};
            for (int h = 0; h < people; ++h) {
                if (*rc::gen::inRange(0, 6) == 0) post.holders.push_back(person_id(h));
            }
            d.apply(PostSet{post});
        }
    }
    int absences = *rc::gen::inRange(0, people * 2);
    for (int i = 0; i < absences; ++i) {
        int person = *rc::gen::inRange(0, people), substitute = *rc::gen::inRange(-1, people);
        auto from = noon + std::chrono::hours(*rc::gen::inRange(-5, 3));
        Absence a{person_id(person), {from, from + std::chrono::hours(*rc::gen::inRange(1, 8))}, "", ""};
        if (substitute >= 0 && substitute != person) a.substitute = person_id(substitute);
        d.apply(AbsenceRecorded{a});
    }
    return d;
}

std::string any_unit(const Directory& d) {
    return unit_id(*rc::gen::inRange(0, static_cast<int>(d.units().size())));
}

std::vector<std::string> upward(const Directory& d, std::string unit) {
    std::vector<std::string> way;
    for (; !unit.empty(); unit = d.parent(unit)) way.push_back(unit);
    return way;
}

bool someone_present(const Directory& d, const std::string& unit, std::string_view role) {
    for (const Post* post : d.posts(unit)) {
        if (post->role != role) continue;
        for (const auto& holder : post->holders) {
            if (!d.absent(holder, noon)) return true;
        }
    }
    return false;
}

}  // namespace

RC_GTEST_PROP(OrgProperty, NobodyAbsentIsFoundAndSomebodyIsWhereverSomebodyIsPresentAbove, ()) {
    Directory d = any_directory();
    Asking asking{any_unit(d), "", nullptr, noon};
    std::string role = *rc::gen::element<std::string>("head", "mediator", "registrar", "inspector");
    auto found = d.resolve(parse_who(role).value(), asking);
    std::set<std::string> seen;
    for (const Found& f : found.people) {
        RC_ASSERT(!d.absent(f.person, noon));
        RC_ASSERT(seen.insert(f.person).second);
        if (!f.stands_for.empty()) RC_ASSERT(d.absent(f.stands_for, noon));
    }
    auto way = upward(d, asking.unit);
    bool anybody = someone_present(d, way.front(), role) || someone_present(d, way.back(), "head");
    for (std::size_t i = 1; i < way.size(); ++i)
        anybody = anybody || someone_present(d, way[i], role) || someone_present(d, way[i], "head");
    if (anybody) RC_ASSERT(!found.people.empty());
    // Whoever holds the role here and is here is among those found, and no one was climbed to in vain.
    if (someone_present(d, way.front(), role)) {
        for (const Found& f : found.people)
            RC_ASSERT(!f.stands_for.empty() || d.roles_of(f.person, way.front()).size() > 0);
    } else if (!found.people.empty() && found.people.front().stands_for.empty()) {
        RC_ASSERT(!found.notes.empty());
    }
}

RC_GTEST_PROP(OrgProperty, TheCommonSuperiorIsSymmetricAndTheLowest, ()) {
    Directory d = any_directory();
    std::string a = any_unit(d), b = any_unit(d);
    std::string top = d.common_superior(a, b);
    RC_ASSERT(top == d.common_superior(b, a));
    RC_ASSERT(d.within(a, top) && d.within(b, top));
    for (const Unit* unit : d.units()) {
        if (d.within(a, unit->id) && d.within(b, unit->id)) RC_ASSERT(d.within(top, unit->id));
    }
}

RC_GTEST_PROP(OrgProperty, TheChosenOneIsAmongThoseFoundAndTheLeastLoaded, ()) {
    Directory d = any_directory();
    Asking asking{any_unit(d), "", nullptr, noon};
    Loads loads;
    for (const Person* person : d.people())
        loads[person->id] = {*rc::gen::inRange(0, 4), *rc::gen::inRange<std::uint64_t>(0, 9)};
    auto all = d.resolve(parse_who("mediator").value(), asking);
    auto one = d.choose(parse_who("mediator").value(), Pick::least_loaded, asking, loads);
    RC_ASSERT(one.has_value() == !all.people.empty());
    for (const Found& f : all.people) RC_ASSERT(loads[one->person].open <= loads[f.person].open);
    RC_ASSERT(one == d.choose(parse_who("mediator").value(), Pick::least_loaded, asking, loads));
}

RC_GTEST_PROP(OrgProperty, EveryDirectoryIsRebuiltFromItsStoredEvents, ()) {
    Directory d = any_directory(), again;
    auto replay = [&](const Event& event) { again.apply(event_from_json(to_json(event)).value()); };
    for (const Unit* unit : d.units()) replay(UnitSet{*unit});
    for (const Person* person : d.people()) replay(PersonSet{*person});
    for (const Post* post : d.posts()) replay(PostSet{*post});
    for (const Absence& absence : d.absences()) replay(AbsenceRecorded{absence});
    RC_ASSERT(again == d);
}

}  // namespace reeve::org
