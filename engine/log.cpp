#include "engine/log.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

namespace reeve::log {

namespace {

constexpr int silent = -1;
std::atomic<int> least_written = silent;
std::atomic<Form> form = Form::text;

std::string name(Level level) { return describe::write(level, Times::text).get<std::string>(); }

std::string moment(std::int64_t at) {
    const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds{at}};
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), (time - whole).count());
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

void begin(Level least, Form wanted) {
    form = wanted;
    least_written = static_cast<int>(least);
}

bool writes(Level level) { return static_cast<int>(level) <= least_written; }

std::string line(Form form, std::int64_t at, Level level, std::string_view event, const Json& fields) {
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
    using std::chrono::milliseconds;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto text =
        line(form, std::chrono::duration_cast<milliseconds>(now).count(), level, event, fields) + "\n";
    // One call a line: lines of several threads do not mix. What cannot be written is lost; the engine goes
    // on.
    (void)!::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace reeve::log
