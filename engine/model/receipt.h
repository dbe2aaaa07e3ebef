// What a definition says of receipts: what the person who asked is told by a receipt code, beyond what every
// case tells. It is read when somebody asks, from the definition's own text: a Program is kept in memory for
// every version, and most of the time nobody does.
#pragma once

#include <map>
#include <optional>

#include "engine/model/program.h"

namespace reeve::model {

struct ReceiptRule {
    std::string clock;                   // by which the office must answer; empty: the engine chooses
    std::optional<Text> advice;          // what to do when it does not
    std::map<std::string, Text> pauses;  // reasons of a pause that may be told, and in which words
    std::vector<std::string> outcomes;   // that may be told
};
ReceiptRule receipt_rule(const Program&);

}  // namespace reeve::model
