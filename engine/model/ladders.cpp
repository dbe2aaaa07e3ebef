// Ladders and their steps. A ladder never ends in silence (law 6): what could is refused here.
#include <charconv>
#include <cmath>

#include "engine/model/reader.h"
#include "engine/model/shape.h"
#include "engine/spelling.h"

namespace reeve::model {
namespace {

std::string trimmed(std::string_view text) {
    auto from = text.find_first_not_of(' ');
    if (from == std::string_view::npos) return {};
    return std::string(text.substr(from, text.find_last_not_of(' ') - from + 1));
}

// A rough length, only to compare steps with each other: five working days of eight hours a week.
double rough_hours(const time::Duration& d) {
    auto hours = [](time::Millis ms) { return static_cast<double>(ms.count()) / 3'600'000; };
    return static_cast<double>(d.months) * 730 + static_cast<double>(d.days) * 24 + hours(d.elapsed) +
           static_cast<double>(d.working_days) * 33.6 + hours(d.working) * 4.2;
}

}  // namespace

void Reader::ladders() {
    for (const auto& [name, node] : root_["ladders"].members()) {
        Ladder ladder{.name = name};
        if (!node.is_object()) {
            this->ladder(node, ladder);
        } else if (auto import = node["import"]; !import.text().empty()) {
            import_ladder(import, ladder);
        }
        program_.ladders.push_back(std::move(ladder));
    }
}

void Reader::import_ladder(const Node& import, Ladder& ladder) {
    auto name = import.text();
    if (!around_.file)
        return faults_.add(import, "no-import",
                           "imports cannot be read here; write the steps into the definition");
    auto text = around_.file(name);
    if (!text) return faults_.add(import, text.error().code, text.error().message);
    auto document = parse_json(*text, name);
    if (!document)
        return faults_.add_at(document.error().place, document.error().code, document.error().message);
    Node steps(*document);
    check_shape(steps, faults_, "ladder");
    if (steps.is_object())
        faults_.add(steps, "wrong-type", "an imported ladder is a list of steps; it imports no other");
    this->ladder(steps, ladder);
    imported_[ladder.name] = document->value;
}

void Reader::ladder(const Node& node, Ladder& ladder) {
    auto items = node.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto& item = items[i];
        auto s = step(item);
        bool last = i + 1 == items.size();
        if (last && !item.has("repeat"))
            faults_.add(item, "ends-in-silence",
                        "a ladder never ends in silence; give its last step \"repeat\", e.g. \"repeat\": \"1 "
                        "working day\"");
        if (!last && item.has("repeat"))
            faults_.add_key(
                item["repeat"], "repeat-not-last",
                "only the last step repeats; move \"repeat\" there, the steps between follow each other");
        if (last && s.percent)
            faults_.add(item["at"], "ends-before-due",
                        "the last step comes before the due date, and then nobody hears of the delay; add a "
                        "step at \"due\" or after it");
        if (last && !s.percent && rough_hours(s.offset) < 0)
            faults_.add(item["at"], "ends-before-due",
                        "the last step comes before the due date, and then nobody hears of the delay; add a "
                        "step at \"due\" or after it");
        ladder.steps.push_back(std::move(s));
    }
    ladder_order(node, ladder);
}

