// Reads a plugin's settings so that whoever wrote them wrongly is told which one and what would be right.
// Every fault is thrown as std::runtime_error. Call end() when all has been read: it refuses what is left.
#pragma once

#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace reeve::plugin {

class Settings {
  public:
    using Json = nlohmann::ordered_json;
    explicit Settings(const Json& json) : json_(json) {
        if (!json.is_object()) throw std::runtime_error("settings: expected an object, such as {}");
    }

    bool has(const std::string& name) {
        known_.insert(name);
        return json_.contains(name);
    }
    std::string text(const std::string& name, const std::string& otherwise) {
        return has(name) ? text_of(name, json_.at(name)) : otherwise;
    }
    std::string text(const std::string& name) {
        if (!has(name)) throw std::runtime_error("settings: \"" + name + "\" is missing");
        return text_of(name, json_.at(name));
    }
    std::string one_of(const std::string& name, std::initializer_list<const char*> words,
                       const std::string& otherwise) {
        const auto given = text(name, otherwise);
        std::string all;
        for (const char* word : words) {
            if (given == word) return given;
            all += (all.empty() ? "" : ", ") + std::string(word);
        }
        throw wrong(name, "one of " + all);
    }
    std::int64_t number(const std::string& name, std::int64_t otherwise, std::int64_t least,
                        std::int64_t most) {
        if (!has(name)) return otherwise;
        const auto& given = json_.at(name);
        const bool whole = given.is_number_integer() &&
                           !(given.is_number_unsigned() && given.get<std::uint64_t>() > INT64_MAX);
        if (!whole || given.get<std::int64_t>() < least || given.get<std::int64_t>() > most)
            throw wrong(name, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
        return given.get<std::int64_t>();
    }
    bool flag(const std::string& name, bool otherwise) {
        if (!has(name)) return otherwise;
        if (!json_.at(name).is_boolean()) throw wrong(name, "true or false");
        return json_.at(name).get<bool>();
    }
    std::vector<std::string> texts(const std::string& name) {
        std::vector<std::string> all;
        if (!has(name)) return all;
        if (!json_.at(name).is_array()) throw wrong(name, "a list of texts");
        for (const auto& one : json_.at(name)) all.push_back(text_of(name, one));
        return all;
    }
    // "NAME", or the lines of the file that "NAME_file" names; none when neither is given. Lines that are
    // empty are left out, so that an editor's last newline is no part of a password.
    std::vector<std::string> secrets(const std::string& name) {
        const auto file_name = name + "_file";
        const bool here = has(name), there = has(file_name);
        if (here && there)
            throw std::runtime_error("settings: give \"" + name + "\" or \"" + file_name + "\", not both");
        if (here) return {text(name)};
        std::vector<std::string> lines;
        if (!there) return lines;
        const auto path = text(file_name);
        std::ifstream in(path);
        std::string line;
        constexpr std::size_t longest = 4096, most = 16;
        while (std::getline(in, line) && line.size() <= longest && lines.size() < most) {
            if (!line.empty() && line.back() == '\r') line.pop_back();
            if (!line.empty()) lines.push_back(line);
        }
        if (lines.empty())
            throw std::runtime_error("settings: \"" + file_name + "\": there is no secret to read in " +
                                     path + "; expected a file whose lines are secrets");
        return lines;
    }
    std::string secret(const std::string& name) {
        const auto lines = secrets(name);
        if (lines.size() > 1) throw wrong(name + "_file", "a file of one line");
        return lines.empty() ? std::string() : lines.front();
    }
    void end() const {
        for (const auto& item : json_.items()) {
            if (known_.count(item.key())) continue;
            std::string all;
            for (const auto& name : known_) all += (all.empty() ? "" : ", ") + name;
            throw std::runtime_error("settings: there is no \"" + item.key() + "\"; known are: " + all);
        }
    }
    static std::runtime_error wrong(const std::string& name, const std::string& wanted) {
        return std::runtime_error("settings: \"" + name + "\": expected " + wanted);
    }

  private:
    static std::string text_of(const std::string& name, const Json& json) {
        if (!json.is_string()) throw wrong(name, "text");
        return json.get<std::string>();
    }
    const Json& json_;
    std::set<std::string> known_;
};

}  // namespace reeve::plugin
