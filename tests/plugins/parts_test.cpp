// What the bundled plugins are made of, without a network: mail headers, networks, signatures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugins/smtp/mail.h"
#include "plugins/webhook/networks.h"
#include "plugins/webhook/signature.h"

namespace reeve {
namespace {

using testing::HasSubstr;

TEST(MailHeader, IsFoldedWithinItsLengthAndBetweenCharacters) {
    std::string text;
    for (int i = 0; i < 200; ++i) text += i % 3 == 0 ? "a" : i % 3 == 1 ? "é" : "逾";
    const auto header = smtp::header_text(text);
    std::size_t from = 0;
    for (std::size_t end; from < header.size(); from = end + 2) {
        end = std::min(header.find("\r\n", from), header.size());
        EXPECT_LE(end - from, 76u);
        EXPECT_TRUE(std::string_view(header).substr(from == 0 ? 0 : from + 1).starts_with("=?UTF-8?B?"));
        if (end == header.size()) break;
    }
    EXPECT_EQ(smtp::header_text("plain words"), "plain words");
    EXPECT_EQ(smtp::header_text("逾期"), "=?UTF-8?B?6YC+5pyf?=");
    EXPECT_EQ(smtp::date(1'772'784'000), "Fri, 06 Mar 2026 08:00:00 +0000");
    EXPECT_THAT(smtp::mail_text("No later than Friday. \n"), HasSubstr("base64"));
    EXPECT_EQ(smtp::mail_lines("a\nb\r\nc\rd"), "a\r\nb\r\nc\r\nd\r\n");
}

TEST(MailHeader, BytesThatAreNoTextEndInTime) {
    EXPECT_NE(smtp::header_text(std::string(200, '\x80')), "");
    EXPECT_NE(smtp::header_text(std::string("\xe9\x80") + std::string(100, 'x')), "");
}

TEST(Networks, PublicAddressesAreThoseTheWorldReaches) {
    const auto at = [](const char* text) { return webhook::parse_network(text).address; };
    for (const char* one :
         {"1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0",
          "223.255.255.255", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00::1"})
        EXPECT_TRUE(webhook::is_public(at(one))) << one;
    for (const char* one : {"0.0.0.0",
                            "10.0.0.1",
                            "100.64.0.1",
                            "127.0.0.1",
                            "127.255.255.255",
                            "169.254.169.254",
                            "172.16.0.1",
                            "172.31.255.255",
                            "192.168.0.1",
                            "192.0.2.1",
                            "198.18.0.1",
                            "224.0.0.1",
                            "255.255.255.255",
                            "::",
                            "::1",
                            "::ffff:127.0.0.1",
                            "::ffff:10.0.0.1",
                            "64:ff9b::10.0.0.1",
                            "fc00::1",
                            "fd12::1",
                            "fe80::1",
                            "ff02::1",
                            "2001:db8::1",
                            "2002:7f00:1::",
                            "2001::1",
                            "::127.0.0.1"})
        EXPECT_FALSE(webhook::is_public(at(one))) << one;
}

TEST(Networks, HoldWhatTheirBitsSay) {
    const auto holds = [](const char* network, const char* address) {
        return webhook::parse_network(network).holds(webhook::parse_network(address).address);
    };
    EXPECT_TRUE(holds("10.2.0.0/15", "10.3.255.255"));
    EXPECT_FALSE(holds("10.2.0.0/15", "10.4.0.0"));
    EXPECT_TRUE(holds("127.0.0.1", "127.0.0.1"));
    EXPECT_TRUE(holds("127.0.0.1", "::ffff:127.0.0.1"));
    EXPECT_FALSE(holds("127.0.0.1", "127.0.0.2"));
    EXPECT_TRUE(holds("fd00::/8", "fdff::1"));
    EXPECT_FALSE(holds("0.0.0.0/0", "fd00::1"));
    for (const char* wrong : {"", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "fd00::/129",
                              "example.org", "10.0.0"})
        EXPECT_THROW(webhook::parse_network(wrong), std::runtime_error) << wrong;
}

// The example of the specification.
TEST(Signature, IsThatOfTheSpecification) {
    const auto key = webhook::parse_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const std::string body = R"({"test": 2432232314})";
    const auto signature = webhook::sign({key}, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body);
    EXPECT_EQ(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    const auto verdict = [&](const char* id, const char* timestamp, const std::string& signatures,
                             const std::string& of, std::int64_t now) {
        return webhook::verify({key}, id, timestamp, signatures, of, now, 300);
    };
    const char* id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    EXPECT_TRUE(verdict(id, "1614265330", signature, body, 1614265330 + 300).good);
    EXPECT_TRUE(verdict(id, "1614265330", "v1,AAAA v2,xyz " + signature, body, 1614265330).good);
    EXPECT_THAT(verdict(id, "1614265330", signature, body, 1614265330 + 301).why, HasSubstr("5 min old"));
    EXPECT_THAT(verdict(id, "1614265330", signature, body, 1614265330 - 301).why, HasSubstr("ahead"));
    EXPECT_THAT(verdict(id, "1614265330", signature, body + " ", 1614265330).why,
                HasSubstr("no signature fits"));
    EXPECT_THAT(verdict("other", "1614265330", signature, body, 1614265330).why,
                HasSubstr("no signature fits"));
    EXPECT_THAT(verdict(id, "1614265331", signature, body, 1614265330).why, HasSubstr("no signature fits"));
    EXPECT_THAT(verdict(id, "soon", signature, body, 1614265330).why, HasSubstr("is no time"));
    EXPECT_THAT(verdict(id, "1614265330", "v2,xyz", body, 1614265330).why,
                HasSubstr("none of the scheme v1"));
    EXPECT_THAT(verdict(id, "1614265330", "", body, 1614265330).why, HasSubstr("none of the scheme v1"));
}

TEST(Signature, IdsStayApart) {
    EXPECT_EQ(webhook::header_id("m-1/x"), "m-1/x");
    EXPECT_EQ(webhook::header_id("a.b"), "a%2Eb");
    EXPECT_NE(webhook::header_id("a%2Eb"), webhook::header_id("a.b"));
}

}  // namespace
}  // namespace reeve
