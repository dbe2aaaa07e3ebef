#include "engine/time/count.h"

namespace reeve::time {

using namespace std::chrono;

namespace {

constexpr std::int64_t most_lines = 1500;  // a longer count is told without its middle

std::string moment(const Calendar& c, Instant t, Day day) {
    std::string text = to_string(t, c);
    if (deadline_words(text) == "end of " + to_string(day)) return "at the end of the day";
    return text.substr(0, 10) == to_string(day) ? text.substr(11, text.size() > 25 ? 12 : 8) : text;
}

// Real or office time between `from` and `to` on the days from `day` to before `end`, stops not counted.
Millis counted_on(const Calendar& c, Day day, Day end, Instant from, Instant to, bool working,
                  std::span<const Span> stopped) {
    from = std::max(from, c.midnight(day)), to = std::min(to, c.midnight(end));
    if (from >= to) return Millis(0);
    if (working) return working_between(c, from, to, stopped);
    Millis sum = to - from;
    Stops stops(stopped);
    for (const Span& stop : stops.spans()) {
        sum -= std::max(Millis(0), std::min(to, stop.to) - std::max(from, stop.from));
    }
    return sum;
}

std::string in_words(Millis t, bool working) {
    Duration d;
    (working ? d.working : d.elapsed) = t;
    return to_string(d);
}

class Story {
  public:
    Story(const Calendar& c, Instant from, const Count& k, const Stops& stops, std::span<const Span> stopped)
        : c_(c),
          from_(from),
          k_(k),
          stopped_(stopped),
          counter_(c, stops, k.working, k.day_end, k.time_of_day) {}

    std::vector<DayLine> tell() {
        Instant end = k_.at;
        bool open_ended = end == Instant::max() || end == Instant::min();
        step_ = days(k_.backward ? -1 : 1);
        // A pause that still runs: the days up to it are what has been counted.
        if (open_ended) end = k_.beyond || k_.backward ? from_ : std::max(from_, stopped_for_good());
        Day last = k_.last && !open_ended ? *k_.last : c_.zone().day_of(end);
        std::int64_t n = ((last - k_.start).count()) * step_.count() + 1;
        Day day = k_.start;
        for (std::int64_t i = 0; i < n; ++i, day += step_) {
            if (i == most_lines - 20 && n > most_lines) {
                std::int64_t skipped = n - most_lines;
                lines_.push_back({to_string(day), fmt::format("… {} more days", skipped), {}});
                skip(day, day + step_ * skipped);
                i += skipped, day += step_ * skipped;
            }
            DayLine line = k_.dated && !(k_.fine && past_days(day)) ? dated_line(day) : timed_line(day);
            if (day == last && !open_ended) line.note += fmt::format("; due {}", moment(c_, k_.at, day));
            lines_.push_back(std::move(line));
        }
        if (open_ended) {
            lines_.push_back({to_string(last),
                              k_.beyond ? "the count leaves the years 1900 to 2199"
                                        : "stopped from here on: no due date yet",
                              {}});
        }
        return std::move(lines_);
    }

  private:
    Instant stopped_for_good() const {
        const Stops stops(stopped_);
        return stops.spans().empty() || stops.spans().back().to < never ? from_ : stops.spans().back().from;
    }

    bool past_days(Day day) const { return k_.last_counted && (day - *k_.last_counted) / step_ > 0; }

    std::string why(Day day) const {
        std::string note = c_.note_of(day);
        return note.empty() ? "working day" : note;
    }

    DayLine dated_line(Day day) {
        std::string kind = k_.working ? "working day" : "day";
        std::string note = c_.note_of(day);
        std::string aside = note.empty() ? "" : " (" + note + ")";
        if (day == k_.start && k_.first != k_.start)
            return {to_string(day), "start, not counted" + aside, {}};
        if (past_days(day)) {
            if (counter_.stopped(day)) return {to_string(day), "stopped", {}};
            return {to_string(day),
                    day == *k_.last ? "moved on to a working day" + aside : note + ", moves on",
                    {}};
        }
        if (counter_.stopped(day)) return {to_string(day), "stopped", {}};
        if (!counter_.counts(day)) return {to_string(day), note, {}};
        if (k_.days == 0) return {to_string(day), "start", {}};
        return {to_string(day), fmt::format("{} {}{}", kind, ++number_, aside), {}};
    }

    // Counts the days from `day` to before `end`, which have no line of their own.
    void skip(Day day, Day end) {
        if (!k_.dated) sum_ += counted(std::min(day, end), std::max(day, end), stopped_);
        for (; k_.dated && day != end; day += step_) number_ += day != k_.start && counter_.counts(day);
    }

    Millis counted(Day day, Day end, std::span<const Span> stopped) const {
        return counted_on(c_, day, end, std::min(from_, k_.at), std::max(from_, k_.at), k_.working, stopped);
    }

    DayLine timed_line(Day day) {
        Millis counted = this->counted(day, day + days(1), stopped_);
        Millis without = this->counted(day, day + days(1), {});
        sum_ += counted;
        std::string note = k_.working ? why(day) : c_.note_of(day);
        if (without > counted)
            note += (note.empty() ? "stopped " : ", stopped ") + in_words(without - counted, k_.working);
        if (counted.count() > 0) {
            note += fmt::format("{}{}, {} in all", note.empty() ? "" : ", ", in_words(counted, k_.working),
                                in_words(sum_, k_.working));
        }
        return {to_string(day), note, counted};
    }

    const Calendar& c_;
    Instant from_;
    const Count& k_;
    std::span<const Span> stopped_;
    DayCount counter_;
    days step_{1};
    std::int64_t number_ = 0;
    Millis sum_{0};
    std::vector<DayLine> lines_;
};

}  // namespace

std::vector<DayLine> explain(const Calendar& calendar, Instant from, const Duration& in, const DueRule& rule,
                             std::span<const Span> stopped) {
    Stops stops(stopped);
    Count k = count(calendar, from, in, rule, stops);
    auto in_table = [&](Instant t) {
        return t > calendar.midnight(first_day) && t < calendar.midnight(last_day);
    };
    if (!in_table(from) || (k.fine && !k.dated && k.at != Instant::max() && !in_table(k.at))) {
        return {{"", "the count leaves the years 1900 to 2199", {}}};
    }
    return Story(calendar, from, k, stops, stopped).tell();
}

}  // namespace reeve::time
