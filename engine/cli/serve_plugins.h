// Plugins that the engine gives work to, while the service runs: started, and joined to the engine.
#pragma once

#include "engine/cli/serve_config.h"
#include "engine/runtime/assigner.h"
#include "engine/runtime/exporter.h"
#include "engine/runtime/job_handler.h"

namespace reeve::cli {

class ServedPlugins {
  public:
    // Starts the plugins; they get nothing to do yet. What would be refused again is refused now, with the
    // file and the plugin.
    static Result<std::unique_ptr<ServedPlugins>> prepare(const ServeConfig&);
    ~ServedPlugins();  // all are asked to stop at once; what one is at is waited for, a moment
    // Before health() is asked for on another thread. The engine must outlive this.
    void attach(runtime::Engine&);
    void begin();        // from then on they have work, until the end
    void ask_to_stop();  // without waiting

    std::vector<runtime::PluginHealth> health() const;

  private:
    struct Waiting {  // started, and not joined to an engine yet
        std::unique_ptr<runtime::PluginHost> host;
        std::variant<runtime::JobHandling, runtime::Assigning, runtime::Exporting> work;
    };
    std::vector<Waiting> waiting_;
    std::vector<std::unique_ptr<runtime::JobHandler>> job_handlers_;
    std::vector<std::unique_ptr<runtime::Assigner>> assigners_;
    std::vector<std::unique_ptr<runtime::Exporter>> exporters_;
};

}  // namespace reeve::cli
