// Whether a change fits the directory as it is. Error.place names the field, as the organisation file spells
// it.
#include <fmt/format.h>

#include <algorithm>

#include "engine/org/org.h"
#include "engine/spelling.h"

namespace reeve::org {

namespace {

Error error(std::string code, std::string message, std::string field) {
    return {std::move(code), std::move(message), std::move(field)};
}

// An id is written in definitions and commands, so it holds no blank and none of the signs used there.
std::optional<Error> bad_id(std::string_view id) {
    bool fits = !id.empty() && id.size() <= 64 && id.find_first_of(" \t\r\n@:/\"") == std::string_view::npos;
    bool taken = id == "petitioner" || id == "owner" || id == "system";
    if (fits && !taken) return std::nullopt;
    if (taken)
        return error("bad-id", fmt::format(R"("{}" has a meaning of its own; choose another id)", id), "id");
    return error("bad-id",
                 fmt::format(R"("{}" is no id; write up to 64 letters, digits, "-", "_" or ".")", id), "id");
}

std::optional<Error> bad_word(std::string_view word, const char* field) {
    auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (!word.empty() && word[0] >= 'a' && word[0] <= 'z' && std::ranges::all_of(word, fits))
        return std::nullopt;
    return error(fmt::format("bad-{}", field),
                 fmt::format(R"("{}" is no {}; write one word in small letters, such as "{}")", word, field,
                             field == std::string_view("role") ? "deputy_head" : "township"),
                 field);
}

class Check {
  public:
    explicit Check(const Directory& directory) : d_(directory) {}

    std::optional<Error> operator()(const UnitSet& e) const {
        const Unit& unit = e.unit;
        if (auto bad = bad_id(unit.id)) return bad;
        if (auto bad = bad_word(unit.level, "level")) return bad;
        if (unit.parent.empty()) {
            for (const Unit* other : d_.units()) {
                if (other->parent.empty() && other->id != unit.id)
                    return error("second-root",
                                 fmt::format(R"(there is one root, and it is "{}"; give "{}" a parent)",
                                             other->id, unit.id),
                                 "parent");
            }
            return std::nullopt;
        }
        if (!d_.unit(unit.parent) && unit.parent != unit.id) return unknown_unit(unit.parent, "parent");
        if (unit.parent == unit.id || d_.within(unit.parent, unit.id))
            return error(
                "unit-cycle",
                fmt::format(R"("{}" lies at or below "{}" and cannot be its parent)", unit.parent, unit.id),
                "parent");
        return std::nullopt;
    }

    std::optional<Error> operator()(const UnitRemoved& e) const {
        if (!d_.unit(e.unit)) return unknown_unit(e.unit, "unit");
        for (const Unit* other : d_.units()) {
            if (other->parent == e.unit)
                return error(
                    "unit-has-units",
                    fmt::format(R"("{}" is above "{}"; move or remove that first)", e.unit, other->id),
                    "unit");
        }
        for (const Post* post : d_.posts(e.unit)) {
            if (!post->holders.empty())
                return error("unit-has-people",
                             fmt::format(R"("{}" holds {} at "{}"; move the person first)",
                                         post->holders.front(), post->role, e.unit),
                             "unit");
        }
        return std::nullopt;
    }

    std::optional<Error> operator()(const PostSet& e) const {
        const Post& post = e.post;
        if (!d_.unit(post.unit)) return unknown_unit(post.unit, "unit");
        if (auto bad = bad_word(post.role, "role")) return bad;
        if (post.role == "owner" || post.role == "petitioner" || post.role == "person" || post.role == "unit")
            return error("bad-role",
                         fmt::format(R"("{}" has a meaning of its own; choose another role)", post.role),
                         "role");
        if (post.authorised < 0) return error("bad-authorised", "a post has 0 places or more", "authorised");
        for (std::size_t i = 0; i < post.holders.size(); ++i) {
            std::string field = fmt::format("holders/{}", i);
            const std::string& holder = post.holders[i];
            if (auto bad = in_service(holder, field)) return bad;
            if (std::find(post.holders.begin(), post.holders.begin() + i, holder) != post.holders.begin() + i)
                return error("duplicate-holder", fmt::format(R"("{}" is named twice)", holder), field);
        }
        if (post.holders.size() > static_cast<std::size_t>(post.authorised))
            return error("too-many-holders",
                         fmt::format(R"({} holders, but "authorised" is {}; raise it or name fewer)",
                                     post.holders.size(), post.authorised),
                         "holders");
        return std::nullopt;
    }

