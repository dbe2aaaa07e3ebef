// Inside engine/store: digests to compare folders and to name attachments by.
#pragma once

#include "engine/store/store.h"

namespace reeve::store {

class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void add(std::string_view bytes);
    std::string hex();  // ends it

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string fingerprint_journal(Reader&);  // of every event

// The bytes of a file, in pieces. Throws when it cannot be read.
void each_piece(const std::filesystem::path& file, const std::function<void(std::string_view)>& each);
std::string digest_of(const std::filesystem::path& file);

}  // namespace reeve::store
