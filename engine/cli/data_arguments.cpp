#include "engine/cli/data_arguments.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "engine/json.h"
#include "engine/spelling.h"

namespace reeve::cli {

DataPtr add_data_options(CLI::App* command) {
    auto data = std::make_shared<DataArguments>();
    command
        ->add_option("--set", data->set,
                     "A value of the case's data, as the definition types it; again for more")
        ->type_name("PATH=VALUE")
        ->allow_extra_args(false);
    command->add_option("--data-file", data->file, "A JSON file with data; --set comes on top")
        ->type_name("FILE")
        ->check(CLI::ExistingFile);
    return data;
}

void add_document_option(CLI::App* command, const DataPtr& data) {
    command->add_option("--document", data->documents, "A document by its kind; again for more")
        ->type_name("KIND=FILE")
        ->allow_extra_args(false);
}

namespace {

std::pair<std::string, std::string> split(const std::string& text, const char* option, const char* form) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        wrong_use(option, std::string("expected ") + form + ", not \"" + text + "\"");
    return {text.substr(0, equals), text.substr(equals + 1)};
}

// The schema of one field, with the nearest name when the definition knows others but not this one.
Result<Json> field_schema(const Json& schema, const std::string& name, const std::string& path) {
    auto fields = schema.find("properties");
    if (fields == schema.end() || !fields->is_object()) return Json::object();
    if (auto it = fields->find(name); it != fields->end()) return *it;
    std::vector<std::string> known;
    for (const auto& [key, value] : fields->items()) known.push_back(key);
    const auto hint = did_you_mean(name, known);
    const bool closed = schema.value("additionalProperties", Json(true)) == false;
    std::string all;
    for (const auto& key : known) all += (all.empty() ? "" : ", ") + key;
    if (!closed && hint.empty()) {
        // Allowed, for a definition may leave room for more; a slip of the pen should be seen all the same.
        fmt::print(stderr,
                   "reeve: warning: --set: the definition knows no field \"{}\"; it is kept as given (it "
                   "knows {})\n",
                   path, all);
        return Json::object();
    }
    return refuse("unknown-field",
                  "the definition knows no field \"" + path + "\"" + hint + " (it knows " + all + ")",
                  "--set");
}

}  // namespace

Result<Json> typed(const std::string& text, const Json& schema, const std::string& path) {
    if (text.empty()) return Json(nullptr);
    const std::string type = plain(schema.value("type", Json("")));
    auto wrong = [&](const char* wanted) {
        return refuse("bad-value", path + " is to be " + wanted + ", not \"" + text + "\"", "--set");
    };
    const char *begin = text.data(), *end = begin + text.size();
    if (type == "integer") {
        std::int64_t number = 0;
        auto [at, fault] = std::from_chars(begin, end, number);
        if (fault != std::errc{} || at != end) return wrong("a whole number");
        return Json(number);
    }
    if (type == "number") {
        double number = 0;
        auto [at, fault] = std::from_chars(begin, end, number);
        if (fault != std::errc{} || at != end || !std::isfinite(number)) return wrong("a number");
        return Json(number);
    }
    if (type == "boolean") {
        if (text != "true" && text != "false") return wrong("true or false");
        return Json(text == "true");
    }
    if (type == "array" || type == "object") {
        Json value = Json::parse(text, nullptr, false);
        if (value.is_discarded() || (type == "array") != value.is_array())
            return wrong(type == "array" ? "a JSON list" : "a JSON object");
        return value;
    }
    return Json(text);
}

Result<Json> data_of(const DataArguments& given, const Json& schema) {
    Json data = Json::object();
    if (!given.file.empty()) {
        auto document = load_json(given.file);
        if (!document) return std::unexpected(document.error());
        if (!document->value.is_object())
            return refuse("bad-data", "expected a JSON object with the case's data", document->place());
        data = std::move(document->value);
    }
    for (const auto& text : given.set) {
        const auto [path, value] = split(text, "--set", "PATH=VALUE");
        Json* into = &data;
        Json at = schema;
        for (std::size_t from = 0; from <= path.size();) {
            const auto dot = std::min(path.find('.', from), path.size());
            const auto name = path.substr(from, dot - from);
            auto field = field_schema(at, name, path.substr(0, dot));
            if (!field) return std::unexpected(field.error());
            at = *field;
            if (!into->is_object()) *into = Json::object();
            into = &(*into)[name];
            from = dot + 1;
        }
        auto one = typed(value, at, path);
        if (!one) return one;
        *into = std::move(*one);
    }
    return data;
}

Result<std::vector<core::Document>> documents_of(Folder& folder, const DataArguments& given) {
    std::vector<core::Document> documents;
    for (const auto& text : given.documents) {
        const auto [kind, file] = split(text, "--document", "KIND=FILE");
        auto document = folder.engine().attach(file, kind);
        if (!document) return std::unexpected(document.error());
        documents.push_back(std::move(*document));
    }
    return documents;
}

}  // namespace reeve::cli
