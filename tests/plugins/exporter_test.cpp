// Events go out to a plugin: in order, at least once, from where it last kept them; and what stays behind.
// Virtual time; the plugin is a real process.
#include "engine/runtime/exporter.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/plugins/given_work.h"

namespace reeve::runtime {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const std::string complaint = std::string(R"({
  "id": "complaint", "title": {"en": "Complaint"}, "calendar": "office", "owner": {"role": "clerk"},
  "data": {"type": "object", "properties": {
    "place": {"type": "string"},
    "caller": {"type": "string", "x-personal": true},
    "parties": {"type": "array", "items": {"type": "object", "properties": {
      "name": {"type": "string", "x-personal": true}, "side": {"type": "string"}}}}}},
  "stages": {
    "hear": {"assign": "owner", "due": "2 days", "each": "parties", "then": "inspection",
             "actions": {"drop": {"to": "dropped", "second": "head"}}},
    "inspection": {"child": "inspection", "due": "5 days", "data": {"who": "data.caller"}, "then": "dropped"},
    "dropped": {"end": "dropped"}},
  )") + ladders + "}";

struct Exports : testing::Test {
    Office office;
    store::ScratchFolder there;
    std::unique_ptr<Exporter> exporter;
    PluginSettings settings = bad_plugin("archive", "archivist", "exporter");
    Exporting wanted;

    void SetUp() override {
        settings.settings = {{"folder", there.path().string()}};
        wanted.place = office.folder.path() / "exports/archive.json";
        wanted.events = 4;
    }
    Exporter& to() {
        if (!exporter) exporter = std::make_unique<Exporter>(*office.engine, started_host(settings), wanted);
        return *exporter;
    }
    void all_out() {
        while (to().turn()) {
        }
    }
    void mode(const std::string& what) { std::ofstream(there.path() / "mode") << what; }
    std::vector<Json> exported() {
        std::vector<Json> events;
        std::ifstream in(there.path() / "events");
        for (std::string line; std::getline(in, line);) events.push_back(Json::parse(line));
        return events;
    }
    std::vector<std::uint64_t> numbers() {
        std::vector<std::uint64_t> all;
        for (const auto& event : exported()) all.push_back(event["seq"]);
        return all;
    }
    std::vector<std::uint64_t> journal() {
        std::vector<std::uint64_t> all;
        office.engine->read()->journal(1, [&](const store::JournalRow& row) {
            all.push_back(row.seq);
            return true;
        });
        return all;
    }
    void until_it_runs() {
        ASSERT_TRUE(eventually([&] { return to().health().state == PluginState::running; }));
    }
};

TEST_F(Exports, AreEveryEventInItsOrderOnce) {
    office.ask(Office::start("p1"));
    all_out();
    EXPECT_EQ(numbers(), journal());
    office.ask(Office::note("p1", "looked at"));
    all_out();
    EXPECT_EQ(numbers(), journal());
    // Another process of the office goes on where this one was.
    exporter.reset();
    office.reopen();
    office.ask(Office::act("p1", "approve"));
    all_out();
    EXPECT_EQ(numbers(), journal());
    const auto events = exported();
    const auto note =
        std::ranges::find(events, "NoteAdded", [](const Json& e) { return e.value("event", ""); });
    ASSERT_NE(note, events.end());
    EXPECT_EQ((*note)["case"], "p1");
    EXPECT_EQ((*note)["definition"], "permit");
    EXPECT_EQ((*note)["actor"], "chief");
    EXPECT_EQ((*note)["body"]["text"], "looked at");
    EXPECT_EQ((*note)["at"], "2026-03-02T01:00:00Z");
    EXPECT_EQ(events.front()["stream"], "$org");
    const auto health = to().health();
    ASSERT_TRUE(health.exported);
    EXPECT_EQ(health.exported->to, journal().back());
    EXPECT_EQ(health.exported->behind, 0u);
    EXPECT_FALSE(health.exported->since);
    EXPECT_EQ(health.trouble, "");
}

