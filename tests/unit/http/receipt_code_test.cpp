// Receipt codes: read as people type them, told from a slip of the pen, guessed by nobody.
#include "engine/http/receipt_code.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/http/client_address.h"
#include "engine/http/language.h"

namespace reeve::http {
namespace {

const std::string secret(32, 's'), other_secret(32, 't');
time::Instant at(std::int64_t ms) { return time::Instant(time::Millis(ms)); }
FirstEvent first(std::uint64_t seq, std::int64_t ms = 1'772'000'000'000, std::string_view id = "petition-1") {
    return {.seq = seq, .at = at(ms), .case_id = id};
}

static_assert(5 * ReceiptCode::tag_digits >= 80, "nobody guesses eighty bits");

TEST(ReceiptCode, IsTheSameEveryTimeAndLeadsToItsFirstEvent) {
    const ReceiptKey key(secret);
    for (const std::uint64_t seq : {std::uint64_t{1}, std::uint64_t{31}, std::uint64_t{32},
                                    std::uint64_t{1'000'000'007}, ReceiptCode::greatest_place}) {
        const auto code = key.code_of(first(seq));
        EXPECT_EQ(code, ReceiptKey(secret).code_of(first(seq)));
        EXPECT_EQ(key.place_of(code), seq);
        EXPECT_TRUE(key.opens(code, first(seq)));
    }
    EXPECT_THROW((void)key.code_of(first(ReceiptCode::greatest_place + 1)), std::length_error);
}

TEST(ReceiptCode, IsReadHoweverItIsTyped) {
    const ReceiptKey key(secret);
    // One that has a 0 and a 1, for which people read O, I and L.
    std::string text;
    for (std::uint64_t seq = 1; text.find('0') == text.npos || text.find('1') == text.npos; ++seq)
        text = key.code_of(first(seq)).text();
    ASSERT_EQ(text.size(), 29u);
    const auto code = ReceiptCode::read(text);
    ASSERT_TRUE(code);
    EXPECT_EQ(code->text(), text);
    const auto changed = [&](auto change) {
        std::string typed;
        for (const char c : text) typed += change(c);
        return typed;
    };
    using Text = std::string;
    const std::string typed[] = {changed([](char c) { return Text(1, static_cast<char>(std::tolower(c))); }),
                                 changed([](char c) { return c == '-' ? Text() : Text(1, c); }),
                                 changed([](char c) { return c == '-' ? Text(" - ") : Text(1, c); }),
                                 changed([](char c) {
                                     return Text(1, c == '0' ? 'O' : c == '1' ? 'I' : c);
                                 }),
                                 changed([](char c) {
                                     return Text(1, c == '0' ? 'o' : c == '1' ? 'l' : c);
                                 }),
                                 changed([](char c) { return c == '-' ? Text("\u2013") : Text(1, c); }),
                                 changed([](char c) { return c == '-' ? Text("\u3000") : Text(1, c); }),
                                 changed([](char c) {  // full width: U+FF01 stands for '!'
                                     const int point = 0xFEE0 + c;
                                     return Text{static_cast<char>(0xE0 | point >> 12),
                                                 static_cast<char>(0x80 | (point >> 6 & 63)),
                                                 static_cast<char>(0x80 | (point & 63))};
                                 }),
                                 "\t " + text + " \r\n"};
    for (const auto& one : typed) EXPECT_EQ(ReceiptCode::read(one), code) << one;
}

TEST(ReceiptCode, HasNoLetterThatIsTakenForAnother) {
    const ReceiptKey key(secret);
    std::set<char> seen;
    for (std::uint64_t seq = 1; seq < 500; ++seq)
        for (const char c : key.code_of(first(seq)).text()) seen.insert(c);
    EXPECT_EQ(seen.size(), 33u) << "32 and the hyphen";
    for (const char c : {'I', 'L', 'O', 'U'}) EXPECT_FALSE(seen.contains(c));
}

TEST(ReceiptCode, TellsEverySlipOfThePen) {
    const ReceiptKey key(secret);
    const std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    for (const std::uint64_t seq : {7u, 8u, 123456u}) {
        auto text = key.code_of(first(seq)).text();
        std::erase(text, '-');
        for (std::size_t i = 0; i < text.size(); ++i) {
            for (const char wrong : letters) {
                if (wrong == text[i]) continue;
                auto typed = text;
                typed[i] = wrong;
                EXPECT_FALSE(ReceiptCode::read(typed)) << typed;
            }
            for (std::size_t j = i + 1; j < text.size(); ++j) {
                if (text[i] == text[j]) continue;
                auto typed = text;
                std::swap(typed[i], typed[j]);
                EXPECT_FALSE(ReceiptCode::read(typed)) << typed;
            }
            auto less = text, more = text;
            EXPECT_FALSE(ReceiptCode::read(less.erase(i, 1)));
            EXPECT_FALSE(ReceiptCode::read(more.insert(i, 1, 'A')));
        }
    }
    for (const char* none :
         {"", "-", "petition-1", "\xff\xfe", "\xe3", "\xef\xbc", "UUUU-UUUU-UUUU-UUUU-UUUU-UUUU"})
        EXPECT_FALSE(ReceiptCode::read(none)) << none;
}

TEST(ReceiptCode, CannotBeMadeWithoutTheSecret) {
    const ReceiptKey key(secret), forger(other_secret);
    int led_there = 0;
    for (std::uint64_t seq = 1; seq <= 2000; ++seq) {
        // Whoever knows all there is to know of a case, but not the secret.
        const auto forged = forger.code_of(first(seq));
        EXPECT_FALSE(key.opens(forged, first(seq)));
        EXPECT_TRUE(ReceiptCode::read(forged.text())) << "well formed it is";
        led_there += key.place_of(forged) == seq;
    }
    EXPECT_EQ(led_there, 0);
    // One bit of the secret less is another one.
    auto near = secret;
    near.back() ^= 1;
    EXPECT_NE(ReceiptKey(near).code_of(first(1)).text(), key.code_of(first(1)).text());
    EXPECT_THROW(ReceiptKey(std::string(31, 's')), std::invalid_argument);
}

TEST(ReceiptCode, OfOneCaseSaysNothingOfThatOfTheNext) {
    const ReceiptKey key(secret);
    std::size_t alike = 0, all = 0;
    for (std::uint64_t seq = 1; seq <= 2000; ++seq) {
        const auto a = key.code_of(first(seq)).text(), b = key.code_of(first(seq + 1)).text();
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (a[i] == '-') continue;
            alike += a[i] == b[i];
            ++all;
        }
    }
    // One in 32 by chance; a counter that shows through would be seen in seven digits of 24.
    EXPECT_NEAR(static_cast<double>(alike) / static_cast<double>(all), 1.0 / 32, 0.005);
}

TEST(ReceiptCode, IsBoundToItsFirstEvent) {
    const ReceiptKey key(secret);
    const auto code = key.code_of(first(7));
    EXPECT_FALSE(key.opens(code, first(8)));
    EXPECT_FALSE(key.opens(code, first(7, 1'772'000'000'001))) << "registered anew under the same name";
    EXPECT_FALSE(key.opens(code, first(7, 1'772'000'000'000, "petition-2")));
    EXPECT_NE(key.code_of(first(7, 1'772'000'000'001)).text(), code.text());
}

TEST(ClientAddress, BelievesTheHeaderOfATrustedProxyOnly) {
    const std::vector<std::string> none, proxies{"10.0.0.1", "::1"};
    EXPECT_EQ(client_address("192.0.2.7", "", none), "192.0.2.7");
    EXPECT_EQ(client_address("192.0.2.7", "198.51.100.9", none), "192.0.2.7");
    EXPECT_EQ(client_address("192.0.2.7", "198.51.100.9", proxies), "192.0.2.7") << "a stranger says so";
    EXPECT_EQ(client_address("10.0.0.1", "198.51.100.9", proxies), "198.51.100.9");
    EXPECT_EQ(client_address("10.0.0.1", "made-up, 203.0.113.5, 198.51.100.9", proxies), "198.51.100.9")
        << "what stands in front may be made up";
    EXPECT_EQ(client_address("10.0.0.1", "198.51.100.9, ::1", proxies), "198.51.100.9");
    EXPECT_EQ(client_address("10.0.0.1", "198.51.100.9:4711", proxies), "198.51.100.9");
    EXPECT_EQ(client_address("10.0.0.1", "", proxies), "10.0.0.1");
    EXPECT_EQ(client_address("10.0.0.1", "garbage", proxies), "10.0.0.1");
    EXPECT_EQ(client_address("::ffff:192.0.2.7", "", none), "192.0.2.7");
    // One subscriber has a network of them.
    EXPECT_EQ(client_address("2001:db8:1:2:3:4:5:6", "", none), client_address("2001:db8:1:2::9", "", none));
    EXPECT_NE(client_address("2001:db8:1:2::9", "", none), client_address("2001:db8:1:3::9", "", none));
}

TEST(Language, IsTheOneAskedForElseTheBetterOfThoseAccepted) {
    using views::Language;
    EXPECT_EQ(language_of("zh", "en"), Language::zh);
    EXPECT_EQ(language_of("en", "zh-CN"), Language::en);
    EXPECT_EQ(language_of("", "zh-CN,zh;q=0.9,en;q=0.8"), Language::zh);
    EXPECT_EQ(language_of("", "en-GB,en;q=0.9,zh;q=0.8"), Language::en);
    EXPECT_EQ(language_of("", "fr, zh ; q=0.4, en;q=0.3"), Language::zh);
    EXPECT_EQ(language_of("", "zh;q=0, en;q=0.1"), Language::en);
    EXPECT_EQ(language_of("", "zha, *;q=0.1"), Language::en) << "another language";
    EXPECT_EQ(language_of("", ""), Language::en);
    EXPECT_EQ(language_of("xx", "ZH-Hans"), Language::zh);
    EXPECT_EQ(language_of("", ";;,q=,zh;q=x,,"), Language::en);
}

}  // namespace
}  // namespace reeve::http
