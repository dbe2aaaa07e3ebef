// Who is meant, at this instant: substitutes for the absent, the next superior for what nobody holds.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_set>

#include "engine/org/org.h"

namespace reeve::org {

namespace {

constexpr int most_levels = 1000;  // a bound for trees that hold a cycle, which check() refuses

// One question asked of a directory: gathers the people and the notes on the way.
class Search {
  public:
    Search(const Directory& directory, const Asking& asking) : d_(directory), asking_(asking) {}

    // Everyone who holds `role` at the unit and is here, or stands in. False: nobody.
    bool holders(const std::string& unit, std::string_view role) {
        std::size_t before = out.people.size();
        bool held = false;
        for (const Post* post : d_.posts(unit)) {
            if (post->role != role) continue;
            for (const std::string& person : post->holders) {
                held = true;
                stand_in(person);
            }
        }
        held_ = held;
        return out.people.size() > before;
    }

    // The person, or the substitute of a substitute who is here. False: nobody; a note says why.
    bool stand_in(const std::string& person) {
        // Nearly everyone is here.
        if (const Person* known = d_.person(person); known && known->active && !away(person)) {
            add(*known, "");
            return true;
        }
        std::set<std::string> seen;
        std::string here = person;
        while (seen.insert(here).second) {
            const Person* known = d_.person(here);
            if (!known || !known->active) {
                note("{} is not in service", name(here));
                return false;
            }
            const Absence* absence = away(here);
            if (!absence) {
                add(*known, here == person ? "" : person);
                return true;
            }
            if (absence->substitute.empty()) {
                note("{} is absent{} and no substitute is named", name(here), why(*absence));
                return false;
            }
            note("{} is absent{}: {} stands in", name(here), why(*absence), name(absence->substitute));
            here = absence->substitute;
        }
        note("the substitutes of {} are absent in a circle", name(person));
        return false;
    }

    // `role` at `unit`, else the same role and then the head at each unit above. At the root the head answers
    // for what the root itself lacks, because nobody is above to do it.
    void climb(std::string unit, const std::string& role) {
        for (int climbed = 0; climbed < most_levels; ++climbed) {
            if (holders(unit, role)) return;
            std::string reason = missing(unit, role);
            std::string next = d_.parent(unit);
            bool ask_head = role != "head" && (climbed > 0 || next.empty());
            if (ask_head && holders(unit, "head")) {
                note("{}: went to the head there", reason);
                return;
            }
            if (next.empty()) {
                note("{}, and there is no one above", reason);
                return;
            }
            note("{}: climbed to {}", reason, title(next));
            unit = next;
        }
    }

    template <class... Args>
    void note(fmt::format_string<Args...> text, Args&&... args) {
        // An absent head is met twice: asked in person, and again on the way up from their own unit.
        auto line = fmt::format(text, std::forward<Args>(args)...);
        if (std::ranges::find(out.notes, line) == out.notes.end()) out.notes.push_back(std::move(line));
    }

    std::string title(std::string_view id) const {
        const Unit* unit = d_.unit(id);
        if (id.empty()) return "an organisation without units";
        return !unit || unit->title_en.empty() ? std::string(id) : unit->title_en;
    }

    std::string name(std::string_view id) const {
        const Person* person = d_.person(id);
        return !person || person->name.empty() ? std::string(id) : person->name;
    }

    Resolution out;

  private:
    void add(const Person& person, const std::string& stands_for) {
        // Someone who holds the role and also stands in for another is told once.
        if (seen_.insert(person.id).second) out.people.push_back({person.id, stands_for});
    }

    // The absence that covers the instant; where several do, one that names a substitute, and the latest
    // begun.
    const Absence* away(std::string_view person) const {
        const Absence* found = nullptr;
        auto mine = std::ranges::equal_range(d_.absences(), person, {}, &Absence::person);
        for (const Absence& a : mine) {
            bool covers = a.span.from <= asking_.at && asking_.at < a.span.to;
            if (covers && (!found || !a.substitute.empty() || found->substitute.empty())) found = &a;
        }
        return found;
    }

    static std::string why(const Absence& a) { return a.reason.empty() ? "" : " (" + a.reason + ")"; }

    std::string missing(std::string_view unit, std::string_view role) const {
        return held_ ? fmt::format("nobody who holds {} at {} is here", role, title(unit))
                     : fmt::format("nobody holds {} at {}", role, title(unit));
    }

