// Receipt codes that are wrong, asked for too often, or older than the folder they are asked of.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sodium.h>

#include "engine/store/salvage.h"
#include "tests/unit/http/receipts.h"

namespace reeve::http {
namespace {

using runtime::day;
using runtime::instant;
using testing::HasSubstr;
using testing::Not;

std::string code_in(const std::filesystem::path& folder, const std::string& case_id) {
    const auto reader = std::move(*store::open_reader(folder));
    const auto code = Receipts(folder).code_of(*reader, case_id);
    return code ? code->text() : "";
}
std::optional<Receipts::Found> found_in(const std::filesystem::path& folder, const std::string& code) {
    const auto reader = std::move(*store::open_reader(folder));
    store::Catalog catalog;
    catalog.refresh(*reader);
    return Receipts(folder).find(*reader, catalog, *ReceiptCode::read(code));
}

TEST_F(Receipted, EveryWrongCodeIsAnsweredAlike) {
    const auto code = registered();
    auto client = service.stranger();
    // They lead beyond the journal's end, before its beginning, to events of the organisation and of cases.
    std::set<std::string> json, pages;
    for (const std::uint64_t seq : {0u, 1u, 2u, 9u, 16u, 17u, 18u, 19u, 1'000'000u}) {
        const auto reply = client.get("/v1/receipts/" + nobodys(seq));
        EXPECT_EQ(reply.status, 404);
        EXPECT_EQ(against_description("GET", "/v1/receipts/{code}", reply), "");
        json.insert(reply.body);
        auto html = client.get("/receipt/" + nobodys(seq)).body;
        for (auto at = html.find(nobodys(seq)); at != html.npos; at = html.find(nobodys(seq)))
            html.erase(at, nobodys(seq).size());
        pages.insert(html);
        ticks += 600'000;
    }
    EXPECT_EQ(json.size(), 1u);
    EXPECT_EQ(pages.size(), 1u);
    EXPECT_THAT(*json.begin(), HasSubstr("unknown-receipt-code"));
    EXPECT_THAT(*pages.begin(), HasSubstr("Nobody has this code"));
    // A typing error is one whether or not a case is near.
    auto slip = code, far = nobodys();
    for (auto* one : {&slip, &far}) one->back() = one->back() == '7' ? '8' : '7';
    const auto near_miss = client.get("/v1/receipts/" + slip), far_miss = client.get("/v1/receipts/" + far);
    EXPECT_EQ(near_miss.status, 404);
    EXPECT_EQ(near_miss.body, far_miss.body);
    EXPECT_EQ(near_miss.body, client.get("/v1/receipts/petition-1").body) << "an id is no code";
    EXPECT_EQ(near_miss.json()["code"], "mistyped-receipt-code");
    EXPECT_THAT(client.get("/receipt/" + slip).body, HasSubstr("typing error"));
    EXPECT_THAT(client.get("/receipt/" + slip + "?lang=zh").body, HasSubstr("输入有误"));
}

TEST_F(Receipted, TheFormTakesACodeHoweverItIsTyped) {
    const auto code = registered();
    std::string typed;
    for (const char c : code)
        typed += c == '-' ? std::string("+") : std::string(1, static_cast<char>(std::tolower(c)));
    const auto reply = sent("code=" + typed);
    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(reply.body, HasSubstr("Petition handling"));
    EXPECT_THAT(sent("code=").body, HasSubstr("name=\"code\""));
    EXPECT_EQ(sent("code=%ff%fe").status, 404);
    EXPECT_EQ(sent("a&&=&%zz").status, 200) << "no code: the form";
    EXPECT_EQ(sent("{}", {{"Content-Type", "application/json"}}).status, 415);
    const auto script = sent("code=%3Cscript%3Ealert(1)%3C/script%3E%22%27");
    EXPECT_EQ(script.status, 404);
    EXPECT_THAT(script.body, Not(HasSubstr("<script")));
    EXPECT_THAT(script.body, HasSubstr("&lt;script&gt;"));
    EXPECT_LT(sent("code=" + std::string(60'000, 'A')).body.size(), 10'000u);
}

TEST_F(Receipted, ThePageNeedsNothingElseAndLeavesNothingBehind) {
    const auto code = registered();
    auto client = service.stranger();
    for (const auto& target : {std::string("/receipt"), "/receipt/" + code, "/receipt/" + nobodys()}) {
        const auto reply = client.get(target);
        EXPECT_EQ(reply.headers.at("content-type"), "text/html; charset=utf-8");
        EXPECT_EQ(reply.headers.at("cache-control"), "no-store");
        EXPECT_EQ(reply.headers.at("referrer-policy"), "no-referrer");
        EXPECT_THAT(reply.headers.at("x-robots-tag"), HasSubstr("noindex"));
        EXPECT_FALSE(reply.headers.contains("set-cookie"));
        const auto& policy = reply.headers.at("content-security-policy");
        EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
        EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
        // The style that is there is the one that is allowed.
        const auto from = reply.body.find("<style>") + 7, to = reply.body.find("</style>");
        ASSERT_LT(from, to);
        std::string hash(crypto_hash_sha256_BYTES, '\0'), text(64, '\0');
        crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                           reinterpret_cast<const unsigned char*>(reply.body.data()) + from, to - from);
        sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(hash.data()),
                          hash.size(), sodium_base64_VARIANT_ORIGINAL);
        EXPECT_THAT(policy, HasSubstr("'sha256-" + std::string(text.c_str()) + "'"));
        for (const char* none :
             {"<script", "src=", "http:", "https:", "url(", "@import", "style=", "onclick"})
            EXPECT_THAT(reply.body, Not(HasSubstr(none)));
        EXPECT_THAT(reply.body, HasSubstr("name=\"robots\" content=\"noindex"));
        EXPECT_THAT(reply.body, HasSubstr("<label for=\"code\">"));
        EXPECT_THAT(reply.body, HasSubstr("@media print"));
        EXPECT_THAT(reply.body, HasSubstr("width=device-width"));
    }
    EXPECT_EQ(client.get("/v1/receipts/" + code).headers.at("referrer-policy"), "no-referrer");
}

TEST_F(Receipted, WhoAsksTooOftenWaits) {
    service.options.lookups = {.asks = {5, 6}, .misses = {2, 3}};
    service.restart();
    const auto code = registered();
    auto client = service.stranger();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(client.get("/v1/receipts/" + code).status, 200);
    const auto refused = client.get("/v1/receipts/" + code);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.headers.at("retry-after"), "10");
    EXPECT_EQ(refused.json()["code"], "too-many-attempts");
    EXPECT_EQ(against_description("GET", "/v1/receipts/{code}", refused), "");
    const auto html = client.get("/receipt/" + code);
    EXPECT_EQ(html.status, 429);
    EXPECT_EQ(html.headers.at("retry-after"), "10");
    EXPECT_THAT(html.body, HasSubstr("Try again in 10 seconds"));
    EXPECT_EQ(client.get("/receipt").status, 200) << "the form costs nothing";
    ticks += 10'000;
    EXPECT_EQ(client.get("/v1/receipts/" + code).status, 200);
    // Codes that nobody has: two, then none is looked at, right or wrong.
    ticks += 600'000;
    for (int i = 0; i < 2; ++i) EXPECT_EQ(client.get("/v1/receipts/" + nobodys()).status, 404);
    EXPECT_EQ(client.get("/v1/receipts/" + nobodys()).status, 429);
    EXPECT_EQ(client.get("/v1/receipts/" + code).status, 429);
    EXPECT_EQ(client.get("/healthz").status, 200);
}

TEST_F(Receipted, BehindATrustedProxyEachAddressIsOneOfItsOwn) {
    const auto code = registered();
    const auto asks = [&](Client& client, const char* address) {
        return client.get("/v1/receipts/" + code, {{"X-Forwarded-For", address}}).status;
    };
    service.options.lookups = {.asks = {1, 1}};
    service.restart();
    auto client = service.stranger();
    EXPECT_EQ(asks(client, "198.51.100.1"), 200);
    EXPECT_EQ(asks(client, "198.51.100.2"), 429) << "a header that anybody can write";
    service.options.trusted_proxies = {"127.0.0.1"};
    service.restart();
    auto proxy = service.stranger();
    EXPECT_EQ(asks(proxy, "198.51.100.1"), 200);
    EXPECT_EQ(asks(proxy, "198.51.100.2"), 200);
    EXPECT_EQ(asks(proxy, "198.51.100.2"), 429);
}

TEST_F(Receipted, ABackupKeepsTheCodesGood) {
    const auto code = registered();
    act("accept");
    const auto& folder = service.office.folder.path();
    const store::ScratchFolder elsewhere;
    const auto file = elsewhere.path() / "monday.backup", other = elsewhere.path() / "restored";
    ASSERT_TRUE(store::backup(folder, file));
    // What comes after the backup is lost, and its code must not show whoever is registered next.
    const auto lost = registered();
    ASSERT_EQ(code_in(folder, "petition-2"), lost);
    ASSERT_TRUE(store::restore(file, other, {}));
    EXPECT_EQ(code_in(other, "petition-1"), code);
    ASSERT_TRUE(found_in(other, code));
    EXPECT_EQ(found_in(other, code)->file.state.id, "petition-1");
    EXPECT_FALSE(found_in(other, lost));

    service.server.reset();
    service.office.engine.reset();
    ASSERT_TRUE(store::restore(file, folder, {.over = true}));
    service.office.time->advance(day);
    service.office.open();
    service.restart();
    const auto next = registered();
    EXPECT_EQ(service.office.ids("petition"), (std::vector<std::string>{"petition-1", "petition-2"}));
    EXPECT_NE(next, lost);
    EXPECT_EQ(service.stranger().get("/v1/receipts/" + lost).status, 404);
    EXPECT_EQ(service.stranger().get("/v1/receipts/" + code).status, 200);
    EXPECT_EQ(service.stranger().get("/v1/receipts/" + next).status, 200);
}

TEST_F(Receipted, ARebuildKeepsTheCodesGoodAndTheReplayEqual) {
    const auto code = registered();
    const auto& folder = service.office.folder.path();
    service.server.reset();
    service.office.expect_clean();  // check, and a rebuild that changes nothing
    EXPECT_EQ(code_in(folder, "petition-1"), code);
    ASSERT_TRUE(store::rebuild(folder));
    EXPECT_EQ(code_in(folder, "petition-1"), code);
    // What takes a damaged file's place is written anew from its journal.
    ASSERT_TRUE(store::salvage(folder, {}, store::Believe::both));
    EXPECT_EQ(code_in(folder, "petition-1"), code);
    EXPECT_TRUE(found_in(folder, code));
}

TEST_F(Receipted, ACaseInAnArchiveIsFoundThere) {
    const auto code = registered(), stays = registered();
    act("accept");
    act("drop");
    service.office.time->advance(10 * day);
    const store::ScratchFolder elsewhere;
    const auto file = elsewhere.path() / "2026.reeve";
    const auto archived = service.office.engine->archive({.file = file,
                                                          .before = service.office.engine->now() - day,
                                                          .reason = "over",
                                                          .with_undelivered = true},
                                                         "zhao-wei");
    ASSERT_TRUE(archived) << archived.error().text();
    ASSERT_EQ(archived->cases, 1u) << testing::PrintToString(archived->staying);
    const auto gone = service.as("boss").get("/v1/cases/petition-1");
    EXPECT_EQ(gone.status, 410) << gone.body;
    EXPECT_THAT(gone.body, HasSubstr("2026.reeve"));
    EXPECT_THAT(gone.body, testing::Not(HasSubstr(elsewhere.path().string())));
    auto shown = standing(code);
    EXPECT_EQ(shown["state"], "archived");
    EXPECT_EQ(shown["title"], "Petition handling");
    EXPECT_TRUE(shown["outcome"].is_null());
    EXPECT_THAT(page(code), HasSubstr("moved to the archive"));
    EXPECT_EQ(standing(stays)["state"], "open");
    // Codes that would lead to where it stood are nobody's.
    for (std::uint64_t seq = 1; seq < 40; ++seq)
        EXPECT_FALSE(found_in(service.office.folder.path(), nobodys(seq))) << seq;
    // Where the archive has been taken away, nothing is known of it.
    std::filesystem::remove(file);
    EXPECT_EQ(service.stranger().get("/v1/receipts/" + code).status, 404);
}

TEST(FolderSecret, IsMadeOnceAndIsAnotherInEveryFolder) {
    runtime::Office one, two;
    const auto secret = store::folder_secret(one.folder.path());
    EXPECT_EQ(secret.size(), store::secret_bytes);
    EXPECT_EQ(store::folder_secret(one.folder.path()), secret);
    EXPECT_NE(store::folder_secret(two.folder.path()), secret);
    // An engine that is at work goes on.
    one.ask(runtime::Office::start("permit-9"));
    one.expect_clean();
    EXPECT_EQ(store::folder_secret(one.folder.path()), secret);
}

}  // namespace
}  // namespace reeve::http
