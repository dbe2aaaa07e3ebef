// Durations: what parses prints, and parses back to the same; a limit that parses can be counted.
#include "engine/time/calendar.h"
#include "tests/fuzz/claim.h"

namespace reeve::time {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using fuzz::claim;
    const auto duration = parse_duration(fuzz::text_of(data, size));
    if (!duration) {
        fuzz::claim_told(duration.error());
        return 0;
    }
    const auto text = to_string(*duration);
    const auto back = parse_duration(text);
    claim(back.has_value(), "what is printed parses: " + text);
    claim(*back == *duration, "what is printed is the same duration: " + text);
    claim(to_string(*back) == text, "it prints the same again: " + text);
    claim(-(-*duration) == *duration, "twice the other way is the same: " + text);

    static const auto calendar = elapsed_calendar("Europe/London");
    static const auto from = *parse_instant("2026-03-06T16:00:00Z");
    const auto there = due(*calendar, from, *duration).at;
    const auto before = due(*calendar, from, -*duration).at;
    const bool backward = text.starts_with('-');
    claim(backward ? there <= before : before <= there, "forward is not before backward: " + text);
    explain(*calendar, from, *duration);
    return 0;
}

}  // namespace reeve::time