    const Directory& d_;
    const Asking& asking_;
    std::unordered_set<std::string_view> seen_;  // of `out`; the ids are the directory's
    bool held_ = false;
};

const nlohmann::ordered_json* at_path(const nlohmann::ordered_json* data, std::string_view path) {
    while (data && !path.empty()) {
        auto dot = path.find('.');
        std::string key(path.substr(0, dot));
        if (!data->is_object() || !data->contains(key)) return nullptr;
        data = &(*data)[key];
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    }
    return data;
}

// The root above the unit; of the whole tree when there is no such unit (a case may outlive its unit).
std::string root_above(const Directory& d, const std::string& unit) {
    if (!d.unit(unit)) {
        auto tree = d.units();
        return tree.empty() ? "" : tree.front()->id;
    }
    std::string here = unit;
    for (int level = 0; level < most_levels && !d.parent(here).empty(); ++level) here = d.parent(here);
    return here;
}

}  // namespace

std::optional<std::string> Directory::locate(const Where& where, const Asking& asking) const {
    auto known = [&](const std::string& id) { return unit(id) ? std::optional(id) : std::nullopt; };
    switch (where.kind) {
        case Where::Kind::case_unit: return known(asking.unit);
        case Where::Kind::parent: return known(parent(asking.unit));
        case Where::Kind::unit: return known(where.name);
        case Where::Kind::level: {
            const Unit* here = unit(asking.unit);
            for (std::size_t steps = 0; here && steps <= units_.size(); ++steps) {
                if (here->level == where.name) return here->id;
                here = unit(here->parent);
            }
            return std::nullopt;
        }
        case Where::Kind::data: {
            const auto* value = at_path(asking.data, where.name);
            return value && value->is_string() ? known(value->get<std::string>()) : std::nullopt;
        }
    }
    return std::nullopt;
}

Resolution Directory::resolve(const Who& who, const Asking& asking) const {
    Search search(*this, asking);
    std::string root = root_above(*this, asking.unit);
    std::string home = unit(asking.unit) ? asking.unit : root;
    switch (who.kind) {
        case Who::Kind::petitioner: search.out.people.push_back({"petitioner", ""}); break;
        case Who::Kind::owner:
            if (asking.owner.empty()) {
                search.note("nobody owns the case: went to the head of {}", search.title(home));
            } else if (search.stand_in(asking.owner)) {
                break;
            }
            search.climb(home, "head");
            break;
        case Who::Kind::person: {
            if (search.stand_in(who.name)) break;
            // The superior of where the person works; of the case's unit when the person holds no post.
            std::string work = home;
            for (const Post* post : posts()) {
                if (std::ranges::find(post->holders, who.name) == post->holders.end()) continue;
                work = post->unit;
                break;
            }
            search.climb(work, "head");
            break;
        }
        case Who::Kind::role: {
            auto start = locate(who.where, asking);
            if (!start) {
                // Somebody must hear of it all the same: the top for a missing superior, else the case's
                // unit.
                bool upward = who.where.kind == Where::Kind::parent || who.where.kind == Where::Kind::level;
                start = upward ? root : home;
                search.note("there is no unit at {} from {}: asked at {}", to_string(who.where),
                            search.title(asking.unit), search.title(*start));
            }
            search.climb(*start, who.name);
            break;
        }
    }
    return std::move(search.out);
}

std::optional<Found> Directory::choose(const Who& who, Pick pick, const Asking& asking, const Loads& loads,
                                       std::vector<std::string>* notes) const {
    Resolution all = resolve(who, asking);
    if (notes) notes->insert(notes->end(), all.notes.begin(), all.notes.end());
    if (all.people.empty()) return std::nullopt;
    auto load = [&](const Found& found) {
        auto it = loads.find(found.person);
        return it == loads.end() ? Load{} : it->second;
    };
    // Ties fall to whoever was given work longest ago, then to post order: min_element keeps the first.
    auto rank = [&](const Found& found) {
        Load l = load(found);
        return std::pair(pick == Pick::least_loaded ? l.open : 0, pick == Pick::first ? 0 : l.last_given);
    };
    return *std::ranges::min_element(all.people, {}, rank);
}

}  // namespace reeve::org
