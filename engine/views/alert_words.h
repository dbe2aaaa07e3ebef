// Inside engine/views: what a template of an alert can name, and the sentence of each kind.
#pragma once

#include "engine/core/core.h"
#include "engine/views/views.h"

namespace reeve::views {

// The alert, its case and the event that it tells of, as docs/alerts.md lists them. What is not known is an
// empty text.
Json alert_facts(const Sight&, const core::Alert&, bool chinese);
// A template of the one sentence that says it; null: the alert's subject says it.
const std::string* sentence_of(const std::string& kind, bool chinese);

}  // namespace reeve::views
