// Inside engine/model: the form of a definition, checked against workflows/definition.schema.json, so that
// editors and `reeve validate` can never disagree about a key.
#pragma once

#include "engine/model/node.h"

namespace reeve::model {

// Types, unknown and missing keys, words outside a list, names, empty lists: each told in a sentence.
// `definition` names a part of the schema ("ladder"); empty: the whole.
void check_shape(const Node&, Faults&, const char* definition = "");

// What a place in a definition is called: `stage "registered"`, `step 2 of ladder "climb"`, "the definition".
std::string called(const Node&);

}  // namespace reeve::model
