// What stands beside the stages: patterns over many cases, recurring duties, hand-overs, reopening.
#include "engine/model/reader.h"

namespace reeve::model {

void Reader::patterns() {
    for (const auto& [name, node] : root_["patterns"].members()) {
        if (!node.is_object()) continue;
        Pattern out{.name = name, .count = node["count"].number(2)};
        if (auto within = limit(node["within"])) out.within = *within;
        for (const auto& item : node["same"].items()) {
            if (item.text() == "unit")
                out.same.push_back("unit");
            else if (auto path = field(item); !path.empty())
                out.same.push_back(path);
            // What is compared is kept beside the journal, where no erasing reaches; and Reeve watches
            // nobody.
            if (!out.same.empty() &&
                std::ranges::find(program_.personal, out.same.back()) != program_.personal.end())
                faults_.add(
                    item, "pattern-personal",
                    fmt::format("{} is personal, and nobody is counted by what is personal; name what the "
                                "cases share besides, e.g. \"unit\"",
                                in_quotes(out.same.back())));
        }
        out.when = condition(node["when"]);
        out.start = definition(node["start"]);
        if (!out.start.empty() && out.start == program_.id)
            faults_.add(
                node["start"], "pattern-of-itself",
                "a pattern that opens its own definition would feed itself; name another, e.g. a screening");
        out.unit = where(node["unit"]);
        program_.patterns.push_back(std::move(out));
    }
}

void Reader::duties() {
    for (const auto& [name, node] : root_["duties"].members()) {
        if (!node.is_object()) continue;
        Duty out{
            .name = name, .rule = node["rule"].text(), .start = node["start"].text(), .data = Json::object()};
        if (program_.calendar && !out.rule.empty() && !out.start.empty()) {
            auto start = time::parse_instant(out.start, *program_.calendar);
            if (!start) {
                faults_.add(node["start"], start.error().code, start.error().message);
            } else if (auto dates = time::recur(*program_.calendar, out.rule, *start, 1); !dates) {
                faults_.add(node["rule"], dates.error().code, dates.error().message);
            } else if (dates->empty()) {
                faults_.add(node["rule"], "no-dates",
                            fmt::format("{} never comes after {}; check UNTIL and the start",
                                        in_quotes(out.rule), out.start));
            }
        }
        for (const auto& item : node["units"].items()) {
            auto at = where(item);
            bool one = at && (at->kind == org::Where::Kind::level || at->kind == org::Where::Kind::unit);
            if (at && !one)
                faults_.add(item, "bad-where",
                            fmt::format("no case is there yet for {} to speak of; write \"level:LEVEL\" "
                                        "(every unit of it) or \"unit:ID\"",
                                        in_quotes(item.text())));
            if (one) out.units.push_back(item.text());
        }
        if (auto data = node["data"]; data.is_object()) {
            out.data = data.value();
        }
        if (program_.data_checker)
            for (const auto& error : program_.data_checker->check(out.data, false)) {
                bool missing = error.code == "missing-data" || !node.has("data");
                auto at = missing ? (node.has("data") ? node["data"].key_place() : node.key_place())
                                  : node.document().place(node["data"].pointer().to_string() + error.place);
                faults_.add_at(at, "bad-duty-data",
                               fmt::format("the cases of duty {} would not be accepted: {}", in_quotes(name),
                                           error.message));
            }
        program_.duties.push_back(std::move(out));
    }
}

void Reader::hand_over() {
    auto node = root_["hand_over"];
    program_.hand_over.limit = node["limit"].number(3);
    program_.hand_over.clock = office_clock(node, "hand_over", {"Received from another unit", "接收移交"},
                                            ClockRule::From::hand_over, "1 working day");
    program_.unowned_clock = office_clock(root_["unowned"], "unowned", {"Nobody owns it", "无人负责"},
                                          ClockRule::From::unowned, "4 working hours");
    if (root_.has("inactivity"))
        program_.inactivity_clock =
            office_clock(root_["inactivity"], "inactivity", {"Nothing happens", "久无进展"},
                         ClockRule::From::inactivity, nullptr);
}

void Reader::reopen() {
    auto node = root_["reopen"];
    program_.reopen_to = node.has("to") ? stage(node["to"]) : program_.stages.empty() ? none : 0;
    if (program_.reopen_to != none &&
        program_.stages[static_cast<std::size_t>(program_.reopen_to)].kind == StageKind::end)
        faults_.add(node["to"], "reopens-to-end",
                    "a case reopened into an end would be closed at once; name a stage where people work");
    program_.reopen_within = limit(node["within"]);
}

}  // namespace reeve::model
