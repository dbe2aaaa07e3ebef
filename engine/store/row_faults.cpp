#include "engine/store/row_faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/store/describe_rows.h"

namespace reeve::store {
namespace {

struct Column {
    std::string name;
    bool time = false;
};
struct Table {
    std::vector<Column> columns;
    std::vector<std::size_t> key;  // the columns that name a row
};

template <class Row>
std::vector<Column> columns_of() {
    std::vector<Column> columns;
    boost::mp11::mp_for_each<boost::describe::describe_members<Row, boost::describe::mod_any_access>>(
        [&](auto member) {
            using Value = std::remove_cvref_t<decltype(std::declval<Row>().*member.pointer)>;
            columns.push_back({member.name, std::is_same_v<Value, Instant> ||
                                                std::is_same_v<Value, std::optional<Instant>>});
        });
    return columns;
}

// As Reader::dump() writes them.
const std::map<std::string, Table>& tables() {
    static const std::map<std::string, Table> all{
        {"cases", {columns_of<CaseRow>(), {0}}},
        {"tasks", {columns_of<TaskRow>(), {0, 1}}},
        {"jobs", {columns_of<JobRow>(), {0, 1}}},
        {"requests", {columns_of<RequestRow>(), {0, 1}}},
        {"clocks", {columns_of<ClockRow>(), {0, 1}}},
        {"escalations", {columns_of<EscalationRow>(), {0, 1}}},
        {"links", {columns_of<LinkRow>(), {0, 1, 2}}},
        {"timers", {columns_of<TimerRow>(), {1}}},
        {"outbox", {{{"id"}, {"person"}, {"case_id"}, {"at", true}, {"body"}, {"delivery"}}, {0}}},
        {"loads", {columns_of<LoadRow>(), {0}}},
        {"marks", {{{"case_id"}, {"pattern"}, {"at", true}}, {0, 1}}},
        {"started", {{{"definition"}, {"cases"}}, {0}}},
        {"archived", {columns_of<ArchivedRow>(), {0}}},
        {"archived_keys", {columns_of<ArchivedKeyRow>(), {0}}}};
    return all;
}

struct Line {
    std::string table;
    std::vector<std::string> values;
};

// "clocks "noise-1" "c1" … null": texts are JSON, so a blank inside one does not end it.
Line read(const std::string& text) {
    Line line;
    std::size_t at = text.find(' ');
    line.table = text.substr(0, at);
    while (at < text.size()) {
        const auto from = at + 1;
        at = from;
        if (at < text.size() && text[at] == '"')
            for (++at; at < text.size() && text[at] != '"'; ++at) at += text[at] == '\\';
        at = std::min(text.find(' ', at), text.size());
        line.values.push_back(text.substr(from, at - from));
    }
    return line;
}

std::string shown(const std::string& value, const Column& column) {
    if (value == "null") return "nothing";
    if (column.time) return time::to_utc_string(Instant(time::Millis(std::stoll(value))));
    return value;
}

// Long texts are told by where they part.
std::pair<std::string, std::string> apart(const std::string& one, const std::string& other) {
    constexpr std::size_t before = 24, most = 72;
    if (std::max(one.size(), other.size()) <= most) return {one, other};
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
    const auto part = [&](const std::string& text) {
        auto from = same > before ? same - before : 0, to = std::min(text.size(), from + most);
        const auto inside = [&](std::size_t at) { return at < text.size() && (text[at] & 0xC0) == 0x80; };
        while (from > 0 && inside(from)) --from;
        while (inside(to)) ++to;
        return (from > 0 ? "…" : "") + text.substr(from, to - from) + (to < text.size() ? "…" : "");
    };
    return {part(one), part(other)};
}

// Which row: "table clocks, case_id "noise-1", id "c1"".
std::string named(const Line& line) {
    const auto& table = tables().at(line.table);
    std::string text = "table " + line.table;
    for (const auto column : table.key)
        text += fmt::format(", {} {}", table.columns[column].name, line.values[column]);
    return text;
}

bool is_row(const Line& line) {
    const auto table = tables().find(line.table);
    return table != tables().end() && table->second.columns.size() == line.values.size();
}

std::size_t heap_of(const std::string& text, std::size_t heaps) {
    const auto line = read(text);
    return std::hash<std::string>()(is_row(line) ? named(line) : text) % heaps;
}

std::map<std::string, Line> by_name(const std::set<std::string>& lines, const std::set<std::string>& same,
                                    std::vector<std::string>& unknown) {
    std::map<std::string, Line> rows;
    for (const auto& text : lines) {
        if (same.contains(text)) continue;
        auto line = read(text);
        if (is_row(line))
            rows.emplace(named(line), std::move(line));
        else
            unknown.push_back(text);
    }
    return rows;
}

}  // namespace

std::vector<std::string> row_faults(const std::set<std::string>& kept, const std::set<std::string>& made) {
    std::vector<std::string> faults, unknown, lacking;
    const auto found = by_name(kept, made, unknown), expected = by_name(made, kept, lacking);
    for (const auto& [name, line] : expected) {
        const auto it = found.find(name);
        if (it == found.end()) {
            faults.push_back(name + ": the row is missing");
            continue;
        }
        const auto& columns = tables().at(line.table).columns;
        for (std::size_t i = 0; i < columns.size(); ++i)
            if (line.values[i] != it->second.values[i]) {
                const auto [found_there, due_there] =
                    apart(shown(it->second.values[i], columns[i]), shown(line.values[i], columns[i]));
                faults.push_back(fmt::format("{}, column {}: found {}, expected {}", name, columns[i].name,
                                             found_there, due_there));
            }
    }
    for (const auto& [name, line] : found)
        if (!expected.contains(name)) faults.push_back(name + ": the row does not follow from the journal");
    for (const auto& text : lacking) faults.push_back("a row is missing: " + text);
    for (const auto& text : unknown) faults.push_back("does not follow from the journal: " + text);
    return faults;
}

void RowHeaps::kept(const std::string& line) {
    sums_[heap_of(line, sums_.size())] += std::hash<std::string>()(line);
}

void RowHeaps::made(const std::string& line) {
    sums_[heap_of(line, sums_.size())] -= std::hash<std::string>()(line);
}

void RowHeaps::choose(std::size_t most) {
    for (auto& sum : sums_)
        if (sum != 0 && most > 0)
            --most;
        else
            sum = 0;
}

bool RowHeaps::chosen(const std::string& line) const { return sums_[heap_of(line, sums_.size())] != 0; }

}  // namespace reeve::store
