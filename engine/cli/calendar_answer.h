// The questions of `reeve calendar`, from options or from a line of --batch, whose names are the options'.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/json.h"
#include "engine/views/calendar_answer.h"

namespace reeve::cli {

using views::answer_between;
using views::answer_check;
using views::answer_due;
using Question = views::CalendarQuestion;
using Answer = views::CalendarAnswer;

// Calendars by path or zone, each read once.
class Calendars {
  public:
    Result<time::CalendarPtr> find(const Question& q);

  private:
    std::map<std::string, Result<time::CalendarPtr>> known_;
};

// Takes one line of --batch into the question; a refusal says where in the line.
std::optional<Error> take_line(const Document& line, Question&);

}  // namespace reeve::cli
