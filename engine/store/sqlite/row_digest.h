// Inside engine/store/sqlite: digests of rows. The one in every row of the journal tells that it was damaged
// or changed since it was written, by whatever; it is no seal against someone who also counts it anew.
// SipHash-2-4 under a fixed key.
#pragma once

#include <array>

#include "engine/store/store.h"

namespace SQLite {
class Database;
}

namespace reeve::store::sqlite {

// Column after column, each with its length or a mark before it, so that no two rows give the same bytes.
class RowBytes {
  public:
    RowBytes& number(std::int64_t);
    RowBytes& text(std::string_view);
    RowBytes& mark(bool there);  // before what may be NULL
    void clear() { bytes_.clear(); }
    std::int64_t digest() const;
    std::array<std::uint64_t, 2> wide_digest() const;

  private:
    std::string bytes_;
};

// Of one command's row: `first` is its first event, `bodies` the text as stored; over every other column.
std::int64_t digest_of(const JournalRow& first, std::string_view bodies);

// Makes it known to SQL: journal_digest(seq, stream, revision, at, occurred, actor, key, events, body).
void define_digest(SQLite::Database&);

}  // namespace reeve::store::sqlite
