#include "engine/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>

namespace reeve::log {

namespace {

constexpr int silent = -1;
std::atomic<int> least_written = silent;
std::atomic<Form> form = Form::text;
std::function<time::Instant()> clock;

std::string name(Level level) { return describe::write(level, Times::text).get<std::string>(); }

// Always with three places, so that lines stand in columns.
std::string moment(time::Instant at) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(at);
    auto text = time::to_utc_string(whole);
    text.pop_back();
    return fmt::format("{}.{:03}Z", text, (at - whole).count());
}

// A word stands as it is; anything else is quoted as JSON does it, so that a line stays a line.
std::string shown(const Json& value) {
    const auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (!value.is_string()) return text;
    const auto plain = value.get<std::string>();
    constexpr std::string_view apart = " \t=\"\\";
    const bool word =
        !plain.empty() && text.size() == plain.size() + 2 && plain.find_first_of(apart) == std::string::npos;
    return word ? plain : text;
}

}  // namespace

void begin(Level least, Form wanted, std::function<time::Instant()> now) {
    clock = std::move(now);
    form = wanted;
    least_written = static_cast<int>(least);
}

bool writes(Level level) { return static_cast<int>(level) <= least_written; }

std::string line(Form form, time::Instant at, Level level, std::string_view event, const Json& fields) {
    if (form == Form::json) {
        Json all{{"time", moment(at)}, {"level", name(level)}, {"event", event}};
        for (const auto& [key, value] : fields.items()) all[key] = value;
        return all.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    auto text = fmt::format("{} {} {}", moment(at), name(level), event);
    for (const auto& [key, value] : fields.items()) text += fmt::format(" {}={}", key, shown(value));
    return text;
}

void write(Level level, std::string_view event, Json fields) {
    if (!writes(level)) return;
    const auto text = line(form, clock(), level, event, fields) + "\n";
    // One call a line: lines of several threads do not mix. What cannot be written is lost; the engine goes
    // on.
    (void)!::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace reeve::log
