// Inside engine/store/sqlite: the digest that stands in every row of the journal. It tells a row that was
// damaged or changed since it was written, by whatever; it is no seal against someone who also counts it
// anew.
#pragma once

#include "engine/store/store.h"

namespace SQLite {
class Database;
}

namespace reeve::store::sqlite {

// Of one command's row: `first` is its first event, `bodies` the text as stored. SipHash-2-4 under a fixed
// key, over every other column.
std::int64_t digest_of(const JournalRow& first, std::string_view bodies);

// Makes it known to SQL: journal_digest(seq, stream, revision, at, occurred, actor, key, events, body).
void define_digest(SQLite::Database&);

}  // namespace reeve::store::sqlite
