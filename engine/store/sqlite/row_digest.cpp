#include "engine/store/sqlite/row_digest.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sodium.h>
#include <sqlite3.h>

namespace reeve::store::sqlite {
namespace {

constexpr unsigned char key[] = {'r', 'e', 'e', 'v', 'e', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
static_assert(sizeof key == crypto_shorthash_KEYBYTES && crypto_shorthash_BYTES == 8);
static_assert(sizeof key == crypto_shorthash_siphashx24_KEYBYTES && crypto_shorthash_siphashx24_BYTES == 16);

const unsigned char* raw(const std::string& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::uint64_t lowest_first(const unsigned char* bytes) {
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = value << 8 | bytes[i];
    return value;
}

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

RowBytes& RowBytes::number(std::int64_t value) {
    for (int shift = 0; shift < 64; shift += 8)
        bytes_ += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
    return *this;
}

RowBytes& RowBytes::text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    bytes_ += value;
    return *this;
}

RowBytes& RowBytes::mark(bool there) {
    bytes_ += there ? '\1' : '\0';
    return *this;
}

std::int64_t RowBytes::digest() const {
    unsigned char out[crypto_shorthash_BYTES];
    crypto_shorthash(out, raw(bytes_), bytes_.size(), key);
    return static_cast<std::int64_t>(lowest_first(out));
}

std::array<std::uint64_t, 2> RowBytes::wide_digest() const {
    unsigned char out[crypto_shorthash_siphashx24_BYTES];
    crypto_shorthash_siphashx24(out, raw(bytes_), bytes_.size(), key);
    return {lowest_first(out), lowest_first(out + 8)};
}

std::int64_t digest_of(const JournalRow& first, std::string_view bodies) {
    const auto millis = [](Instant at) { return static_cast<std::int64_t>(at.time_since_epoch().count()); };
    RowBytes row;
    row.number(static_cast<std::int64_t>(first.seq)).text(first.stream);
    row.number(static_cast<std::int64_t>(first.revision)).number(millis(first.at));
    row.mark(first.occurred.has_value());
    if (first.occurred) row.number(millis(*first.occurred));
    row.text(first.actor).text(first.key).number(first.events).text(bodies);
    return row.digest();
}

void define_digest(SQLite::Database& db) {
    db.createFunction("journal_digest", 9, true, nullptr, digest_in_sql, nullptr, nullptr, nullptr);
}

}  // namespace reeve::store::sqlite
