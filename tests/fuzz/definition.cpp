// Definitions: every fault has its place; what compiles compiles again to the same, starts a case with an
// owner and a clock, and its ladder is climbed without end or silence.
#include "engine/core/core.h"
#include "tests/fuzz/claim.h"
#include "tests/fuzz/office.h"

namespace reeve::fuzz {
namespace {

constexpr int most_ticks = 20;

void start(const model::Program& program) {
    Casework work(program);
    const auto refused = work.ask("ren", core::StartCase{.definition = program.id, .unit = "east"});
    if (refused) return claim_told(*refused);  // e.g. data is required
    for (int i = 0; i < most_ticks && work.state.status == core::CaseStatus::open; ++i) {
        const auto next = core::next_moment(work.state);
        if (!next || *next > work.now + std::chrono::days(20'000)) break;
        work.now = std::max(work.now, *next);
        work.tick();
    }
    work.claim_replay();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto calendar = time::elapsed_calendar("Asia/Shanghai");
    const model::Surroundings around{
        .calendar = [](const std::string&) -> Result<time::CalendarPtr> { return calendar; },
        .definition = [](const std::string&) { return true; },
        .role = [](const std::string&) { return true; },
        .from = Casework::begin(),
        .file = [](const std::string&) -> Result<std::string> { return refuse("no-file", "there is none"); }};
    const auto text = text_of(data, size);
    const auto compiled = model::compile(text, "definition", around);
    if (!compiled) {
        claim(!compiled.error().empty(), "a refusal names a fault");
        for (const auto& fault : compiled.error()) claim_placed(fault, text, "definition");
        return 0;
    }
    for (const auto& warning : compiled->warnings) claim_placed(warning, text, "definition");
    const auto& program = *compiled->program;
    for (const auto& fault : model::check_data(program, Json::object())) claim_told(fault);
    for (std::size_t i = 0; i < program.conditions.size(); ++i)
        (void)model::holds(program, static_cast<int>(i), Json::object());
    start(program);
    return 0;
}

}  // namespace reeve::fuzz
