// Who: "head@parent", "supervisor@level:county", "registrar@data.owner_unit", "owner", "person:li-na". The
// one way in which definitions name people without naming them. Pure values; resolved against a Directory
// when needed.
#pragma once

#include <string>
#include <string_view>

#include "engine/result.h"

namespace reeve::org {

// Where a role is looked for, starting from the unit that has the case.
struct Where {
    enum class Kind {
        case_unit,  // "case": the unit that has the case (the default)
        parent,     // "parent": the unit above it
        level,      // "level:county": the nearest unit of that level at or above it
        unit,       // "unit:ID": one named unit
        data        // "data.owner_unit": the unit whose id stands in the case's data
    };
    Kind kind = Kind::case_unit;
    std::string name;  // the level, the unit's id or the path in the data ("owner_unit")
    bool operator==(const Where&) const = default;
};

struct Who {
    enum class Kind {
        owner,       // "owner": the person who owns the case
        petitioner,  // "petitioner": the person who asked; told, never assigned
        role,        // "head", "supervisor", "registrar": whoever holds that role at `where`
        person       // "person:ID"
    };
    Kind kind = Kind::owner;
    std::string name;  // the role or the person's id
    Where where;
    bool operator==(const Who&) const = default;
};

enum class Pick {
    least_loaded,
    round_robin,
    first
};  // "least-loaded", "round-robin", "first" (by post order)

Result<Where> parse_where(std::string_view text);  // code "bad-where"
Result<Who> parse_who(std::string_view text);      // code "bad-who"
std::string to_string(const Where&);
std::string to_string(const Who&);

}  // namespace reeve::org
