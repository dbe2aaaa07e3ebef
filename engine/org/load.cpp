// The organisation file: read whole, checked whole, and turned into the events that lead there.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/json.h"
#include "engine/org/fields.h"

namespace reeve::org {

namespace {

// An entry of the file and where it stands.
template <class T>
struct Entry {
    T value;
    std::string pointer;
    bool sound = true;  // read without a fault
};

class Reading {
  public:
    explicit Reading(Document document) : document_(std::move(document)) {}

    // Builds the organisation that the file describes; faults() says what is wrong with it.
    Directory build() {
        std::vector<Entry<Unit>> units;
        std::vector<Entry<Post>> posts;
        std::vector<Entry<Person>> people;
        std::vector<Entry<Absence>> absences;
        {
            Fields top(document_.value, "", fault_);
            read_zone(top);
            const auto language = top.text("language", "en");
            each(top, "units", [&](const Json& j, const std::string& p) {
                add(
                    units, [&] { return read_unit(j, p, fault_); }, p);
            });
            each(top, "people", [&](const Json& j, const std::string& p) {
                add(
                    people, [&] { return read_person(j, p, fault_, language); }, p);
            });
            each(top, "posts", [&](const Json& j, const std::string& p) {
                add(
                    posts, [&] { return read_post(j, p, fault_); }, p);
            });
            each(top, "absences", [&](const Json& j, const std::string& p) {
                add(
                    absences, [&] { return read_absence(j, p, fault_, zone_.get()); }, p);
            });
        }
        // A list that was not read at all would only bring further complaints about what is missing from it.
        if (list_missing_) return {};
        Directory built;
        for (const auto& [person, at, sound] : people) {
            if (built.person(person.id)) twice("person", person.id, at);
            take(built, PersonSet{person}, at, sound);
        }
        plant(built, std::move(units));
        std::set<std::pair<std::string, std::string>> seen;
        for (const auto& [post, at, sound] : posts) {
            if (!sound) continue;
            if (!seen.emplace(post.unit, post.role).second)
                twice("post", fmt::format("{} at {}", post.role, post.unit), at, "/role");
            take(built, PostSet{post}, at);
        }
        for (const auto& [absence, at, sound] : absences)
            if (sound) take(built, AbsenceRecorded{absence}, at);
        return built;
    }

    Errors faults() {
        std::ranges::stable_sort(faults_, {}, &Placed::offset);
        Errors errors;
        for (auto& placed : faults_) errors.push_back(std::move(placed.error));
        return errors;
    }

  private:
    struct Placed {
        std::pair<int, int> offset;  // line and column, so that faults come in the order of the text
        Error error;
    };

    void tell(std::string code, std::string message, const std::string& pointer, bool key) {
        std::string place = key ? document_.key_place(pointer) : document_.place(pointer);
        auto column = place.rfind(':');
        auto line = place.rfind(':', column - 1);
        std::pair offset(std::stoi(place.substr(line + 1)), std::stoi(place.substr(column + 1)));
        faults_.push_back({offset, Error{std::move(code), std::move(message), std::move(place)}});
    }

    void twice(const char* what, const std::string& id, const std::string& at, const char* field = "/id") {
        tell("duplicate-id", fmt::format(R"(the {} "{}" is given twice; keep one)", what, id), at + field,
             false);
    }

    void read_zone(Fields& top) {
        std::string zone = top.text("zone", "");
        if (zone.empty()) return;
        try {
            zone_ = time::elapsed_calendar(zone);
        } catch (const std::invalid_argument& e) {
            top.refuse("unknown-zone", e.what(), "zone");
        }
    }

    template <class Take>
    void each(Fields& top, const char* key, Take take_entry) {
        const Json* list = top.any(key);
        if (!list) return;
        if (!list->is_array()) {
            top.refuse("bad-type", fmt::format(R"("{}" must be a list)", key), key);
            list_missing_ = true;
            return;
        }
        for (std::size_t i = 0; i < list->size(); ++i) take_entry((*list)[i], fmt::format("/{}/{}", key, i));
    }

    template <class T, class Read>
    void add(std::vector<Entry<T>>& entries, Read read, const std::string& at) {
        const auto before = faults_.size();
        auto value = read();
        const bool sound = faults_.size() == before;
        if constexpr (requires { value.id; })
            if (!sound && value.id.empty()) return;  // nothing can name it
        entries.push_back({std::move(value), at, sound});
    }

