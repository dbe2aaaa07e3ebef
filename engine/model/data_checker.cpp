// The one file that knows valijson.
#define VALIJSON_USE_EXCEPTIONS 1  // without it a faulty schema aborts the process
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "engine/model/data_schema.h"
#include "engine/model/model.h"
#include "engine/model/text_pattern.h"
#include "engine/spelling.h"

namespace reeve::model {
namespace {

using Plain = nlohmann::json;  // valijson has no adapter for ordered JSON
using Adapter = valijson::adapters::NlohmannJsonAdapter;

Plain plain(const Json& value) {
    if (value.is_object()) {
        Plain out = Plain::object();
        for (auto it = value.begin(); it != value.end(); ++it) out.emplace(it.key(), plain(*it));
        return out;
    }
    if (value.is_array()) {
        Plain out = Plain::array();
        for (const auto& item : value) out.push_back(plain(item));
        return out;
    }
    if (value.is_string()) return value.get_ref<const std::string&>();
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_float()) return value.get<double>();
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    if (value.is_number_integer()) return value.get<std::int64_t>();
    return nullptr;
}

// Formats and patterns are checked here, not by valijson, which throws on a value that is no text and matches
// by backtracking; an "$id" would be matched that way too, and references stay within the schema.
Plain for_valijson(const Json& schema, bool partial, bool names = false) {
    if (schema.is_array()) {
        Plain out = Plain::array();
        for (const auto& item : schema) out.push_back(for_valijson(item, partial));
        return out;
    }
    if (!schema.is_object()) return plain(schema);
    Plain out = Plain::object();
    for (auto it = schema.begin(); it != schema.end(); ++it) {
        const auto& key = it.key();
        if (!names && (key == "format" || key == "pattern" || key == "$id" || (key == "required" && partial)))
            continue;
        if (!names &&
            (key == "enum" || key == "const" || key == "default" || key == "examples" || key == "required"))
            out[key] = plain(*it);
        else
            out[key] = for_valijson(*it, partial, !names && (key == "properties" || key == "definitions"));
    }
    return out;
}

std::string kind(const Json& value) {
    if (value.is_string()) return "a text";
    if (value.is_number_integer()) return "a whole number";
    if (value.is_number()) return "a number with a fraction";
    if (value.is_boolean()) return "true or false";
    if (value.is_array()) return "a list";
    return value.is_object() ? "an object" : "empty";
}

std::string wanted(const Json& type) {
    static const std::map<std::string, std::string> words{
        {"string", "a text"},   {"integer", "a whole number"},
        {"number", "a number"}, {"boolean", "true or false"},
        {"array", "a list"},    {"object", "an object"},
        {"null", "empty"}};
    if (type.is_string()) {
        auto it = words.find(type.get<std::string>());
        return it == words.end() ? type.get<std::string>() : it->second;
    }
    std::string out;
    for (const auto& one : type) out.append(out.empty() ? "" : " or ").append(wanted(one));
    return out;
}

std::string dotted(std::string pointer) {
    if (!pointer.empty()) pointer.erase(0, 1);
    std::ranges::replace(pointer, '/', '.');
    return pointer;
}

// What is personal stands in no message: messages are kept in histories and sent about.
std::string shown(const Json& schema, const Json& value) {
    if (schema.value("x-personal", false)) return "another text";
    return value.is_string() ? in_quotes(value.get<std::string>()) : value.dump();
}

bool is_date(std::string_view text) {
    auto digits = [&](std::size_t from, std::size_t count) {
        return std::ranges::all_of(text.substr(from, count), [](char c) { return c >= '0' && c <= '9'; });
    };
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !digits(0, 4) || !digits(5, 2) ||
        !digits(8, 2))
        return false;
    auto number = [&](std::size_t from, std::size_t count) {
        return std::stoi(std::string(text.substr(from, count)));
    };
    return std::chrono::year_month_day(std::chrono::year(number(0, 4)),
                                       std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                       std::chrono::day(static_cast<unsigned>(number(8, 2))))
        .ok();
}

}  // namespace

struct DataChecker::Parts {
    Json source;
    valijson::Schema full, partial;
    std::map<std::string, TextPattern> patterns;

    // Every text called "pattern", whether as a keyword or not: compiled once, here.
    void collect(const Json& schema) {
        if (schema.is_object())
            if (auto pattern = schema.find("pattern"); pattern != schema.end() && pattern->is_string())
                if (auto parsed = TextPattern::parse(*pattern))
                    patterns.emplace(pattern->get<std::string>(), std::move(*parsed));
        if (schema.is_structured())
            for (const auto& within : schema) collect(within);
    }

    void texts(const Json& schema, const Json& value, const std::string& place, Errors& out) const {
        if (!schema.is_object()) return;
        if (auto ref = schema.find("$ref"); ref != schema.end() && ref->is_string()) {
            Json::json_pointer pointer(ref->get<std::string>().substr(1));
            if (source.contains(pointer)) texts(source.at(pointer), value, place, out);
            return;
        }
        if (value.is_string()) text(schema, value.get_ref<const std::string&>(), place, out);
        if (auto properties = schema.find("properties"); value.is_object() && properties != schema.end())
            for (auto it = value.begin(); it != value.end(); ++it)
                if (auto p = properties->find(it.key()); p != properties->end())
                    texts(*p, *it, place + "/" + it.key(), out);
        if (auto items = schema.find("items"); value.is_array() && items != schema.end())
            for (std::size_t i = 0; i < value.size(); ++i)
                texts(*items, value[i], place + "/" + std::to_string(i), out);
    }

