// The questions of `reeve calendar` and their answers, apart from how they are asked. Pure but for reading
// calendar files.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/json.h"
#include "engine/time/time.h"

namespace reeve::cli {

// What one question asks, from options or from a line of --batch; the names are the options'.
struct Question {
    std::string calendar, zone, from, to, in, at;
    std::string until = "automatic", first_day = "excluded", roll = "on";
    std::vector<std::string> pause, exclude;
    bool explain = false;
};

// Calendars by path or zone, each read once.
class Calendars {
  public:
    Result<time::CalendarPtr> find(const Question& q);

  private:
    std::map<std::string, Result<time::CalendarPtr>> known_;
};

// What a command answers: the same facts for people and for programs.
struct Answer {
    nlohmann::ordered_json json;
    std::string text;
    std::vector<std::string> warnings;
};

Result<Answer> answer_due(const Question&, const time::Calendar&);
Result<Answer> answer_between(const Question&, const time::Calendar&);
// `periods`: how many of the next stretches of office time to tell as well.
Result<Answer> answer_check(const Question&, const time::Calendar&, std::size_t periods);

// Takes one line of --batch into the question; a refusal says where in the line.
std::optional<Error> take_line(const Document& line, Question&);

}  // namespace reeve::cli
