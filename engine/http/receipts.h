// Receipts: the receipt code of a case, and the case of a receipt code. Nothing of it is kept but the
// folder's secret: a code follows from the case's first event, and leads to it. Every member may be called
// from any thread.
#pragma once

#include <expected>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/http/receipt_code.h"
#include "engine/store/catalog.h"

namespace reeve::http {

class Receipts {
  public:
    explicit Receipts(std::filesystem::path folder) : folder_(std::move(folder)) {}

    ReceiptCode code_of(const FirstEvent& first) { return key().code_of(first); }
    // None: there is no such case in the folder.
    std::optional<ReceiptCode> code_of(store::Reader&, const std::string& case_id);

    struct Found {
        store::CaseFile file;
        bool archived = false;  // read from the archive into which it went
    };
    // None: nobody has the code, or what it leads to is out of reach.
    std::optional<Found> find(store::Reader&, const store::Catalog&, const ReceiptCode&);

  private:
    ReceiptKey& key();  // the folder's, read when it is first needed
    std::filesystem::path folder_;
    std::mutex mutex_;
    std::optional<ReceiptKey> key_;
    std::mutex archives_mutex_;
    // By their SHA-256, once somebody has asked for a case in one: an older one is opened by a copy.
    std::map<std::string, std::unique_ptr<store::Reader>> archives_;
};

// Where people read how the case of a code stands.
std::string page_of(const ReceiptCode&);

}  // namespace reeve::http
