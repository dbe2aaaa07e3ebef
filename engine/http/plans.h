// Plans: what requests with an Idempotency-Key planned for many cases, in FOLDER/access.db, kept before any
// of it is asked for. The same request, sent again, carries out the same plan: each of its commands has a key
// of its own, so that what was done is not done again. Every member may be called from any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "engine/runtime/engine.h"

namespace reeve::http {

class Plans {
  public:
    static constexpr time::Millis kept{90 * std::int64_t{24} * 3600 * 1000};

    explicit Plans(const std::filesystem::path& folder);
    ~Plans();

    using Plan = std::vector<runtime::Planned>;
    // The plan that is kept under the key. Code "key-used": for another request.
    Result<std::optional<Plan>> find(const std::string& key, const std::string& request);
    // Keeps it, durably; what is older than `kept` goes. What comes back is the plan that counts: another's,
    // if the same request came twice at once.
    Result<Plan> keep(const std::string& key, const std::string& request, const Plan&, time::Instant now);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace reeve::http
