// Commands, one a line: ACTOR MINUTES JSON, so many minutes after the last. Each is decided on the case that
// the ones before it left; law 3 holds after each, and the events alone give the same case.
#include <charconv>

#include "tests/fuzz/office.h"

namespace reeve::fuzz {
namespace {

constexpr int most_commands = 40;
constexpr int most_minutes = 60 * 24 * 400;

std::string_view cut(std::string_view& text, char at) {
    const auto end = text.find(at);
    const auto part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

void play(Casework& work, std::string_view line) {
    const auto actor = cut(line, ' '), wait = cut(line, ' ');
    int minutes = 0;
    std::from_chars(wait.data(), wait.data() + wait.size(), minutes);
    work.now += std::chrono::minutes(std::clamp(minutes, 0, most_minutes));
    const auto json = Json::parse(line, nullptr, false);
    if (json.is_discarded()) return;
    auto wish = core::wish_from_json(json);
    if (!wish) return claim_told(wish.error());
    if (std::holds_alternative<core::Tick>(*wish) && !work.history.empty()) return work.tick();
    const auto before = work.state;
    if (work.ask(std::string(actor), std::move(*wish)))
        claim(work.state == before, "a refusal changes nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto text = text_of(data, size);
    Casework work(everything());
    for (int i = 0; i < most_commands && !text.empty(); ++i) play(work, cut(text, '\n'));
    work.claim_replay();
    return 0;
}

}  // namespace reeve::fuzz
