// Durations as people write them, and ISO 8601's.
#include <charconv>

#include "engine/spelling.h"
#include "engine/time/time.h"

namespace reeve::time {

using namespace std::chrono;

namespace {

enum class Part { months, days, elapsed, working_days, working };

struct Unit {
    Part part;
    std::int64_t size;  // months, days or milliseconds
};

// The first word of each unit is the one to_string writes and suggestions name.
const std::vector<std::pair<std::string, Unit>>& units() {
    static const std::vector<std::pair<std::string, Unit>> all = [] {
        std::vector<std::pair<std::string, Unit>> list{
            {"years", {Part::months, 12}},
            {"year", {Part::months, 12}},
            {"months", {Part::months, 1}},
            {"month", {Part::months, 1}},
            {"weeks", {Part::days, 7}},
            {"week", {Part::days, 7}},
            {"days", {Part::days, 1}},
            {"day", {Part::days, 1}},
            {"working days", {Part::working_days, 1}},
            {"working day", {Part::working_days, 1}},
        };
        for (std::string prefix : {"", "working "}) {
            Part part = prefix.empty() ? Part::elapsed : Part::working;
            for (const char* name : {"hours", "hour", "h"}) list.push_back({prefix + name, {part, 3600'000}});
            for (const char* name : {"minutes", "minute", "min"})
                list.push_back({prefix + name, {part, 60'000}});
            for (const char* name : {"seconds", "second", "s"}) list.push_back({prefix + name, {part, 1000}});
            list.push_back({prefix + "ms", {part, 1}});
        }
        return list;
    }();
    return all;
}

std::unexpected<Error> bad_duration(std::string_view text, const std::string& why) {
    std::string shown(text.substr(0, 60));
    return refuse("bad-duration", fmt::format("the duration \"{}\" is not understood: {}", shown, why));
}

const std::string form =
    "write a number and a unit, as in \"15 working days\", \"60 days\", \"4 working hours\", \"30 min\" or "
    "\"P1M\"";

// A number as written: 15, 1.5. Whole thousandths, so that parts of an hour stay exact.
struct Amount {
    std::int64_t thousandths;
    bool whole;
};

std::optional<Amount> read_amount(std::string_view& text) {
    std::size_t n = 0;
    while (n < text.size() && (text[n] >= '0' && text[n] <= '9')) ++n;
    if (n == 0 || n > 15) return std::nullopt;
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + n, value);
    text.remove_prefix(n);
    std::int64_t part = 0;
    bool whole = true;
    if (text.size() > 1 && (text[0] == '.' || text[0] == ',') && text[1] >= '0' && text[1] <= '9') {
        whole = false;
        text.remove_prefix(1);
        for (std::int64_t scale = 100; !text.empty() && text[0] >= '0' && text[0] <= '9'; scale /= 10) {
            part += (text[0] - '0') * scale;
            text.remove_prefix(1);
        }
    }
    return Amount{value * 1000 + part, whole};
}

// Adds amount × unit; says what is wrong with it, or "".
std::string add(Duration& d, Amount amount, Unit unit) {
    bool dated = unit.part == Part::months || unit.part == Part::days || unit.part == Part::working_days;
    if (dated && !amount.whole) return "a part of a day, week, month or year is not counted; use hours";
    // A thousand years in the unit's own measure: longer is a slip, and sums stay far from overflow.
    std::int64_t most = unit.part == Part::months ? 12'000 : dated ? 366'000 : 366'000LL * 86'400'000;
    if (amount.thousandths / 1000 > most / unit.size) return "it is longer than a thousand years";
    std::int64_t value =
        dated ? amount.thousandths / 1000 * unit.size
              : (amount.thousandths / 1000) * unit.size + amount.thousandths % 1000 * unit.size / 1000;
    switch (unit.part) {
        case Part::months: d.months += value; break;
        case Part::days: d.days += value; break;
        case Part::elapsed: d.elapsed += Millis(value); break;
        case Part::working_days: d.working_days += value; break;
        case Part::working: d.working += Millis(value); break;
    }
    if (d.months > 12'000 || d.days > 366'000 || d.working_days > 366'000 || d.elapsed > days(366'000) ||
        d.working > days(366'000)) {
        return "it is longer than a thousand years";
    }
    return "";
}

// The zero of a unit still says what it counts.
void mark_zero(Duration& d, Part part) {
    if (!d.is_zero()) return;
    d.working_unit = part == Part::working_days || part == Part::working;
    d.dated = part == Part::months || part == Part::days || part == Part::working_days;
}

Result<Duration> parse_iso(std::string_view text, std::string_view body, bool negative) {
    body.remove_prefix(1);
    Duration d;
    bool time = false, last = false;
    std::string order = "YMWDHMS";
    std::size_t next = 0;
    Part part = Part::elapsed;
    if (body.empty() || body == "T") return bad_duration(text, "nothing follows the P; " + form);
    while (!body.empty()) {
        if (body[0] == 'T' && !time) {
            time = true;
            next = 4;
            body.remove_prefix(1);
            if (body.empty()) return bad_duration(text, "nothing follows the T");
            continue;
        }
        auto amount = read_amount(body);
        if (!amount || body.empty())
            return bad_duration(text, "ISO 8601 has it like \"P1Y2M3DT4H5M6S\" or \"P2W\"");
        if (last) return bad_duration(text, "only its last number may have a part after the point");
        std::size_t at = order.find(body[0], next);
        if (at == std::string::npos || (at < 4) == time) {
            return bad_duration(text, "ISO 8601 has the units in the order Y M D T H M S");
        }
        if (at == 2 && (next > 0 || body.size() > 1))
            return bad_duration(text, "weeks stand alone in ISO 8601, as in \"P2W\"");
        next = at == 2 ? order.size() : at + 1;
        last = !amount->whole;
        static const Unit sizes[] = {{Part::months, 12},   {Part::months, 1},        {Part::days, 7},
                                     {Part::days, 1},      {Part::elapsed, 3600000}, {Part::elapsed, 60000},
                                     {Part::elapsed, 1000}};
        part = sizes[at].part;
        if (auto wrong = add(d, *amount, sizes[at]); !wrong.empty()) return bad_duration(text, wrong);
        body.remove_prefix(1);
    }
    mark_zero(d, part);
    return negative ? -d : d;
}

std::string suggest(std::string word) {
    static const std::map<std::string, std::string> habits{{"m", "min\" or \"months"},
                                                           {"d", "days"},
                                                           {"w", "weeks"},
                                                           {"y", "years"},
                                                           {"mo", "months"},
                                                           {"wd", "working days"},
                                                           {"bd", "working days"},
                                                           {"business days", "working days"},
                                                           {"business day", "working day"},
                                                           {"business hours", "working hours"},
                                                           {"workdays", "working days"},
                                                           {"wh", "working hours"},
                                                           {"hrs", "hours"},
                                                           {"hr", "hours"},
                                                           {"mins", "min"},
                                                           {"secs", "s"},
                                                           {"sec", "s"},
                                                           {"working weeks", "working days"}};
    std::ranges::transform(word, word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    if (auto it = habits.find(word); it != habits.end())
        return fmt::format("; did you mean \"{}\"?", it->second);
    std::vector<std::string> names;
    for (const auto& [name, unit] : units()) names.push_back(name);
    std::string near = did_you_mean(word, names);
    return near.empty()
               ? "; the units are s, min, hours, days, weeks, months, years and working s, min, hours, days"
               : near;
}

bool blank(char c) { return c == ' ' || c == '\t'; }

void skip_blanks(std::string_view& text) {
    while (!text.empty() && blank(text[0])) text.remove_prefix(1);
}

// Takes the words of a unit: letters, single blanks between them.
std::string read_unit(std::string_view& text) {
    std::string word;
    while (!text.empty() && !(text[0] >= '0' && text[0] <= '9') && text[0] != ',') {
        if (!blank(text[0])) {
            word += text[0];
        } else if (!word.empty() && word.back() != ' ') {
            word += ' ';
        }
        text.remove_prefix(1);
    }
    while (word.ends_with(' ')) word.pop_back();
    if (word.ends_with(" and")) word.resize(word.size() - 4);
    return word;
}

}  // namespace

Duration Duration::operator-() const {
    Duration d = *this;
    d.months = -months, d.days = -days, d.elapsed = -elapsed;
    d.working_days = -working_days, d.working = -working;
    if (is_zero() && (working_unit || dated)) d.backward = !backward;
    return d;
}

Result<Duration> parse_duration(std::string_view text) {
    std::string_view rest = text;
    if (text.size() > 200) return bad_duration(text, "it is too long; " + form);
    skip_blanks(rest);
    while (!rest.empty() && blank(rest.back())) rest.remove_suffix(1);
    bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) rest.remove_prefix(1);
    skip_blanks(rest);
    if (rest.starts_with('P')) return parse_iso(text, rest, negative);
    if (rest.empty()) return bad_duration(text, "it is empty; " + form);

    Duration d;
    std::optional<Part> part;
    bool working = false, plain = false;
    for (bool first = true; !rest.empty(); first = false) {
        if (!first && rest.starts_with(',')) rest.remove_prefix(1);
        skip_blanks(rest);
        auto amount = read_amount(rest);
        if (!amount) return bad_duration(text, form);
        std::string word = read_unit(rest);
        if (word.empty()) return bad_duration(text, "the number has no unit; " + form);
        auto unit =
            std::ranges::find(units(), word, [](const auto& u) -> const std::string& { return u.first; });
        if (unit == units().end()) {
            return bad_duration(text,
                                fmt::format("unknown unit \"{}\"{}", word.substr(0, 40), suggest(word)));
        }
        if (auto wrong = add(d, *amount, unit->second); !wrong.empty()) return bad_duration(text, wrong);
        part = unit->second.part;
        (*part == Part::working || *part == Part::working_days ? working : plain) = true;
    }
    if (working && plain)
        return bad_duration(text, "working time is not mixed with other time; use two clocks, or one kind");
    mark_zero(d, *part);
    return negative ? -d : d;
}

std::string to_string(const Duration& d) {
    std::vector<std::string> parts;
    auto put = [&](std::int64_t n, const char* one, const char* many) {
        n = n < 0 ? -n : n;
        if (n != 0) parts.push_back(fmt::format("{} {}", n, n == 1 ? one : many));
    };
    put(d.months / 12, "year", "years");
    put(d.months % 12, "month", "months");
    put(d.days, "day", "days");
    put(d.working_days, "working day", "working days");
    auto put_time = [&](Millis t, std::string prefix) {
        t = t.count() < 0 ? -t : t;
        put(t / hours(1), (prefix + "hour").c_str(), (prefix + "hours").c_str());
        put(t / minutes(1) % 60, (prefix + "min").c_str(), (prefix + "min").c_str());
        std::int64_t s = t / seconds(1) % 60, ms = t.count() % 1000;
        if (ms == 0) {
            put(s, (prefix + "s").c_str(), (prefix + "s").c_str());
        } else {
            parts.push_back(fmt::format("{}.{:03} {}s", s, ms, prefix));
        }
    };
    put_time(d.elapsed, "");
    put_time(d.working, "working ");
    bool negative = d.backward || d.months < 0 || d.days < 0 || d.elapsed.count() < 0 || d.working_days < 0 ||
                    d.working.count() < 0;
    if (parts.empty()) {
        parts.push_back(d.working_unit ? (d.dated ? "0 working days" : "0 working s")
                        : d.dated      ? "0 days"
                                       : "0 s");
    }
    return fmt::format("{}{}", negative ? "-" : "", fmt::join(parts, " "));
}

}  // namespace reeve::time
