// Inside engine/model: the JSON Schema of a definition's data: its fields, what is personal, whether it is
// one at all.
#pragma once

#include "engine/model/node.h"

namespace reeve::model {

// A field by its path ("party.name", "items.1.place"), found in the schema.
struct Field {
    bool known = false;                 // false: the schema names no such field
    const Json* schema = nullptr;       // its own schema; null where the data is left free
    bool required = true;               // whether every part of the path must be present
    std::vector<std::string> siblings;  // the fields beside it
};
Field find_field(const Json& schema, std::string_view path);
bool has_type(const Field&, std::string_view type);  // "string"; true where the type is left free

void check_data_schema(const Node&, Faults&);
std::vector<std::string> personal_fields(const Json& schema);

// The schema made ready for many checks; valijson stays behind it. Immutable, thread-safe.
class DataChecker {
  public:
    explicit DataChecker(const Json& schema);  // throws std::exception when it is no schema
    ~DataChecker();
    Errors check(const Json& data, bool partial) const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace reeve::model
