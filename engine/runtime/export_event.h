// Inside engine/runtime: an event of the journal as an exporter is given it. What is personal is left out
// unless the office says otherwise: fields of the data that a definition marks so, what may hold them, and
// how people are reached.
#pragma once

#include "engine/store/catalog.h"

namespace reeve::runtime {

class ExportEvents {
  public:
    ExportEvents(const store::Catalog& catalog, bool personal) : catalog_(catalog), personal_(personal) {}
    Json of(store::Reader&, const store::JournalRow&);
    void forget() { cases_.clear(); }  // which case is of which definition: it may leave

  private:
    struct Marked {
        int versions = 0;
        std::set<std::string> paths;  // of all versions
        bool unknown = false;         // one cannot be read any more: all of its data may be personal
    };
    const Marked& marked(const std::string& definition);
    void leave_out(Json& body, const std::string& event, bool of_case, const std::string& definition);

    const store::Catalog& catalog_;
    bool personal_;
    std::map<std::string, std::string> cases_;
    std::map<std::string, Marked> marked_;
};

}  // namespace reeve::runtime
