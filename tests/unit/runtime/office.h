// Office: a small office with an engine in it, for tests: one county, two townships, five people, definitions
// of a few lines. Virtual time starts on Monday 2026-03-02 at 09:00 in Shanghai.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "engine/runtime/engine.h"
#include "engine/store/scratch.h"
#include "engine/store/upkeep.h"

namespace reeve::runtime {

inline Instant instant(const char* text) { return *time::parse_instant(text); }
inline const Instant monday = instant("2026-03-02T09:00:00+08:00");
constexpr Millis minute{60'000}, hour{3600 * 1000}, day{24 * 3600 * 1000};

inline const char* const office_calendar = R"({"id": "office", "zone": "Asia/Shanghai",
  "hours": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"], "wed": ["09:00-17:00"], "thu": ["09:00-17:00"], "fri": ["09:00-17:00"]},
  "covers": "2020-01-01/2030-12-31"})";

inline const char* const ladders = R"("ladders": {"climb": [
    {"at": "50%", "light": "yellow", "tell": ["owner"]},
    {"at": "due", "light": "orange", "tell": ["owner", "head"]},
    {"at": "due + 24 hours", "tell": ["head@parent"], "repeat": "24 hours"}]})";

inline const std::string permit = std::string(R"({
  "id": "permit", "title": {"en": "Permit"}, "calendar": "office",
  "data": {"type": "object", "properties": {"place": {"type": "string"}}},
  "owner": {"role": "clerk"},
  "stages": {
    "review": {"assign": "owner", "due": "48 hours", "actions": {"approve": {"to": "approved"}, "inspect": {"to": "inspection"}}},
    "inspection": {"child": "inspection", "due": "5 days", "then": "approved"},
    "approved": {"end": "approved"}},
  "patterns": {"three": {"count": 3, "within": "30 days", "same": ["data.place"], "start": "screening"}},
  )") + ladders + "}";

inline const std::string inspection = std::string(R"({
  "id": "inspection", "title": {"en": "Inspection"}, "calendar": "office", "owner": {"role": "clerk"},
  "stages": {"look": {"assign": "owner", "due": "3 days", "actions": {"done": {"to": "fine"}}}, "fine": {"end": "fine"}},
  )") + ladders + "}";

inline const std::string screening = std::string(R"({
  "id": "screening", "title": {"en": "Screening"}, "calendar": "office", "owner": {"role": "clerk"},
  "data": {"type": "object", "properties": {"place": {"type": "string"}}},
  "stages": {"screen": {"assign": "owner", "due": "10 days", "actions": {"done": {"to": "screened"}}}, "screened": {"end": "screened"}},
  )") + ladders + "}";

inline const std::string patrol = std::string(R"({
  "id": "patrol", "title": {"en": "Patrol"}, "calendar": "office", "owner": {"role": "clerk"},
  "duties": {"evening": {"rule": "FREQ=DAILY", "start": "2026-03-02T18:00", "units": ["level:township"]}},
  "stages": {"walk": {"assign": "owner", "due": "10 days", "actions": {"done": {"to": "walked"}}}, "walked": {"end": "walked"}},
  )") + ladders + "}";

inline const std::string printing = std::string(R"({
  "id": "printing", "title": {"en": "Printing"}, "calendar": "office", "owner": {"role": "clerk"},
  "data": {"type": "object", "properties": {"copies": {"type": "integer"}}},
  "stages": {
    "print": {"job": "printer", "due": "24 hours", "attempts": 2, "backoff": "1 min", "timeout": "10 min",
      "then": "printed", "on_failure": "by-hand", "actions": {"skip": {"to": "printed"}}},
    "by-hand": {"assign": "owner", "due": "48 hours", "actions": {"done": {"to": "printed"}}},
    "printed": {"end": "printed"}},
  )") + ladders + "}";

// A store whose next commit can be held, or made to fail before or after it is done.
class FaultyStore final : public store::Store {
  public:
    explicit FaultyStore(std::unique_ptr<store::Store> inner) : inner_(std::move(inner)) {}
    void commit(const store::Batch& batch) override {
        std::function<void()> before, after;
        {
            std::lock_guard lock(mutex_);
            before = std::exchange(before_, {});
            after = std::exchange(after_, {});
        }
        if (before) before();
        inner_->commit(batch);
        if (after) after();
    }
    std::unique_ptr<store::Reader> read() override { return inner_->read(); }
    void reopen() override { inner_->reopen(); }
    void replace_rows(const std::function<void(const Write&)>& fill) override { inner_->replace_rows(fill); }

    void before_next(std::function<void()> f) {
        std::lock_guard lock(mutex_);
        before_ = std::move(f);
    }
    void after_next(std::function<void()> f) {
        std::lock_guard lock(mutex_);
        after_ = std::move(f);
    }

  private:
    std::unique_ptr<store::Store> inner_;
    std::mutex mutex_;
    std::function<void()> before_, after_;
};

