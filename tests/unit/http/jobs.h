// Jobs: the served office with cases that ask something of a program, and workers that do it.
#pragma once

#include <future>

#include "tests/unit/http/listener.h"

namespace reeve::http {

struct JobService {
    Served service;
    explicit JobService(Options options = {}) : service(std::move(options)) {
        service.office.deploy("printing", runtime::printing);
    }
    void start(const std::string& id, const std::string& unit = "north") {
        service.office.ask({.actor = "chief",
                            .case_id = id,
                            .wish = core::StartCase{.definition = "printing", .unit = unit}});
    }
    Client worker(const std::string& person = "ada") { return service.as(person, {Scope::work}); }
    static Json wanted(int wait_seconds = 0, int lease_seconds = 60, const std::string& name = "w1") {
        return {{"handlers", {"printer"}},
                {"worker", name},
                {"lease_seconds", lease_seconds},
                {"wait_seconds", wait_seconds}};
    }
    static Json jobs(const Reply& reply) {
        EXPECT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(against_description("POST", "/v1/jobs/lease", reply), "");
        return reply.status == 200 ? reply.json()["jobs"] : Json::array();
    }
    // The first job there is; null: none.
    static Json lease(Client& client, int wait_seconds = 0, int lease_seconds = 60,
                      const std::string& name = "w1") {
        const auto got = jobs(client.post("/v1/jobs/lease", wanted(wait_seconds, lease_seconds, name)));
        return got.empty() ? Json() : got[0];
    }
    // One that waits for a job on a thread of the test's.
    std::future<Reply> waiting(int wait_seconds = 50, const std::string& person = "ada",
                               const std::string& name = "w1") {
        const auto before = service.server->waiting();
        auto reply = std::async(std::launch::async, [client = std::make_shared<Client>(worker(person)),
                                                     body = wanted(wait_seconds, 60, name)] {
            return client->post("/v1/jobs/lease", body);
        });
        EXPECT_TRUE(comes_true([&] { return service.server->waiting() == before + 1; }));
        return reply;
    }
    static Reply report(Client& client, const Json& job, const std::string& what,
                        Json body = Json::object()) {
        body["lease"] = job["lease"];
        auto reply = client.post("/v1/jobs/" + job["job"].get<std::string>() + "/" + what, body);
        EXPECT_EQ(against_description("POST", "/v1/jobs/{case}/{job}/" + what, reply), "");
        return reply;
    }
    void pass(runtime::Millis time) {
        ASSERT_TRUE(service.office.engine->run_until(service.office.time->now() + time));
    }
    // Closes everything and opens it again.
    void restart() {
        service.server.reset();
        service.office.reopen();
        service.restart();
    }
    std::string status(const std::string& case_id) {
        const auto rows = service.office.engine->read()->jobs({.case_id = case_id});
        return rows.empty() ? "none" : rows.front().status;
    }
    void expect_clean() {
        service.server.reset();
        service.office.expect_clean();
    }
};

constexpr runtime::Millis second_ms{1000}, minute{60'000};

}  // namespace reeve::http
