// Inside engine/views: what a template of an alert can name, and the sentences of each kind in Chinese.
#pragma once

#include "engine/core/core.h"
#include "engine/views/views.h"

namespace reeve::views {

// The alert, its case and the event that it tells of, as docs/alerts.md lists them. What is not known is an
// empty text.
Json alert_facts(const Sight&, const core::Alert&, bool chinese);
// A template of one sentence. (The English sentence is the alert's subject.)
const std::string& chinese_words(const std::string& kind);

}  // namespace reeve::views
