// A notifier by the C++ wrapper: one class with one function, which throws and wants too much.
#include <cstring>

#include "reeve_plugin.hpp"

class Careless : public reeve::plugin::Notifier {
  public:
    explicit Careless(const reeve::plugin::Json& settings) {
        if (settings.contains("colour")) throw std::runtime_error("settings: there is no \"colour\"");
    }
    reeve::plugin::Delivery send(const reeve::plugin::Message& message) override {
        if (message.address == "throw") throw std::runtime_error("no paper for " + message.name);
        if (message.address == "eat")
            for (;;) std::memset(new char[8 << 20], 1, 8 << 20);
        if (message.address == "echo") return reeve::plugin::refused(message.subject + "/" + message.text);
        return reeve::plugin::sent();
    }
};
REEVE_PLUGIN(Careless, "careless", "1.0")
