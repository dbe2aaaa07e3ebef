// Every case of the public deadline vectors, each operation through the public functions.
#include "tests/unit/time/sla_cases.h"

namespace reeve::time {

using nlohmann::ordered_json;

std::string date_of(const Calendar& c, Instant t) { return to_string(t, c).substr(0, 10); }

ordered_json answer(const Calendar& c, const ordered_json& test) {
    std::string op = test["op"], start = test["start"];
    std::int64_t amount = test.value("amount", 0);
    Instant from = instant(start, c);
    std::vector<Span> pauses;
    for (const auto& p : test.value("pauses", ordered_json::array()))
        pauses.push_back({instant(p[0]), instant(p[1])});
    auto in = [&](const std::string& text, DueRule rule = {}) {
        return due(c, from, duration(text), rule, pauses).at;
    };
    DueRule moment{.until = Until::moment};

    if (op == "add") return to_utc_string(in(fmt::format("{} working s", amount)));
    if (op == "sub") return to_utc_string(in(fmt::format("-{} working s", amount)));
    if (op == "between")
        return working_between(c, from, instant(test["end"].get<std::string>()), pauses).count() / 1000;
    if (op == "add_days") return to_utc_string(in(fmt::format("{} working days", amount), moment));
    if (op == "add_days_eod") return to_utc_string(in(fmt::format("{} working days", amount)));
    if (op == "add_days_date") return date_of(c, in(fmt::format("{} working days", amount), moment));
    if (op == "add_days_roll") {
        from = in(fmt::format("{} working days", amount), moment);
        return to_utc_string(in(amount < 0 ? "-0 working s" : "0 working s"));
    }
    if (op == "calendar_days_then_next_working_day")
        return date_of(c, in(fmt::format("{} days", amount), moment));
    if (op == "is_working") return is_open(c, from);
    if (op == "wall_to_utc") return to_utc_string(from);
    if (op == "periods") {
        ordered_json periods = ordered_json::array();
        for (const Span& span : open_spans(c, from, from + std::chrono::days(30))) {
            if (std::ssize(periods) < amount)
                periods.push_back({to_utc_string(span.from), to_utc_string(span.to)});
        }
        return periods;
    }
    if (op == "shift_end") {  // a rotation is a recurrence on the wall clock
        std::map<std::string, std::string> frequency{
            {"week", "WEEKLY"}, {"day", "DAILY"}, {"hour", "HOURLY"}};
        auto found =
            recur(c, fmt::format("FREQ={};INTERVAL={}", frequency.at(test["unit"]), amount), from, 2);
        EXPECT_EQ((found->at(1) - from) / std::chrono::seconds(1), test["elapsed_s"].get<std::int64_t>());
        return to_utc_string(found->at(1));
    }
    return "unknown operation " + op;
}

TEST(Sla, EveryPublicCaseAgrees) {
    std::string path = data("sla/sla_cases.json");
    DATA_OR_SKIP(path);
    auto all = ordered_json::parse(read_text(path));
    std::map<std::string, CalendarPtr> calendars;
    for (const auto& [name, theirs] : all["calendars"].items())
        calendars[name] = calendar_of(translate(name, theirs));
    for (const auto& test : all["cases"]) {
        CalendarPtr c =
            test["calendar"].is_null() ? elapsed_calendar(test["tz"]) : calendars.at(test["calendar"]);
        EXPECT_EQ(answer(*c, test), test["expected"]) << test.dump();
    }
    EXPECT_EQ(all["cases"].size(), 89U);
}

}  // namespace reeve::time