struct Office {
    store::ScratchFolder folder;
    std::shared_ptr<ManualTime> time = std::make_shared<ManualTime>(monday);
    FaultyStore* faults = nullptr;  // of the open engine
    std::unique_ptr<Engine> engine;

    Office() {
        open();
        furnish();
    }
    void open(Options options = {}) {
        options.folder = folder.path();
        options.create = true;
        options.time = time;
        options.wrap = [this](std::unique_ptr<store::Store> inner) {
            auto wrapped = std::make_unique<FaultyStore>(std::move(inner));
            faults = wrapped.get();
            return wrapped;
        };
        engine = std::move(*Engine::open(std::move(options)));
    }
    void reopen(Options options = {}) {
        engine.reset();
        open(std::move(options));
    }
    void furnish() {
        std::vector<org::Event> events{
            org::UnitSet{{.id = "county", .title_en = "County", .level = "county"}},
            org::UnitSet{{.id = "north", .title_en = "North", .parent = "county", .level = "township"}},
            org::UnitSet{{.id = "south", .title_en = "South", .parent = "county", .level = "township"}}};
        for (const auto* person : {"boss", "chief", "ada", "ben", "cyn"})
            events.push_back(org::PersonSet{{.id = person, .name = person}});
        for (const auto& post :
             {org::Post{"county", "head", 1, {"boss"}}, org::Post{"north", "head", 1, {"chief"}},
              org::Post{"south", "head", 1, {"chief"}}, org::Post{"north", "clerk", 2, {"ada", "ben"}},
              org::Post{"south", "clerk", 2, {"cyn"}}})
            events.push_back(org::PostSet{post});
        const auto changed = engine->change(events, core::system_actor);
        ASSERT_TRUE(changed) << changed.error().text();
        deploy("inspection", inspection);
        deploy("screening", screening);
        deploy("permit", permit);
    }
    int deploy(const std::string& name, const std::string& text,
               const std::string& calendar = office_calendar) {
        auto deployed = engine->deploy(text, name + ".json", calendar, core::system_actor);
        EXPECT_TRUE(deployed) << (deployed ? "" : deployed.error().front().text());
        return deployed ? deployed->version : 0;
    }
    static core::Command start(std::string id, std::string definition = "permit", std::string place = {}) {
        Json data = Json::object();
        if (!place.empty()) data["place"] = place;
        return {.actor = "ada",
                .case_id = std::move(id),
                .wish = core::StartCase{.definition = std::move(definition), .unit = "north", .data = data}};
    }
    static core::Command act(std::string id, std::string action) {
        return {.actor = "chief", .case_id = std::move(id), .wish = core::Act{.action = std::move(action)}};
    }
    static core::Command note(std::string id, std::string text, std::string key = {}) {
        return {.key = std::move(key),
                .actor = "chief",
                .case_id = std::move(id),
                .wish = core::AddNote{std::move(text)}};
    }
    Receipt ask(core::Command command) {
        auto receipt = engine->ask(std::move(command));
        EXPECT_TRUE(receipt) << (receipt ? "" : receipt.error().text());
        return receipt.value_or(Receipt{});
    }
    std::future<Result<Receipt>> post(core::Command command) {
        auto answer = std::make_shared<std::promise<Result<Receipt>>>();
        auto future = answer->get_future();
        engine->post(std::move(command), [answer](Result<Receipt> r) { answer->set_value(std::move(r)); });
        return future;
    }
    // The next commit waits: `held` is ready once it has begun, and it goes on when `release` is set.
    struct Hold {
        std::promise<void> held, release;
    };
    std::shared_ptr<Hold> hold_next(const char* then_fail_with = nullptr) {
        auto hold = std::make_shared<Hold>();
        faults->before_next([hold, then_fail_with] {
            hold->held.set_value();
            hold->release.get_future().wait();
            if (then_fail_with) throw std::runtime_error(then_fail_with);
        });
        return hold;
    }
    core::CaseState state(const std::string& id) { return engine->find(id).value().state; }
    std::vector<std::string> ids(const std::string& definition) {
        std::vector<std::string> found;
        for (const auto& row : engine->read()->cases({.definition = definition})) found.push_back(row.id);
        return found;
    }
    template <class E>
    std::vector<std::pair<core::Recorded, E>> events(const std::string& id = {}) {
        std::vector<std::pair<core::Recorded, E>> found;
        engine->read()->journal(1, [&](const store::JournalRow& row) {
            if (row.stream[0] == '$' || (!id.empty() && row.stream != id)) return true;
            auto recorded = store::recorded(row);
            if (const auto* event = std::get_if<E>(&recorded.event)) found.emplace_back(recorded, *event);
            return true;
        });
        return found;
    }
    // Closes the engine and looks at what it left.
    void expect_clean() {
        engine.reset();
        auto report = store::check(folder.path());
        ASSERT_TRUE(report) << report.error().text();
        EXPECT_THAT(report->faults, testing::ElementsAre());
        auto rebuilt = store::rebuild(folder.path());
        ASSERT_TRUE(rebuilt);
        EXPECT_FALSE(rebuilt->changed);
    }
};

}  // namespace reeve::runtime
