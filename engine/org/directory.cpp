#include <algorithm>
#include <set>

#include "engine/org/org.h"

namespace reeve::org {

namespace {

auto absence_order(const Absence& a) {
    return std::tuple(std::string_view(a.person), a.span.from, a.span.to);
}

}  // namespace

void Directory::apply(const Event& event) {
    struct Apply {
        Directory& d;
        void operator()(const UnitSet& e) { d.units_.insert_or_assign(e.unit.id, e.unit); }
        void operator()(const UnitRemoved& e) {
            d.units_.erase(e.unit);
            std::erase_if(d.posts_, [&](const auto& post) { return post.first.first == e.unit; });
        }
        void operator()(const PostSet& e) {
            std::pair key(e.post.unit, e.post.role);
            if (e.post.authorised == 0 && e.post.holders.empty()) {
                d.posts_.erase(key);
            } else {
                d.posts_.insert_or_assign(key, e.post);
            }
        }
        void operator()(const PersonSet& e) { d.people_.insert_or_assign(e.person.id, e.person); }
        void operator()(const PersonLeft& e) {
            if (auto it = d.people_.find(e.person); it != d.people_.end()) it->second.active = false;
            for (auto& [key, post] : d.posts_) std::erase(post.holders, e.person);
        }
        void operator()(const AbsenceRecorded& e) {
            // Kept in order, so that the same absences make the same directory whatever their order of entry.
            auto at = std::ranges::upper_bound(d.absences_, absence_order(e.absence), {}, absence_order);
            d.absences_.insert(at, e.absence);
        }
        void operator()(const AbsenceEnded& e) {
            for (Absence& a : d.absences_) {
                if (a.person == e.person && a.span.from <= e.at && e.at < a.span.to) a.span.to = e.at;
            }
            std::erase_if(d.absences_, [](const Absence& a) { return a.span.from >= a.span.to; });
            std::ranges::stable_sort(d.absences_, {}, absence_order);
        }
    };
    std::visit(Apply{*this}, event);
}

const Unit* Directory::unit(std::string_view id) const {
    auto it = units_.find(id);
    return it == units_.end() ? nullptr : &it->second;
}

const Person* Directory::person(std::string_view id) const {
    auto it = people_.find(id);
    return it == people_.end() ? nullptr : &it->second;
}

std::vector<const Unit*> Directory::units() const {
    std::map<std::string_view, std::vector<const Unit*>> below;
    for (const auto& [id, unit] : units_) below[unit.parent].push_back(&unit);
    std::vector<const Unit*> order;
    auto add = [&](auto&& self, std::string_view parent) -> void {
        for (const Unit* unit : below[parent]) {
            order.push_back(unit);
            self(self, unit->id);
        }
    };
    add(add, "");
    return order;
}

std::vector<const Post*> Directory::posts(std::string_view unit) const {
    std::vector<const Post*> found;
    auto it = unit.empty() ? posts_.begin() : posts_.lower_bound(std::pair(std::string(unit), std::string()));
    for (; it != posts_.end() && (unit.empty() || it->first.first == unit); ++it)
        found.push_back(&it->second);
    return found;
}

std::vector<const Person*> Directory::people() const {
    std::vector<const Person*> found;
    for (const auto& [id, person] : people_) found.push_back(&person);
    return found;
}

const std::vector<Absence>& Directory::absences() const { return absences_; }

std::vector<std::string> Directory::roles_of(std::string_view person, std::string_view unit) const {
    std::vector<std::string> roles;
    for (const Post* post : posts(unit)) {
        if (std::ranges::find(post->holders, person) != post->holders.end()) roles.push_back(post->role);
    }
    return roles;
}

bool Directory::holds(std::string_view person, std::string_view role) const {
    return std::ranges::any_of(posts_, [&](const auto& entry) {
        return entry.second.role == role &&
               std::ranges::find(entry.second.holders, person) != entry.second.holders.end();
    });
}

bool Directory::absent(std::string_view person, time::Instant at) const {
    auto mine = std::ranges::equal_range(absences_, person, {}, &Absence::person);
    return std::ranges::any_of(mine, [&](const Absence& a) { return a.span.from <= at && at < a.span.to; });
}

std::string Directory::parent(std::string_view id) const {
    const Unit* found = unit(id);
    return found ? found->parent : "";
}

bool Directory::within(std::string_view id, std::string_view ancestor) const {
    // Bounded, because a tree under construction may hold a cycle for a moment.
    const Unit* here = unit(id);
    for (std::size_t steps = 0; here && steps <= units_.size(); ++steps) {
        if (here->id == ancestor) return true;
        here = unit(here->parent);
    }
    return false;
}

std::string Directory::common_superior(std::string_view a, std::string_view b) const {
    const Unit* here = unit(a);
    for (std::size_t steps = 0; here && steps <= units_.size(); ++steps) {
        if (within(b, here->id)) return here->id;
        here = unit(here->parent);
    }
    return "";
}

}  // namespace reeve::org
