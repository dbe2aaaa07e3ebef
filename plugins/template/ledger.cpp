// An exporter that writes each event into a file, a line of JSON each: where to begin with one that feeds a
// database of figures.
#include <fstream>
#include <reeve_plugin.hpp>
#include <reeve_settings.hpp>

class Ledger : public reeve::plugin::Exporter {
  public:
    explicit Ledger(const reeve::plugin::Json& json) {
        reeve::plugin::Settings settings(json);
        file_ = settings.text("file");
        settings.end();
    }

    // After a kill the last events may come again: whoever reads the file goes by their "seq".
    std::uint64_t take(const reeve::plugin::Json& events) override {
        // A line that a kill cut off ends here; its event comes again.
        std::ifstream before(file_, std::ios::binary | std::ios::ate);
        const bool cut = before && before.tellg() > 0 && before.seekg(-1, std::ios::end).get() != '\n';
        std::ofstream out(file_, std::ios::app);
        if (cut) out << '\n';
        for (const auto& event : events) out << event.dump() << '\n';
        if (!out.flush()) throw std::runtime_error("cannot write into " + file_);
        return events.back().at("seq");
    }

  private:
    std::string file_;
};

REEVE_PLUGIN(Ledger, "ledger", "1.0.0")
