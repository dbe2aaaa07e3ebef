// A small office and a definition given as text, to try the flow through decide and apply alone. Every
// command also checks that the events alone give the same state, and that their stored form reads back.
#pragma once

#include <gmock/gmock.h>

#include "engine/core/core.h"

namespace reeve::core::flow_testing {

// Units: county (head hu) over east (head eva, registrar ren, clerks ann and ben), west (head wu, clerk wim)
// and, below east, post (nobody). Office hours at all hours, Asia/Shanghai.
org::Directory office();
model::ProgramPtr compiled(const std::string& text, int version = 1);
// A definition around `stages` ("\"name\": {…}, …"), with `more` keys beside them.
std::string definition(const std::string& stages, const std::string& more = "");

class Office {
  public:
    explicit Office(const std::string& text) : Office(compiled(text)) {}
    explicit Office(model::ProgramPtr compiled) : program(std::move(compiled)) {}

    model::ProgramPtr program, target;
    org::Directory directory = office();
    org::Loads loads;
    CaseState state;
    std::vector<Recorded> history;
    std::optional<Rejection> refused;
    Instant now = when("2026-03-02T09:00:00+08:00");

    static Instant when(std::string_view);
    void at(std::string_view local) { now = when(std::string(local) + ":00+08:00"); }
    void absent(const std::string& person, const std::string& substitute = "");

    std::vector<Event> open(const std::string& unit = "east", Json data = Json::object());
    // The events of the command, applied; none when it was refused (see `refused`).
    std::vector<Event> submit(const std::string& actor, Wish, std::optional<Instant> occurred = {});
    std::vector<Event> act(const std::string& actor, const std::string& action, Json data = Json::object(),
                           const std::string& reason = "");
    std::vector<Event> tick() { return submit(system_actor, Tick{}); }

    std::string code() const { return refused ? refused->code : ""; }
    std::vector<std::string> stages() const;                        // names of the active ones
    const TaskState& task(std::string_view name) const;             // the latest of that name
    std::vector<std::string> holders(std::string_view name) const;  // of the open tasks of that name
    std::vector<std::string> told() const;                          // by the alerts of the last command
    template <class E>
    std::vector<E> all() const {
        std::vector<E> found;
        for (const auto& recorded : history)
            if (const auto* event = std::get_if<E>(&recorded.event)) found.push_back(*event);
        return found;
    }

  private:
    std::vector<std::string> told_;
};

template <class E>
std::vector<E> only(const std::vector<Event>& events) {
    std::vector<E> found;
    for (const auto& event : events)
        if (const auto* one = std::get_if<E>(&event)) found.push_back(*one);
    return found;
}

}  // namespace reeve::core::flow_testing
