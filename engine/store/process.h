// For a program that is Reeve's own, at its start.
#pragma once

namespace reeve::store {

// SQLite counts no memory of this process: it would take a lock for each piece. Heeded only before the first
// database is opened. A program that embeds the engine decides this for itself.
void count_no_memory();

}  // namespace reeve::store
