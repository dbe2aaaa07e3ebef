// Fields: reads one JSON object into plain values and tells every fault at its pointer. Both the organisation
// file and stored events are read by it. A value used by one function at a time.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "engine/org/org.h"

namespace reeve::org {

using Json = nlohmann::ordered_json;

// Told of each fault: a code, a sentence, the JSON pointer, and whether the key itself (not its value) is it.
using Fault = std::function<void(std::string code, std::string message, std::string pointer, bool key)>;

class Fields {
  public:
    Fields(const Json& object, std::string pointer, const Fault& fault);
    ~Fields();  // tells of the keys that nobody asked for

    std::string text(const char* key, const char* otherwise = nullptr);  // otherwise: what stands when absent
    int number(const char* key, int otherwise);                          // 0 to 100 000
    bool flag(const char* key, bool otherwise);
    std::vector<std::string> texts(const char* key);
    std::map<std::string, std::string> table(const char* key);
    const Json* any(const char* key);  // the value as it stands, or null
    // A date (midnight in the zone), a local time or one with an offset; `otherwise` when absent.
    time::Instant instant(const char* key, const time::Calendar* zone,
                          std::optional<time::Instant> otherwise);

    void refuse(std::string code, std::string message, const std::string& key = "") const;

  private:
    const Json& object_;
    std::string pointer_;
    const Fault& fault_;
    std::vector<std::string> asked_;
};

Unit read_unit(const Json&, const std::string& pointer, const Fault&);
Post read_post(const Json&, const std::string& pointer, const Fault&);
// `language`: of one for whom none is said.
Person read_person(const Json&, const std::string& pointer, const Fault&, const std::string& language = "en");
// `zone`: for bounds without an offset; null refuses them.
Absence read_absence(const Json&, const std::string& pointer, const Fault&, const time::Calendar* zone);

}  // namespace reeve::org
