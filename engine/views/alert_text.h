// The words in which alerts reach people: Mustache templates, in English and Chinese, per definition where
// the office wants. What a template can name, docs/alerts.md lists.
#pragma once

#include "engine/runtime/dispatcher.h"
#include "engine/views/views.h"

namespace reeve::views {

class AlertTexts {
  public:
    // `folder`: the office's own templates, `alert.LANG.mustache` for every definition and
    // `DEFINITION.LANG.mustache` for one, of which the first line is the subject; empty: none. `link`: where
    // a case is shown, with "{case}" for its id; empty: nowhere. Codes "no-such-folder", "bad-template"
    // (place: the file).
    static Result<AlertTexts> load(const std::filesystem::path& folder, std::string link);

    // Several alerts make one message: their texts one after another, of at most twenty.
    runtime::MessageText compose(const Sight&, const std::vector<core::Alert>&, const org::Person&) const;

  private:
    struct Template {
        std::string subject, text;
    };
    const Template& template_for(const std::string& definition, const std::string& language) const;
    runtime::MessageText one(const Sight&, const core::Alert&, const org::Person&) const;

    std::map<std::string, Template> templates_;  // by file name: "alert.en"
    std::string link_;
};

}  // namespace reeve::views
