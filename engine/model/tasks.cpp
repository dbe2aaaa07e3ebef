// What people do in a stage: its tasks, and the actions they may choose.
#include "engine/model/reader.h"
#include "engine/model/shape.h"

namespace reeve::model {

void Reader::read_tasks(const Node& node, int index) {
    auto& stage = program_.stages[static_cast<std::size_t>(index)];
    for (const auto& item : node["tasks"].items()) {
        if (!item.is_object()) continue;
        TaskRule task{.name = item["name"].text()};
        task.title = text(item["title"], task.name);
        task.assign = assign(item["assign"], stage.assign);
        if (std::ranges::find(stage.tasks, task.name, &TaskRule::name) != stage.tasks.end())
            faults_.add(item["name"], "name-taken",
                        fmt::format("{} has a task {} already; choose another name", called(node),
                                    in_quotes(task.name)));
        else
            task.clock = short_or_full_clock(item, stage.name + "." + task.name, ClockOwner::of_task, index);
        task.require = required(item["require"]);
        task.documents = item["documents"].texts();
        task.optional = item["optional"].flag();
        stage.tasks.push_back(std::move(task));
    }
    if (!stage.tasks.empty() && std::ranges::all_of(stage.tasks, &TaskRule::optional))
        faults_.add(node["tasks"], "all-optional",
                    "every task is optional, so the stage would be over at once; leave \"optional\" out of "
                    "at least one");

    auto need = node["need"];
    if (need.is_text()) stage.need = need.text() == "any" ? Stage::Need::any : Stage::Need::all;
    if (need.present() && !need.is_text()) {
        stage.need = Stage::Need::n;
        stage.need_n = need.number(1);
        auto tasks = static_cast<int>(stage.tasks.size());
        if (!node.has("each") && stage.need_n > std::max(tasks, 1))
            faults_.add(need, "need-too-many",
                        fmt::format("{} of {} tasks can never be done; need at most {}", stage.need_n,
                                    std::max(tasks, 1), std::max(tasks, 1)));
    }
    auto each = node["each"];
    if (!each.is_text()) return;
    stage.each = field(each);
    auto found = find_field(program_.data_schema, stage.each);
    if (found.known && !has_type(found, "array"))
        faults_.add(
            each, "no-list",
            fmt::format(
                "there is one task for each item of a list, and {} is none; give it \"type\": \"array\"",
                in_quotes(stage.each)));
    if (stage.tasks.size() > 1)
        faults_.add(
            node["tasks"], "each-of-many",
            "with \"each\" a stage has one task, made once for each item; split the stage or leave one task");
}

void Reader::read_actions(const Node& node, Stage& stage) {
    for (const auto& [name, child] : node.members())
        if (child.is_object()) stage.actions.push_back(action(child, name));
}

Action Reader::action(const Node& node, const std::string& name) {
    Action out{.name = name};
    out.title = text(node["title"], name);
    out.to = stage(node["to"]);
    out.document = node["document"].text();
    out.require = required(node["require"]);
    out.reason = std::erase(out.require, "reason") > 0;
    out.by = who(node["by"]);
    out.second = who(node["second"]);
    if (out.second && out.second->kind == org::Who::Kind::owner)
        faults_.add(node["second"], "not-a-second",
                    "the owner is the one who acts; a second pair of eyes is someone else's, e.g. \"head\"");
    else if (out.second && out.by && *out.second == *out.by && out.by->kind == org::Who::Kind::person)
        faults_.add(
            node["second"], "not-a-second",
            "the second pair of eyes is the same person's who acts; name someone else, e.g. \"head\"");
    else if (out.second && out.second->kind == org::Who::Kind::person && stage_assigns(node, *out.second))
        faults_.add(node["second"], "not-a-second",
                    "the second pair of eyes is the same person's who works on the stage; name someone else, "
                    "e.g. \"head\"");
    if (node.has("unit")) out.unit = where(node["unit"]);
    out.hand_over = node["hand_over"].flag();
    out.when = condition(node["when"]);
    out.petitioner = node["petitioner"].flag();
    if (out.petitioner && out.by)
        faults_.add_key(node["petitioner"], "by-and-petitioner",
                        "\"by\" names who in the office may choose it, \"petitioner\" the person who asked; "
                        "keep one of them");
    return out;
}

bool Reader::stage_assigns(const Node& action, const org::Who& who) {
    auto pointer = action.pointer();
    pointer.pop_back();
    pointer.pop_back();
    int index = program_.stage(pointer.back());
    return index != none && program_.stages[static_cast<std::size_t>(index)].assign.who == who;
}

}  // namespace reeve::model
