// The reference and the JSON Schema name the same keys, section by section.
#include <fstream>
#include <set>

#include "tests/unit/model/model_test.h"

namespace reeve::model {
namespace {

using Keys = std::map<std::string, std::set<std::string>>;

Keys of_schema() {
    auto schema = Json::parse(definition_schema());
    Keys out;
    std::function<void(const std::string&, const Json&)> collect = [&](const std::string& name,
                                                                       const Json& part) {
        if (part.contains("properties"))
            for (auto it = part["properties"].begin(); it != part["properties"].end(); ++it) {
                out[name].insert(it.key());
                EXPECT_TRUE(it->contains("title") && it->contains("description")) << name << "." << it.key();
                collect(it.key(), *it);
            }
        if (part.contains("anyOf"))
            for (const auto& one : part["anyOf"]) collect(name, one);
    };
    auto definitions = schema["definitions"];
    schema.erase("definitions");
    collect("definition", schema);
    for (auto it = definitions.begin(); it != definitions.end(); ++it) collect(it.key(), *it);
    return out;
}

// "## A clock (`clock`)" opens the section of a definition; "| `due` (required) | …" names one of its keys.
Keys of_page() {
    std::ifstream in(std::string(REEVE_SOURCE) + "/docs/definition-language.md");
    Keys out;
    std::string section;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("#")) {
            auto from = line.find("(`");
            section = from == std::string::npos ? "" : line.substr(from + 2, line.find("`)") - from - 2);
        } else if (!section.empty() && line.starts_with("| `")) {
            out[section].insert(line.substr(3, line.find('`', 3) - 3));
        }
    }
    return out;
}

TEST(Reference, NamesTheKeysOfTheSchemaAndNoOthers) { EXPECT_EQ(of_page(), of_schema()); }

TEST(Reference, TheSchemaIsTheFileForEditors) {
    std::ifstream in(std::string(REEVE_SOURCE) + "/workflows/definition.schema.json");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), definition_schema());
}

}  // namespace
}  // namespace reeve::model
