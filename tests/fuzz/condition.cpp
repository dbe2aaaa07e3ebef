// Lua conditions: never past the step and memory limits, whether the scan lets the expression through or not;
// a refusal points into it; the same expression gives the same answer.
#include <sanitizer/allocator_interface.h>
#include <time.h>

#include <algorithm>

#include "engine/model/condition.h"
#include "tests/fuzz/claim.h"

namespace reeve::model {
namespace {

using fuzz::claim;

constexpr double most_seconds = 1.0;           // 10,000 steps take milliseconds, with the sanitizers too
constexpr std::int64_t most_bytes = 16 << 20;  // 1 MiB of the condition's own, the data, and what Lua keeps

std::int64_t held = 0, peak = 0;  // bytes handed out while a condition is evaluated
void taken(const volatile void* block, std::size_t) {
    held += static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<const void*>(block)));
    peak = std::max(peak, held);
}
void given_back(const volatile void* block) {
    if (block)
        held -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(const_cast<const void*>(block)));
}

double cpu_seconds() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

const Json& schema() {
    static const Json made = Json::parse(R"({"type": "object", "properties": {
        "persons": {"type": "integer"}, "place": {"type": "string"}, "urgent": {"type": "boolean"},
        "sum": {"type": "number"}, "names": {"type": "array", "items": {"type": "string"}},
        "party": {"type": "object", "properties": {"name": {"type": "string"}}}}})");
    return made;
}

const Json& values() {
    static const Json made{
        {"persons", 5}, {"place", std::string(40'000, 'x')}, {"urgent", true},
        {"sum", 1.5},   {"names", {"a", "b", "c"}},          {"party", {{"name", "Zhang"}}}};
    return made;
}

Result<bool> bounded(const std::string& expression) {
    static const Json facts{{"id", "K1"},      {"unit", "east"}, {"owner", "eva"}, {"title", "t"},
                            {"stage", "work"}, {"cycle", 1},     {"hand_overs", 0}};
    static const bool watched = __sanitizer_install_malloc_and_free_hooks(taken, given_back) > 0;
    claim(watched, "the allocator is watched");
    held = peak = 0;
    const double begin = cpu_seconds();
    auto result = evaluate_condition(expression, values(), facts);
    const double took = cpu_seconds() - begin;
    claim(took < most_seconds, "a condition took " + std::to_string(took) + " s");
    claim(peak < most_bytes, "a condition took " + std::to_string(peak) + " bytes");
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string expression(fuzz::text_of(data, size));
    const auto scanned = scan_condition(expression, schema());
    if (scanned) {
        claim(!scanned->code.empty() && !scanned->message.empty(), "a refusal says why");
        claim(scanned->offset <= expression.size(), "a refusal points into the expression");
    }
    // What the scan refuses meets the limits that stand behind it.
    if (const auto fault = compile_condition(expression)) {
        claim(!fault->message.empty(), "a refusal says why");
        return 0;
    }
    const auto first = bounded(expression), again = bounded(expression);
    // A condition that got through has no state; one that the scan refuses may change what it was given.
    if (!scanned)
        claim(first.has_value() == again.has_value() && (!first || *first == *again), "the same answer");
    return 0;
}

}  // namespace reeve::model
