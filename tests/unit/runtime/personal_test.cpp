// Law 8: personal data can be erased without breaking the proof of history. Erasing will reach the data of
// the events; so nothing else that is kept or sent may hold any of it.
#include <set>

#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

const std::string name = "Zhang-Erased";  // of the person who asked, wherever it comes from

const std::string complaint = std::string(R"({
  "id": "complaint", "title": {"en": "Complaint"}, "calendar": "office", "owner": {"role": "clerk"},
  "data": {"type": "object", "properties": {
    "place": {"type": "string"},
    "caller": {"type": "string", "x-personal": true},
    "born": {"type": "string", "format": "date", "x-personal": true},
    "kin": {"type": "string", "enum": ["yes", "no"], "x-personal": true},
    "parties": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string", "x-personal": true}}}}}},
  "stages": {
    "hear": {"assign": "owner", "due": "2 days", "each": "parties", "then": "weigh",
             "actions": {"drop": {"to": "dropped", "second": "head"}, "inspect": {"to": "inspection"}}},
    "weigh": {"choice": [{"when": "data.caller > 5", "to": "dropped"}, {"else": "inspection"}]},
    "inspection": {"child": "inspection", "due": "5 days", "data": {"caller": "data.caller"}, "then": "dropped"},
    "dropped": {"end": "dropped"}},
  "patterns": {"two": {"count": 2, "within": "30 days", "same": ["data.place"], "start": "screening"}},
  )") + ladders + "}";

TEST(Law8, PersonalDataStandsOnlyWhereErasingWillReach) {
    Office office;
    office.deploy("complaint", complaint);
    EXPECT_THAT(office.engine->catalog().program("complaint")->personal,
                UnorderedElementsAre("caller", "born", "kin", "parties.*.name"));
    const Json data{{"place", "mill"}, {"caller", name}, {"parties", {{{"name", name}}, {{"name", name}}}}};
    const auto start = [&](const Json& with) {
        return core::Command{
            .actor = "ada",
            .wish = core::StartCase{.definition = "complaint", .unit = "north", .data = with}};
    };
    const auto one = office.ask(start(data)).case_id, two = office.ask(start(data)).case_id;
    EXPECT_EQ(office.ids("screening").size(), 1u);
    // A second pair of eyes, with data; a child that will not take its data; a condition that faults on it.
    office.ask({.actor = office.state(one).owner,
                .case_id = one,
                .wish = core::Act{.action = "drop", .data = {{"caller", name + " of the mill"}}}});
    office.ask(Office::act(two, "inspect"));
    const auto three = office.ask(start(data)).case_id;
    for (const auto& task : office.state(three).tasks) {
        const auto done = office.engine->ask(
            {.actor = task.person, .case_id = three, .wish = core::CompleteTask{.task = task.id}});
        if (!done) {
            EXPECT_THAT(done.error().text(), Not(HasSubstr(name)));
        }
    }
    ASSERT_TRUE(office.engine->run_until(monday + 20 * day));

    std::set<std::string> kinds;
    office.engine->read()->journal(1, [&](const store::JournalRow& row) {
        if (row.body.find(name) != std::string::npos) kinds.insert(Json::parse(row.body)["event"]);
        return true;
    });
    EXPECT_THAT(kinds, testing::IsSubsetOf({"CaseStarted", "DataGiven", "DataCorrected", "TaskCreated",
                                            "ApprovalAsked", "CaseRequested"}));
    std::vector<std::string> rows;
    office.engine->read()->dump([&](const std::string& line) {
        if (line.find(name) != std::string::npos) rows.push_back(line);
    });
    EXPECT_THAT(rows, IsEmpty());
    for (const auto& alert : office.engine->read()->outbox({})) EXPECT_THAT(alert.body, Not(HasSubstr(name)));
    for (const auto& change :
         {Json{{"born", name}}, Json{{"kin", name}}, Json{{"caller", {name}}}, Json{{"parties", name}}}) {
        const auto refused = office.engine->ask(start(change));
        ASSERT_FALSE(refused) << change;
        EXPECT_THAT(refused.error().text(), Not(HasSubstr(name)));
    }
    office.expect_clean();
}

}  // namespace
}  // namespace reeve::runtime
