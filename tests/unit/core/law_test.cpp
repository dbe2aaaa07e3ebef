// Law 4: the core reads no clock, no disk and no random number; the same events give the same state, always.
#include <filesystem>
#include <fstream>
#include <regex>

#include "tests/unit/core/flow_bench.h"

namespace reeve::core::flow_testing {
namespace {

using testing::IsEmpty;

const std::string law_stages =
    R"("work": {"assign": "clerk", "due": "5 days", "actions": {"done": {"to": "closed"}, "check": {"to": "checked"}}},
    "checked": {"assign": "head", "due": "3 days", "actions": {"done": {"to": "closed"}}},
    "closed": {"end": "closed"})";

// Some of everything: people act, time passes, ladders fire, a case is reopened.
void work(Office& office) {
    office.open();
    office.act("ann", "check");
    office.at("2026-03-20T09:00");
    office.tick();
    office.submit("eva", AddNote{"seen"}, Office::when("2026-03-19T09:00:00+08:00"));
    office.act("eva", "done");
    office.submit("eva", Reopen{.reason = "new facts"});
    office.at("2026-05-01T09:00");
    office.tick();
    office.submit("eva", Cancel{.reason = "a mistake"});
}

Json stored(const Office& office) {
    Json events = Json::array();
    for (const auto& recorded : office.history) events.push_back(to_json(recorded.event));
    return events;
}

TEST(Law4, TheSameCommandsGiveTheSameEventsAndTheSameState) {
    Office one(definition(law_stages)), other(definition(law_stages));
    work(one);
    work(other);
    ASSERT_GT(one.history.size(), 10u);
    EXPECT_EQ(stored(one), stored(other));
    EXPECT_EQ(one.state, other.state);
    // The events alone, read back as they are stored, whoever works there by then.
    CaseState again;
    for (auto recorded : one.history) {
        recorded.event = *event_from_json(Json::parse(to_json(recorded.event).dump()));
        apply(again, recorded, *one.program);
    }
    EXPECT_EQ(again, one.state);
}

TEST(Law4, TheCoreReadsNoClockNoDiskAndNoRandomNumber) {
    // Nor does it walk over what has no order.
    const std::regex outside(
        R"(::now\(|<random>|\brand\(|random_device|<fstream>|<filesystem>|\bfopen\(|getenv|)"
        R"(clock_gettime|gettimeofday|\btime\((0|NULL|nullptr)\)|<thread>|unordered_)");
    std::vector<std::string> found;
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(REEVE_SOURCE "/engine/core")) {
        std::ifstream file(entry.path());
        ++files;
        for (std::string line; std::getline(file, line);)
            if (std::regex_search(line, outside))
                found.push_back(entry.path().filename().string() + ": " + line);
    }
    EXPECT_GT(files, 20);
    EXPECT_THAT(found, IsEmpty());
}

}  // namespace
}  // namespace reeve::core::flow_testing