TEST_F(Exports, ComeAgainAfterWhateverThePluginDidWrong) {
    all_out();
    struct Wrong {
        const char* mode;
        const char* says;
    };
    const Wrong wrongs[] = {{"exit", "archive ended by itself"},
                            {"hang", "archive took longer than 1 s and was ended"},
                            {"eat", "more memory than its 256 MiB and was ended"},
                            {"write", "was ended"},
                            {"throw", "the plugin archive: the tray is empty"},
                            {"beyond", "expected a number from"},
                            {"nothing", "expected a number from"}};
    for (const auto& [what, says] : wrongs) {
        exporter.reset();
        settings.limits.call = Millis{what == std::string("hang") ? 1'000 : 300'000};
        office.ask(Office::start(what));
        const auto before = numbers();
        mode(what);
        EXPECT_FALSE(to().turn()) << what;
        auto health = to().health();
        EXPECT_THAT(health.trouble, HasSubstr(says)) << what;
        EXPECT_EQ(health.failing_since, office.engine->now()) << what;
        EXPECT_GT(health.exported->behind, 0u);
        EXPECT_EQ(health.exported->since, office.engine->now());
        EXPECT_EQ(numbers(), before) << what;
        // Not before its time, though it would work again.
        mode("");
        until_it_runs();
        EXPECT_FALSE(to().turn()) << what;
        EXPECT_EQ(numbers(), before) << what;
        ASSERT_TRUE(office.engine->run_until(office.engine->now() + wanted.first_retry));
        all_out();
        EXPECT_EQ(numbers(), journal()) << what;
        health = to().health();
        EXPECT_EQ(health.trouble, "");
        EXPECT_FALSE(health.failing_since);
        EXPECT_EQ(health.work["failed"], 1u);
    }
}

TEST_F(Exports, WaitTwiceAsLongEachTime) {
    mode("throw");
    Millis wait = wanted.first_retry;
    for (int i = 0; i < 3; ++i, wait *= 2) {
        EXPECT_FALSE(to().turn());
        EXPECT_EQ(to().health().work["failed"], static_cast<std::uint64_t>(i) + 1);
        ASSERT_TRUE(office.engine->run_until(office.engine->now() + wait - Millis{1}));
        EXPECT_FALSE(to().turn());
        EXPECT_EQ(to().health().work["failed"], static_cast<std::uint64_t>(i) + 1) << "too early";
        ASSERT_TRUE(office.engine->run_until(office.engine->now() + Millis{1}));
    }
}

