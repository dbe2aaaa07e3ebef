#include "engine/model/program.h"

#include "engine/model/model.h"

namespace reeve::model {

const char* to_string(Light light) {
    switch (light) {
        case Light::green: return "green";
        case Light::blue: return "blue";
        case Light::yellow: return "yellow";
        case Light::orange: return "orange";
        case Light::red: break;
    }
    return "red";
}

const char* to_string(StageKind kind) {
    switch (kind) {
        case StageKind::tasks: return "tasks";
        case StageKind::job: return "job";
        case StageKind::wait: return "wait";
        case StageKind::choice: return "choice";
        case StageKind::parallel: return "parallel";
        case StageKind::join: return "join";
        case StageKind::child: return "child";
        case StageKind::end: break;
    }
    return "end";
}

namespace {
template <class List>
int find(const List& list, std::string_view name) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].name == name) return static_cast<int>(i);
    return none;
}
}  // namespace

int Program::stage(std::string_view name) const { return find(stages, name); }
int Program::clock(std::string_view name) const { return find(clocks, name); }

const Action* Program::action(int stage, std::string_view name) const {
    if (stage < 0 || stage >= static_cast<int>(stages.size())) return nullptr;
    const auto& actions = stages[static_cast<std::size_t>(stage)].actions;
    int found = find(actions, name);
    return found == none ? nullptr : &actions[static_cast<std::size_t>(found)];
}

const Json* at_path(const Json& data, std::string_view path) {
    const Json* at = &data;
    while (!path.empty()) {
        auto dot = path.find('.');
        auto key = path.substr(0, dot);
        path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
        if (at->is_object()) {
            auto it = at->find(std::string(key));
            if (it == at->end()) return nullptr;
            at = &*it;
        } else if (at->is_array() && !key.empty() && key.size() < 9 &&
                   std::ranges::all_of(key, [](char c) { return c >= '0' && c <= '9'; })) {
            auto index = static_cast<std::size_t>(std::stoul(std::string(key)));
            if (index >= at->size()) return nullptr;
            at = &(*at)[index];
        } else {
            return nullptr;
        }
    }
    return at;
}

}  // namespace reeve::model