    // What was not read well has been told; it is taken all the same, so that what names it is not told too.
    void take(Directory& built, const Event& event, const std::string& at, bool sound = true) {
        if (!sound) {
            built.apply(event);
        } else if (auto error = check(built, event)) {
            tell(error->code, error->message, at + "/" + error->place, false);
        } else {
            built.apply(event);
        }
    }

    // Units may stand in any order in the file: those whose parent is known go first. What is left over has
    // an unknown parent or is its own superior, or lies below one of those: it is told of the first, and all
    // are taken below the root, so that whoever names them is not told too.
    void plant(Directory& built, std::vector<Entry<Unit>> units) {
        std::set<std::string, std::less<>> ids;
        std::erase_if(units, [&](const Entry<Unit>& e) {
            bool again = !ids.insert(e.value.id).second;
            if (again) twice("unit", e.value.id, e.pointer);
            return again;
        });
        for (bool grew = true; grew;) {
            grew = std::erase_if(units, [&](const Entry<Unit>& e) {
                       if (!e.value.parent.empty() && !built.unit(e.value.parent)) return false;
                       take(built, UnitSet{e.value}, e.pointer, e.sound);
                       return true;
                   }) > 0;
        }
        for (const auto& [unit, at, sound] : units) {
            if (!sound) continue;
            if (!ids.contains(unit.parent)) {
                take(built, UnitSet{unit}, at);
            } else if (circles(unit, units)) {
                tell("unit-cycle",
                     fmt::format(R"("{}" is its own superior; one unit in the circle needs another parent)",
                                 unit.id),
                     at + "/parent", false);
            }
        }
        const auto top = built.units().empty() ? std::string() : built.units().front()->id;
        for (auto& [unit, at, sound] : units) {
            unit.parent = top;
            built.apply(UnitSet{unit});
        }
    }

    static bool circles(const Unit& unit, const std::vector<Entry<Unit>>& units) {
        std::string here = unit.parent;
        for (std::size_t steps = 0; steps <= units.size() && here != unit.id; ++steps) {
            auto above = std::ranges::find(units, here, [](const Entry<Unit>& e) { return e.value.id; });
            if (above == units.end()) return false;
            here = above->value.parent;
        }
        return here == unit.id;
    }

    Document document_;
    time::CalendarPtr zone_;
    bool list_missing_ = false;
    std::vector<Placed> faults_;
    Fault fault_ = [this](std::string code, std::string message, std::string pointer, bool key) {
        tell(std::move(code), std::move(message), pointer, key);
    };
};

// The events that make `now` into `wanted`. People come before the posts they hold, parents before their
// units, and posts are given up before the units they belong to. Absences are only added: those recorded by
// command are not in the file.
std::vector<Event> difference(const Directory& now, const Directory& wanted) {
    std::vector<Event> events;
    for (const Person* person : wanted.people()) {
        const Person* was = now.person(person->id);
        if (!was || *was != *person) events.push_back(PersonSet{*person});
    }
    for (const Unit* unit : wanted.units()) {
        const Unit* was = now.unit(unit->id);
        if (!was || *was != *unit) events.push_back(UnitSet{*unit});
    }
    auto find = [](const Directory& d, const Post& post) -> const Post* {
        for (const Post* other : d.posts(post.unit)) {
            if (other->role == post.role) return other;
        }
        return nullptr;
    };
    for (const Post* post : now.posts()) {
        if (!find(wanted, *post)) events.push_back(PostSet{{post->unit, post->role, 0, {}}});
    }
    for (const Post* post : wanted.posts()) {
        const Post* was = find(now, *post);
        if (!was || *was != *post) events.push_back(PostSet{*post});
    }
    for (const Person* person : now.people()) {
        if (person->active && !wanted.person(person->id)) events.push_back(PersonLeft{person->id});
    }
    auto old = now.units();
    for (auto it = old.rbegin(); it != old.rend(); ++it) {
        if (!wanted.unit((*it)->id)) events.push_back(UnitRemoved{(*it)->id});
    }
    for (const Absence& absence : wanted.absences()) {
        if (std::ranges::find(now.absences(), absence) == now.absences().end())
            events.push_back(AbsenceRecorded{absence});
    }
    return events;
}

}  // namespace

std::expected<std::vector<Event>, Errors> load(const std::string& path, const Directory& now) {
    auto document = load_json(path);
    if (!document) return std::unexpected(Errors{document.error()});
    Reading reading(*std::move(document));
    Directory wanted = reading.build();
    Errors faults = reading.faults();
    if (!faults.empty()) return std::unexpected(std::move(faults));
    return difference(now, wanted);
}

}  // namespace reeve::org
