#include "engine/cli/casework.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/json.h"

namespace reeve::cli {

std::uint64_t Draw::operator()(std::uint64_t below, std::string_view what) const {
    std::uint64_t x = 1469598103934665603u ^ seed_;  // FNV-1a, then the mixer of splitmix64
    for (unsigned char c : what) x = (x ^ c) * 1099511628211u;
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    x ^= x >> 31;
    return below ? x % below : 0;
}

namespace {

struct Pace {
    std::uint64_t share = 0;
    time::Duration shortest, longest;
};

time::Duration duration(const Json& json) {
    auto parsed = time::parse_duration(json.get<std::string>());
    if (!parsed) throw std::runtime_error(parsed.error().message);
    return *parsed;
}

// The list's item whose share holds the number drawn.
template <class T>
const T* by_share(const std::vector<T>& list, const Draw& draw, std::string_view what) {
    std::uint64_t sum = 0;
    for (const auto& item : list) sum += item.share;
    auto number = draw(sum, what);
    for (const auto& item : list) {
        if (number < item.share) return &item;
        number -= item.share;
    }
    return nullptr;
}

time::Duration between(const time::Duration& a, const time::Duration& b, const Draw& draw,
                       std::string_view what) {
    auto drawn = a;
    auto minutes = [&](time::Millis x, time::Millis y) {
        const auto span = static_cast<std::uint64_t>(std::max<std::int64_t>(0, (y - x).count() / 60'000));
        return x + time::Millis(60'000 * static_cast<std::int64_t>(draw(span + 1, what)));
    };
    drawn.elapsed = minutes(a.elapsed, b.elapsed);
    drawn.working = minutes(a.working, b.working);
    return drawn;
}

Errand errand_of(const Json& json) {
    Errand errand;
    errand.share = json.at("share");
    auto kind = [&](const char* key, Errand::Kind is) {
        if (!json.contains(key)) return;
        errand.kind = is;
        if (json.at(key).is_string()) errand.name = json.at(key);
    };
    kind("act", Errand::Kind::act);
    kind("task", Errand::Kind::task);
    kind("message", Errand::Kind::message);
    kind("extend", Errand::Kind::extend);
    errand.by = json.value("by", "");
    errand.document = json.value("document", "");
    errand.reason = json.value("reason", "");
    if (json.contains("by_duration")) errand.extension = duration(json.at("by_duration"));
    if (json.contains("data")) errand.data = json.at("data");
    return errand;
}

}  // namespace

Result<Casework> Casework::load(const std::string& path, const time::Calendar& calendar,
                                const std::optional<Stretch>& stretch) {
    auto document = load_json(path);
    if (!document) return std::unexpected(document.error());
    const auto& json = document->value;
    auto instant = [&](const Json& text) {
        auto at = time::parse_instant(text.get<std::string>(), calendar);
        if (!at) throw std::runtime_error(at.error().message);
        return *at;
    };
    try {
        Casework casework;
        casework.from = stretch ? stretch->from : instant(json.at("from"));
        casework.until = stretch ? stretch->until : instant(json.at("until"));
        std::uint64_t planned = 0;
        for (const auto& group : json.at("arrivals")) planned += group.at("count").get<std::uint64_t>();
        casework.draw = Draw(json.at("seed"));
        std::map<std::string, std::vector<Pace>> paces;
        for (const auto& [name, list] : json.at("paces").items())
            for (const auto& item : list)
                paces[name].push_back({item.at("share"), duration(item.at("from")), duration(item.at("to"))});
        for (const auto& group : json.at("arrivals")) {
            const std::string definition = group.at("definition");
            const auto share = group.at("count").get<std::uint64_t>();
            const auto count = stretch ? std::max<std::uint64_t>(1, share * stretch->cases / planned) : share;
            const auto& units = group.at("units");
            const auto& data = group.at("data");
            const auto season = (casework.until - casework.from).count();
            for (std::uint64_t i = 0; i < count; ++i) {
                Arrival arrival;
                arrival.id = fmt::format("{}-{}", definition, i + 1);
                arrival.definition = definition;
                arrival.unit = units.at(casework.draw(units.size(), arrival.id + "/unit"));
                arrival.data = data.at(casework.draw(data.size(), arrival.id + "/data"));
                const auto part = season * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(count) +
                                  static_cast<std::int64_t>(casework.draw(
                                      static_cast<std::uint64_t>(season) / count, arrival.id + "/at"));
                arrival.opened = casework.from + time::Millis(part / 60'000 * 60'000);
                std::string pace = group.value("pace", "");
                if (pace.empty()) {
                    arrival.opened = time::next_open(calendar, arrival.opened);
                    pace = json.at("units").value(arrival.unit, "steady");
                }
                if (group.contains("discovered_before")) {
                    const auto& bounds = group.at("discovered_before");
                    const auto before = between(duration(bounds.at(0)), duration(bounds.at(1)), casework.draw,
                                                arrival.id + "/discovered");
                    arrival.discovered = arrival.opened - before.elapsed;
                }
                auto at = arrival.opened;
                for (int k = 0; k < 14; ++k) {
                    const auto what = fmt::format("{}/visit/{}", arrival.id, k);
                    const auto* wait = by_share(paces.at(pace), casework.draw, what);
                    at = time::due(calendar, at,
                                   between(wait->shortest, wait->longest, casework.draw, what + "/in"),
                                   {time::Until::moment, false, false})
                             .at;
                    if (at > casework.until) break;
                    arrival.visits.push_back(at);
                }
                casework.arrivals.push_back(std::move(arrival));
            }
        }
        std::ranges::stable_sort(casework.arrivals, {}, &Arrival::opened);
        for (const auto& [definition, stages] : json.at("work").items())
            for (const auto& [stage, list] : stages.items())
                for (const auto& item : list) casework.work_[definition][stage].push_back(errand_of(item));
        const auto& round = json.at("round");
        for (const auto& [definition, chance] : round.at("chance").items())
            casework.chances_[definition] = chance;
        for (auto day = casework.from; day <= casework.until; day += std::chrono::hours(24)) {
            const auto date = time::to_string(day, calendar).substr(0, 10);
            for (const auto& at : round.at("at"))
                casework.rounds.push_back(instant(date + "T" + at.get<std::string>()));
        }
        std::erase_if(casework.rounds, [&](auto at) { return at < casework.from || at > casework.until; });
        return casework;
    } catch (const std::exception& e) {
        return refuse("bad-casework", e.what(), path);
    }
}

const Errand* Casework::errand(const std::string& definition, const std::string& stage,
                               std::string_view what) const {
    auto of = work_.find(definition);
    if (of == work_.end()) return nullptr;
    auto list = of->second.find(stage);
    return list == of->second.end() ? nullptr : by_share(list->second, draw, what);
}

bool Casework::taken_up(const std::string& definition, std::string_view what) const {
    auto it = chances_.find(definition);
    if (it == chances_.end()) it = chances_.find("");
    return it != chances_.end() && draw(100, what) < it->second;
}

}  // namespace reeve::cli
