// --set path=value, --data-file and --document: what people give with a command.
#pragma once

#include "engine/cli/folder.h"
#include "engine/model/model.h"

namespace reeve::cli {

struct DataArguments {
    std::vector<std::string> set;        // "party.name=Li Na"
    std::string file;                    // a JSON object; `set` comes on top
    std::vector<std::string> documents;  // "acceptance-notice=notice.pdf"
};
using DataPtr = std::shared_ptr<DataArguments>;
DataPtr add_data_options(CLI::App* command);
void add_document_option(CLI::App* command, const DataPtr&);

// The data as one object, each value typed by the definition's JSON Schema; text where the schema is silent.
// "path=" removes the value (null), as a merge patch does.
Result<Json> data_of(const DataArguments&, const Json& schema);
Result<Json> typed(const std::string& text, const Json& schema, const std::string& path);
// Attaches the files; a KIND=PATH that is not one is wrong use.
Result<std::vector<core::Document>> documents_of(Folder&, const DataArguments&);

}  // namespace reeve::cli
