// Alerts on their way while the service runs: the plugins of its channels, started, and what sends by them.
#pragma once

#include "engine/cli/serve_config.h"
#include "engine/runtime/plugin.h"
#include "engine/views/alert_text.h"

namespace reeve::cli {

class Alerting {
  public:
    // Starts the plugins and reads hours and texts; sends nothing yet. What would be refused again is refused
    // now, with the file or the channel.
    static Result<std::unique_ptr<Alerting>> prepare(const ServeConfig&);
    ~Alerting();  // a plugin that hangs is not waited for
    // Before figures() is asked for on another thread. Nothing goes out yet; the engine must outlive this.
    void attach(runtime::Engine&);
    void begin();  // from then on alerts go out, until the end

    runtime::Dispatcher::Figures figures() const;
    std::vector<runtime::PluginHealth> plugins() const;

  private:
    explicit Alerting(views::AlertTexts texts) : texts_(std::move(texts)) {}

    views::AlertTexts texts_;
    runtime::Retries retries_;
    std::vector<runtime::Channel> channels_;
    std::vector<std::shared_ptr<runtime::PluginNotifier>> plugins_;
    std::unique_ptr<store::Reader> reader_;  // of the thread that plans
    std::unique_ptr<runtime::Dispatcher> dispatcher_;
};

// Tells the log of those with a post for whom no channel has an address: an administrator who hears of it at
// the start need not wait for the alert that is late.
void warn_of_unreached(const ServeConfig&, const org::Directory&);

}  // namespace reeve::cli
