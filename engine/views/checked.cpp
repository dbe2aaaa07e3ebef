// What checking a definition came to.
#include <charconv>

#include "engine/views/facts.h"

namespace reeve::views {

namespace {

// "name:12:5": its line and column.
Json number_behind(std::string_view& place) {
    const auto colon = place.rfind(':');
    std::uint64_t number = 0;
    if (colon == place.npos) return nullptr;
    const auto [end, fault] = std::from_chars(place.data() + colon + 1, place.data() + place.size(), number);
    if (fault != std::errc{} || end != place.data() + place.size()) return nullptr;
    place = place.substr(0, colon);
    return number;
}

Json faults_json(const Errors& faults, const Document* document) {
    Json rows = Json::array();
    for (const auto& fault : faults) {
        std::string_view rest = fault.place;
        const Json column = number_behind(rest), line = number_behind(rest);
        // What cannot be read as JSON has no pointers.
        const auto pointer = document ? document->pointer_at(fault.place) : std::nullopt;
        rows.push_back({{"code", fault.code},
                        {"message", fault.message},
                        {"place", fault.place},
                        {"line", line},
                        {"column", line.is_null() ? Json() : column},
                        {"pointer", pointer ? Json(pointer->to_string()) : Json()}});
    }
    return rows;
}

}  // namespace

Json checked(const Document* document, const Errors& errors, const Errors& warnings,
             const model::Program* program) {
    Json json{{"valid", errors.empty()},
              {"errors", faults_json(errors, document)},
              {"warnings", faults_json(warnings, document)}};
    if (program) json["id"] = program->id;
    return json;
}

std::vector<std::string> unknown_people(const model::Program& program, const org::Directory& directory) {
    std::set<std::string> roles;
    const auto posts = directory.posts();
    const auto take = [&](const org::Who& who) {
        const bool held =
            std::ranges::any_of(posts, [&](const auto* post) { return post->role == who.name; });
        if (who.kind == org::Who::Kind::role && !posts.empty() && !held)
            roles.insert("role \"" + who.name + "\"");
        const auto* person = directory.person(who.name);
        if (who.kind == org::Who::Kind::person && !posts.empty() && !(person && person->active))
            roles.insert("person \"" + who.name + "\"");
    };
    take(program.owner.who);
    for (const auto& stage : program.stages) {
        if (stage.kind == model::StageKind::tasks && stage.tasks.empty()) take(stage.assign.who);
        for (const auto& task : stage.tasks) take(task.assign.who);
        for (const auto& action : stage.actions) {
            if (action.second) take(*action.second);
            if (action.by) take(*action.by);
        }
        if (stage.follow_up) take(stage.follow_up->assign.who);
    }
    const auto take_all = [&](const std::vector<org::Who>& all) { std::ranges::for_each(all, take); };
    for (const auto& clock : program.clocks) {
        take_all(clock.pause_tell);
        if (!clock.extend) continue;
        take_all(clock.extend->tell);
        if (clock.extend->approve) take(*clock.extend->approve);
    }
    for (const auto& ladder : program.ladders)
        for (const auto& step : ladder.steps) take_all(step.tell);
    std::vector<std::string> sentences;
    for (const auto& role : roles)
        sentences.push_back("the organisation has no " + role +
                            ": what falls to it, or is to be told to it, climbs to the head above");
    return sentences;
}

std::vector<std::string> unknown_definitions(const model::Program& program, const store::Catalog& catalog) {
    std::vector<std::string> sentences;
    for (const auto& opened : program.starts)
        if (opened != program.id && catalog.newest(opened) == 0)
            sentences.push_back("it opens cases of \"" + opened +
                                "\", which is not deployed: until it is, they cannot be opened");
    return sentences;
}

}  // namespace reeve::views
