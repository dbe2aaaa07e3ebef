// .ics import: a refusal says why; the days that come out lie in the calendar's table.
#include "engine/time/calendar_file.h"
#include "tests/fuzz/scratch_file.h"

namespace reeve::time {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::ScratchFile file;
    file.fill(fuzz::text_of(data, size));
    const auto imported = import_ics(file.path(), {"补班", "work"});
    if (!imported) {
        fuzz::claim_told(imported.error());
        return 0;
    }
    for (const auto* days : {&imported->off, &imported->worked})
        for (const auto& [day, name] : *days)
            // A holiday of many days may begin in the last year and end behind it.
            fuzz::claim(day >= first_day && day < last_day + std::chrono::days(400),
                        "a day off lies in the table: " + to_string(day) + " " + name);
    return 0;
}

}  // namespace reeve::time
