// Calendars: a refusal has its place; what compiles is written and read back equal, and due, between and open
// agree with each other.
#include "engine/time/calendar.h"
#include "tests/fuzz/claim.h"

namespace reeve::time {
namespace {

using fuzz::claim;

void ask(const Calendar& calendar, Instant from) {
    const auto at = [&](Instant t) { return to_utc_string(t); };
    const auto open = next_open(calendar, from);
    claim(open >= from, "the next open instant is not in the past: " + at(from));
    if (open != Instant::max()) claim(is_open(calendar, open), "the next open instant is open: " + at(open));
    claim(is_open(calendar, from) == (open == from), "open now, or later: " + at(from));
    for (const char* limit : {"1 working hours", "40 working hours", "7 working min"}) {
        const auto amount = *parse_duration(limit);
        const auto there = due(calendar, from, amount).at;
        claim(there >= from, "a limit is not over before it began");
        explain(calendar, from, amount);
        if (there == Instant::max()) continue;
        claim(working_between(calendar, from, there) == amount.working,
              std::string("as much office time lies between as was given: ") + limit + " from " + at(from) +
                  " to " + at(there));
        claim(working_between(calendar, from, there - Millis(1)) < amount.working,
              std::string("it ends at the first such instant: ") + limit + " from " + at(from));
        const auto back = due(calendar, there, -amount).at;
        claim(back >= from && back <= there, "counted back it is not before where it came from: " + at(back));
        const auto half = fraction(calendar, from, there, 50, true);
        claim(half >= from && half <= there, "half of it lies in it: " + at(half));
    }
    auto last = Instant::min();  // no working day at all ends with the day it began in, which may be over
    for (const char* limit : {"0 working days", "1 working days", "2 working days", "15 working days"}) {
        const auto there = due(calendar, from, *parse_duration(limit)).at;
        claim(there >= last, std::string("more days end no sooner: ") + limit + " from " + at(from));
        last = there;
        explain(calendar, from, *parse_duration(limit));
    }
    due(calendar, from, *parse_duration("2 months"));
    const Span stopped[] = {{from + std::chrono::hours(1), from + std::chrono::hours(50)}};
    const auto stop = due(calendar, from, *parse_duration("5 working hours"), {}, stopped).at;
    claim(stop >= due(calendar, from, *parse_duration("5 working hours")).at, "a stop brings nothing nearer");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::text_of(data, size);
    const auto calendar = parse_calendar(text, "calendar", "/nonexistent");
    if (!calendar) {
        fuzz::claim_placed(calendar.error(), text, "calendar");
        return 0;
    }
    const auto again = canonical_text(**calendar);
    const auto back = parse_calendar(again, "again", "/nonexistent");
    claim(back.has_value(), "the pinned text of a calendar is read: " + again);
    claim(**back == **calendar, "and is the same calendar: " + again);
    for (const char* from : {"1900-01-01T00:00:00Z", "2026-03-06T16:00:00Z", "2026-03-29T00:59:59.999Z",
                             "2024-02-29T23:59:00Z", "2199-12-31T10:00:00Z"})
        ask(**calendar, *parse_instant(from));
    return 0;
}

}  // namespace reeve::time
