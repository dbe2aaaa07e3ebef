// The page on which the person who asked reads how their case stands: plain HTML in English and Chinese,
// without script and without anything from elsewhere, for a phone, a printer and a screen reader. Pure.
#pragma once

#include <optional>
#include <string>

#include "engine/http/message.h"
#include "engine/views/standing.h"

namespace reeve::http {

struct ReceiptPage {
    views::Language language = views::Language::en;
    std::string code;  // as it is shown; as it was typed when it was not understood
    Json standing;     // null: there is none to show, and `trouble` may say why
    enum class Trouble { none, mistyped, unknown, too_many } trouble = Trouble::none;
    std::int64_t wait_s = 0;  // of too_many
};
Answer html_of(const ReceiptPage&, int status);
// What no answer about a receipt is without, page or not.
void keep_private(Answer&);

}  // namespace reeve::http
