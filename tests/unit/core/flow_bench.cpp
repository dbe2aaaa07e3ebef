#include "tests/unit/core/flow_bench.h"

#include <stdexcept>

namespace reeve::core::flow_testing {

org::Directory office() {
    org::Directory directory;
    auto unit = [&](const char* id, const char* parent, const char* level) {
        directory.apply(org::UnitSet{{.id = id, .title_en = id, .parent = parent, .level = level}});
    };
    unit("county", "", "county");
    unit("east", "county", "township");
    unit("west", "county", "township");
    unit("post", "east", "post");
    for (const char* id : {"hu", "eva", "ren", "ann", "ben", "wu", "wim"})
        directory.apply(org::PersonSet{{.id = id, .name = id}});
    auto post = [&](const char* unit, const char* role, std::vector<std::string> holders) {
        directory.apply(
            org::PostSet{{.unit = unit, .role = role, .authorised = 2, .holders = std::move(holders)}});
    };
    post("county", "head", {"hu"});
    post("east", "head", {"eva"});
    post("east", "registrar", {"ren"});
    post("east", "clerk", {"ann", "ben"});
    post("west", "head", {"wu"});
    post("west", "clerk", {"wim"});
    return directory;
}

model::ProgramPtr compiled(const std::string& text, int version) {
    model::Surroundings around;
    around.calendar = [](const std::string&) { return time::elapsed_calendar("Asia/Shanghai"); };
    auto result = model::compile(text, "test.json", around);
    if (!result) {
        std::string faults;
        for (const auto& fault : result.error()) faults += fault.text() + "\n";
        throw std::runtime_error(faults);
    }
    auto program = std::make_shared<model::Program>(*result->program);
    program->version = version;
    return program;
}

std::string definition(const std::string& stages, const std::string& more) {
    return R"({"id": "test", "title": "Test", "calendar": "always",)" + more + R"("stages": {)" + stages +
           R"(},
        "ladders": {"climb": [{"at": "due", "tell": ["owner", "head"], "repeat": "1 day"}]}})";
}

Instant Office::when(std::string_view text) {
    auto at = time::parse_instant(text);
    if (!at) throw std::runtime_error(at.error().text());
    return *at;
}

void Office::absent(const std::string& person, const std::string& substitute) {
    directory.apply(org::AbsenceRecorded{{.person = person,
                                          .span = {now, now + std::chrono::days(30)},
                                          .substitute = substitute,
                                          .reason = "leave"}});
}

std::vector<Event> Office::open(const std::string& unit, Json data) {
    return submit("ren", StartCase{.definition = "test", .unit = unit, .data = std::move(data)});
}

std::vector<Event> Office::act(const std::string& actor, const std::string& action, Json data,
                               const std::string& reason) {
    return submit(actor, Act{.action = action, .data = std::move(data), .reason = reason});
}

std::vector<Event> Office::submit(const std::string& actor, Wish wish, std::optional<Instant> occurred) {
    refused.reset();
    told_.clear();
    const Command command{.actor = actor,
                          .case_id = "K1",
                          .at = now,
                          .occurred = occurred,
                          .expect = {},
                          .wish = std::move(wish)};
    auto events = decide(history.empty() ? nullptr : &state, command,
                         Context{*program, directory, loads, target.get()});
    if (!events) {
        refused = events.error();
        return {};
    }
    for (const auto& event : *events) {
        auto read = event_from_json(to_json(event));
        if (!read) throw std::runtime_error(read.error().text());
        EXPECT_EQ(to_json(*read), to_json(event));
        if (std::holds_alternative<CaseMigrated>(event)) program = target;
        Recorded recorded{.seq = history.size() + 1,
                          .case_id = "K1",
                          .revision = history.size() + 1,
                          .at = now,
                          .occurred = occurred,
                          .actor = actor,
                          .event = *read};
        apply(state, recorded, *program);
        for (const auto& alert : alerts(state, recorded, *program)) told_.push_back(alert.to);
        history.push_back(std::move(recorded));
    }
    return *events;
}

std::vector<std::string> Office::stages() const {
    std::vector<std::string> names;
    for (const auto& stage : state.stages) names.push_back(stage.stage);
    return names;
}

const TaskState& Office::task(std::string_view name) const {
    for (auto it = state.tasks.rbegin(); it != state.tasks.rend(); ++it)
        if (it->name == name) return *it;
    throw std::runtime_error("no task " + std::string(name));
}

std::vector<std::string> Office::holders(std::string_view name) const {
    std::vector<std::string> people;
    for (const auto& task : state.tasks)
        if (task.name == name && task.status == TaskStatus::open) people.push_back(task.person);
    return people;
}

std::vector<std::string> Office::told() const { return told_; }

}  // namespace reeve::core::flow_testing
