// Whatever stands in a definition, compile() answers with faults that have a place, or with a Program that
// keeps its word; it never throws, hangs or crashes.
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/model/model.h"

namespace reeve::model {
namespace {

Surroundings anywhere() {
    return {.calendar = [](const std::string&) -> Result<time::CalendarPtr> {
                return time::elapsed_calendar("UTC");
            },
            .definition = [](const std::string&) { return true; },
            .role = [](const std::string&) { return true; }};
}

const std::vector<std::string>& shipped() {
    static const auto texts = [] {
        std::vector<std::string> out;
        for (const auto& entry :
             std::filesystem::directory_iterator(std::string(REEVE_SOURCE) + "/workflows")) {
            auto name = entry.path().filename().string();
            if (!name.ends_with(".json") || name.ends_with(".schema.json")) continue;
            std::ifstream in(entry.path());
            out.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
        }
        return out;
    }();
    return texts;
}

void check(const std::string& text) {
    auto result = compile(text, "any.json", anywhere());
    if (!result) {
        RC_ASSERT(!result.error().empty());
        for (const auto& e : result.error()) {
            RC_ASSERT(e.place.starts_with("any.json:"));
            RC_ASSERT(!e.code.empty());
            RC_ASSERT(!e.message.empty());
        }
        return;
    }
    const auto& p = *result->program;
    RC_ASSERT(p.unowned_clock != none);
    RC_ASSERT(p.hand_over.clock != none);
    auto stages = static_cast<int>(p.stages.size());
    for (const auto& stage : p.stages) {
        for (int to : {stage.then, stage.on_failure, stage.join}) RC_ASSERT(to >= none && to < stages);
        for (const auto& action : stage.actions) RC_ASSERT(action.to >= none && action.to < stages);
        for (const auto& branch : stage.branches) RC_ASSERT(branch.to >= 0 && branch.to < stages);
        RC_ASSERT(stage.clock < static_cast<int>(p.clocks.size()));
    }
    for (const auto& ladder : p.ladders) {
        RC_ASSERT(!ladder.steps.empty());
        RC_ASSERT(ladder.steps.back().repeat.has_value());
    }
    // A program's source compiles to the same again: that is what is pinned to a case.
    RC_ASSERT(compile(p.source, "again.json", anywhere()).has_value());
}

// Every value of a definition, by its pointer.
void pointers(const Json& at, const Json::json_pointer& here, std::vector<Json::json_pointer>& out) {
    out.push_back(here);
    if (at.is_object())
        for (auto it = at.begin(); it != at.end(); ++it) pointers(*it, here / it.key(), out);
    if (at.is_array())
        for (std::size_t i = 0; i < at.size(); ++i) pointers(at[i], here / i, out);
}

RC_GTEST_PROP(Definition, AnyTextIsAnswered, (std::string text)) { check(text); }

RC_GTEST_PROP(Definition, AnyShippedTextWithBytesChangedIsAnswered, ()) {
    auto text = *rc::gen::elementOf(shipped());
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i)
        text[*rc::gen::inRange<std::size_t>(0, text.size())] =
            *rc::gen::elementOf(std::string("{}[]\",:0-%. ax"));
    check(text);
}

RC_GTEST_PROP(Definition, AnyShippedValueMovedOrLostIsAnswered, ()) {
    auto definition = Json::parse(*rc::gen::elementOf(shipped()), nullptr, true, true);
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
        std::vector<Json::json_pointer> all;
        pointers(definition, Json::json_pointer(), all);
        auto to = *rc::gen::elementOf(all);
        switch (*rc::gen::inRange(0, 4)) {
            case 0: definition.at(to) = Json(definition.at(*rc::gen::elementOf(all))); break;
            case 1:
                definition.at(to) = *rc::gen::elementOf(std::vector<Json>{
                    nullptr, true, 0, -1, 1e300, "", "x", "due", Json::array(), Json::object()});
                break;
            case 2:
                if (definition.at(to).is_string())
                    definition.at(to) = *rc::gen::arbitrary<std::string>().as("text");
                break;
            default:
                if (to.empty()) break;
                auto& holder = definition.at(to.parent_pointer());
                if (holder.is_object()) holder.erase(to.back());
        }
        if (!definition.is_object()) break;
    }
    check(definition.dump(2, ' ', false, Json::error_handler_t::replace));
}

}  // namespace
}  // namespace reeve::model
