// Live events: what happens to the cases one sees, as it happens, over one answer that does not end.
#include <algorithm>
#include <charconv>

#include "engine/http/feed.h"
#include "engine/http/route.h"
#include "engine/spelling.h"

namespace reeve::http {

namespace {

using Kind = Parameter::Kind;

constexpr Parameter query[] = {
    {"case", Kind::text, "Of this case"},
    {"unit", Kind::text, "Of cases of this unit and below"},
    {"event", Kind::text, "Of this name, or of these: EscalationFired,CaseClosed"},
    {"after", Kind::position,
     "Goes on behind this number; without it, and without Last-Event-ID, with what happens from now on"}};

Result<std::set<std::string>> events_of(const std::string& text) {
    static const std::vector<std::string> known = [] {
        std::vector<std::string> names;
        const auto schemas = core::event_schemas();
        for (const auto& [name, schema] : schemas.items()) names.push_back(name);
        return names;
    }();
    std::set<std::string> events;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find(',', from), text.size());
        auto name = text.substr(from, end - from);
        if (std::ranges::find(known, name) == known.end())
            return refuse("bad-parameter", "there is no event \"" + name + "\"" + did_you_mean(name, known),
                          "event");
        events.insert(std::move(name));
        from = end + 1;
    }
    return events;
}

// Where to go on. The header counts: a browser that comes back sends it to the address it had, with its
// "after".
Result<std::uint64_t> after_of(const Call& call, std::uint64_t head) {
    const auto& header = call.request.header("last-event-id");
    const auto& text = header.empty() ? call.query("after") : header;
    const std::string place = header.empty() ? "after" : "Last-Event-ID";
    if (text.empty()) return head;
    std::uint64_t after = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), after);
    if (fault != std::errc{} || end != text.data() + text.size())
        return refuse("bad-parameter", "expected a number of the journal, 0 or more, not \"" + text + "\"",
                      place);
    if (after > head)
        return refuse("beyond-the-end",
                      "the journal ends at " + std::to_string(head) + ", before " + text +
                          ": it is another, or an older copy; read anew what you show, and follow without it",
                      place);
    return after;
}

Answer follow(const Call& call, const views::Sight& sight) {
    Following following{.wanted = {.case_id = call.query("case"), .unit = call.query("unit"), .events = {}},
                        .head = sight.reader.head().seq};
    if (!following.wanted.case_id.empty())
        if (auto seen = seen_case(call, sight, following.wanted.case_id); !seen) return problem(seen.error());
    if (auto units = seen_units(call, sight); !units) return problem(units.error());
    auto events = events_of(call.query("event"));
    if (!events) return problem(events.error());
    following.wanted.events = std::move(*events);
    auto after = after_of(call, following.head);
    if (!after) return problem(after.error());
    following.after = *after;
    Answer answer{.type = "text/event-stream", .headers = {}};
    // A proxy that gathers what it passes on would hold it back.
    answer.headers["X-Accel-Buffering"] = "no";
    answer.following = std::make_shared<const Following>(std::move(following));
    return answer;
}

constexpr Route event_table[] = {
    {"GET", "/v1/events", "followEvents",
     "What happens to the cases one sees, as it happens, as server-sent events.", Scope::read, query,
     Takes::nothing, "", "LiveEvent", false, follow, "text/event-stream"},
};

}  // namespace

std::span<const Route> event_routes() { return event_table; }

}  // namespace reeve::http
