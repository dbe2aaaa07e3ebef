// Clocks: of the case, of a stage, of a task, and the office's own.
#include "engine/model/reader.h"
#include "engine/model/shape.h"
#include "engine/spelling.h"

namespace reeve::model {

void Reader::case_clocks() {
    for (const auto& [name, node] : root_["clocks"].members())
        if (node.is_object()) clock(node, name, ClockOwner::of_case, none);
}

int Reader::add_clock(const Node& node, ClockRule rule) {
    auto place = node.key_place();
    auto [it, fresh] = clock_places_.emplace(rule.name, place);
    if (!fresh || rule.name == "unattended") {
        bool reserved = rule.name == "unowned" || rule.name == "hand_over" || rule.name == "inactivity" ||
                        rule.name == "unattended";
        faults_.add_key(
            node, "name-taken",
            reserved ? fmt::format("the name {} is the engine's own; choose another", in_quotes(rule.name))
                     : fmt::format("the name {} belongs to a clock already ({}); choose another, for stages "
                                   "and clocks share their names",
                                   in_quotes(rule.name), it->second));
    }
    program_.clocks.push_back(std::move(rule));
    return static_cast<int>(program_.clocks.size()) - 1;
}

int Reader::clock(const Node& node, std::string name, ClockOwner owner, int stage) {
    ClockRule rule{.name = std::move(name)};
    rule.title = text(node["title"], rule.name);
    std::vector<std::string> kinds;
    for (const char* kind : {"due", "limit", "expiry"})
        if (node.has(kind)) kinds.push_back(kind);
    if (kinds.empty()) {
        faults_.add_key(node, "no-limit",
                        fmt::format("{} has no time; add \"due\" (the office's own), \"limit\" (set by law, "
                                    "with its \"basis\") or \"expiry\" (the case moves by itself)",
                                    called(node)));
    } else if (kinds.size() > 1) {
        faults_.add_key(
            node[kinds[1]], "mixed-limits",
            fmt::format("{} mixes {} and {}; kinds of limit are never mixed, make two clocks or keep one",
                        called(node), in_quotes(kinds[0]), in_quotes(kinds[1])));
    }
    if (!kinds.empty()) {
        rule.kind = kinds[0] == "due"     ? LimitKind::due
                    : kinds[0] == "limit" ? LimitKind::limit
                                          : LimitKind::expiry;
        if (auto in = limit(node[kinds[0]])) rule.in = *in;
    }
    rule.basis = node["basis"].text();
    if (rule.kind == LimitKind::limit && rule.basis.empty() && !node.has("basis"))
        faults_.add_key(node["limit"], "no-basis",
                        fmt::format("a limit names the law or contract that sets it; add \"basis\" to {}, or "
                                    "call it \"due\" if it is the office's own",
                                    called(node)));
    auto first = node["first_day"].text(), until = node["until"].text();
    rule.rule.count_first_day = first == "counted";
    rule.rule.roll = node["roll"].text("on") != "none";
    rule.rule.until = until == "moment"    ? time::Until::moment
                      : until == "close"   ? time::Until::close
                      : until == "day-end" ? time::Until::day_end
                                           : time::Until::automatic;
    if (owner == ClockOwner::of_case) {
        clock_run(node, rule);
    } else {
        rule.from = owner == ClockOwner::of_stage ? ClockRule::From::stage : ClockRule::From::task;
        rule.from_stage = stage;
        if (owner == ClockOwner::of_stage) rule.to_stage = stage;
        for (const char* key : {"from", "to", "done_on"})
            if (node.has(key))
                faults_.add_key(
                    node[key], "not-a-case-clock",
                    fmt::format("a {}'s own clock runs while it is open and takes no {}; put it "
                                "under the definition's \"clocks\" instead",
                                owner == ClockOwner::of_stage ? "stage" : "task", in_quotes(key)));
    }
    clock_stops(node, rule);
    clock_expiry(node, rule, owner, stage);
    rule.ladder = rule.kind == LimitKind::expiry && !node.has("ladder") ? none : ladder_named(node["ladder"]);
    return add_clock(node, std::move(rule));
}

void Reader::clock_run(const Node& node, ClockRule& rule) {
    auto from = node["from"].text("start"), to = node["to"].text();
    if (from == "start") {
        rule.from = ClockRule::From::start;
    } else if (from == "occurred") {
        rule.from = ClockRule::From::occurred;
    } else if (from.starts_with("stage:")) {
        rule.from = ClockRule::From::stage;
        rule.from_stage = stage_named(node["from"], from.substr(6));
    } else if (from.starts_with("data.")) {
        rule.from = ClockRule::From::data;
        rule.from_data = from.substr(5);
        known_field(node["from"], rule.from_data);
        auto field = find_field(program_.data_schema, rule.from_data);
        bool date = field.schema && field.schema->is_object() &&
                    (field.schema->value("format", Json()) == "date" ||
                     field.schema->value("format", Json()) == "date-time");
        if (field.known && field.schema && !date)
            faults_.add(node["from"], "no-date",
                        fmt::format("a clock starts from a date, and {} is none; give it \"type\": "
                                    "\"string\", \"format\": \"date\" (or \"date-time\")",
                                    in_quotes(rule.from_data)));
    } else if (std::ranges::find(stage_names_, from) != stage_names_.end()) {
        faults_.add(node["from"], "bad-from",
                    fmt::format("{} is a stage; write \"stage:{}\"", in_quotes(from), from));
    } else {
        static const std::vector<std::string> known{"start", "occurred", "stage:", "data."};
        auto hint = did_you_mean(from, known);
        faults_.add(
            node["from"], "bad-from",
            fmt::format(
                "{} is no beginning of a clock{}", in_quotes(from),
                hint.empty() ? "; write \"start\", \"occurred\", \"stage:NAME\" or \"data.FIELD\"" : hint));
    }
    if (to.starts_with("stage:")) {
        rule.to_stage = stage_named(node["to"], to.substr(6));
    } else if (!to.empty() && to != "end") {
        bool is_stage = std::ranges::find(stage_names_, to) != stage_names_.end();
        faults_.add(
            node["to"], "bad-to",
            is_stage
                ? fmt::format("{} is a stage; write \"stage:{}\", the clock is met when it is left",
                              in_quotes(to), to)
                : fmt::format("{} is no end of a clock; write \"stage:NAME\" (when it is left) or \"end\"",
                              in_quotes(to)));
    }
    for (const auto& item : node["done_on"].items())
        if (int s = stage(item); s != none) rule.done_on.push_back(s);
    // A clock that starts with a stage and says nothing of its end is met when that stage is left.
    if (to.empty() && rule.done_on.empty() && !node.has("done_on") && rule.from == ClockRule::From::stage)
        rule.to_stage = rule.from_stage;
}

void Reader::clock_stops(const Node& node, ClockRule& rule) {
    rule.pause = node["pause"].texts();
    rule.exclude = node["exclude"].texts();
    rule.restart = node["restart"].flag();
    rule.pause_at_most = limit(node["pause_at_most"]);
    rule.pause_tell = whos(node["pause_tell"], true);
    // Times are counted up to the year 2199; a longer pause would have no end at all.
    static const auto late = *time::parse_instant("2100-01-01T00:00:00Z");
    if (rule.pause_at_most &&
        time::due(*time::elapsed_calendar("UTC"), late, *rule.pause_at_most).at == time::Instant::max())
        faults_.add(node["pause_at_most"], "too-long",
                    fmt::format("{} is longer than a century; a pause that ends has to say when",
                                in_quotes(node["pause_at_most"].text())));
    for (const auto& [key, lost] :
         {std::pair("pause_tell", "nothing to tell"), {"pause_at_most", "nothing to end"}})
        if (node.has(key) && !node.has("pause"))
            faults_.add_key(node[key], "no-pause",
                            fmt::format("the clock cannot be paused, so there is {}; add \"pause\" with the "
                                        "reasons allowed",
                                        lost));
    if (!rule.pause.empty() && !node.has("pause_at_most"))
        faults_.warnings.push_back({"pause-without-end",
                                    "the clock may be paused for ever, and nobody is reminded; say how long, "
                                    "e.g. \"pause_at_most\": \"30 days\"",
                                    node["pause"].place()});
    for (const auto& item : node["exclude"].items())
        if (item.is_text() && std::ranges::find(rule.pause, item.text()) != rule.pause.end())
            faults_.add(item, "pause-and-exclude",
                        fmt::format("{} is a reason to pause already; pausing and excluding are never mixed, "
                                    "keep it in one of them",
                                    in_quotes(item.text())));
    auto extend = node["extend"];
    if (!extend.is_object()) return;
    Extension extension;
    if (auto by = limit(extend["by"])) extension.by = *by;
    extension.times = extend["times"].number(1);
    if (extend.has("approve")) extension.approve = who(extend["approve"]);
    extension.tell = whos(extend["tell"], true);
    rule.extend = extension;
    if (rule.kind == LimitKind::expiry && extension.by.is_working() != rule.in.is_working() &&
        !extension.by.is_zero())
        faults_.add(extend["by"], "mixed-units",
                    "an expiry and its extension count alike; write both in working time or neither");
}

void Reader::clock_expiry(const Node& node, ClockRule& rule, ClockOwner owner, int stage) {
    auto then = node["then"];
    if (rule.kind != LimitKind::expiry) {
        if (then.present() && (node.has("due") || node.has("limit")))
            faults_.add_key(
                then, "then-without-expiry",
                "only an expiry moves the case by itself; call the time \"expiry\", or leave \"then\" out");
        return;
    }
    if (!then.present())
        faults_.add_key(node["expiry"], "no-then",
                        fmt::format("{} expires and nothing follows; add \"then\" with the stage the case "
                                    "moves to, or {{\"action\": NAME}}",
                                    called(node)));
    else if (then.is_object())
        rule.on_expiry_action = then["action"].text();
    else
        rule.on_expiry_to = this->stage(then);
    if (!rule.on_expiry_action.empty())
        expiry_actions_.push_back(
            {then["action"], owner == ClockOwner::of_case ? none : stage, rule.on_expiry_action});
}

// Run when every stage is read.
void Reader::expiry_actions() {
    for (const auto& [at, stage, action] : expiry_actions_) {
        std::vector<std::string> known;
        for (std::size_t i = 0; i < program_.stages.size(); ++i)
            if (stage == none || stage == static_cast<int>(i))
                for (const auto& a : program_.stages[i].actions) {
                    known.push_back(a.name);
                    if (a.name == action && a.to == none)
                        faults_.add(at, "expiry-stays",
                                    fmt::format("an expiry moves the case, and action {} of stage {} leads "
                                                "nowhere; give it \"to\", or name another action",
                                                in_quotes(action), in_quotes(program_.stages[i].name)));
                }
        if (std::ranges::find(known, action) != known.end()) continue;
        auto hint = did_you_mean(action, known);
        if (hint.empty()) hint = known.empty() ? "; name a stage instead" : "; there is " + one_of(known);
        faults_.add(at, "unknown-action",
                    fmt::format("{} action {}{}", stage == none ? "no stage has an" : "the stage has no",
                                in_quotes(action), hint));
    }
}

int Reader::short_or_full_clock(const Node& holder, const std::string& name, ClockOwner owner, int stage) {
    auto full = holder["clock"];
    std::vector<std::string> shorts;
    for (const char* key : {"due", "limit", "basis", "ladder"})
        if (holder.has(key)) shorts.push_back(key);
    if (full.is_object()) {
        for (const auto& key : shorts)
            faults_.add_key(holder[key], "two-clocks",
                            fmt::format("\"clock\" and {} give two clocks to one {}; put {} into \"clock\"",
                                        in_quotes(key), owner == ClockOwner::of_stage ? "stage" : "task",
                                        in_quotes(key)));
        return clock(full, name, owner, stage);
    }
    if (shorts.empty() || full.present()) return none;
    if (!holder.has("due") && !holder.has("limit")) {
        faults_.add_key(
            holder[shorts[0]], "no-limit",
            fmt::format("{} goes with a time; add \"due\" or \"limit\" beside it, or leave it out",
                        in_quotes(shorts[0])));
        return none;
    }
    // The short form is the full one with fewer keys, so it is read by the same words; the holder's other
    // keys
    // ("then", "pause" …) do not belong to the clock.
    ClockRule rule{.name = name, .title = text(holder["title"], name)};
    if (holder.has("due") && holder.has("limit"))
        faults_.add_key(
            holder["limit"], "mixed-limits",
            fmt::format("{} mixes \"due\" and \"limit\"; kinds of limit are never mixed, keep one of them",
                        called(holder)));
    rule.kind = holder.has("due") ? LimitKind::due : LimitKind::limit;
    if (auto in = limit(holder[rule.kind == LimitKind::due ? "due" : "limit"])) rule.in = *in;
    rule.basis = holder["basis"].text();
    if (rule.kind == LimitKind::limit && !holder.has("basis"))
        faults_.add_key(holder["limit"], "no-basis",
                        fmt::format("a limit names the law or contract that sets it; add \"basis\" to {}, or "
                                    "call it \"due\" if it is the office's own",
                                    called(holder)));
    rule.from = owner == ClockOwner::of_stage ? ClockRule::From::stage : ClockRule::From::task;
    rule.from_stage = stage;
    if (owner == ClockOwner::of_stage) rule.to_stage = stage;
    rule.ladder = ladder_named(holder["ladder"]);
    return add_clock(holder, std::move(rule));
}

int Reader::office_clock(const Node& holder, const char* name, Text title, ClockRule::From from,
                         const char* standard) {
    ClockRule rule{.name = name, .title = std::move(title), .from = from};
    if (auto in = limit(holder["due"]))
        rule.in = *in;
    else if (standard)
        rule.in = time::parse_duration(standard).value_or(time::Duration{});
    rule.ladder = ladder_named(holder["ladder"]);
    return add_clock(holder, std::move(rule));
}

}  // namespace reeve::model
