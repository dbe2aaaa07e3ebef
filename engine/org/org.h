// The front door of engine/org: the unit tree, posts, people, roles, absences, and who answers for what.
//
// A Directory is a value built from events alone (apply); it reads no clock. Changing it goes through
// decide(), like everything else. Concurrent reads are safe; it is written by one thread.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/org/who.h"
#include "engine/result.h"
#include "engine/time/time.h"

namespace reeve::org {

struct Unit {
    std::string id, title_en, title_zh;
    std::string parent;  // empty for the root
    std::string level;   // "county", "township", "bureau", "post", …
    std::string kind;    // free: "police post"; may be empty
    bool operator==(const Unit&) const = default;
};

// A post: a role at a unit, with so many places authorised. Places without a holder are vacant.
struct Post {
    std::string unit, role;
    int authorised = 1;
    std::vector<std::string> holders;  // person ids, in order of appointment
    bool operator==(const Post&) const = default;
};

struct Person {
    std::string id, name;
    std::string language = "en";               // of alerts: "en" or "zh"
    std::map<std::string, std::string> reach;  // channel -> address: {"mail": "…"}
    bool active = true;
    bool operator==(const Person&) const = default;
};

struct Absence {
    std::string person;
    time::Span span;
    std::string substitute;  // a person id; empty: nobody was named, so the next superior stands in
    std::string reason;
    bool operator==(const Absence&) const = default;
};

// Events. Each is a fact that apply() takes as it stands.
struct UnitSet {
    Unit unit;
};
struct UnitRemoved {
    std::string unit;
};
struct PostSet {
    Post post;
};  // authorised number and holders, replacing what was
struct PersonSet {
    Person person;
};
struct PersonLeft {
    std::string person;
};  // leaves every post; history keeps the name
struct AbsenceRecorded {
    Absence absence;
};
struct AbsenceEnded {
    std::string person;
    time::Instant at;
};
using Event =
    std::variant<UnitSet, UnitRemoved, PostSet, PersonSet, PersonLeft, AbsenceRecorded, AbsenceEnded>;

nlohmann::ordered_json to_json(
    const Event&);  // {"event": "UnitSet", …}; the stored form, see docs/formats.md
Result<Event> event_from_json(const nlohmann::ordered_json&);

// How busy each person is: kept by the runtime from committed events, given to pick among several.
struct Load {
    int open = 0;                  // open tasks and owned cases
    std::uint64_t last_given = 0;  // rises each time something is assigned; for round robin
};
using Loads = std::map<std::string, Load, std::less<>>;

// What the resolution needs to know of the case.
struct Asking {
    std::string unit;                              // the unit that has the case
    std::string owner;                             // the person who owns it, or empty
    const nlohmann::ordered_json* data = nullptr;  // the case's data, for Where::data
    time::Instant at;                              // absences are judged at this instant
};

// One person found, and the way there.
struct Found {
    std::string person;      // "petitioner" for Who::petitioner
    std::string stands_for;  // the person substituted, or empty
    bool operator==(const Found&) const = default;
};
struct Resolution {
    std::vector<Found> people;  // empty: no one to tell up to the root
    std::vector<std::string>
        notes;  // "nobody holds head at Qingshan police post: climbed to Qingshan township"
};

class Directory {
  public:
    void apply(const Event&);

    const Unit* unit(std::string_view id) const;
    const Person* person(std::string_view id) const;
    std::vector<const Unit*> units() const;                            // parents before children
    std::vector<const Post*> posts(std::string_view unit = {}) const;  // all, or of one unit
    std::vector<const Person*> people() const;                         // by id
    const std::vector<Absence>& absences() const;
    std::vector<std::string> roles_of(std::string_view person, std::string_view unit) const;
    bool holds(std::string_view person, std::string_view role) const;  // anywhere
    bool absent(std::string_view person, time::Instant) const;
    bool within(std::string_view unit, std::string_view ancestor) const;  // at or below
    std::string parent(std::string_view unit) const;                      // empty above the root
    std::string common_superior(std::string_view a,
                                std::string_view b) const;                 // the lowest unit at or above both
    std::optional<std::string> locate(const Where&, const Asking&) const;  // a unit id

    // Everyone `who` means at asking.at. An absent person is replaced by the substitute (who may be absent
    // too: followed, cycles end at the superior). A role nobody present holds climbs: the same role at the
    // next unit above, then the head there, and so on to the root; each climb leaves a note. Owner: the owner
    // or the substitute; if the case has none, the head of its unit (climbing likewise).
    Resolution resolve(const Who&, const Asking&) const;
    // One of them, by `pick` over `loads`; nullopt only when the directory holds nobody fit at all.
    std::optional<Found> choose(const Who&, Pick, const Asking&, const Loads&,
                                std::vector<std::string>* notes = nullptr) const;

    bool operator==(const Directory&) const = default;

  private:
    std::map<std::string, Unit, std::less<>> units_;
    std::map<std::pair<std::string, std::string>, Post> posts_;  // by unit, role
    std::map<std::string, Person, std::less<>> people_;
    std::vector<Absence> absences_;
};

// Those who keep the organisation and the definitions: they hold this role at the topmost unit.
inline constexpr std::string_view administrator_role = "administrator";
std::vector<std::string> administrators(const Directory&);  // of those who have not left

// Checks a change against the directory: unknown parent, cycle, removing a unit with people in it, a
// substitute who is the absent person, an absence that ends before it begins. code: "unknown-unit",
// "unit-cycle", "unknown-person", …
std::optional<Error> check(const Directory&, const Event&);

// Whether many changes together left an office that had an administrator without one: "last-administrator".
std::optional<Error> check_outcome(const Directory& before, const Directory& after);

// Reads an organisation file (JSON with comments: units, posts, people, absences; docs/organisation.md) as
// the events that make `now` into it; every fault with FILE:LINE:COL.
std::expected<std::vector<Event>, Errors> load(const std::string& path, const Directory& now = {});

}  // namespace reeve::org
