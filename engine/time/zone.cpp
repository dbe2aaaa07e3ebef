#include "engine/time/zone.h"

#include <date/tz.h>
// ptz.h names hh_mm_ss without its namespace, which C++20's std::chrono has as well.
namespace Posix {
using date::hh_mm_ss;
}
#include <date/ptz.h>

#include <fstream>

#include "engine/spelling.h"

namespace reeve::time {

using namespace std::chrono;

namespace {

// The rule that holds after the last listed transition, as a POSIX TZ string: the last line of the zone's
// compiled file. date reads only the list, which ends in 2037; without the rule, summer time would end too.
std::optional<Posix::time_zone> rule_after_list(const std::string& name) {
    std::ifstream in("/usr/share/zoneinfo/" + name, std::ios::binary | std::ios::ate);
    if (!in || in.tellg() < 2 || in.tellg() > 1 << 20) return std::nullopt;
    std::string tail(static_cast<std::size_t>(in.tellg()), '\0');
    in.seekg(0);
    in.read(tail.data(), static_cast<std::streamsize>(tail.size()));
    if (tail.back() != '\n') return std::nullopt;
    tail.pop_back();
    tail.erase(0, tail.rfind('\n') + 1);
    if (!tail.contains(',')) return std::nullopt;  // no summer time: the last offset of the list holds
    try {
        return Posix::time_zone(tail);
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace

Result<Zone> Zone::find(const std::string& name) {
    const date::time_zone* found = nullptr;
    try {
        found = name.empty() ? nullptr : date::locate_zone(name);
    } catch (const std::exception&) {
    }
    if (!found) {
        std::vector<std::string> names;
        for (const auto& zone : date::get_tzdb().zones) names.push_back(zone.name());
        const auto message = fmt::format("there is no time zone \"{}\"", name);
        if (const auto hint = did_you_mean(name, names); !hint.empty())
            return refuse("unknown-zone", message + hint);
        // A town alone, which is how people call them.
        for (const auto& zone : names)
            if (!name.empty() && zone.ends_with("/" + name))
                return refuse("unknown-zone", fmt::format("{}; did you mean \"{}\"?", message, zone));
        return refuse("unknown-zone", message + "; write it like \"Asia/Shanghai\"");
    }
    Zone zone;
    zone.name_ = name;
    sys_seconds end{last_day.time_since_epoch()};
    sys_seconds list_end{sys_days{year{2037} / 7 / 1}};
    auto rule = rule_after_list(name);
    for (sys_seconds t{first_day.time_since_epoch()}; t < end;) {
        date::sys_info info = rule && t >= list_end ? rule->get_info(t) : found->get_info(t);
        if (zone.changes_.empty() || zone.changes_.back().offset != info.offset) {
            zone.changes_.push_back({t, info.offset});
        }
        sys_seconds next = info.end;
        if (rule && t < list_end && next > list_end) next = list_end;
        if (next <= t) break;
        t = next;
    }
    return zone;
}

std::size_t Zone::index_at(Instant t) const {
    auto after = std::ranges::upper_bound(changes_, t, {}, &Change::begin);
    return after == changes_.begin() ? 0 : static_cast<std::size_t>(after - changes_.begin()) - 1;
}

seconds Zone::offset(Instant t) const { return changes_[index_at(t)].offset; }

Instant Zone::to_instant(Local local) const {
    Instant as_utc{local.time_since_epoch()};
    std::size_t i = index_at(as_utc - hours(27));
    Instant before{};
    for (std::size_t from = i;; ++i) {
        Instant t = as_utc - changes_[i].offset;
        if (i > from && t < changes_[i].begin) return before;  // in the gap: the offset before it moves it on
        if (i + 1 == changes_.size() || t < changes_[i + 1].begin) return t;
        before = t;
    }
}

}  // namespace reeve::time