Step Reader::step(const Node& node) {
    Step out;
    auto at = node["at"];
    out.text = trimmed(at.text());
    auto wrong = [&] {
        faults_.add(at, "bad-moment",
                    fmt::format("{} is no moment of a clock; write a share such as \"80%\", \"due\", \"due + "
                                "2 working days\" or \"due - 3 days\"",
                                in_quotes(out.text)));
    };
    if (out.text.ends_with("%")) {
        double percent = -1;
        auto number = trimmed(std::string_view(out.text).substr(0, out.text.size() - 1));
        auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), percent, std::chars_format::fixed);
        if (error != std::errc() || end != number.data() + number.size() || !std::isfinite(percent)) {
            wrong();
        } else if (percent < 0 || percent >= 100) {
            faults_.add(at, "bad-moment",
                        fmt::format("{} does not lie before the due date; write \"due\", or \"due + 2 "
                                    "working days\" for later",
                                    in_quotes(out.text)));
        }
        out.percent = percent;
    } else if (out.text.starts_with("due")) {
        auto rest = trimmed(std::string_view(out.text).substr(3));
        bool minus = rest.starts_with("-");
        if (!rest.empty() && !minus && !rest.starts_with("+")) {
            wrong();
        } else if (!rest.empty()) {
            auto parsed = time::parse_duration(trimmed(std::string_view(rest).substr(1)));
            if (!parsed)
                faults_.add(at, parsed.error().code, parsed.error().message);
            else if (rough_hours(*parsed) < 0)
                wrong();
            else
                out.offset = minus ? -*parsed : *parsed;
        }
    } else if (at.present() && at.is_text()) {
        wrong();
    }
    bool before = out.percent || rough_hours(out.offset) < 0;
    static const std::map<std::string, Light> lights{{"green", Light::green},
                                                     {"blue", Light::blue},
                                                     {"yellow", Light::yellow},
                                                     {"orange", Light::orange},
                                                     {"red", Light::red}};
    if (auto light = lights.find(node["light"].text()); light != lights.end())
        out.light = light->second;
    else if (!before)
        out.light = Light::red;

    out.tell = whos(node["tell"], true);
    auto in_office = [](const org::Who& w) { return w.kind != org::Who::Kind::petitioner; };
    if (node["tell"].is_list() && node["tell"].value().empty())
        faults_.add(node["tell"], "tells-nobody",
                    "this step tells nobody; name who is told, e.g. [\"owner\", \"head\"]");
    else if (!out.tell.empty() && std::ranges::none_of(out.tell, in_office))
        faults_.add(node["tell"], "tells-nobody",
                    "this step tells nobody in the office; add who must act, e.g. \"owner\" or \"head\"");
    out.ask = node["ask"].text();
    out.answer_in = limit(node["answer_in"]);
    if (node.has("answer_in") && out.ask.empty())
        faults_.add_key(
            node["answer_in"], "nothing-asked",
            "nothing is asked for, so there is nothing to answer; add \"ask\", e.g. \"explanation\"");
    out.reassign = who(node["reassign"]);
    out.acknowledge_in = limit(node["acknowledge_in"]);
    out.acknowledged_for = limit(node["acknowledged_for"]);
    out.start = definition(node["start"]);
    for (const auto& [key, value] : node["data"].members()) {
        out.start_data[key] = value.value();
        if (value.text().starts_with("data.")) known_field(value, value.text().substr(5));
    }
    if (node.has("data") && out.start.empty())
        faults_.add_key(
            node["data"], "nothing-started",
            "this step opens no case, so nothing is given to it; add \"start\" with a definition");
    out.repeat = limit(node["repeat"]);
    out.urgent = node["urgent"].flag();
    return out;
}

void Reader::ladder_order(const Node& node, const Ladder& ladder) {
    bool share = false, back = false;
    for (std::size_t i = 0; i < ladder.steps.size(); ++i) {
        const auto& step = ladder.steps[i];
        share |= step.percent.has_value();
        bool is_back = !step.percent && rough_hours(step.offset) < 0;
        if ((is_back && share) || (step.percent && back)) {
            faults_.add(node[i]["at"], "mixed-steps",
                        "before the due date a ladder counts either in percent or back from it, else its "
                        "order would depend on the clock; "
                        "write all of these steps in one way");
            return;
        }
        back |= is_back;
        if (i == 0) continue;
        const auto& before = ladder.steps[i - 1];
        double now = step.percent ? *step.percent - 1e6 : rough_hours(step.offset);
        double then = before.percent ? *before.percent - 1e6 : rough_hours(before.offset);
        if (now < then)
            faults_.add(
                node[i]["at"], "out-of-order",
                fmt::format(
                    "step {} ({}) comes before step {} ({}); write the steps in the order of their moments",
                    i + 1, in_quotes(step.text), i, in_quotes(before.text)));
        else if (now == then)
            faults_.add(node[i]["at"], "out-of-order",
                        fmt::format("steps {} and {} stand at the same moment ({}); write both into one step",
                                    i, i + 1, in_quotes(step.text)));
    }
    std::optional<Light> shown;
    for (std::size_t i = 0; i < ladder.steps.size(); ++i) {
        auto light = ladder.steps[i].light;
        if (light && shown && *light < *shown)
            faults_.add(
                node[i].has("light") ? node[i]["light"] : node[i], "light-goes-back",
                fmt::format("the light goes back from {} to {}; it only gets worse until the clock is met",
                            to_string(*shown), to_string(*light)));
        if (light) shown = light;
    }
}

int Reader::ladder_named(const Node& node) {
    if (!node.is_text()) return ladder_names_.empty() ? none : 0;
    auto it = std::ranges::find(ladder_names_, node.text());
    if (it != ladder_names_.end()) return static_cast<int>(it - ladder_names_.begin());
    auto hint = did_you_mean(node.text(), ladder_names_);
    if (hint.empty())
        hint =
            ladder_names_.empty() ? "; add it to \"ladders\"" : "; the ladders are " + one_of(ladder_names_);
    faults_.add(node, "unknown-ladder", fmt::format("unknown ladder {}{}", in_quotes(node.text()), hint));
    return none;
}

}  // namespace reeve::model
