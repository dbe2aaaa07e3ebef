// reeve webhook sign|verify, as who debugs a receiver uses them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/office.h"

namespace reeve::cli {
namespace {

using testing::HasSubstr;

TEST(WebhookCommand, VerifiesWhatItSigns) {
    Office office(false);
    office.did(
        "echo whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw > hook.key; printf '{\"test\": 2432232314}' > "
        "body.json");
    const auto headers = office.did(
        "reeve webhook sign body.json --id msg_p5jXN8AQM9LWM0D4loKWxJek --secret-file hook.key --at "
        "2021-02-25T15:02:10Z");
    EXPECT_EQ(headers.out,
              "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\nwebhook-timestamp: 1614265330\n"
              "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n");
    // Now, by the examples of the help.
    office.did("reeve webhook sign body.json --id msg-1 --secret-file hook.key > headers.txt");
    EXPECT_THAT(office.did("reeve webhook verify body.json --headers headers.txt --secret-file hook.key").out,
                HasSubstr("the signature is right"));
    // As curl -v and a server's log show them.
    office.did(
        "sed 's/^webhook/< Webhook/; s/$/\\r/' headers.txt > logged.txt; echo 'Host: x' >> logged.txt");
    office.did(
        "cat body.json | REEVE_WEBHOOK_SECRET_FILE=hook.key reeve webhook verify /dev/stdin --headers "
        "logged.txt");
    const auto json = office.did("reeve webhook sign body.json --id m --secret-file hook.key --json").json();
    EXPECT_EQ(office
                  .did("reeve webhook verify body.json --secret-file hook.key --json --id m --timestamp " +
                       json["webhook-timestamp"].get<std::string>() + " --signature " +
                       json["webhook-signature"].get<std::string>())
                  .json()["good"],
              true);
}

TEST(WebhookCommand, SaysWhyNot) {
    Office office(false);
    office.did(
        "echo whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw > hook.key; echo short > short.key; : > empty.key; "
        "echo whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= > other.key; echo body > body; echo else > "
        "changed");
    office.did(
        "reeve webhook sign body --id m --secret-file hook.key --at 2026-03-06T08:00:00Z > headers.txt");
    const std::string verify = "reeve webhook verify body --headers headers.txt --secret-file hook.key";
    struct Wrong {
        std::string line;
        int exit;
        const char* says;
    };
    const Wrong wrongs[] = {
        {verify, 1, "a receiver must take it for one that is replayed"},
        {verify + " --at 2026-03-06T07:00:00Z", 1, "its time is 60 min ahead"},
        {verify + " --at 2026-03-06T08:10:00Z --tolerance 60", 1, "10 min old"},
        {"reeve webhook verify changed --headers headers.txt --secret-file hook.key --at "
         "2026-03-06T08:00:00Z",
         1, "no signature fits"},
        {"reeve webhook verify body --headers headers.txt --secret-file other.key --at 2026-03-06T08:00:00Z",
         1, "no signature fits"},
        {"reeve webhook verify body --headers body --secret-file hook.key", 1,
         "--headers: there is no line webhook-id:"},
        {"reeve webhook verify body --headers nothing --secret-file hook.key", 1,
         "--headers: there is no file nothing"},
        {"reeve webhook verify nothing --headers headers.txt --secret-file hook.key", 1,
         "BODY: there is no file nothing"},
        {"reeve webhook verify body --secret-file hook.key", 2, "--headers FILE, or --id"},
        {"reeve webhook verify body --headers headers.txt", 2, "--secret-file is required"},
        {verify + " --tolerance -1", 2, "--tolerance"},
        {"reeve webhook sign body --secret-file hook.key", 2, "--id is required"},
        {"reeve webhook sign body --id m --secret-file short.key", 1, "--secret-file: the secret is no key"},
        {"reeve webhook sign body --id m --secret-file empty.key", 1, "--secret-file: the file is empty"},
        {"reeve webhook sign body --id m --secret-file hook.key --at soon", 1, "--at: "},
        {"reeve webhook", 2, "say which command of reeve webhook"},
        {"reeve plugin-host 3</dev/null", 2, "nothing to type"}};
    for (const auto& wrong : wrongs) {
        const auto ran = office.run(wrong.line);
        EXPECT_EQ(ran.exit, wrong.exit) << wrong.line << "\n" << ran.out << ran.err;
        EXPECT_THAT(ran.err, HasSubstr(wrong.says)) << wrong.line;
    }
    office.did(verify + " --at 2026-03-06T08:04:59Z");
}

}  // namespace
}  // namespace reeve::cli