TEST_F(Exports, WaitAsLongAsThePluginSays) {
    settings = bad_plugin("archive", "shy", "exporter");
    settings.settings = {{"outcome", "failed"}, {"error", "the base is being mended"}, {"wait_ms", 60'000}};
    EXPECT_FALSE(to().turn());
    EXPECT_EQ(to().health().trouble, "the base is being mended");
    ASSERT_TRUE(office.engine->run_until(office.engine->now() + Millis{59'999}));
    EXPECT_FALSE(to().turn());
    EXPECT_EQ(to().health().work["failed"], 1u);
    ASSERT_TRUE(office.engine->run_until(office.engine->now() + Millis{1}));
    EXPECT_FALSE(to().turn());
    EXPECT_EQ(to().health().work["failed"], 2u);
}

TEST_F(Exports, ThatWereKeptInPartGoOnBehindThat) {
    mode("half");
    all_out();
    EXPECT_EQ(numbers(), journal());
}

TEST_F(Exports, OfWhichNobodyWasToldComeAgain) {
    mode("forget");
    EXPECT_FALSE(to().turn());
    const auto first = numbers();
    ASSERT_EQ(first.size(), wanted.events);
    mode("");
    until_it_runs();
    ASSERT_TRUE(office.engine->run_until(office.engine->now() + wanted.first_retry));
    all_out();
    auto twice = first;
    for (const auto seq : journal()) twice.push_back(seq);
    EXPECT_EQ(numbers(), twice);
}

TEST_F(Exports, WhosePlaceCannotBeKeptComeAgain) {
    std::ofstream(office.folder.path() / "exports") << "a file where a folder should be";
    EXPECT_FALSE(to().turn());
    EXPECT_THAT(to().health().trouble, HasSubstr("could not be kept"));
    EXPECT_EQ(to().health().exported->to, 0u);
    std::filesystem::remove(office.folder.path() / "exports");
    ASSERT_TRUE(office.engine->run_until(office.engine->now() + wanted.first_retry));
    all_out();
    EXPECT_EQ(to().health().exported->to, journal().back());
}

TEST_F(Exports, DoNotGoOnInAnotherJournal) {
    all_out();
    exporter.reset();
    const auto before = numbers();
    const auto to_place = [&](const Json& place) { std::ofstream(wanted.place) << place.dump(); };
    const auto trouble = [&] {
        office.ask(Office::note("p1", "more"));
        EXPECT_FALSE(to().turn());
        const auto said = to().health().trouble;
        exporter.reset();
        return said;
    };
    office.ask(Office::start("p1"));
    to_place({{"to", 4000}, {"last", "p1/1"}});
    EXPECT_THAT(trouble(), HasSubstr("the export is at event 4000, and the journal ends at"));
    to_place({{"to", journal().back()}, {"last", "p9/1"}});
    EXPECT_THAT(trouble(), HasSubstr("is another than the one that was exported"));
    for (const char* unreadable : {"{", "[]", "{}"}) {
        std::ofstream(wanted.place) << unreadable;
        EXPECT_THAT(trouble(), HasSubstr("does not say how far the export is")) << unreadable;
    }
    // The same case and revision, entered once more after a restore.
    to_place({{"to", journal().back()},
              {"last", fmt::format("p1/{} 1", office.engine->find("p1")->state.revision)}});
    EXPECT_THAT(trouble(), HasSubstr("is another than the one that was exported"));
    EXPECT_FALSE(to().turn());
    EXPECT_TRUE(to().health().exported->since) << "who stands still is behind, and since when is told";
    exporter.reset();
    EXPECT_EQ(numbers(), before);
    std::filesystem::remove(wanted.place);
    all_out();
    auto again = before;
    for (const auto seq : journal()) again.push_back(seq);
    EXPECT_EQ(numbers(), again);
}

TEST_F(Exports, HoldNothingPersonalUnlessTheOfficeSaysSo) {
    const std::string name = "Zhang-Erased", address = "ada@office.example";
    org::Person ada = *office.engine->directory()->person("ada");
    ada.reach = {{"mail", address}};
    ASSERT_TRUE(office.engine->change({org::PersonSet{ada}}, core::system_actor));
    office.deploy("complaint", complaint);
    const Json data{{"place", "mill"}, {"caller", name}, {"parties", {{{"name", name}, {"side", "a"}}}}};
    const auto start = [&](const std::string& id) {
        office.ask({.actor = "ada",
                    .case_id = id,
                    .wish = core::StartCase{.definition = "complaint", .unit = "north", .data = data}});
    };
    ASSERT_TRUE(office.engine->change(
        {org::AbsenceRecorded{{.person = "ada",
                               .span = {monday - Millis{172'800'000}, monday - Millis{86'400'000}},
                               .substitute = "ben",
                               .reason = "at the doctor's"}}},
        core::system_actor));
    start("one");
    office.ask({.actor = "ada",
                .case_id = "one",
                .wish = core::AddDocument{
                    .document = {.kind = "letter", .name = name + ".txt", .sha256 = std::string(64, '0')}}});
    office.ask({.actor = office.state("one").owner,
                .case_id = "one",
                .wish = core::Act{.action = "drop", .data = {{"caller", name + " of the mill"}}}});
    start("two");
    office.ask({.actor = "chief", .case_id = "two", .wish = core::CorrectData{{{"caller", name}}, "a slip"}});
    for (const auto& task : office.state("two").tasks)
        (void)office.engine->ask(
            {.actor = "chief", .case_id = "two", .wish = core::CompleteTask{.task = task.id}});
    // A version that has forgotten what is personal changes nothing about what was written.
    auto forgetful = complaint;
    for (auto at = forgetful.find(", \"x-personal\": true"); at != std::string::npos;
         at = forgetful.find(", \"x-personal\": true"))
        forgetful.erase(at, std::string(", \"x-personal\": true").size());
    office.deploy("complaint", forgetful);

    std::set<std::string> holding;  // so that all of them are tried
    office.engine->read()->journal(1, [&](const store::JournalRow& row) {
        if (row.body.find(name) != std::string::npos) holding.insert(Json::parse(row.body)["event"]);
        return true;
    });
    EXPECT_THAT(holding, testing::IsSupersetOf({"CaseStarted", "DataCorrected", "TaskCreated",
                                                "ApprovalAsked", "CaseRequested"}));
    all_out();
    EXPECT_EQ(numbers(), journal());
    for (const auto& event : exported()) {
        const auto text = event.dump();
        EXPECT_THAT(text, Not(HasSubstr(address)));
        EXPECT_THAT(text, Not(HasSubstr("doctor")));
        if (event.value("definition", "") == "inspection") continue;  // its definition marks nothing
        EXPECT_THAT(text, Not(HasSubstr(name)));
    }
    const auto events = exported();
    const auto started = std::ranges::find(events, "one", [](const Json& e) { return e.value("case", ""); });
    EXPECT_EQ((*started)["body"]["data"], Json({{"place", "mill"}, {"parties", {{{"side", "a"}}}}}));

    exporter.reset();
    std::filesystem::remove(wanted.place);
    std::filesystem::remove(there.path() / "events");
    wanted.personal = true;
    all_out();
    std::string all;
    for (const auto& event : exported()) all += event.dump();
    EXPECT_THAT(all, HasSubstr(name));
    EXPECT_THAT(all, HasSubstr(address));
    EXPECT_THAT(all, HasSubstr("doctor"));
    EXPECT_THAT(all, HasSubstr(name + ".txt"));
}

// A case that a damaged folder has no row of any more: nothing can be told of what was registered for it.
TEST_F(Exports, HoldNothingOfACaseThatNobodyKnows) {
    ExportEvents events(office.engine->catalog(), false);
    const store::JournalRow row{.seq = 900,
                                .stream = "ghost",
                                .revision = 2,
                                .at = monday,
                                .actor = "ada",
                                .body = R"({"event":"DataCorrected","patch":{"caller":"Zhang-Erased"}})"};
    const auto told = events.of(*office.engine->read(), row);
    EXPECT_EQ(told["event"], "DataCorrected");
    EXPECT_THAT(told.dump(), Not(HasSubstr("Zhang-Erased")));
}

// What stands in the journal by the time it is handed over is what is exported: what was erased there is not.
TEST_F(Exports, AreReadWhenTheyAreHandedOver) {
    mode("throw");
    office.ask(Office::start("p1", "permit", "Zhang-Erased"));
    EXPECT_FALSE(to().turn());
    exporter.reset();
    office.engine.reset();
    {
        SQLite::Database db((office.folder.path() / "reeve.db").string(), SQLite::OPEN_READWRITE);
        db.exec("DROP TRIGGER journal_stands");
        ASSERT_EQ(db.exec("UPDATE journal SET body = replace(body, 'Zhang-Erased', '') "
                          "WHERE instr(body, 'Zhang-Erased')"),
                  1);
    }
    office.open();
    mode("");
    all_out();
    EXPECT_EQ(numbers(), journal());
    bool damaged = false;
    for (const auto& event : exported()) {
        EXPECT_THAT(event.dump(), Not(HasSubstr("Zhang-Erased")));
        damaged |= event.contains("damaged");
    }
    EXPECT_TRUE(damaged) << "its digest is another, and it holds up nothing";
}

TEST_F(Exports, GoOnByThemselvesOnceTheyHaveBegun) {
    to().start();
    office.ask(Office::start("p1"));
    const auto last = journal().back();
    EXPECT_TRUE(eventually([&] { return to().health().exported->to == last; }));
    exporter.reset();
    EXPECT_EQ(numbers(), journal());
}

}  // namespace
}  // namespace reeve::runtime
