// Recurrences: the dates rise, none is before the start, and asking for the next one after each gives the
// same.
#include "engine/time/calendar.h"
#include "tests/fuzz/claim.h"

namespace reeve::time {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using fuzz::claim;
    static const auto calendar = elapsed_calendar("Europe/London");
    static const auto start = *parse_instant("2026-03-06T16:00:00Z");
    constexpr std::size_t wanted = 12;
    const auto rule = fuzz::text_of(data, size);
    const auto dates = recur(*calendar, rule, start, wanted);
    if (!dates) {
        fuzz::claim_told(dates.error());
        return 0;
    }
    claim(dates->size() <= wanted, "no more dates than were asked for");
    for (std::size_t i = 1; i < dates->size(); ++i) claim((*dates)[i - 1] <= (*dates)[i], "the dates rise");
    for (std::size_t i = 1; i < dates->size() && i < 4; ++i) {
        const auto next = next_occurrence(*calendar, rule, start, (*dates)[i - 1]);
        claim(next.has_value(), "what was read once is read again");
        // Two wall-clock times of the night on which the clock moves may be one instant.
        if ((*dates)[i] == (*dates)[i - 1]) continue;
        claim(next->has_value() && **next == (*dates)[i],
              "the next one after " + to_utc_string((*dates)[i - 1]) + " is " + to_utc_string((*dates)[i]) +
                  ", not " + (*next ? to_utc_string(**next) : "none"));
    }
    return 0;
}

}  // namespace reeve::time
