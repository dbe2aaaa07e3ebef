// What a command must bring with it.
#include <fmt/format.h>

#include "engine/core/flow.h"
#include "engine/text.h"

namespace reeve::core {

namespace {

bool filled(const Json* value) {
    return value && !value->is_null() &&
           !(value->is_string() && is_blank(value->get_ref<const std::string&>()));
}

}  // namespace

Outcome demand_reason(const Decision& d, std::string_view reason) {
    if (!is_person(d))
        return reject("missing-name", "this is never done anonymously: a person must answer for it by name",
                      "actor");
    return say_why(reason);
}

Outcome say_why(std::string_view reason) {
    if (is_blank(reason)) return reject("missing-reason", "say why: this takes a reason", "reason");
    return {};
}

Outcome check_begun(const Decision& d, const std::string& what, Instant since) {
    // What was registered late was worked on before it was registered.
    if (since == d.state.started) since = d.state.occurred;
    if (!d.command.occurred || *d.command.occurred >= since) return {};
    return reject("occurred-before-stage",
                  fmt::format("{} began on {}: what is done in it cannot have happened before that", what,
                              time::to_string(since, *d.program().calendar)),
                  "occurred");
}

Rejection moved_on(const CaseState& state, const model::Program& program, Instant happened) {
    const auto& calendar = *program.calendar;
    const ClockState* expired = nullptr;
    for (const auto& clock : state.clocks)
        if (clock.status == ClockStatus::expired && *clock.ended >= happened &&
            (!expired || *clock.ended < *expired->ended))
            expired = &clock;
    std::string now;
    Instant since = state.ended.value_or(Instant::max());
    for (const auto& stage : state.stages) {
        now += (now.empty() ? "" : ", ") + stage.stage;
        since = std::min(since, stage.since);
    }
    const auto why = expired ? fmt::format("the clock {} expired on {}", expired->name,
                                           time::to_string(*expired->ended, calendar))
                             : fmt::format("that was on {}", time::to_string(since, calendar));
    const bool open = state.status == CaseStatus::open;
    return {
        "moved-on",
        fmt::format("it happened on {}, but is entered after the case moved on ({}): {}. What has happened "
                    "since stays; add a note with what happened, and {}",
                    time::to_string(happened, calendar), why,
                    open ? "it is in " + now + " now" : "it has ended (" + state.outcome + ")",
                    open ? "choose one of the actions offered there" : "reopen the case where it was"),
        "occurred"};
}

Outcome demand_person(const Decision& d, const std::string& id, const std::string& field) {
    const auto* person = d.context.directory.person(id);
    if (!person) return reject("unknown-person", fmt::format("there is no person \"{}\"", id), field);
    if (!person->active) return reject("person-left", fmt::format("{} has left", id), field);
    return {};
}

Json merged(const Decision& d, const Json& data) {
    Json all = d.state.data;
    if (!data.empty()) all.merge_patch(data);
    return all;
}

namespace {

constexpr std::size_t longest_name = 255;  // as file systems have it

// In a list each stands on a line of its own.
bool is_name(std::string_view text) { return text.size() <= longest_name && is_one_line(text); }

}  // namespace

Outcome check_given(const Decision& d, const Json& data, const std::vector<Document>& documents) {
    if (!data.is_object()) return reject("bad-data", "data is an object of fields and values", "data");
    if (!data.empty())
        if (auto faults = model::check_data(d.program(), merged(d, data), true); !faults.empty())
            return reject("bad-data", faults.front().message, "data" + faults.front().place);
    for (const auto& document : documents) {
        if (is_blank(document.kind) || document.sha256.empty())
            return reject("bad-document", "a document says its kind and the SHA-256 of its content",
                          "documents");
        if (!is_name(document.kind) || !is_name(document.name) || document.name == "." ||
            document.name == "..")
            return reject(
                "bad-document",
                fmt::format("a document's kind and its file name are of one line, in plain characters, "
                            "and of {} bytes at most; \".\" and \"..\" name no file",
                            longest_name),
                "documents");
    }
    return {};
}

void record_given(Decision& d, const Json& data, const std::vector<Document>& documents) {
    const Json before = d.state.data;
    if (!data.empty()) d.emit(DataGiven{data});
    for (const auto& document : documents) d.emit(DocumentAdded{document});
    if (!data.empty()) clocks_on_data(d, before);
}

Outcome check_required(const Decision& d, const std::vector<std::string>& fields,
                       const std::vector<std::string>& documents, const Json& data,
                       const std::vector<Document>& given) {
    for (const auto& field : fields) {
        if (!filled(model::at_path(data, field)))
            return reject("missing-field", fmt::format("fill in \"{}\" first: it is required here", field),
                          "data." + field);
    }
    for (const auto& kind : documents) {
        auto is_it = [&](const Document& document) { return document.kind == kind; };
        if (kind.empty() || std::ranges::any_of(given, is_it) ||
            std::ranges::any_of(d.state.documents, is_it))
            continue;
        return reject("missing-document",
                      fmt::format("attach the document \"{}\" first: it is required here", kind),
                      "documents." + kind);
    }
    return {};
}

Result<bool> holds(const Decision& d, int condition, const Json& data, const std::string& stage) {
    if (condition == model::none) return true;
    const Json facts{{"id", d.state.id},
                     {"unit", d.state.unit},
                     {"owner", d.state.owner},
                     {"title", d.state.title},
                     {"stage", stage},
                     {"cycle", d.state.cycle},
                     {"hand_overs", d.state.hand_overs.size()}};
    return model::holds(d.program(), condition, data, facts);
}

}  // namespace reeve::core