    std::optional<Error> operator()(const PersonSet& e) const {
        if (auto bad = bad_id(e.person.id)) return bad;
        if (e.person.name.empty()) return error("missing-field", "a person needs a name", "name");
        if (e.person.language != "en" && e.person.language != "zh")
            return error("bad-language",
                         fmt::format(R"(language "{}"; write "en" or "zh")", e.person.language), "language");
        if (!e.person.active) return last_person(e.person.id, "active");
        return std::nullopt;
    }

    std::optional<Error> operator()(const PersonLeft& e) const {
        if (auto bad = in_service(e.person, "person")) return bad;
        return last_person(e.person, "person");
    }

    std::optional<Error> operator()(const AbsenceRecorded& e) const {
        const Absence& absence = e.absence;
        if (auto bad = in_service(absence.person, "person")) return bad;
        if (absence.span.from >= absence.span.to)
            return error("empty-absence", "the absence ends before it begins; \"to\" is the moment of return",
                         "to");
        if (absence.substitute == absence.person)
            return error("own-substitute",
                         "nobody stands in for oneself; name another person or leave it out", "substitute");
        if (!absence.substitute.empty()) {
            if (auto bad = in_service(absence.substitute, "substitute")) return bad;
        }
        if (std::ranges::find(d_.absences(), absence) != d_.absences().end())
            return error("duplicate-absence", "this absence is recorded already", "person");
        return std::nullopt;
    }

    std::optional<Error> operator()(const AbsenceEnded& e) const {
        if (!d_.person(e.person)) return unknown_person(e.person, "person");
        if (!d_.absent(e.person, e.at))
            return error("not-absent", fmt::format(R"("{}" is not absent at that time)", e.person), "at");
        return std::nullopt;
    }

  private:
    Error unknown_unit(const std::string& id, std::string field) const {
        std::vector<std::string> known;
        for (const Unit* unit : d_.units()) known.push_back(unit->id);
        return error("unknown-unit", fmt::format(R"(there is no unit "{}"{})", id, did_you_mean(id, known)),
                     std::move(field));
    }

    Error unknown_person(const std::string& id, std::string field) const {
        std::vector<std::string> known;
        for (const Person* person : d_.people()) known.push_back(person->id);
        return error("unknown-person",
                     fmt::format(R"(there is no person "{}"{})", id, did_you_mean(id, known)),
                     std::move(field));
    }

    // Only a person in service can change anything: without one the folder would stand still for ever.
    std::optional<Error> last_person(const std::string& id, std::string field) const {
        const Person* leaver = d_.person(id);
        if (!leaver || !leaver->active) return std::nullopt;
        for (const Person* person : d_.people())
            if (person->active && person->id != id) return std::nullopt;
        return error("last-person", fmt::format(R"("{}" is the last in service; add another first)", id),
                     std::move(field));
    }

    std::optional<Error> in_service(const std::string& id, std::string field) const {
        const Person* person = d_.person(id);
        if (!person) return unknown_person(id, std::move(field));
        if (!person->active)
            return error("person-left", fmt::format(R"("{}" has left; name somebody in service)", id),
                         std::move(field));
        return std::nullopt;
    }

    const Directory& d_;
};

}  // namespace

std::vector<std::string> administrators(const Directory& directory) {
    std::vector<std::string> found;
    for (const Post* post : directory.posts()) {
        if (post->role != administrator_role || !directory.parent(post->unit).empty()) continue;
        for (const auto& holder : post->holders)
            if (const auto* person = directory.person(holder); person && person->active)
                found.push_back(holder);
    }
    return found;
}

std::optional<Error> check_outcome(const Directory& before, const Directory& after) {
    const auto had = administrators(before);
    if (had.empty() || !administrators(after).empty()) return std::nullopt;
    return error(
        "last-administrator",
        fmt::format(R"(nobody would have the role "{}" at the topmost unit, which {} has now, and so )"
                    "nobody could change the organisation or a definition any more; appoint "
                    "somebody else first, or in the same change",
                    administrator_role, had.front()),
        "role");
}

std::optional<Error> check(const Directory& directory, const Event& event) {
    return std::visit(Check(directory), event);
}

}  // namespace reeve::org
