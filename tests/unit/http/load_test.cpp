// Many at once: 200 connections read and write for some seconds (REEVE_LOAD_SECONDS; a minute for the
// record), and what was acknowledged is held against what is stored.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <random>
#include <thread>

#include "tests/unit/http/service.h"

namespace reeve::http {
namespace {

std::chrono::seconds wanted() {
    const char* given = std::getenv("REEVE_LOAD_SECONDS");
    return std::chrono::seconds(given ? std::atoi(given) : 3);
}

// What was acknowledged: cases, and the notes of each.
class Ledger {
  public:
    void add_case(const std::string& id) {
        std::lock_guard lock(mutex_);
        EXPECT_TRUE(notes_.emplace(id, std::multiset<std::string>{}).second) << id << " was given twice";
        ids_.push_back(id);
    }
    void add_note(const std::string& id, const std::string& text) {
        std::lock_guard lock(mutex_);
        notes_.at(id).insert(text);
    }
    std::string any(std::mt19937& chance) const {
        std::lock_guard lock(mutex_);
        return ids_.empty() ? "" : ids_[chance() % ids_.size()];
    }
    const auto& notes() const { return notes_; }

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::multiset<std::string>> notes_;
    std::vector<std::string> ids_;
};

struct Counts {
    std::atomic<int> started = 0, noted = 0, read = 0, listed = 0, repeated = 0, edited_by_another = 0;
};

void one_client(Served& service, const std::string& token, unsigned number, const std::atomic<bool>& over,
                Ledger& ledger, Counts& counts) {
    Client client(service.server->port());
    client.token = token;
    std::mt19937 chance(number);
    for (int turn = 0; !over; ++turn) {
        const auto name = std::to_string(number) + "-" + std::to_string(turn);
        const auto id = ledger.any(chance);
        const auto dice = chance() % 10;
        if (id.empty() || dice < 2) {
            const auto reply = client.post(
                "/v1/cases", {{"definition", "permit"}, {"unit", "north"}, {"data", {{"place", name}}}},
                {{"Idempotency-Key", name}});
            ASSERT_EQ(reply.status, 201) << reply.body;
            ledger.add_case(reply.json()["case"]);
            ++counts.started;
        } else if (dice < 5) {
            // Sent twice by the same key: noted once. Sometimes only if nobody was there in between.
            std::map<std::string, std::string> headers{{"Idempotency-Key", name}};
            if (dice == 4) headers["If-Match"] = client.get("/v1/cases/" + id).headers["etag"];
            const Json body{{"command", "AddNote"}, {"text", name}};
            const auto first = client.post("/v1/cases/" + id + "/commands", body, headers);
            if (first.status == 412) {
                ++counts.edited_by_another;
                continue;
            }
            ASSERT_EQ(first.status, 200) << first.body;
            ledger.add_note(id, name);
            const auto again = client.post("/v1/cases/" + id + "/commands", body, headers);
            ASSERT_EQ(again.status, 200) << again.body;
            EXPECT_EQ(again.json()["revision"], first.json()["revision"]);
            counts.repeated += again.json()["repeated"] == true;
            ++counts.noted;
        } else if (dice < 9) {
            const auto reply = client.get("/v1/cases/" + id);
            ASSERT_EQ(reply.status, 200) << reply.body;
            EXPECT_EQ(reply.json()["id"], id);
            ++counts.read;
        } else {
            const auto reply = client.get("/v1/cases?limit=5");
            ASSERT_EQ(reply.status, 200) << reply.body;
            ++counts.listed;
        }
    }
}

TEST(Load, WhatIsAcknowledgedToManyAtOnceIsStoredOnce) {
    constexpr unsigned clients = 200;
    Served service;
    const auto token = service.token("boss", {Scope::read, Scope::act});
    Ledger ledger;
    Counts counts;
    std::atomic<bool> over = false;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < clients; ++i)
        threads.emplace_back([&, i] { one_client(service, token, i, over, ledger, counts); });
    std::this_thread::sleep_for(wanted());
    over = true;
    for (auto& thread : threads) thread.join();
    fmt::print("{} started, {} notes, {} read, {} lists, {} refused for another's change, in {} s\n",
               counts.started.load(), counts.noted.load(), counts.read.load(), counts.listed.load(),
               counts.edited_by_another.load(), wanted().count());
    EXPECT_GT(counts.started, 0);
    EXPECT_GT(counts.read, 0);
    EXPECT_EQ(counts.repeated, counts.noted);

    service.server.reset();
    auto reader = service.office.engine->read();
    std::size_t cases = 0;
    for (const auto& row : reader->cases({})) {
        if (row.definition != "permit") continue;
        ++cases;
        std::multiset<std::string> stored;
        reader->stream(row.id, 1, [&](const store::JournalRow& event) {
            const auto body = store::parsed(event);
            if (body.value("event", "") == "NoteAdded") stored.insert(body["text"].get<std::string>());
            return true;
        });
        const auto known = ledger.notes().find(row.id);
        ASSERT_NE(known, ledger.notes().end()) << row.id << " was never acknowledged";
        EXPECT_EQ(stored, known->second) << row.id;
    }
    EXPECT_EQ(cases, ledger.notes().size());
    reader.reset();
    service.office.expect_clean();
}

}  // namespace
}  // namespace reeve::http
