// Standing: how a case stands, as the person who asked is told it. Nothing of it names a person, and nothing
// comes from the case's data: titles are the definition's, names are those of units. Pure.
#pragma once

#include "engine/views/views.h"

namespace reeve::views {

enum class Language { en, zh };
const char* to_string(Language);

// {"title", "unit", "above", "state", "stages", "due", "advice", "ended", "outcome"}, as schemas.json has it.
// `archived`: it is read from the archive into which it went.
Json standing(const Sight&, const store::CaseFile&, Language, bool archived = false);

}  // namespace reeve::views
