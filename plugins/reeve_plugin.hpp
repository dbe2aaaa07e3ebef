// A plugin as a C++ class (C++17, nlohmann/json). A whole notifier:
//
//     class Pager : public reeve::plugin::Notifier {
//       public:
//         explicit Pager(const reeve::plugin::Json& settings);   // throws when it cannot use them
//         Delivery send(const Message&) override;                // what it throws is a failure that may pass
//     };
//     REEVE_PLUGIN(Pager, "pager", "1.0.0")
//
// JobHandler, Assigner and Exporter are the other kinds, each with one function as well. reeve_plugin.h says
// what goes in and out, and which thread calls. Settings (reeve_settings.hpp) helps to read settings, and
// secrets that lie in files.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reeve_plugin.h"

namespace reeve::plugin {

using Json = nlohmann::ordered_json;

template <reeve_plugin_kind Kind>
class Plugin {
  public:
    static constexpr reeve_plugin_kind kind = Kind;
    virtual ~Plugin() = default;
    virtual Json call(const Json& request) = 0;
};

struct Message {
    std::string id, person, name, address, language, subject, text;
    bool urgent = false;
    Json alerts = Json::array();
};

struct Delivery {
    std::string outcome, error;
    std::optional<std::chrono::milliseconds> wait;
};
inline Delivery sent() { return {"sent", {}, {}}; }
inline Delivery failed(std::string error, std::optional<std::chrono::milliseconds> wait = {}) {
    return {"failed", std::move(error), wait};
}
inline Delivery refused(std::string error) { return {"refused", std::move(error), {}}; }

class Notifier : public Plugin<REEVE_PLUGIN_NOTIFIER> {
  public:
    virtual Delivery send(const Message&) = 0;

    Json call(const Json& request) final {
        Message message;
        const auto text = [&](const char* name, std::string& into) { into = request.value(name, ""); };
        text("id", message.id);
        text("person", message.person);
        text("name", message.name);
        text("address", message.address);
        text("language", message.language);
        text("subject", message.subject);
        text("text", message.text);
        message.urgent = request.value("urgent", false);
        message.alerts = request.value("alerts", Json::array());
        const auto delivery = send(message);
        Json answer{{"outcome", delivery.outcome}};
        if (!delivery.error.empty()) answer["error"] = delivery.error;
        if (delivery.wait) answer["wait_ms"] = delivery.wait->count();
        return answer;
    }
};

struct Job {
    std::string job, handler, case_id, definition, unit, stage, times_out;
    std::int64_t lease = 0;
    int attempt = 1;
    Json data = Json::object();
};

struct JobReport {
    Json answer;
};
// `action`: which of the stage's the case takes; without one, its "then".
inline JobReport completed(Json data = Json::object(), const std::string& action = {},
                           const std::string& reason = {}) {
    JobReport report{{{"outcome", "completed"}, {"data", std::move(data)}}};
    if (!action.empty()) report.answer["action"] = action;
    if (!reason.empty()) report.answer["reason"] = reason;
    return report;
}
// Tried again: when the definition says, or not before `wait`.
inline JobReport try_again(std::string error, std::optional<std::chrono::milliseconds> wait = {}) {
    JobReport report{{{"outcome", "failed"}, {"error", std::move(error)}}};
    if (wait) report.answer["wait_ms"] = wait->count();
    return report;
}
inline JobReport in_vain(std::string error) {  // people do it
    return {{{"outcome", "failed"}, {"error", std::move(error)}, {"retry", false}}};
}

class JobHandler : public Plugin<REEVE_PLUGIN_JOB_HANDLER> {
  public:
    virtual JobReport work(const Job&) = 0;  // what it throws is tried again

