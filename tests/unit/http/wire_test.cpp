// What strangers send: requests that would be read in two ways, paths that would climb, bodies without end.
#include <thread>

#include "tests/unit/http/service.h"

namespace reeve::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Wire, RequestsThatCouldBeReadInTwoWaysAreRefused) {
    Served service;
    const auto port = service.server->port();
    for (const char* request :
         {"POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: "
          "chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
          "POST /v1/cases HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
          "GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
          "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
          "GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n", "GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
          "\x16\x03\x01\x02\r\n\r\n", "GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n"}) {
        const auto answer = Client::raw(port, request);
        EXPECT_THAT(answer, testing::AnyOf(StartsWith("HTTP/1.1 400"), StartsWith("HTTP/1.0 400"),
                                           testing::IsEmpty()))
            << request;
        EXPECT_EQ(answer.find("alive"), answer.npos) << request;
    }
}

TEST(Wire, OfAHeaderThatStandsOnceThereIsOne) {
    Served service;
    const auto token = service.token("boss", {Scope::read, Scope::act});
    const auto authorised = "Authorization: Bearer " + token + "\r\n";
    const std::string json = "Content-Type: application/json\r\n";
    for (const auto& twice : {authorised + authorised + json, authorised + json + json,
                              authorised + json + "If-Match: \"1\"\r\nIf-Match: \"2\"\r\n",
                              authorised + json + "Idempotency-Key: a\r\nidempotency-key: b\r\n"}) {
        const auto answer = Client::raw(service.server->port(), "POST /v1/cases HTTP/1.1\r\nHost: x\r\n" +
                                                                    twice + "Content-Length: 2\r\n\r\n{}");
        EXPECT_THAT(answer, testing::AllOf(StartsWith("HTTP/1.1 400"), HasSubstr("bad-request"))) << twice;
    }
}

TEST(Wire, ABodyWithAnEncodingIsNotTakenForOneWithout) {
    Served service;
    auto boss = service.as("boss");
    const Json start{{"definition", "permit"}, {"unit", "north"}};
    const auto packed = boss.post("/v1/cases", start, {{"Content-Encoding", "gzip"}});
    EXPECT_EQ(packed.status, 415) << packed.body;
    EXPECT_EQ(packed.json()["code"], "wrong-content-encoding");
    EXPECT_EQ(packed.headers.at("accept-encoding"), "identity");
    EXPECT_EQ(service.as("boss").post("/v1/cases", start, {{"Content-Encoding", "identity"}}).status, 201);
}

TEST(Wire, PathsLeadNowhereElse) {
    Served service;
    for (const char* target :
         {"/v1/cases/..%2f..%2faccess.db", "/v1/cases/%00", "/v1/../v1/cases", "//v1/cases", "/v1/cases/",
          "/v1/cases/x/documents/..%2f..%2freeve.db", "/V1/cases", "/v1/cases;x=1", "/v1%2fcases"})
        EXPECT_THAT(service.as("boss").get(target).status, testing::AnyOf(400, 404)) << target;
    for (const char* target : {"/v1/cases/%ff", "/v1/cases?unit=%ff", "/v1/cases?unit=north&unit=south"})
        EXPECT_EQ(service.as("boss").get(target).status, 400) << target;
}

TEST(Wire, LongHeadersAndBodiesAreRefused) {
    Options options;
    options.body = 1000;
    options.upload = 5000;
    Served service(options);
    EXPECT_THAT(Client::raw(service.server->port(), "GET /healthz HTTP/1.1\r\nHost: x\r\nX: " +
                                                        std::string(20'000, 'x') + "\r\n\r\n"),
                StartsWith("HTTP/1.1 413"));
    auto boss = service.as("boss");
    const auto reply = boss.post("/v1/cases", {{"definition", std::string(2000, 'x')}});
    EXPECT_EQ(reply.status, 413);
    EXPECT_EQ(reply.json()["code"], "too-large");
    auto again = service.as("boss");
    again.post("/v1/cases", {{"definition", "permit"}, {"unit", "north"}});
    EXPECT_EQ(again.send("POST", "/v1/cases/permit-1/documents?kind=plan&name=a", std::string(6000, 'x'), {})
                  .status,
              413);
}

TEST(Wire, ASlowClientIsLetGoAndHoldsUpNobody) {
    Options options;
    options.patience = std::chrono::milliseconds(200);
    Served service(options);
    std::string slow;
    std::thread other([&] { slow = Client::raw(service.server->port(), "GET /healthz HTTP/1.1\r\nHost:"); });
    EXPECT_EQ(service.stranger().get("/healthz").status, 200);
    other.join();
    EXPECT_EQ(slow, "");
}

TEST(Wire, ConnectionsBeyondTheLimitAreClosed) {
    Options options;
    options.connections = 2;
    Served service(options);
    auto one = service.stranger(), two = service.stranger();
    EXPECT_EQ(one.get("/healthz").status, 200);
    EXPECT_EQ(two.get("/healthz").status, 200);
    EXPECT_EQ(Client::raw(service.server->port(), "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), "");
    EXPECT_EQ(one.get("/healthz").status, 200);
}

TEST(Wire, PipelinedRequestsAreAnsweredInTheirOrder) {
    Served service;
    const auto answer = Client::raw(service.server->port(),
                                    "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: "
                                    "x\r\nConnection: close\r\n\r\n");
    EXPECT_LT(answer.find("alive"), answer.find("\"ready\":true"));
    EXPECT_NE(answer.find("\"ready\":true"), answer.npos);
}

TEST(Wire, AHeadIsAnsweredWithoutABody) {
    Served service;
    auto client = service.stranger();
    const auto head = client.send("HEAD", "/healthz", "", {});
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.headers.at("content-length"), std::to_string(client.get("/healthz").body.size()));
}

TEST(Wire, AFailingStoreIsSaidAndOver) {
    Served service;
    auto boss = service.as("boss");
    service.office.faults->before_next([] { throw std::runtime_error("the disk is gone"); });
    const auto refused = boss.post("/v1/cases", {{"definition", "permit"}, {"unit", "north"}});
    EXPECT_EQ(refused.status, 503) << refused.body;
    EXPECT_EQ(refused.json()["code"], "not-durable");
    EXPECT_TRUE(refused.headers.contains("retry-after"));
    EXPECT_EQ(boss.post("/v1/cases", {{"definition", "permit"}, {"unit", "north"}}).status, 201);
}

TEST(Wire, AStopAnswersWhatItTook) {
    Served service;
    auto boss = service.as("boss"), idle = service.stranger();
    EXPECT_EQ(idle.get("/healthz").status, 200);
    auto hold = service.office.hold_next();
    std::thread stopping;
    Reply reply;
    std::thread asking([&] {
        reply = boss.post("/v1/cases", {{"definition", "permit"}, {"unit", "north"}});
    });
    hold->held.get_future().wait();
    stopping = std::thread([&] { service.server.reset(); });
    hold->release.set_value();
    asking.join();
    stopping.join();
    EXPECT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(service.office.ids("permit").size(), 1u);
}

}  // namespace
}  // namespace reeve::http
