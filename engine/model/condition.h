// Inside engine/model: conditions, one Lua 5.4 expression each, in a sandbox.
//
// An expression can only compute: the scan refuses functions, tables and everything but the listed pure
// functions, so no condition can loop; a step and a memory limit stand behind that. Each thread has its own
// Lua state; nothing is shared.
#pragma once

#include "engine/model/node.h"

namespace reeve::model {

struct ConditionFault {
    std::string code, message;
    std::size_t offset = 0;  // bytes from the beginning of the expression
};

// Names: of the data (against its schema), of the case, of the functions. No Lua needed.
std::optional<ConditionFault> scan_condition(std::string_view expression, const Json& data_schema);
// Whether Lua can read it.
std::optional<ConditionFault> compile_condition(const std::string& expression);
// Its value for the data; code "condition-failed".
Result<bool> evaluate_condition(const std::string& expression, const Json& data, const Json& case_facts);

}  // namespace reeve::model
