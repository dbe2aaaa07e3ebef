// People who sign in: right and wrong, too often, from another site, too long ago.
#include <thread>

#include "tests/unit/http/service.h"

namespace reeve::http {
namespace {

using testing::HasSubstr;
const std::string words = "four grey herons wade";

struct SignIn : testing::Test {
    Served service;
    void SetUp() override {
        ASSERT_TRUE(service.server->accounts().set("ada", words, service.office.engine->now()));
    }
    Reply sign_in(const std::string& person, const std::string& password) {
        return service.stranger().post("/v1/session", {{"person", person}, {"password", password}});
    }
    static std::string cookie_of(const Reply& reply) {
        const auto& set = reply.headers.at("set-cookie");
        return set.substr(0, set.find(';'));
    }
    void wait(time::Millis span) { service.office.time->set(service.office.time->now() + span); }
};

TEST_F(SignIn, ASessionReadsAndWithItsCsrfChanges) {
    const auto opened = sign_in("ada", words);
    ASSERT_EQ(opened.status, 201) << opened.body;
    EXPECT_THAT(opened.headers.at("set-cookie"),
                testing::AllOf(HasSubstr("HttpOnly"), HasSubstr("SameSite=Strict")));
    const auto cookie = cookie_of(opened);
    auto client = service.stranger();
    EXPECT_EQ(client.get("/v1/me", {{"Cookie", "theme=dark; " + cookie}}).json()["person"], "ada");
    const Json start{{"definition", "permit"}, {"unit", "north"}};
    // As another site would have the browser send it.
    const auto forged = client.post("/v1/cases", start, {{"Cookie", cookie}});
    EXPECT_EQ(forged.status, 403);
    EXPECT_EQ(forged.json()["code"], "csrf");
    EXPECT_EQ(
        client.post("/v1/cases", start, {{"Cookie", cookie}, {"X-CSRF-Token", opened.json()["csrf"]}}).status,
        201);
    const auto ended = client.send("DELETE", "/v1/session", "",
                                   {{"Cookie", cookie}, {"X-CSRF-Token", opened.json()["csrf"]}});
    EXPECT_TRUE(ended.json()["ended"]);
    EXPECT_EQ(client.get("/v1/me", {{"Cookie", cookie}}).status, 401);
}

TEST_F(SignIn, APasswordOfSomebodyWhoDoesNotCountIsNone) {
    auto& accounts = service.server->accounts();
    EXPECT_TRUE(accounts.any([](const std::string& person) { return person == "ada"; }));
    EXPECT_FALSE(accounts.any([](const std::string& person) { return person != "ada"; }));
}

TEST_F(SignIn, EveryTokenMayAskWhoItIs) {
    for (const auto scope : {Scope::read, Scope::act, Scope::work, Scope::watch}) {
        const auto me = service.as("ada", {scope}).get("/v1/me");
        EXPECT_EQ(me.status, 200) << me.body;
        EXPECT_EQ(me.json()["person"], "ada");
    }
    EXPECT_EQ(service.stranger().get("/v1/me").status, 401);
}

TEST_F(SignIn, WrongNamesAndWrongPasswordsAreAnsweredAlike) {
    const auto wrong = sign_in("ada", "five grey herons wade"), unknown = sign_in("zoe", words);
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(wrong.body, unknown.body);
    EXPECT_FALSE(wrong.headers.contains("set-cookie"));
    EXPECT_EQ(sign_in("ada", std::string(100'000, 'x')).body, wrong.body);
}

TEST_F(SignIn, WhoGuessesWaitsLongerAndLonger) {
    for (int n = 0; n < 5; ++n) EXPECT_EQ(sign_in("ada", "wrong wrong wrong").status, 401);
    const auto refused = sign_in("ada", words);
    EXPECT_EQ(refused.status, 429) << "even with the right one";
    EXPECT_TRUE(refused.headers.contains("retry-after"));
    EXPECT_EQ(sign_in("ben", "wrong wrong wrong").status, 401) << "others do not wait";
    wait(time::Millis{2000});
    EXPECT_EQ(sign_in("ada", "wrong wrong wrong").status, 401);
    wait(time::Millis{1500});
    EXPECT_EQ(sign_in("ada", words).status, 429) << "twice as long now";
    wait(time::Millis{2000});
    EXPECT_EQ(sign_in("ada", words).status, 201);
    EXPECT_EQ(sign_in("ada", words).status, 201) << "and it is forgotten";
}

TEST_F(SignIn, ASessionEndsUnusedAndAtTheEndOfTheDay) {
    auto client = service.stranger();
    const auto cookie = cookie_of(sign_in("ada", words));
    const std::map<std::string, std::string> with{{"Cookie", cookie}};
    for (int hours = 0; hours < 11; ++hours) {
        wait(time::Millis{3'600'000});
        EXPECT_EQ(client.get("/v1/me", with).status, 200) << hours;
    }
    wait(time::Millis{3'600'000});
    EXPECT_EQ(client.get("/v1/me", with).status, 401) << "twelve hours";
    const auto second = cookie_of(sign_in("ada", words));
    wait(Accounts::idle);
    EXPECT_EQ(client.get("/v1/me", {{"Cookie", second}}).status, 401) << "two hours unused";
}

TEST_F(SignIn, AOneTimePasswordIsGoodForSettingAnother) {
    const auto once = service.server->accounts().make_one_time("ben", service.office.engine->now());
    const auto opened = sign_in("ben", once);
    ASSERT_EQ(opened.status, 201) << opened.body;
    EXPECT_TRUE(opened.json()["must_change"]);
    auto client = service.stranger();
    std::map<std::string, std::string> with{{"Cookie", cookie_of(opened)},
                                            {"X-CSRF-Token", opened.json()["csrf"]},
                                            {"Content-Type", "application/json"}};
    EXPECT_EQ(client.get("/v1/me", with).json()["code"], "password-one-time");
    const auto set = [&](const std::string& current, const std::string& wanted) {
        return client.send("PUT", "/v1/session/password", Json{{"current", current}, {"new", wanted}}.dump(),
                           with);
    };
    for (const char* weak : {"short", "aaaaaaaaaaaaaaaa", "ben ben ben ben"}) {
        const auto refused = set(once, weak);
        EXPECT_EQ(refused.status, 422) << weak;
        EXPECT_EQ(refused.json()["pointer"], "/new");
    }
    EXPECT_EQ(set("another", words).status, 403);
    const auto changed = set(once, words);
    ASSERT_EQ(changed.status, 201) << changed.body;
    EXPECT_EQ(client.get("/v1/me", with).status, 401) << "every other session has ended";
    EXPECT_EQ(client.get("/v1/me", {{"Cookie", cookie_of(changed)}}).json()["person"], "ben");
    EXPECT_EQ(sign_in("ben", once).status, 401);
}

TEST_F(SignIn, WhoLeftIsOut) {
    const auto cookie = cookie_of(sign_in("ada", words));
    ASSERT_TRUE(service.office.engine->change({org::PersonLeft{"ada"}}, core::system_actor));
    EXPECT_EQ(service.stranger().get("/v1/me", {{"Cookie", cookie}}).status, 401);
}

}  // namespace
}  // namespace reeve::http
