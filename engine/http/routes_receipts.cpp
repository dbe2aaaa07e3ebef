// Routes of receipts: the code of a case for those who see it, and for everybody how the case of a code
// stands.
#include <fmt/format.h>

#include "engine/http/language.h"
#include "engine/http/receipt_page.h"
#include "engine/http/route.h"
#include "engine/json.h"

namespace reeve::http {

namespace {

using Trouble = ReceiptPage::Trouble;
constexpr std::size_t longest_shown = 100;  // bytes of what was typed and is to be corrected

Answer code(const Call& call, const views::Sight& sight) {
    if (auto seen = seen_case(call, sight, call.at("case")); !seen) return problem(seen.error());
    const auto code = call.receipts.code_of(sight.reader, call.at("case"));
    if (!code) return problem({"unknown-case", "there is no case of that name", "case"});
    auto answer =
        json_answer({{"case", call.at("case")}, {"receipt_code", code->text()}, {"page", page_of(*code)}});
    keep_private(answer);
    return answer;
}

// What is found for a code as it was typed, within the limits.
ReceiptPage look_up(const Call& call, const views::Sight& sight, const std::string& typed) {
    ReceiptPage page{.language = language_of(call.query("lang"), call.request.header("accept-language")),
                     .code = typed,
                     .standing = nullptr};
    const auto now = call.lookups.now();
    if (const auto wait = call.lookups.ask(call.request.client, now)) {
        page.trouble = Trouble::too_many;
        page.wait_s = (wait->count() + 999) / 1000;
        return page;
    }
    const auto code = ReceiptCode::read(typed);
    if (!code) {
        if (typed.size() > longest_shown || bad_utf8(typed) != std::string::npos) page.code.clear();
        page.trouble = Trouble::mistyped;
        return page;
    }
    page.code = code->text();
    const auto found = call.receipts.find(sight.reader, sight.catalog, *code);
    if (!found) {
        call.lookups.missed(call.request.client, now);
        page.trouble = Trouble::unknown;
        return page;
    }
    page.standing = views::standing(sight, found->file, page.language, found->archived);
    page.standing["code"] = page.code;
    page.standing["lang"] = views::to_string(page.language);
    page.standing["as_of"] = views::when(sight.now, found->file.program->calendar);
    return page;
}

Error error_of(const ReceiptPage& page) {
    switch (page.trouble) {
        case Trouble::mistyped:
            return {"mistyped-receipt-code",
                    "this code has a typing error; a receipt code has 24 letters and digits, such as "
                    "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX",
                    "code"};
        case Trouble::too_many:
            return {"too-many-attempts",
                    fmt::format("receipt codes are asked for too often from this address: try again in {} s",
                                page.wait_s),
                    "code"};
        default:
            return {"unknown-receipt-code",
                    "nobody has this receipt code, or what it stood for is not kept here any more", "code"};
    }
}

Answer answer_of(const ReceiptPage& page, bool as_page) {
    const bool found = page.trouble == Trouble::none;
    const int status = found ? 200 : status_of(error_of(page));
    auto answer = as_page ? html_of(page, status)
                  : found ? json_answer(page.standing)
                          : problem(error_of(page));
    keep_private(answer);
    if (page.trouble == Trouble::too_many) answer.headers["Retry-After"] = fmt::to_string(page.wait_s);
    return answer;
}

Answer standing(const Call& call, const views::Sight& sight) {
    return answer_of(look_up(call, sight, call.at("code")), false);
}

Answer show_page(const Call& call, const views::Sight& sight) {
    return answer_of(look_up(call, sight, call.at("code")), true);
}

Answer form(const Call& call, const views::Sight&) {
    const auto language = language_of(call.query("lang"), call.request.header("accept-language"));
    return html_of({.language = language, .code = {}, .standing = nullptr}, 200);
}

// The code stands in the body, where no log of a proxy and no history of a browser keeps it.
Answer show_sent(const Call& call, const views::Sight& sight) {
    const auto typed = form_field(call.request.body, "code");
    if (typed.empty()) return form(call, sight);
    return answer_of(look_up(call, sight, typed), true);
}

constexpr Parameter language_query[] = {
    {"lang", Parameter::Kind::text, "en or zh; without it as Accept-Language says"}};
constexpr std::string_view html = "text/html; charset=utf-8";

constexpr Route receipt_table[] = {
    {"GET",
     "/v1/cases/{case}/receipt",
     "showReceiptCode",
     "The receipt code of the case, for the person who asked: to be printed, again if need be.",
     Scope::read,
     {},
     Takes::nothing,
     "",
     "ReceiptCode",
     false,
     code},
    {"GET",
     "/v1/receipts/{code}",
     "showStanding",
     "How the case of a receipt code stands, as the person who asked is told it.",
     {},
     language_query,
     Takes::nothing,
     "",
     "Standing",
     false,
     standing},
    {"GET",
     "/receipt",
     "receiptForm",
     "A page for people, on which they give their receipt code.",
     {},
     language_query,
     Takes::nothing,
     "",
     "",
     false,
     form,
     html},
    {"POST",
     "/receipt",
     "receiptAsked",
     "The page of the receipt code that was given.",
     {},
     language_query,
     Takes::form,
     "ReceiptAsked",
     "",
     false,
     show_sent,
     html},
    {"GET",
     "/receipt/{code}",
     "receiptPage",
     "The page of a receipt code, for a link or a printed square.",
     {},
     language_query,
     Takes::nothing,
     "",
     "",
     false,
     show_page,
     html},
};

}  // namespace

std::span<const Route> receipt_routes() { return receipt_table; }

}  // namespace reeve::http
