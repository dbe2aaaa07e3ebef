// A notifier that writes each message into a file, a line each: where to begin with one of your own.
#include <fstream>
#include <reeve_plugin.hpp>
#include <reeve_settings.hpp>

class Notebook : public reeve::plugin::Notifier {
  public:
    explicit Notebook(const reeve::plugin::Json& json) {
        reeve::plugin::Settings settings(json);
        file_ = settings.text("file");
        settings.end();
    }

    reeve::plugin::Delivery send(const reeve::plugin::Message& message) override {
        if (message.subject.empty())
            return reeve::plugin::refused("a message without a subject is not noted");
        std::ofstream out(file_, std::ios::app);
        out << message.id << '\t' << message.address << '\t' << message.subject << std::endl;
        if (!out) return reeve::plugin::failed("cannot write into " + file_);
        return reeve::plugin::sent();
    }

  private:
    std::string file_;
};

REEVE_PLUGIN(Notebook, "notebook", "1.0.0")
