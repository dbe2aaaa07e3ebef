#include "engine/store/sqlite/row_digest.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sodium.h>
#include <sqlite3.h>

namespace reeve::store::sqlite {
namespace {

// Every column with its length or a mark before it, so that no two rows give the same bytes.
class Bytes {
  public:
    Bytes& number(std::int64_t value) {
        for (int shift = 0; shift < 64; shift += 8)
            bytes_ += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
        return *this;
    }
    Bytes& number(std::uint64_t value) { return number(static_cast<std::int64_t>(value)); }
    Bytes& at(const std::optional<Instant>& value) {
        bytes_ += value ? '\1' : '\0';
        return value ? number(static_cast<std::int64_t>(value->time_since_epoch().count())) : *this;
    }
    Bytes& text(std::string_view value) {
        number(static_cast<std::uint64_t>(value.size()));
        bytes_ += value;
        return *this;
    }
    std::int64_t digest() const {
        static_assert(crypto_shorthash_BYTES == 8);
        constexpr unsigned char key[crypto_shorthash_KEYBYTES] = {'r', 'e', 'e', 'v', 'e'};
        unsigned char out[crypto_shorthash_BYTES];
        crypto_shorthash(out, reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size(), key);
        std::uint64_t value = 0;
        for (int i = 7; i >= 0; --i) value = value << 8 | out[i];
        return static_cast<std::int64_t>(value);
    }

  private:
    std::string bytes_;
};

std::string text_of(sqlite3_value* value) {
    const auto* text = sqlite3_value_text(value);
    return text ? std::string(reinterpret_cast<const char*>(text),
                              static_cast<std::size_t>(sqlite3_value_bytes(value)))
                : std::string();
}

Instant instant_of(sqlite3_value* value) { return Instant(time::Millis(sqlite3_value_int64(value))); }

void digest_in_sql(sqlite3_context* context, int, sqlite3_value** columns) {
    JournalRow row;
    row.seq = static_cast<std::uint64_t>(sqlite3_value_int64(columns[0]));
    row.stream = text_of(columns[1]);
    row.revision = static_cast<std::uint64_t>(sqlite3_value_int64(columns[2]));
    row.at = instant_of(columns[3]);
    if (sqlite3_value_type(columns[4]) != SQLITE_NULL) row.occurred = instant_of(columns[4]);
    row.actor = text_of(columns[5]);
    row.key = text_of(columns[6]);
    row.events = sqlite3_value_int(columns[7]);
    sqlite3_result_int64(context, digest_of(row, text_of(columns[8])));
}

}  // namespace

std::int64_t digest_of(const JournalRow& first, std::string_view bodies) {
    return Bytes()
        .number(first.seq)
        .text(first.stream)
        .number(first.revision)
        .at(first.at)
        .at(first.occurred)
        .text(first.actor)
        .text(first.key)
        .number(static_cast<std::int64_t>(first.events))
        .text(bodies)
        .digest();
}

void define_digest(SQLite::Database& db) {
    db.createFunction("journal_digest", 9, true, nullptr, digest_in_sql, nullptr, nullptr, nullptr);
}

}  // namespace reeve::store::sqlite
