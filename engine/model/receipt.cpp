// What a definition says of receipts: checked with the rest of it, read when somebody asks.
#include "engine/model/receipt.h"

#include "engine/model/reader.h"
#include "engine/spelling.h"

namespace reeve::model {

namespace {

std::string hint_for(const std::string& name, const std::vector<std::string>& known, const char* none) {
    if (known.empty()) return none;
    auto hint = did_you_mean(name, known);
    return hint.empty() ? "; it has " + one_of(known) : hint;
}

// A text, or one in both languages, as Reader::text() has it.
Text text_of(const Json& json) {
    if (json.is_string()) return {json.get<std::string>(), json.get<std::string>()};
    const auto en = json.value("en", "");
    return {en, json.value("zh", en)};
}

}  // namespace

void Reader::receipt() {
    const auto node = root_["receipt"];
    if (!node.is_object()) return;
    std::vector<std::string> clocks, reasons, outcomes;
    for (const auto& clock : program_.clocks) {
        if (clock.kind == LimitKind::expiry) continue;
        if (clock.from == ClockRule::From::unowned || clock.from == ClockRule::From::hand_over ||
            clock.from == ClockRule::From::inactivity)
            continue;
        clocks.push_back(clock.name);
    }
    for (const auto& clock : program_.clocks)
        reasons.insert(reasons.end(), clock.pause.begin(), clock.pause.end());
    for (const auto& stage : program_.stages)
        if (stage.kind == StageKind::end) outcomes.push_back(stage.outcome);
    const auto known = [](const std::vector<std::string>& all, const std::string& name) {
        return std::ranges::find(all, name) != all.end();
    };
    if (const auto clock = node["clock"]; clock.is_text() && !known(clocks, clock.text()))
        faults_.add(clock, "unknown-clock",
                    fmt::format("there is no clock {} that binds the office{}", in_quotes(clock.text()),
                                hint_for(clock.text(), clocks, "")));
    for (const auto& [reason, words] : node["pauses"].members())
        if (!known(reasons, reason))
            faults_.add_key(words, "unknown-pause",
                            fmt::format("no clock is paused for {}{}", in_quotes(reason),
                                        hint_for(reason, reasons, "; no clock of it can be paused")));
    for (const auto& outcome : node["outcomes"].items())
        if (outcome.is_text() && !known(outcomes, outcome.text()))
            faults_.add(outcome, "unknown-outcome",
                        fmt::format("no case of it ends as {}{}", in_quotes(outcome.text()),
                                    hint_for(outcome.text(), outcomes, "")));
}

ReceiptRule receipt_rule(const Program& program) {
    ReceiptRule rule;
    const auto document = parse_json(program.source, program.id);
    if (!document || !document->value.is_object()) return rule;
    const auto it = document->value.find("receipt");
    if (it == document->value.end() || !it->is_object()) return rule;
    rule.clock = it->value("clock", "");
    if (it->contains("advice")) rule.advice = text_of(it->at("advice"));
    if (it->contains("pauses"))
        for (const auto& [reason, words] : it->at("pauses").items()) rule.pauses[reason] = text_of(words);
    if (it->contains("outcomes")) rule.outcomes = it->at("outcomes").get<std::vector<std::string>>();
    return rule;
}

}  // namespace reeve::model
