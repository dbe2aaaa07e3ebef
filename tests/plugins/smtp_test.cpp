// The smtp plugin against a real mail server, and the mails as Python's email package reads them.
#include <gmock/gmock.h>

#include "tests/plugins/beside.h"

namespace reeve::beside {
namespace {

using runtime::Message;
using testing::HasSubstr;
using Outcome = runtime::Delivery::Outcome;

Json settings(const Server& server) {
    return {
        {"host", "localhost"}, {"port", server.port()}, {"security", "none"}, {"from", "reeve@example.org"}};
}

Message mail(std::string address) {
    return {.id = "m-1",
            .person = "li-na",
            .name = "Li Na",
            .address = std::move(address),
            .language = "en",
            .subject = "Overdue: noise-7",
            .text = "The clock ran out.\n"};
}

std::string header(const Json& mail, const std::string& name) {
    for (const auto& one : mail["headers"])
        if (one[0] == name) return one[1];
    return "";
}

TEST(Smtp, MailsAreReadAsTheyWereWritten) {
    Server server("mailbox.py", {});
    auto smtp = started("smtp", settings(server));
    ASSERT_TRUE(smtp);
    std::string long_chinese, long_line(3000, 'x');
    for (int i = 0; i < 60; ++i) long_chinese += "噪声投诉已逾期";
    const std::pair<std::string, std::string> all[] = {
        {"Overdue: noise-7", "Plain.\n"},
        {"信访事项办理：已逾期 2 个工作日", "李娜：\n信访事项已逾期。\n请于 3 月 9 日前答复。\n"},
        {long_chinese, long_chinese + "\n" + long_chinese + "\n"},
        {std::string(300, 'a') + " " + std::string(300, 'b'), "Long subject.\n"},
        {"Dots and =?UTF-8?B?dHJpY2s=?=", ".\n.hidden\n..two\nend\n.\n"},
        {"Café déjà-vu naïve", "Grüße aus Köln, and = signs, and trailing spaces   \nend\n"},
        {"Long lines", long_line + "\n" + long_chinese + long_chinese + "\n"},
        {"Line ends", "one\r\ntwo\rthree\n\nfive without an end"},
        {"", ""}};
    for (const auto& [subject, text] : all) {
        auto message = mail("li-na@example.org");
        message.subject = subject;
        message.text = text;
        const auto delivery = smtp->send(message);
        ASSERT_EQ(delivery.outcome, Outcome::sent) << delivery.error;
        const auto got = server.next();
        EXPECT_EQ(header(got, "Subject"), subject);
        std::string wanted = text;
        if (subject == "Line ends") wanted = "one\ntwo\nthree\n\nfive without an end\n";
        if (text.empty()) wanted = "\n";
        std::string read = got["text"];
        for (std::size_t at; (at = read.find("\r\n")) != std::string::npos;) read.erase(at, 1);
        EXPECT_EQ(read, wanted) << got["raw"];
        EXPECT_EQ(got["defects"], Json::array());
        EXPECT_LE(got["longest_line"], 78) << got["raw"];
        EXPECT_EQ(got["bare_line_ends"], 0);
    }
}

TEST(Smtp, HeadersSayWhoSendsAndWhichMessageItIs) {
    Server server("mailbox.py", {});
    auto all = settings(server);
    all["from_name"] = "镇综治办 \"Reeve\"";
    all["reply_to"] = "office@example.org";
    auto smtp = started("smtp", all);
    ASSERT_TRUE(smtp);
    auto message = mail("li.na+x@example.org");
    message.name = "Li \"Na\" \\ Wang, clerk";
    message.id = "noise-7/a1@x y";
    message.language = "zh";
    message.urgent = true;
    ASSERT_EQ(smtp->send(message).outcome, Outcome::sent);
    const auto first = server.next();
    EXPECT_EQ(first["to"], Json::array({Json::array({message.name, "li.na+x@example.org"})}));
    EXPECT_EQ(first["from"], Json::array({Json::array({"镇综治办 \"Reeve\"", "reeve@example.org"})}));
    EXPECT_EQ(first["envelope_from"], "reeve@example.org");
    EXPECT_EQ(first["envelope_to"], Json::array({"li.na+x@example.org"}));
    EXPECT_EQ(header(first, "Reply-To"), "office@example.org");
    EXPECT_EQ(header(first, "Auto-Submitted"), "auto-generated");
    EXPECT_EQ(header(first, "Content-Language"), "zh");
    EXPECT_EQ(header(first, "Importance"), "high");
    EXPECT_THAT(header(first, "Date"),
                testing::MatchesRegex("[A-Z][a-z]+, [0-9]+ [A-Z][a-z]+ 20[0-9]+ [0-9:]+ [+-]0000"));
    EXPECT_EQ(header(first, "Message-ID"), "<noise-7=2fa1=40x=20y@example.org>");
    // Tried again it is recognisable.
    ASSERT_EQ(smtp->send(message).outcome, Outcome::sent);
    EXPECT_EQ(header(server.next(), "Message-ID"), header(first, "Message-ID"));
}

TEST(Smtp, NothingIsSlippedIntoAHeader) {
    Server server("mailbox.py", {});
    auto smtp = started("smtp", settings(server));
    ASSERT_TRUE(smtp);
    auto message = mail("li-na@example.org");
    message.subject = "Overdue\r\nBcc: thief@example.org\r\n\r\nNew text";
    message.name = "Li\r\nX-Slipped: in";
    message.id = "m\r\nX-Slipped: in";
    ASSERT_EQ(smtp->send(message).outcome, Outcome::sent);
    const auto got = server.next();
    EXPECT_EQ(header(got, "Bcc"), "");
    EXPECT_EQ(header(got, "X-Slipped"), "");
    EXPECT_EQ(got["envelope_to"], Json::array({"li-na@example.org"}));
    EXPECT_EQ(header(got, "Subject"), "Overdue  Bcc: thief@example.org    New text");
    EXPECT_EQ(got["text"], "The clock ran out.\r\n");
    for (const char* address :
         {"li-na@example.org>\r\nRCPT TO:<thief@example.org", "a@b>,<c@d", "li na@example.org", "", "li-na",
          "@example.org", "li-na@", "li-na@exa\nmple.org", "李娜@example.org", "a..b@example.org",
          "<a@example.org>"}) {
        const auto delivery = smtp->send(mail(address));
        EXPECT_EQ(delivery.outcome, Outcome::refused) << address;
        EXPECT_THAT(delivery.error, HasSubstr("is no mail address")) << address;
    }
}

TEST(Smtp, StartsTlsAndSignsIn) {
    const auto cert = (folder() / "cert.pem").string(), key = (folder() / "key.pem").string();
    const auto password = written("password", "pass word\n");
    for (const std::string security : {"starttls", "tls"}) {
        Server server("mailbox.py",
                      {"--" + security, "--cert", cert, "--key", key, "--user", "reeve:pass word"});
        auto good = settings(server);
        good["security"] = security;
        good["ca_file"] = cert;
        good["user"] = "reeve";
        good["password_file"] = password;
        auto smtp = started("smtp", good);
        ASSERT_TRUE(smtp);
        for (int i = 0; i < 2; ++i) {
            const auto delivery = smtp->send(mail("li-na@example.org"));
            ASSERT_EQ(delivery.outcome, Outcome::sent) << security << ": " << delivery.error;
            const auto got = server.next();
            EXPECT_EQ(got["tls"], true);
            EXPECT_EQ(got["user"], "reeve");
        }
        auto wrong = good;
        wrong.erase("password_file");
        wrong["password"] = "guess";
        auto delivery = started("smtp", wrong)->send(mail("li-na@example.org"));
        EXPECT_EQ(delivery.outcome, Outcome::failed) << security;
        EXPECT_THAT(delivery.error, HasSubstr("does not take the user and the password")) << security;
        EXPECT_THAT(delivery.error, testing::Not(HasSubstr("guess")));
        // A certificate that nobody vouches for.
        auto unknown = good;
        unknown.erase("ca_file");
        delivery = started("smtp", unknown)->send(mail("li-na@example.org"));
        EXPECT_EQ(delivery.outcome, Outcome::failed) << security;
        EXPECT_THAT(delivery.error, HasSubstr("certificate")) << security;
        // Who must sign in, and has not been told so.
        auto unsigned_in = good;
        unsigned_in.erase("user");
        unsigned_in.erase("password_file");
        delivery = started("smtp", unsigned_in)->send(mail("li-na@example.org"));
        EXPECT_EQ(delivery.outcome, Outcome::failed) << delivery.error;
    }
}

TEST(Smtp, WithoutTlsWhereItIsWantedNothingIsSent) {
    Server server("mailbox.py", {});
    auto wanted = settings(server);
    wanted["security"] = "starttls";
    const auto delivery = started("smtp", wanted)->send(mail("li-na@example.org"));
    EXPECT_EQ(delivery.outcome, Outcome::failed);
    EXPECT_THAT(delivery.error, HasSubstr("offers no TLS"));
}

TEST(Smtp, TellsNotNowFromNever) {
    Server server("mailbox.py", {});
    auto smtp = started("smtp", settings(server));
    ASSERT_TRUE(smtp);
    struct Case {
        const char* address;
        Outcome outcome;
        const char* says;
    };
    const Case cases[] = {
        {"reply-550@example.org", Outcome::refused, "localhost refused it: 550 5.1.1 so it is said"},
        {"reply-452@example.org", Outcome::failed, "localhost does not take it now: 452"},
        {"reply-421@example.org", Outcome::failed, "421"},
        {"reply-530@example.org", Outcome::failed, "530"},
        {"data-554@example.org", Outcome::refused, "localhost refused it: 554 5.7.1 not this text"},
        {"data-451@example.org", Outcome::failed, "localhost does not take it now: 451"},
        {"grey@example.org", Outcome::failed, "450 4.2.0 greylisted"},
        {"grey@example.org", Outcome::sent, ""},
        {"li-na@example.org", Outcome::sent, ""}};
    for (const auto& one : cases) {
        const auto delivery = smtp->send(mail(one.address));
        EXPECT_EQ(delivery.outcome, one.outcome) << one.address << ": " << delivery.error;
        EXPECT_THAT(delivery.error, HasSubstr(one.says)) << one.address;
    }
}

TEST(Smtp, ServerThatIsAwayIsTriedAgain) {
    auto server = std::make_unique<Server>("mailbox.py", std::vector<std::string>{});
    auto smtp = started("smtp", settings(*server));
    ASSERT_TRUE(smtp);
    ASSERT_EQ(smtp->send(mail("li-na@example.org")).outcome, Outcome::sent);
    server.reset();  // with the connection that was open to it
    const auto delivery = smtp->send(mail("li-na@example.org"));
    EXPECT_EQ(delivery.outcome, Outcome::failed);
    EXPECT_THAT(delivery.error, HasSubstr("localhost cannot be reached"));
}

TEST(Smtp, SettingsAreCheckedBeforeItStarts) {
    const Json good{{"host", "mail.example.org"}, {"from", "reeve@example.org"}};
    EXPECT_EQ(refusal("smtp", good), "");
    struct Wrong {
        Json more;
        const char* says;
    };
    const Wrong wrongs[] = {
        {{{"host", "mail.example.org/x"}}, "\"host\": expected a name"},
        {{{"from", "reeve"}}, "\"from\": \"reeve\" is no mail address"},
        {{{"port", 70000}}, "\"port\": expected a whole number from 1 to 65535"},
        {{{"port", "25"}}, "\"port\": expected a whole number"},
        {{{"security", "ssl"}}, "\"security\": expected one of starttls, tls, none"},
        {{{"user", "reeve"}}, "\"user\" and \"password\""},
        {{{"user", "reeve"}, {"password", "x"}, {"security", "none"}}, "not sent unencrypted"},
        {{{"user", "reeve"}, {"password_file", "/nowhere"}}, "no secret to read in /nowhere"},
        {{{"password", "x"}, {"password_file", "x"}}, "not both"},
        {{{"hello", "a\r\nb"}}, "\"hello\": expected"},
        {{{"colour", "red"}}, "there is no \"colour\"; known are: "}};
    for (const auto& wrong : wrongs) {
        auto all = good;
        all.update(wrong.more);
        EXPECT_THAT(refusal("smtp", all), HasSubstr(wrong.says)) << wrong.more;
    }
    EXPECT_THAT(refusal("smtp", Json::object()), HasSubstr("\"host\" is missing"));
}

}  // namespace
}  // namespace reeve::beside
