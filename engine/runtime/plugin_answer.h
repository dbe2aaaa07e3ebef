// Inside engine/runtime: what stands in a plugin's answer. Nothing in it is believed: a text may be anything,
// or not there.
#pragma once

#include "engine/runtime/plugin.h"

namespace reeve::runtime {

std::string text_in(const Json& answer, const char* name);  // empty: there is none
// What it says of its failure, as one line; else that it does not say why.
std::string error_in(const Json& answer, const std::string& plugin);
std::optional<Millis> wait_in(const Json& answer);  // a day at most: nobody waits for years on its word
// A plugin's word goes into logs and onto lists.
std::string one_line(std::string text);

}  // namespace reeve::runtime
