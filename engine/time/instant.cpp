// Instants as RFC 3339 writes them.
#include <fmt/compile.h>

#include "engine/time/calendar.h"

namespace reeve::time {

using namespace std::chrono;

namespace {

struct Read {
    Local local;
    std::optional<minutes> offset;  // none: a wall-clock time
};

// `digits` digits at the front of `text`, or -1.
int take(std::string_view& text, std::size_t digits) {
    int value = 0;
    if (text.size() < digits) return -1;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, std::string_view any_of) {
    if (text.empty() || !any_of.contains(text[0])) return false;
    text.remove_prefix(1);
    return true;
}

// What is wrong, or "" and `read` is filled.
std::string read_instant(std::string_view text, Read& read) {
    const std::string form = "write it like 2026-02-25T18:00:00+08:00";
    if (text.size() > 40) return form;
    int y = take(text, 4);
    bool dash = take(text, "-");
    int m = take(text, 2);
    dash = take(text, "-") && dash;
    int d = take(text, 2);
    if (!dash || y < 0 || m < 0 || d < 0) return form;
    year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
    if (!date.ok() || y == 0) return "there is no such date";
    read.local = Day{date};
    if (text.empty()) return "";
    if (!take(text, "Tt ")) return form;
    int h = take(text, 2);
    if (!take(text, ":")) return form;
    int min = take(text, 2), s = 0;
    std::int64_t ms = 0;
    if (take(text, ":")) {
        s = take(text, 2);
        if (take(text, ".,")) {
            if (text.empty() || text[0] < '0' || text[0] > '9') return form;
            for (std::int64_t scale = 100; !text.empty() && text[0] >= '0' && text[0] <= '9'; scale /= 10) {
                ms += (text[0] - '0') * scale;
                text.remove_prefix(1);
            }
        }
    }
    if (h < 0 || min < 0 || s < 0) return form;
    if (h > 23 || min > 59 || s > 60) return "there is no such time of day (00:00:00 to 23:59:59)";
    read.local += hours(h) + minutes(min) + seconds(s) + Millis(ms);
    if (text.empty()) return "";
    if (text == "Z" || text == "z") {
        read.offset = minutes(0);
        return "";
    }
    bool minus = text[0] == '-';
    if (!take(text, "+-")) return form;
    int oh = take(text, 2);
    take(text, ":");
    int om = text.empty() ? 0 : take(text, 2);
    if (oh < 0 || om < 0 || oh > 23 || om > 59 || !text.empty()) return form;
    read.offset = (hours(oh) + minutes(om)) * (minus ? -1 : 1);
    return "";
}

std::unexpected<Error> bad_instant(std::string_view text, const std::string& why) {
    return refuse("bad-time", fmt::format("\"{}\" is not a time: {}", text.substr(0, 40), why));
}

std::string print(Local local) {
    auto day = floor<days>(local);
    year_month_day date{day};
    hh_mm_ss<Millis> time{local - day};
    std::string text =
        fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}"), static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    time.hours().count(), time.minutes().count(), time.seconds().count());
    if (time.subseconds().count() != 0) text += fmt::format(".{:03}", time.subseconds().count());
    return text;
}

// Years that four digits cannot write: the ends of time, such as Instant::max().
bool beyond(Instant t) { return t >= sys_days{year{9999} / 12 / 31} || t < sys_days{year{1} / 1 / 2}; }
std::string print_beyond(Instant t) { return t > Instant{} ? "never" : "always"; }

}  // namespace

bool countable(Instant t) {
    return t >= Instant(first_day.time_since_epoch()) && t < Instant(last_day.time_since_epoch());
}

Result<Instant> parse_instant(std::string_view text, const Calendar& calendar) {
    Read read;
    if (auto wrong = read_instant(text, read); !wrong.empty()) return bad_instant(text, wrong);
    if (!read.offset) return calendar.zone().to_instant(read.local);
    return Instant{read.local.time_since_epoch() - *read.offset};
}

Result<Instant> parse_instant(std::string_view text) {
    Read read;
    if (auto wrong = read_instant(text, read); !wrong.empty()) return bad_instant(text, wrong);
    if (!read.offset) return bad_instant(text, "it has no offset; add Z or one like +08:00");
    return Instant{read.local.time_since_epoch() - *read.offset};
}

std::string to_string(Instant t, const Calendar& calendar) {
    if (beyond(t)) return print_beyond(t);
    // Offsets of old local mean times have seconds, which RFC 3339 cannot write: the nearest it can.
    auto offset = duration_cast<minutes>(calendar.zone().offset(t));
    auto size = offset.count() < 0 ? -offset.count() : offset.count();
    return print(Local{t.time_since_epoch() + offset}) +
           fmt::format(FMT_COMPILE("{}{:02}:{:02}"), offset.count() < 0 ? '-' : '+', size / 60, size % 60);
}

std::string to_utc_string(Instant t) {
    return beyond(t) ? print_beyond(t) : print(Local{t.time_since_epoch()}) + "Z";
}

std::string deadline_words(const std::string& rfc3339) {
    if (rfc3339.size() < 20 || rfc3339.compare(10, 9, "T00:00:00") != 0 || rfc3339[19] == '.') return rfc3339;
    const auto day = parse_day(rfc3339.substr(0, 10));
    return day ? "end of " + to_string(*day - days(1)) : rfc3339;
}

std::string deadline_words(Instant t, const Calendar& calendar) {
    return deadline_words(to_string(t, calendar));
}

std::string to_string(Day day) { return print(day).substr(0, 10); }

std::optional<Day> parse_day(std::string_view text) {
    Read read;
    if (text.size() != 10 || !read_instant(text, read).empty()) return std::nullopt;
    return floor<days>(read.local);
}

}  // namespace reeve::time
