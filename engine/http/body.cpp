#include "engine/http/body.h"

#include <charconv>

#include "engine/json.h"

namespace reeve::http {

Result<std::string> tag_of(const Call& call) {
    const auto& tag = call.request.header("if-match");
    if (tag.empty()) return std::string();
    if (tag.size() < 3 || !tag.starts_with('"') || !tag.ends_with('"'))
        return refuse("bad-request", "If-Match takes the ETag that was given, such as \"7\" with its quotes",
                      "If-Match");
    return tag.substr(1, tag.size() - 2);
}

Result<std::optional<std::uint64_t>> numbered_tag(const Call& call) {
    const auto tag = tag_of(call);
    if (!tag) return std::unexpected(tag.error());
    if (tag->empty()) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(tag->data(), tag->data() + tag->size(), number);
    if (fault != std::errc{} || end != tag->data() + tag->size())
        return refuse("bad-request", "If-Match takes the ETag that was given, such as \"7\" with its quotes",
                      "If-Match");
    return number;
}

Result<std::string> sent_calendar(const std::string& text) {
    if (text.empty()) return std::string();
    // What it takes from files is on the machine of whoever sends it.
    if (const auto json = parse_json(text, "calendar");
        json && json->value.is_object() && json->value.contains("import"))
        return refuse("bad-data", "a calendar is sent whole: put what it imports into it", "/calendar");
    const auto parsed = time::parse_calendar(text, "calendar", "");
    if (!parsed) return refuse("bad-data", parsed.error().text(), "/calendar");
    return time::canonical_text(**parsed);
}

std::string key_of(const Call& call) {
    const auto& key = call.request.header("idempotency-key");
    return key.empty() ? key : call.caller.person + ":" + key;
}

Json changes_json(const views::Sight& sight, const std::vector<runtime::CaseChange>& changes, bool dry_run) {
    auto rows = views::change_rows(sight, changes);
    std::size_t refused = 0;
    for (auto& row : rows) {
        const auto it = row.find("refused");
        if (it == row.end()) continue;
        ++refused;
        (*it)["detail"] = (*it)["message"];  // as problems have it
        it->erase("message");
    }
    return {{"dry_run", dry_run}, {"cases", rows.size()}, {"refused", refused}, {"items", std::move(rows)}};
}

int number_of(const Call& call, std::string_view name) {
    constexpr unsigned long most = 1'000'000'000;
    const auto& text = call.query(name);
    return text.empty() ? 0 : static_cast<int>(std::min(std::stoul(text), most));
}

}  // namespace reeve::http
