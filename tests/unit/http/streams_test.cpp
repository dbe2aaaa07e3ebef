// The streams of events themselves: how they end, what becomes of slow ones, and how many there may be.
#include <thread>

#include "tests/unit/http/listener.h"

namespace reeve::http {
namespace {

using testing::HasSubstr;

std::string cookie_of(const Reply& reply) {
    const auto& set = reply.headers.at("set-cookie");
    return set.substr(0, set.find(';'));
}

struct Streams {
    explicit Streams(Options options = {}) : service(options) {
        service.office.ask(service.office.start("stall"));
    }
    Served service;
    runtime::Receipt note() { return service.office.ask(service.office.note("stall", "x")); }
    Listener follow(const std::string& token, const std::string& query = {}, int receive_buffer = 0) {
        return {service.server->port(), token, "/v1/events" + query, {}, receive_buffer};
    }
    Listener follow_as(const std::string& person, const std::string& query = {}) {
        return follow(service.token(person, {Scope::read}), query);
    }
    // Many events in few commits.
    void notes(int count) {
        std::vector<std::future<Result<runtime::Receipt>>> answers;
        for (int n = 0; n < count; ++n)
            answers.push_back(service.office.post(service.office.note("stall", std::to_string(n))));
        for (auto& answer : answers) ASSERT_TRUE(answer.get());
    }
    std::vector<std::uint64_t> journal() {
        std::vector<std::uint64_t> seqs;
        service.office.engine->read()->stream("stall", 1, [&](const store::JournalRow& row) {
            seqs.push_back(row.seq);
            return true;
        });
        return seqs;
    }
};

Options with_heartbeat(int milliseconds) {
    Options options;
    options.heartbeat = std::chrono::milliseconds(milliseconds);
    return options;
}

// The last message of a stream that was ended, and why.
std::string ended_by(Listener& stream) {
    for (;;) {
        const auto message = stream.next();
        if (!message) return "nothing";
        if (message->event != "ended") continue;
        EXPECT_TRUE(stream.ends());
        EXPECT_TRUE(stream.whole());
        return message->json()["code"];
    }
}

TEST(Streams, LoseNothingAndTellNothingTwiceAcrossRestarts) {
    Streams streams;
    auto& service = streams.service;
    const auto token = service.token("chief", {Scope::read});
    const auto before = streams.journal().size();
    std::string last_id = streams.follow(token).head().status == 200 ? "" : "none";
    std::vector<std::uint64_t> heard;
    std::atomic<bool> enough = false;
    std::optional<std::thread> writer;
    const auto write = [&] {
        enough = false;
        writer.emplace([&] {
            while (!enough) (void)service.office.engine->ask(service.office.note("stall", "x"));
        });
    };
    const auto write_no_more = [&] {
        enough = true;
        writer->join();
    };
    write();
    for (int round = 0; round < 6; ++round) {
        Listener stream(service.server->port(), token, "/v1/events?after=" + std::to_string(before),
                        last_id.empty() ? std::map<std::string, std::string>{}
                                        : std::map<std::string, std::string>{{"Last-Event-ID", last_id}});
        ASSERT_EQ(stream.head().status, 200) << stream.head().body;
        const auto some = stream.numbers(40);
        EXPECT_EQ(some.size(), 40u);
        heard.insert(heard.end(), some.begin(), some.end());
        last_id = stream.last_id();
        if (round % 2 == 0) {  // the service alone, while the engine goes on
            service.restart();
        } else {  // all of it
            write_no_more();
            service.server.reset();
            service.office.reopen();
            service.restart();
            write();
        }
    }
    write_no_more();
    Listener rest(service.server->port(), token, "/v1/events", {{"Last-Event-ID", last_id}});
    std::vector<std::uint64_t> all;
    for (const auto seq : streams.journal())
        if (seq > before) all.push_back(seq);
    ASSERT_GT(all.size(), heard.size());
    const auto more = rest.numbers(all.size() - heard.size());
    heard.insert(heard.end(), more.begin(), more.end());
    EXPECT_EQ(heard, all);
}

TEST(Streams, WhoIsFarBehindReadsFromTheJournal) {
    Streams streams;
    auto present = streams.follow_as("chief");  // so that the end of the journal is kept
    streams.notes(6000);
    const auto all = streams.journal();
    EXPECT_EQ(streams.follow_as("chief", "?after=0").numbers(all.size()), all);
    EXPECT_EQ(present.numbers(6000).size(), 6000u);
    // And hears at once of what comes then.
    auto named = streams.follow_as("chief", "?after=0&event=CaseStarted");
    EXPECT_EQ(named.numbers(1), std::vector{all.front()});
}

TEST(Streams, ASlowReaderIsLetGoAndHoldsUpNobody) {
    Options options;
    options.stream_patience = std::chrono::milliseconds(300);
    Streams streams(options);
    auto slow = streams.follow(streams.service.token("chief", {Scope::read}), "", 4096);
    auto quick = streams.follow_as("boss");
    ASSERT_EQ(streams.service.server->streams(), 2u);
    std::vector<std::uint64_t> heard;
    std::thread reading([&] { heard = quick.numbers(8000); });
    streams.notes(8000);
    reading.join();
    EXPECT_EQ(heard.size(), 8000u);
    EXPECT_TRUE(comes_true([&] { return streams.service.server->streams() == 1; }));
    EXPECT_TRUE(slow.ends());
    EXPECT_FALSE(slow.whole()) << "it was cut off";
    const auto last = streams.note().last_seq;
    EXPECT_EQ(quick.numbers(1), std::vector{last});
    // And comes back for the rest.
    auto again = streams.follow_as("chief", "?after=" + std::to_string(last - 1));
    EXPECT_EQ(again.numbers(1), std::vector{last});
}

TEST(Streams, EndWhenTheTokenIsRevoked) {
    Streams streams(with_heartbeat(50));
    auto& access = streams.service.server->access();
    const auto token = streams.service.token("chief", {Scope::read});
    auto quiet = streams.follow(token), other = streams.follow_as("chief");
    ASSERT_TRUE(access.revoke(token.substr(6, 8), streams.service.office.engine->now()));
    EXPECT_EQ(ended_by(quiet), "sign-in-needed");
    const auto seq = streams.note().last_seq;
    EXPECT_EQ(other.numbers(1), std::vector{seq});
    EXPECT_EQ(streams.follow(token).head().status, 401);
}

TEST(Streams, EndWithTheSessionAndDoNotKeepItOpen) {
    Streams streams(with_heartbeat(50));
    auto& service = streams.service;
    const std::string words = "four grey herons wade";
    ASSERT_TRUE(service.server->accounts().set("chief", words, service.office.engine->now()));
    const auto sign_in = [&] {
        return service.stranger().post("/v1/session", {{"person", "chief"}, {"password", words}});
    };
    const auto follow = [&](const std::string& cookie) {
        return Listener(service.server->port(), "", "/v1/events", {{"Cookie", cookie}});
    };
    const auto opened = sign_in();
    auto first = follow(cookie_of(opened));
    ASSERT_EQ(first.head().status, 200);
    service.stranger().send("DELETE", "/v1/session", "",
                            {{"Cookie", cookie_of(opened)}, {"X-CSRF-Token", opened.json()["csrf"]}});
    EXPECT_EQ(ended_by(first), "sign-in-needed");
    // A page that stands open is nobody at work.
    auto second = follow(cookie_of(sign_in()));
    for (int parts = 0; parts < 4; ++parts) {
        service.office.time->set(service.office.time->now() + Accounts::idle / 4);
        const auto beats = second.seen().size();
        if (parts < 3) {
            EXPECT_TRUE(comes_true([&] { return second.hear() && second.seen().size() > beats; }));
        }
    }
    EXPECT_EQ(ended_by(second), "sign-in-needed");
}

TEST(Streams, EndWhenThePersonLeaves) {
    Streams streams;  // with the heartbeat far away: the next event is enough
    auto ben = streams.follow_as("ben");
    ASSERT_TRUE(streams.service.office.engine->change({org::PersonLeft{"ben"}}, core::system_actor));
    EXPECT_EQ(ended_by(ben), "sign-in-needed");
    EXPECT_EQ(ben.seen().find("\"case\""), std::string::npos);
}

TEST(Streams, EndAtOnceWhenTheServiceDoes) {
    Streams streams(with_heartbeat(3'600'000));
    auto one = streams.follow_as("chief");
    auto stuck = streams.follow(streams.service.token("boss", {Scope::read}), "", 4096);
    streams.notes(8000);
    EXPECT_EQ(one.numbers(8000).size(), 8000u);
    std::atomic<bool> stopped = false;
    std::thread stopping([&] {
        streams.service.server.reset();
        stopped = true;
    });
    EXPECT_EQ(ended_by(one), "stopping");
    EXPECT_TRUE(comes_true([&] { return stopped.load(); })) << "whoever does not read is not waited for";
    stopping.join();
}

TEST(Streams, GiveTheirPlaceUpWhenTheClientGoes) {
    Streams streams(with_heartbeat(3'600'000));
    {
        auto gone = streams.follow_as("chief");
        ASSERT_EQ(gone.head().status, 200);
        EXPECT_TRUE(comes_true([&] { return streams.service.server->streams() == 1; }));
    }
    EXPECT_TRUE(comes_true([&] { return streams.service.server->streams() == 0; }));
}

TEST(Streams, AreLimitedForEachAndForAll) {
    Options options;
    options.streams = 3;
    options.streams_each = 2;
    Streams streams(options);
    std::vector<Listener> open;
    for (const char* person : {"chief", "chief", "boss"}) open.push_back(streams.follow_as(person));
    for (const auto& one : open) EXPECT_EQ(one.head().status, 200);
    for (const char* person : {"chief", "ada"}) {
        const auto refused = streams.follow_as(person).head();
        EXPECT_EQ(refused.status, 429) << person;
        EXPECT_EQ(refused.json()["code"], "too-many-streams");
        EXPECT_TRUE(refused.headers.contains("retry-after"));
        EXPECT_THAT(refused.body, HasSubstr(person == std::string("ada") ? "3 streams" : "chief has 2"));
    }
    open.pop_back();
    EXPECT_TRUE(comes_true([&] { return streams.follow_as("ada").head().status == 200; }));
}

TEST(Streams, AreAsManyAsThereArePeopleAndEachHearsAll) {
    Options options;
    options.streams_each = 100;
    Streams streams(options);
    std::vector<Listener> all;
    for (int n = 0; n < 100; ++n) all.push_back(streams.follow_as("chief"));
    const auto before = streams.journal().size();
    streams.notes(200);
    const auto now = streams.journal();
    const std::vector expected(now.begin() + static_cast<std::ptrdiff_t>(before), now.end());
    for (auto& one : all) EXPECT_EQ(one.numbers(200), expected);
    EXPECT_EQ(streams.service.stranger().get("/healthz").status, 200);
}

// The commit was durable, and nobody could tell: the heartbeat looks.
TEST(Streams, TellWhatACommitOfUnknownOutcomeWrote) {
    Streams streams(with_heartbeat(50));
    auto chief = streams.follow_as("chief");
    streams.service.office.faults->after_next([] { throw std::runtime_error("no answer from the disk"); });
    (void)streams.service.office.engine->ask(streams.service.office.note("stall", "x"));
    EXPECT_EQ(chief.numbers(1), std::vector{streams.journal().back()});
}

TEST(Streams, SayThatTheyLiveAndHowFarTheyAre) {
    Streams streams(with_heartbeat(50));
    auto none = streams.follow_as("chief", "?event=CaseClosed");
    const auto last = streams.note().last_seq;
    EXPECT_TRUE(comes_true([&] {
        return none.hear() && none.seen().find("\nid: " + std::to_string(last) + "\n\n") != std::string::npos;
    })) << none.seen();
    EXPECT_EQ(none.seen().find("data:"), std::string::npos);
}

TEST(Streams, AHeadIsAnsweredAndOldClientsAreToldWithoutChunks) {
    Streams streams;
    const auto token = streams.service.token("chief", {Scope::read});
    auto client = streams.service.stranger();
    client.token = token;
    const auto head = client.send("HEAD", "/v1/events", "", {});
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-type"), "text/event-stream");
    const auto old =
        Client::raw(streams.service.server->port(),
                    "GET /v1/events?after=0 HTTP/1.0\r\nAuthorization: Bearer " + token + "\r\n\r\n");
    EXPECT_EQ(old.find("chunked"), std::string::npos);
    EXPECT_THAT(old, HasSubstr("\r\n\r\nretry: "));
    EXPECT_THAT(old, HasSubstr("\"CaseStarted\""));
}

}  // namespace
}  // namespace reeve::http
