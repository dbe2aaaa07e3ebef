// The webhook plugin against a receiver that computes the signatures by itself, and receivers that misbehave.
#include <gmock/gmock.h>

#include <fstream>

#include "tests/plugins/beside.h"

namespace reeve::beside {
namespace {

using runtime::Message;
using testing::HasSubstr;
using Outcome = runtime::Delivery::Outcome;

const char* const old_key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const char* const new_key = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

std::string secrets() { return written("hook.key", std::string(old_key) + "\r\n\n" + new_key + "\n"); }

Json settings() { return {{"secret_file", secrets()}, {"plain_http", true}, {"allow", {"127.0.0.0/8"}}}; }

Message message(const Server& server, const std::string& path) {
    return {.id = "m-1",
            .person = "li-na",
            .name = "李娜",
            .address = "http://localhost:" + std::to_string(server.port()) + path,
            .language = "zh",
            .subject = "逾期",
            .text = "a\nb\n",
            .alerts = Json::array({{{"case", "noise-7"}}}),
            .urgent = true};
}

TEST(Webhook, IsSignedWithEachSecret) {
    Server server("receiver.py", {secrets()});
    auto webhook = started("webhook", settings());
    ASSERT_TRUE(webhook);
    for (const std::string id : {"m-1", "noise-7/a1.2 x\r\nX-Slipped: in"}) {
        auto sent = message(server, "/200");
        sent.id = id;
        const auto delivery = webhook->send(sent);
        ASSERT_EQ(delivery.outcome, Outcome::sent) << delivery.error;
        const auto got = server.next();
        const auto& headers = got["headers"];
        EXPECT_EQ(headers["webhook-signature"], got["computed"]);
        EXPECT_EQ(headers["webhook-id"], id == "m-1" ? id : "noise-7/a1%2E2%20x%0D%0AX-Slipped:%20in");
        EXPECT_FALSE(headers.contains("x-slipped"));
        EXPECT_EQ(headers["content-type"], "application/json");
        const auto now = runtime::system_time()->now().time_since_epoch().count() / 1000;
        EXPECT_NEAR(static_cast<double>(std::stoll(headers["webhook-timestamp"].get<std::string>())),
                    static_cast<double>(now), 600);
        const auto body = Json::parse(got["body"].get<std::string>());
        EXPECT_EQ(body["type"], "reeve.alert");
        EXPECT_EQ(body["data"], (Json{{"id", id},
                                      {"person", "li-na"},
                                      {"name", "李娜"},
                                      {"language", "zh"},
                                      {"subject", "逾期"},
                                      {"text", "a\nb\n"},
                                      {"urgent", true},
                                      {"alerts", Json::array({{{"case", "noise-7"}}})}}));
    }
    // The key of the specification's examples, tried alone.
    auto one = settings();
    one.erase("secret_file");
    one["secret"] = old_key;
    ASSERT_EQ(started("webhook", one)->send(message(server, "/200")).outcome, Outcome::sent);
    const auto got = server.next();
    EXPECT_TRUE(got["computed"].get<std::string>().starts_with(
        got["headers"]["webhook-signature"].get<std::string>() + " "));
}

TEST(Webhook, TellsNotNowFromNever) {
    Server server("receiver.py", {secrets()});
    auto all = settings();
    all["timeout_s"] = 5;
    auto webhook = started("webhook", all);
    ASSERT_TRUE(webhook);
    struct Case {
        const char* path;
        Outcome outcome;
        const char* says;
        int wait_s = 0;
    };
    const Case cases[] = {{"/204", Outcome::sent, ""},
                          {"/500", Outcome::failed, "localhost answered 500: because of this"},
                          {"/503/7", Outcome::failed, "localhost answered 503", 7},
                          {"/429/120", Outcome::failed, "localhost answered 429", 120},
                          {"/429/99999999", Outcome::failed, "localhost answered 429", 86400},
                          {"/410", Outcome::refused, "localhost answered 410: it wants no more of these"},
                          {"/404", Outcome::refused, "localhost answered 404: because of this"},
                          {"/401", Outcome::refused, "localhost answered 401"},
                          {"/redirect", Outcome::refused, "no redirect is followed"},
                          {"/huge", Outcome::sent, ""},
                          {"/endless", Outcome::sent, ""},
                          {"/slow", Outcome::failed, "localhost cannot be reached"},
                          {"/200", Outcome::sent, ""}};
    for (const auto& one : cases) {
        const auto delivery = webhook->send(message(server, one.path));
        EXPECT_EQ(delivery.outcome, one.outcome) << one.path << ": " << delivery.error;
        EXPECT_THAT(delivery.error, HasSubstr(one.says)) << one.path;
        EXPECT_EQ(delivery.wait.value_or(std::chrono::milliseconds{0}), std::chrono::seconds(one.wait_s))
            << one.path;
        EXPECT_EQ(server.next()["path"], one.path);  // and not where a redirect leads
    }
    auto nowhere = message(server, "/secret-token");
    nowhere.address = "http://localhost:1/secret-token";
    const auto delivery = webhook->send(nowhere);
    EXPECT_EQ(delivery.outcome, Outcome::failed);
    EXPECT_THAT(delivery.error, HasSubstr("localhost cannot be reached"));
    EXPECT_THAT(delivery.error, testing::Not(HasSubstr("secret-token")));
}

TEST(Webhook, GoesToNoPrivateAddressUnlessAllowed) {
    Server server("receiver.py", {secrets()});
    auto closed = settings();
    closed.erase("allow");
    auto webhook = started("webhook", closed);
    ASSERT_TRUE(webhook);
    const auto port = ":" + std::to_string(server.port()) + "/200";
    for (const std::string host : {"localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0",
                                   "[::1]", "[::]", "[::ffff:127.0.0.1]", "[64:ff9b::127.0.0.1]", "10.1.2.3",
                                   "192.168.1.1", "169.254.169.254", "[fd00::1]", "[fe80::1]"}) {
        auto private_one = message(server, "");
        private_one.address = "http://" + host + port;
        const auto delivery = webhook->send(private_one);
        EXPECT_EQ(delivery.outcome, Outcome::refused) << host << ": " << delivery.error;
        EXPECT_THAT(delivery.error, HasSubstr("not one of the public network")) << host;
    }
    auto elsewhere = settings();
    elsewhere["allow"] = {"10.0.0.0/8"};
    EXPECT_EQ(started("webhook", elsewhere)->send(message(server, "/200")).outcome, Outcome::refused);
    // Nothing of all this has reached it: the first that does is the one that may.
    ASSERT_EQ(started("webhook", settings())->send(message(server, "/200/first")).outcome, Outcome::sent);
    EXPECT_EQ(server.next()["path"], "/200/first");
}

TEST(Webhook, GoesByTlsAndToTheAddressOfItsSettings) {
    const auto cert = (folder() / "cert.pem").string(), key = (folder() / "key.pem").string();
    Server server("receiver.py", {secrets(), cert, key});
    auto all = settings();
    all.erase("plain_http");
    all["ca_file"] = cert;
    all["url"] = "https://localhost:" + std::to_string(server.port()) + "/200";
    auto webhook = started("webhook", all);
    ASSERT_TRUE(webhook);
    auto sent = message(server, "");
    sent.address.clear();
    const auto delivery = webhook->send(sent);
    EXPECT_EQ(delivery.outcome, Outcome::sent) << delivery.error;
    all.erase("ca_file");
    const auto unknown = started("webhook", all)->send(sent);
    EXPECT_EQ(unknown.outcome, Outcome::failed);
    EXPECT_THAT(unknown.error, HasSubstr("certificate"));
}

TEST(Webhook, AddressesThatAreNoneAreRefused) {
    auto all = settings();
    all.erase("plain_http");
    auto webhook = started("webhook", all);
    ASSERT_TRUE(webhook);
    struct Wrong {
        const char* address;
        const char* says;
    };
    const Wrong wrongs[] = {
        {"", "is no URL"},
        {"example.org/hook", "is no URL"},
        {"http://example.org/", "https:// is wanted (the setting \"plain_http\" allows http)"},
        {"file:///etc/passwd", "begins with file://"},
        {"gopher://example.org/", "gopher://"},
        {"https://reeve:password@example.org/", "before the @"}};
    for (const auto& wrong : wrongs) {
        const auto delivery = webhook->send({.id = "m-1", .address = wrong.address});
        EXPECT_EQ(delivery.outcome, Outcome::refused) << wrong.address;
        EXPECT_THAT(delivery.error, HasSubstr(wrong.says)) << wrong.address;
        EXPECT_THAT(delivery.error, testing::Not(HasSubstr("password@")));
    }
}

TEST(Webhook, SettingsAreCheckedBeforeItStarts) {
    const Json good{{"secret", old_key}};
    EXPECT_EQ(refusal("webhook", good), "");
    struct Wrong {
        Json all;
        const char* says;
    };
    const Wrong wrongs[] = {
        {Json::object(), "\"secret_file\" is missing"},
        {{{"secret", "whsec_short"}}, "the secret is no key"},
        {{{"secret", "whsec_c2hvcnQ="}}, "the secret has 5 bytes"},
        {{{"secrets", Json::array({old_key, 3})}}, "\"secrets\": expected text"},
        {{{"secret", old_key}, {"allow", {"10.0.0.0/33"}}}, "\"allow\": \"10.0.0.0/33\" is no network"},
        {{{"secret", old_key}, {"url", "http://example.org"}}, "https:// is wanted"},
        {{{"secret", old_key}, {"timeout_s", 0}}, "\"timeout_s\": expected a whole number"},
        {{{"secret", old_key}, {"retries", 3}}, "there is no \"retries\""}};
    for (const auto& wrong : wrongs)
        EXPECT_THAT(refusal("webhook", wrong.all), HasSubstr(wrong.says)) << wrong.all;
    for (const auto& wrong : wrongs)
        EXPECT_THAT(refusal("webhook", wrong.all), testing::Not(HasSubstr("MfKQ9r8GKYqr")));
}

}  // namespace
}  // namespace reeve::beside
