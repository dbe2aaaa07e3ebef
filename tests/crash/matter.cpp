#include "tests/crash/matter.h"

#include <fmt/format.h>

namespace reeve::crash {
namespace {

const char* const calendar = R"({"id": "office", "zone": "Asia/Shanghai",
  "hours": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"], "wed": ["09:00-17:00"], "thu": ["09:00-17:00"],
            "fri": ["09:00-17:00"]},
  "covers": "2020-01-01/2040-12-31"})";

const char* const matter = R"({
  "id": "matter", "title": {"en": "Matter"}, "calendar": "office", "owner": {"role": "clerk"},
  "clocks": {"patience": {"expiry": "700 ms", "then": "lapsed"}},
  "stages": {
    "handling": {"assign": "owner", "due": "200 ms", "ladder": "climb", "actions": {"settle": {"to": "settled"}}},
    "settled": {"end": "settled"},
    "lapsed": {"end": "lapsed"}},
  "ladders": {"climb": [
    {"at": "50%", "light": "yellow", "tell": ["owner"]},
    {"at": "due", "light": "orange", "tell": ["owner", "head"]},
    {"at": "due + 200 ms", "light": "red", "tell": ["head"], "repeat": "1 hour"}]}
})";

}  // namespace

Result<void> furnish(runtime::Engine& engine) {
    std::vector<org::Event> events{org::UnitSet{{.id = "office", .title_en = "Office", .level = "county"}}};
    for (const char* person : {"head", "ada", "ben"})
        events.push_back(org::PersonSet{{.id = person, .name = person}});
    events.push_back(org::PostSet{{"office", "head", 1, {"head"}}});
    events.push_back(org::PostSet{{"office", "clerk", 2, {"ada", "ben"}}});
    if (auto changed = engine.change(events, core::system_actor); !changed)
        return std::unexpected(changed.error());
    if (auto deployed = engine.deploy(matter, "matter.json", calendar, core::system_actor); !deployed)
        return std::unexpected(deployed.error().front());
    return {};
}

std::string case_of(std::uint64_t number) { return fmt::format("matter-{}", number); }

core::Command start(std::uint64_t number) {
    return {.key = fmt::format("start-{}", number),
            .actor = "head",
            .case_id = case_of(number),
            .wish = core::StartCase{.definition = "matter", .unit = "office", .data = Json::object()}};
}

std::optional<core::Command> follow_up(std::uint64_t number) {
    if (number % 3 == 0)
        return core::Command{.key = fmt::format("settle-{}", number),
                             .actor = "head",
                             .case_id = case_of(number),
                             .wish = core::Act{.action = "settle"}};
    if (number % 3 == 1)
        return core::Command{.key = fmt::format("note-{}", number),
                             .actor = "head",
                             .case_id = case_of(number),
                             .wish = core::AddNote{fmt::format("note-{}", number)}};
    return std::nullopt;
}

}  // namespace reeve::crash
