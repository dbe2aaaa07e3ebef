#include "engine/http/receipt_page.h"

#include <fmt/format.h>
#include <sodium.h>

#include <kainjow/mustache.hpp>

namespace reeve::http {

namespace {

namespace mustache = kainjow::mustache;
using views::Language;
using Trouble = ReceiptPage::Trouble;

constexpr std::string_view style = R"(
:root{color-scheme:light dark}
body{font:1.05rem/1.5 system-ui,"Noto Sans SC","Microsoft YaHei",sans-serif;margin:0 auto;padding:1rem;max-width:38rem}
h1{font-size:1.35rem;margin:.5rem 0}
dt{font-weight:600;margin-top:.9rem}
dd{margin:.1rem 0 0}
.code{font-family:ui-monospace,monospace;letter-spacing:.05em;overflow-wrap:anywhere}
.by{font-size:1.2rem;font-weight:600}
.note{border-left:.3rem solid;padding:.3rem .8rem;margin:1rem 0}
label{display:block;font-weight:600}
input{font:inherit;box-sizing:border-box;width:100%;padding:.5rem;margin:.3rem 0 .6rem;text-transform:uppercase}
button{font:inherit;padding:.45rem 1.1rem}
footer{margin-top:2rem;font-size:.9rem}
footer form{display:inline}
@media print{form,.screen{display:none}body{max-width:none}}
)";

// {{…}} is escaped.
constexpr const char* page_template = R"(<!doctype html>
<html lang="{{lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow, noarchive">
<meta name="referrer" content="no-referrer">
<title>{{heading}}</title>
<style>{{{style}}}</style>
</head>
<body>
<main>
<h1>{{heading}}</h1>
{{#trouble}}<p class="note" role="alert">{{trouble}}</p>
{{/trouble}}{{#case}}<dl>
<dt>{{w_title}}</dt><dd>{{title}}</dd>
<dt>{{w_code}}</dt><dd class="code">{{code}}</dd>
{{#state}}<dt>{{w_state}}</dt><dd>{{state}}</dd>
{{/state}}{{#stages}}<dt>{{w_stage}}</dt><dd>{{stage}}<br>{{w_since}} <time datetime="{{since_at}}">{{since}}</time></dd>
{{/stages}}{{#unit}}<dt>{{w_unit}}</dt><dd>{{unit}}</dd>
{{/unit}}{{#by}}<dt>{{w_by}}</dt><dd class="by"><time datetime="{{by_at}}">{{by}}</time></dd>
{{/by}}{{#extended}}<dd>{{extended}}</dd>
{{/extended}}{{#waits}}<dt>{{w_by}}</dt><dd>{{waits}}</dd>
{{/waits}}{{#ended}}<dt>{{w_ended}}</dt><dd><time datetime="{{ended_at}}">{{ended}}</time></dd>
{{/ended}}{{#outcome}}<dt>{{w_outcome}}</dt><dd>{{outcome}}</dd>
{{/outcome}}</dl>
{{#advice}}<p class="note">{{advice}}</p>
{{/advice}}<p>{{w_as_of}} <time datetime="{{as_of_at}}">{{as_of}}</time></p>
{{/case}}<form method="post" action="/receipt?lang={{lang}}">
<label for="code">{{w_ask}}</label>
<input id="code" name="code" value="{{typed}}" required maxlength="100" autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="XXXX-XXXX-XXXX-XXXX-XXXX-XXXX">
<button>{{w_show}}</button>
</form>
</main>
<footer>
{{#case}}<p>{{w_keep}}</p>
{{/case}}<form class="screen" method="post" action="/receipt?lang={{other}}">{{#code}}<input type="hidden" name="code" value="{{code}}">{{/code}}<button lang="{{other}}">{{w_other}}</button></form>
</footer>
</body>
</html>
)";

struct Words {
    const char *heading, *title, *code, *state, *stage, *since, *unit, *answer_by, *step_by, *extended,
        *ended, *outcome, *as_of, *ask, *show, *keep, *other;
    const char *waits, *waits_for, *pause_ends, *late, *closed, *cancelled, *archived, *nothing_due;
    const char *mistyped, *unknown, *too_many;
    const char *day, *moment;  // year, month, day; and the time
};
constexpr Words english{
    .heading = "How does my case stand?",
    .title = "What it is about",
    .code = "Receipt code",
    .state = "State",
    .stage = "Stage",
    .since = "since",
    .unit = "Unit that has it",
    .answer_by = "The office must answer by",
    .step_by = "The office must take the next step by",
    .extended = "This date was put off once or more, as the rules allow.",
    .ended = "Ended",
    .outcome = "Outcome",
    .as_of = "As of",
    .ask = "Receipt code",
    .show = "Show",
    .keep = "Whoever has this code can read this page: keep it to yourself.",
    .other = "中文",
    .waits = "The time does not run at present: the office waits, for a reason that the rules allow.",
    .waits_for = "The time does not run at present: the office waits for {}.",
    .pause_ends = " This pause lasts until {} at the latest.",
    .late = "The office is late.",
    .closed = "Closed",
    .cancelled = "Ended by the office without an answer: ask the unit why",
    .archived = "Closed, and moved to the archive",
    .nothing_due = "In the office's hands no date runs at present",
    .mistyped = "This code has a typing error. Compare it with your slip: it has 24 letters and digits.",
    .unknown =
        "Nobody has this code, or what it stood for is not kept here any more. Ask the office with your "
        "slip.",
    .too_many = "Codes are asked for too often from here. Try again in {} seconds.",
    .day = "{2} {1} {0}",
    .moment = "{} at {}",
};
constexpr Words chinese{
    .heading = "事项办理情况查询",
    .title = "事项",
    .code = "回执码",
    .state = "状态",
    .stage = "办理阶段",
    .since = "起于",
    .unit = "承办单位",
    .answer_by = "答复期限",
    .step_by = "本阶段办理期限",
    .extended = "该期限已依规定延长。",
    .ended = "办结时间",
    .outcome = "办理结果",
    .as_of = "查询时间",
    .ask = "回执码",
    .show = "查询",
    .keep = "持有回执码即可查看本页，请妥善保管。",
    .other = "English",
    .waits = "时限现已中止：因规定允许的事由等待。",
    .waits_for = "时限现已中止：等待{}。",
    .pause_ends = "中止最迟至{}，其后时限继续计算。",
    .late = "已超过期限。",
    .closed = "已办结",
    .cancelled = "已由承办单位终止，未作答复；原因请向承办单位询问",
    .archived = "已办结并归档",
    .nothing_due = "目前没有正在计算的办理期限",
    .mistyped = "回执码输入有误。请与回执单核对：共24位字母和数字。",
    .unknown = "查无此回执码，或相关事项已不在此保存。请持回执单向承办单位询问。",
    .too_many = "查询过于频繁，请在{}秒后再试。",
    .day = "{0}年{1}月{2}日",
    .moment = "{} {}",
};

constexpr const char* months[] = {"January", "February", "March",     "April",   "May",      "June",
                                  "July",    "August",   "September", "October", "November", "December"};

// Of "2026-05-01…": "1 May 2026", "2026年5月1日".
std::string day_words(const std::string& date, Language language, const Words& words) {
    if (date.size() < 10) return date;
    const int month = std::stoi(date.substr(5, 2)), day = std::stoi(date.substr(8, 2));
    const auto year = date.substr(0, 4);
    if (language == Language::zh) return fmt::format(fmt::runtime(words.day), year, month, day);
    return fmt::format(fmt::runtime(words.day), year, months[month - 1], day);
}

std::string moment_words(const std::string& at, Language language, const Words& words) {
    if (at.size() < 16) return at;
    return fmt::format(fmt::runtime(words.moment), day_words(at, language, words), at.substr(11, 5));
}

// A date that ends with its day is told as that day.
std::string due_words(const Json& due, Language language, const Words& words) {
    const std::string at = due.at("at"), day = due.at("day");
    return at.substr(0, 10) == day ? moment_words(at, language, words) : day_words(day, language, words);
}

std::string state_words(const Json& standing, const Words& words) {
    const std::string state = standing.at("state");
    if (state == "late") return words.late;
    if (state == "closed") return words.closed;
    if (state == "cancelled") return words.cancelled;
    if (state == "archived") return words.archived;
    return standing.at("due").is_null() ? words.nothing_due : "";
}

void add_moment(mustache::data& data, const char* name, const Json& at, Language language,
                const Words& words) {
    if (!at.is_string()) return;
    data.set(name, moment_words(at, language, words));
    data.set(fmt::format("{}_at", name), at.get<std::string>());
}

void add_text(mustache::data& data, const char* name, const Json& text) {
    if (text.is_string() && text != "") data.set(name, text.get<std::string>());
}

void add_due(mustache::data& data, const Json& due, Language language, const Words& words) {
    data.set("w_by", due.at("for") == "answer" ? words.answer_by : words.step_by);
    if (due.at("at").is_string()) {
        data.set("by", due_words(due, language, words));
        data.set("by_at", due.at("at").get<std::string>());
        if (due.at("extended") == true) data.set("extended", words.extended);
        return;
    }
    std::string waits = words.waits;
    if (const auto& what = due.at("waits_for"); what.is_string())
        waits = fmt::format(fmt::runtime(words.waits_for), what.get<std::string>());
    if (const auto& end = due.at("pause_ends"); end.is_object())
        waits += fmt::format(fmt::runtime(words.pause_ends), due_words(end, language, words));
    data.set("waits", waits);
}

void add_case(mustache::data& data, const Json& standing, Language language, const Words& words) {
    data.set("case", mustache::data(true));
    for (const char* name : {"title", "unit", "advice", "outcome"}) add_text(data, name, standing.at(name));
    add_text(data, "state", state_words(standing, words));
    mustache::data stages{mustache::data::type::list};
    for (const auto& stage : standing.at("stages")) {
        mustache::data one;
        one.set("stage", stage.at("title").get<std::string>());
        add_moment(one, "since", stage.at("since"), language, words);
        stages.push_back(one);
    }
    data.set("stages", stages);
    if (standing.at("due").is_object()) add_due(data, standing.at("due"), language, words);
    add_moment(data, "ended", standing.at("ended"), language, words);
    add_moment(data, "as_of", standing.at("as_of"), language, words);
}

std::string trouble_words(const ReceiptPage& page, const Words& words) {
    switch (page.trouble) {
        case Trouble::none: return {};
        case Trouble::mistyped: return words.mistyped;
        case Trouble::unknown: return words.unknown;
        case Trouble::too_many: return fmt::format(fmt::runtime(words.too_many), page.wait_s);
    }
    return {};
}

// The one style there is, and nothing else: no script, no picture, no frame.
std::string policy() {
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(style.data()), style.size());
    std::string text(sodium_base64_ENCODED_LEN(sizeof hash, sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), hash, sizeof hash, sodium_base64_VARIANT_ORIGINAL);
    text.resize(text.find('\0'));
    return "default-src 'none'; style-src 'sha256-" + text +
           "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}

}  // namespace

void keep_private(Answer& answer) {
    answer.headers["Cache-Control"] = "no-store";
    answer.headers["Referrer-Policy"] = "no-referrer";
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive";
}

Answer html_of(const ReceiptPage& shown, int status) {
    const auto language = shown.language;
    const auto& words = language == Language::zh ? chinese : english;
    mustache::data data;
    const std::pair<const char*, const char*> said[] = {{"heading", words.heading},
                                                        {"w_title", words.title},
                                                        {"w_code", words.code},
                                                        {"w_state", words.state},
                                                        {"w_stage", words.stage},
                                                        {"w_since", words.since},
                                                        {"w_unit", words.unit},
                                                        {"w_ended", words.ended},
                                                        {"w_outcome", words.outcome},
                                                        {"w_as_of", words.as_of},
                                                        {"w_ask", words.ask},
                                                        {"w_show", words.show},
                                                        {"w_keep", words.keep},
                                                        {"w_other", words.other},
                                                        {"lang", views::to_string(language)},
                                                        {"other", language == Language::zh ? "en" : "zh"}};
    for (const auto& [name, text] : said) data.set(name, text);
    data.set("style", std::string(style));
    if (!shown.code.empty()) data.set("code", shown.code);
    data.set("typed", shown.standing.is_object() ? "" : shown.code);
    if (const auto trouble = trouble_words(shown, words); !trouble.empty()) data.set("trouble", trouble);
    if (shown.standing.is_object()) add_case(data, shown.standing, language, words);
    mustache::mustache made{page_template};
    if (!made.is_valid()) throw std::logic_error(made.error_message());
    Answer answer{
        .status = status, .body = made.render(data), .type = "text/html; charset=utf-8", .headers = {}};
    keep_private(answer);
    static const std::string content_policy = policy();
    answer.headers["Content-Security-Policy"] = content_policy;
    answer.headers["X-Frame-Options"] = "DENY";
    answer.headers["Content-Language"] = views::to_string(language);
    return answer;
}

}  // namespace reeve::http
