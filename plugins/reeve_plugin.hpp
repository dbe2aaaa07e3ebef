// A plugin as a C++ class (C++17, nlohmann/json). A whole notifier:
//
//     class Pager : public reeve::plugin::Notifier {
//       public:
//         explicit Pager(const reeve::plugin::Json& settings);   // throws when it cannot use them
//         Delivery send(const Message&) override;                // what it throws is a failure that may pass
//     };
//     REEVE_PLUGIN(Pager, "pager", "1.0.0")
//
// Another kind derives from Plugin<REEVE_PLUGIN_JOB_HANDLER> and has `Json call(const Json& request)`;
// reeve_plugin.h says what goes in and out, and which thread calls. Settings (reeve_settings.hpp) helps to
// read settings, and secrets that lie in files.
#pragma once

#include <chrono>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

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
