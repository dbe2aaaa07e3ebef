#include "engine/model/reader.h"

#include "engine/model/condition.h"
#include "engine/spelling.h"

namespace reeve::model {

Text Reader::text(const Node& node, const std::string& fallback) {
    if (node.is_text()) return {node.text(), node.text()};
    auto en = node["en"].text(fallback);
    return {en, node["zh"].text(en)};
}

std::optional<time::Duration> Reader::duration(const Node& node) {
    if (!node.is_text() || node.text().empty()) return std::nullopt;
    auto parsed = time::parse_duration(node.text());
    if (parsed) return *parsed;
    faults_.add(node, parsed.error().code, parsed.error().message);
    return std::nullopt;
}

std::optional<time::Duration> Reader::limit(const Node& node) {
    auto d = duration(node);
    if (!d) return std::nullopt;
    bool negative = d->months < 0 || d->days < 0 || d->elapsed.count() < 0 || d->working_days < 0 ||
                    d->working.count() < 0;
    if (d->is_zero() || negative) {
        faults_.add(node, "no-time",
                    fmt::format("{} is {}; {} should be more than nothing, e.g. \"1 working day\"",
                                in_quotes(node.text()), negative ? "less than nothing" : "no time at all",
                                in_quotes(node.key())));
        return std::nullopt;
    }
    // What comes again, or moves the case by itself: a slip of the unit would flood it with events.
    const auto key = node.key();
    if ((key == "repeat" || key == "wait" || key == "expiry") && d->is_moment() &&
        d->elapsed + d->working < std::chrono::minutes(1))
        faults_.warnings.push_back({"very-short",
                                    fmt::format("{} is {}, less than a minute; was another unit meant?",
                                                in_quotes(key), in_quotes(node.text())),
                                    node.place()});
    return d;
}

void Reader::known_role(const Node& node, const std::string& role) {
    if (around_.role && !around_.role(role))
        faults_.add(
            node, "unknown-role",
            fmt::format("the organisation has no role {}; name one that some post has, or add the post",
                        in_quotes(role)));
}

void Reader::known_field(const Node& node, const std::string& path) {
    auto found = find_field(program_.data_schema, path);
    if (found.known) return;
    auto last = path.substr(path.rfind('.') + 1);
    auto hint = did_you_mean(last, found.siblings);
    if (hint.empty())
        hint = found.siblings.empty() ? "; name it in \"data\" first" : "; it has " + one_of(found.siblings);
    faults_.add(node, "unknown-data", fmt::format("the data has no {}{}", in_quotes(path), hint));
}

std::optional<org::Who> Reader::who(const Node& node, bool told) {
    if (!node.is_text() || node.text().empty()) return std::nullopt;
    auto parsed = org::parse_who(node.text());
    if (!parsed) {
        faults_.add(node, parsed.error().code, parsed.error().message);
        return std::nullopt;
    }
    if (parsed->kind == org::Who::Kind::petitioner && !told)
        faults_.add(
            node, "petitioner-has-no-duties",
            "the person who asked is told, never given work; name a role of the office, e.g. \"head\"");
    if (parsed->kind == org::Who::Kind::role) {
        known_role(node, parsed->name);
        if (parsed->where.kind == org::Where::Kind::data) known_field(node, parsed->where.name);
    }
    return *parsed;
}

std::vector<org::Who> Reader::whos(const Node& node, bool told) {
    std::vector<org::Who> out;
    for (const auto& item : node.is_list() ? node.items() : std::vector{node})
        if (auto one = who(item, told)) {
            if (std::ranges::find(out, *one) != out.end())
                faults_.add(item, "twice",
                            fmt::format("{} is named twice; once is enough", in_quotes(item.text())));
            out.push_back(*one);
        }
    return out;
}

std::optional<org::Where> Reader::where(const Node& node) {
    if (!node.is_text() || node.text().empty()) return std::nullopt;
    auto parsed = org::parse_where(node.text());
    if (!parsed) {
        faults_.add(node, parsed.error().code, parsed.error().message);
        return std::nullopt;
    }
    if (parsed->kind == org::Where::Kind::data) known_field(node, parsed->name);
    return *parsed;
}

Assign Reader::assign(const Node& node, Assign fallback) {
    if (!node.present()) return fallback;
    Assign out;
    if (node.is_text()) {
        if (auto w = who(node)) out.who = *w;
        return out;
    }
    bool role = node.has("role"), whole = node.has("who");
    if (role == whole)
        faults_.add(
            node, "who-or-role",
            role ? "\"role\" and \"who\" say the same twice; keep one of them"
                 : "it names nobody; add \"role\" (e.g. \"registrar\") or \"who\" (e.g. \"head@parent\")");
    if (whole) {
        if (auto w = who(node["who"])) out.who = *w;
        if (node.has("unit"))
            faults_.add_key(
                node["unit"], "who-or-role",
                "\"unit\" goes with \"role\"; with \"who\" write the unit behind an @, e.g. \"head@parent\"");
    } else if (role) {
        // A role may carry its unit behind an @, as elsewhere; "unit" says the same.
        auto w = who(node["role"]);
        if (w) out.who = *w;
        if (w && w->kind != org::Who::Kind::role)
            faults_.add(node["role"], "bad-who",
                        fmt::format("{} is no role; write it as \"who\"", in_quotes(node["role"].text())));
        if (auto at = where(node["unit"])) out.who.where = *at;
    }
    auto pick = node["pick"].text("least-loaded");
    out.pick = pick == "round-robin" ? org::Pick::round_robin
               : pick == "first"     ? org::Pick::first
                                     : org::Pick::least_loaded;
    return out;
}

int Reader::stage_named(const Node& node, const std::string& name) {
    auto it = std::ranges::find(stage_names_, name);
    if (it != stage_names_.end()) return static_cast<int>(it - stage_names_.begin());
    auto hint = did_you_mean(name, stage_names_);
    if (hint.empty()) hint = "; the stages are " + one_of(stage_names_);
    faults_.add(node, "unknown-stage", fmt::format("unknown stage {}{}", in_quotes(name), hint));
    return none;
}

int Reader::stage(const Node& node) {
    return node.is_text() && !node.text().empty() ? stage_named(node, node.text()) : none;
}

int Reader::condition(const Node& node) {
    if (!node.is_text() || node.text().empty()) return none;
    auto expression = node.text();
    auto fault = scan_condition(expression, program_.data_schema);
    if (!fault) fault = compile_condition(expression);
    if (fault) {
        auto place = node.place();
        // Point into the text where its bytes and the file's are the same; escapes would shift them.
        auto column = place.rfind(':');
        bool plain = expression.find_first_of("\"\\\n\t\r\b\f") == std::string::npos;
        if (plain && fault->offset < expression.size() && fault->offset > 0 && column != std::string::npos) {
            auto characters = std::ranges::count_if(expression.substr(0, fault->offset),
                                                    [](char c) { return (c & 0xC0) != 0x80; });
            place = place.substr(0, column + 1) +
                    std::to_string(std::stol(place.substr(column + 1)) + 1 + characters);
        }
        faults_.add_at(place, fault->code, fault->message);
        return none;
    }
    auto& all = program_.conditions;
    auto same = std::ranges::find(all, expression, &Condition::text);
    if (same == all.end()) {
        all.push_back({expression});
        return static_cast<int>(all.size()) - 1;
    }
    return static_cast<int>(same - all.begin());
}

std::string Reader::field(const Node& node) {
    if (!node.is_text() || node.text().empty()) return {};
    auto path = node.text();
    if (path.starts_with("data.")) path.erase(0, 5);
    known_field(node, path);
    return path;
}

// "reason" is no field of the data but what the actor says.
std::vector<std::string> Reader::required(const Node& node) {
    std::vector<std::string> out;
    for (const auto& item : node.items())
        if (auto path = item.text() == "reason" ? "reason" : field(item); !path.empty()) out.push_back(path);
    return out;
}

std::string Reader::definition(const Node& node) {
    auto id = node.text();
    if (id.empty()) return id;
    if (around_.definition && id != program_.id && !around_.definition(id))
        faults_.add(node, "unknown-definition",
                    fmt::format("there is no definition {}; give its file to `reeve validate` too, or put it "
                                "into the same folder",
                                in_quotes(id)));
    auto& starts = program_.starts;
    if (std::ranges::find(starts, id) == starts.end()) starts.push_back(id);
    return id;
}

}  // namespace reeve::model
