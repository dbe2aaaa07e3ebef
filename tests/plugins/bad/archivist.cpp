// An exporter that writes each event into a file, a line each; or does what the file FOLDER/mode says.
#include "misdeeds.h"
#include "reeve_plugin.hpp"

using namespace reeve::plugin;

class Archivist : public Exporter {
  public:
    explicit Archivist(const Json& settings) : folder_(settings.at("folder").get<std::string>()) {}

    std::uint64_t take(const Json& events) override {
        std::string mode;
        std::ifstream(folder_ + "/mode") >> mode;
        misbehave(mode);
        if (mode == "beyond") return events.back().at("seq").get<std::uint64_t>() + 1;
        if (mode == "nothing") return events.front().at("seq").get<std::uint64_t>() - 1;
        // A line that a kill cut off ends here; its event comes again.
        std::ifstream before(folder_ + "/events", std::ios::binary | std::ios::ate);
        const bool cut = before && before.tellg() > 0 && before.seekg(-1, std::ios::end).get() != '\n';
        std::ofstream out(folder_ + "/events", std::ios::app);
        if (cut) out << '\n';
        std::size_t kept = 0;
        const auto most = mode == "half" ? (events.size() + 1) / 2 : events.size();
        for (; kept < most; ++kept) out << events[kept].dump() << "\n";
        if (!out.flush()) throw std::runtime_error("cannot write into " + folder_);
        if (mode == "forget") misbehave("exit");  // it is kept, and nobody is told
        return events[kept - 1].at("seq");
    }

  private:
    std::string folder_;
};
REEVE_PLUGIN(Archivist, "archivist", "1.0")
