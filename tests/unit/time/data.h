// The public data beside the checkout, for the tests of time. DATA_OR_SKIP skips a test, saying what is
// absent.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/time/calendar.h"

#define DATA_OR_SKIP(path) \
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << (path) << " beside the checkout"

namespace reeve::time {

inline std::string data(const std::string& path) { return REEVE_DATA "/" + path; }

inline std::string read_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<std::vector<std::string>> read_csv(const std::string& path) {
    std::istringstream in(read_text(path));
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(in, line);) {
        if (line.ends_with('\r')) line.pop_back();
        std::vector<std::string> cells;
        std::istringstream cell_in(line);
        for (std::string cell; std::getline(cell_in, cell, ',');) cells.push_back(cell);
        rows.push_back(cells);
    }
    rows.erase(rows.begin());  // the names
    return rows;
}

inline CalendarPtr calendar_of(const nlohmann::ordered_json& json, const std::string& base_dir = ".") {
    auto calendar = parse_calendar(json.dump(), "test.json", base_dir);
    if (!calendar) throw std::runtime_error(calendar.error().text());
    return *calendar;
}

inline Duration duration(const std::string& text) {
    auto d = parse_duration(text);
    if (!d) throw std::runtime_error(d.error().text());
    return *d;
}

inline Instant instant(const std::string& text) {
    auto t = parse_instant(text);
    if (!t) throw std::runtime_error(t.error().text());
    return *t;
}

inline Instant instant(const std::string& text, const Calendar& calendar) {
    auto t = parse_instant(text, calendar);
    if (!t) throw std::runtime_error(t.error().text());
    return *t;
}

}  // namespace reeve::time