    void text(const Json& schema, const std::string& value, const std::string& place, Errors& out) const {
        auto format = schema.value("format", "");
        if (format == "date" && !is_date(value))
            out.push_back({"bad-date",
                           fmt::format("{} is {}; it should be a date such as 2026-02-25",
                                       in_quotes(dotted(place)), shown(schema, value)),
                           place});
        if (format == "date-time" && !time::parse_instant(value))
            out.push_back({"bad-date",
                           fmt::format("{} is {}; it should be a time such as 2026-02-25T09:30:00+08:00",
                                       in_quotes(dotted(place)), shown(schema, value)),
                           place});
        if (auto pattern = schema.find("pattern"); pattern != schema.end() && pattern->is_string()) {
            auto known = patterns.find(pattern->get<std::string>());
            if (known != patterns.end() && !known->second.found_in(value))
                out.push_back({"bad-form",
                               fmt::format("{} does not have the form {}", in_quotes(dotted(place)),
                                           pattern->get<std::string>()),
                               place});
        }
    }

    Error explained(const valijson::ValidationResults::Error& error, const Json& data) const {
        std::string place, path;
        for (std::size_t i = 1; i < error.context.size(); ++i) {
            std::string step = error.context[i];  // [name]
            std::erase_if(step, [](char c) { return c == '[' || c == ']'; });
            place.append("/").append(step);
            if (!path.empty()) path.push_back('.');
            path.append(step);
        }
        const Json* value = at_path(data, path);
        auto field = find_field(source, path);
        const Json& schema = field.schema ? *field.schema : source;
        auto subject = path.empty() ? std::string("the data") : in_quotes(path);
        const auto& what = error.description;
        auto named = [&] {  // what stands between the last two quotes
            auto to = what.rfind('\'');
            auto from = to == std::string::npos || to == 0 ? to : what.rfind('\'', to - 1);
            return from < to ? what.substr(from + 1, to - from - 1) : std::string();
        };
        if (what.starts_with("Missing required property")) {
            auto name = named();
            return {"missing-data",
                    fmt::format("{} is missing; it must be given",
                                in_quotes(path.empty() ? name : path + "." + name)),
                    place + "/" + name};
        }
        if (what.starts_with("Value type not permitted") && value && schema.contains("type"))
            return {
                "wrong-type",
                fmt::format("{} is {}; it should be {}", subject, kind(*value), wanted(schema.at("type"))),
                place};
        if (what.starts_with("Failed to match against any enum") && value && schema.contains("enum")) {
            std::string list;
            for (const auto& one : schema.at("enum"))
                list.append(list.empty() ? "" : ", ").append(one.dump());
            return {
                "not-allowed",
                fmt::format("{} is {}; it should be one of {}", subject,
                            value->is_string() && !schema.value("x-personal", false) ? value->dump()
                                                                                     : shown(schema, *value),
                            list),
                place};
        }
        if (what.starts_with("Object contains a property")) {
            auto name = named();
            auto whole = path.empty() ? name : path + "." + name;
            return {"unknown-data",
                    fmt::format("the data has no {}{}", in_quotes(whole),
                                did_you_mean(name, find_field(source, whole).siblings)),
                    place + "/" + name};
        }
        return {"bad-data", fmt::format("{}: {}", subject, what), place};
    }
};

DataChecker::DataChecker(const Json& schema) : parts_(std::make_unique<Parts>()) {
    parts_->source = schema;
    parts_->collect(schema);
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    auto full = for_valijson(schema, false), partial = for_valijson(schema, true);
    parser.populateSchema(Adapter(full), parts_->full);
    parser.populateSchema(Adapter(partial), parts_->partial);
}

DataChecker::~DataChecker() = default;

Errors DataChecker::check(const Json& data, bool partial) const {
    Errors out;
    valijson::Validator validator;
    valijson::ValidationResults results;
    const Plain checked = plain(data);
    if (!validator.validate(partial ? parts_->partial : parts_->full, Adapter(checked), &results)) {
        for (const auto& error : results) {
            // These only say that something within is wrong, which is told by itself.
            if (error.description.starts_with("Failed to validate against schema associated with property") ||
                error.description.starts_with("Failed to validate item"))
                continue;
            out.push_back(parts_->explained(error, data));
        }
        if (out.empty()) out.push_back({"bad-data", "the data does not fit the definition's schema", ""});
    }
    parts_->texts(parts_->source, data, "", out);
    return out;
}

Errors check_data(const Program& program, const Json& data, bool partial) {
    if (!data.is_object()) return {{"wrong-type", "the data of a case is an object of fields", ""}};
    if (!program.data_checker) return {};
    return program.data_checker->check(data, partial);
}

}  // namespace reeve::model