    Json call(const Json& request) final {
        Job job;
        job.job = request.value("job", "");
        job.handler = request.value("handler", "");
        job.case_id = request.value("case", "");
        job.definition = request.value("definition", "");
        job.unit = request.value("unit", "");
        job.stage = request.value("stage", "");
        if (const auto it = request.find("times_out"); it != request.end() && it->is_string())
            job.times_out = it->get<std::string>();
        job.lease = request.value("lease", std::int64_t{0});
        job.attempt = request.value("attempt", 1);
        job.data = request.value("data", Json::object());
        return work(job).answer;
    }
};

class Assigner : public Plugin<REEVE_PLUGIN_ASSIGNER> {
  public:
    struct Candidate {
        std::string person, name;
        int open_tasks = 0;
        std::string last;  // when they were last given something; empty: never
    };
    struct Task {
        std::string task, name, title, case_id, definition, unit, stage, role;
        std::string person;  // who has it by the definition's rule
        Json item, data = Json::object();
        std::vector<Candidate> candidates;
    };
    struct Choice {
        std::string person, reason;
    };
    // One of the candidates. No person, or what it throws: it stays with whom it is.
    virtual Choice choose(const Task&) = 0;

    Json call(const Json& request) final {
        Task task;
        task.task = request.value("task", "");
        task.name = request.value("name", "");
        task.title = request.value("title", "");
        task.case_id = request.value("case", "");
        task.definition = request.value("definition", "");
        task.unit = request.value("unit", "");
        task.stage = request.value("stage", "");
        task.role = request.value("role", "");
        task.person = request.value("person", "");
        task.item = request.value("item", Json());
        task.data = request.value("data", Json::object());
        for (const auto& one : request.value("candidates", Json::array())) {
            const auto last = one.find("last");
            task.candidates.push_back(
                {one.value("person", ""), one.value("name", ""), one.value("open_tasks", 0),
                 last != one.end() && last->is_string() ? last->get<std::string>() : ""});
        }
        const auto choice = choose(task);
        if (choice.person.empty())
            return {{"outcome", "failed"},
                    {"error", choice.reason.empty() ? "it chose nobody" : choice.reason}};
        return {{"person", choice.person}, {"reason", choice.reason}};
    }
};

class Exporter : public Plugin<REEVE_PLUGIN_EXPORTER> {
  public:
    // Keeps these events, which come in order, and says up to which number; what lies behind comes again.
    // What it throws is a failure that may pass: all of them come again.
    virtual std::uint64_t take(const Json& events) = 0;

    Json call(const Json& request) final {
        return {{"outcome", "taken"}, {"to", take(request.at("events"))}};
    }
};

// What REEVE_PLUGIN makes of a class: nothing thrown leaves it.
template <class T>
struct Glue {
    static void say(const std::exception& e, reeve_give give, void* to) {
        const std::string what = e.what();
        give(to, what.data(), what.size());
    }
    static void* open(const char* settings, std::size_t size, reeve_give give, void* to) {
        try {
            return new T(Json::parse(settings, settings + size));
        } catch (const std::exception& e) {
            say(e, give, to);
        }
        return nullptr;
    }
    static int call(void* self, const char* request, std::size_t size, reeve_give give, void* to) {
        try {
            auto& plugin = *static_cast<T*>(self);
            const Json answer = plugin.call(Json::parse(request, request + size));
            // A server's words in an error need not be UTF-8.
            const auto text = answer.dump(-1, ' ', false, Json::error_handler_t::replace);
            give(to, text.data(), text.size());
            return 0;
        } catch (const std::exception& e) {
            say(e, give, to);
        }
        return 1;
    }
    static void close(void* self) { delete static_cast<T*>(self); }
};

}  // namespace reeve::plugin

#define REEVE_PLUGIN(CLASS, NAME, VERSION)                                                      \
    extern "C" const reeve_plugin_info* reeve_plugin(uint32_t host_abi) {                       \
        using glue = reeve::plugin::Glue<CLASS>;                                                \
        static const reeve_plugin_info info{REEVE_PLUGIN_ABI, CLASS::kind, NAME,       VERSION, \
                                            glue::open,       glue::call,  glue::close};        \
        return host_abi >= REEVE_PLUGIN_ABI ? &info : nullptr;                                  \
    }
