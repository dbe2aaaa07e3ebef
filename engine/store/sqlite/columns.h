// Inside engine/store/sqlite, for its .cpp files: a described row bound to a statement and read from one, a
// member a column. Instants are milliseconds since 1970, nothing is NULL.
//
// SQLiteCpp appears in .cpp files only: include it before this header.
#pragma once

#include "engine/store/describe_rows.h"

namespace reeve::store::sqlite {

template <class Row, class F>
void each_member(F&& f) {
    boost::mp11::mp_for_each<boost::describe::describe_members<Row, boost::describe::mod_any_access>>(f);
}

// "a", "b", "c"
template <class Row>
std::string names() {
    std::string out;
    each_member<Row>([&](auto d) { out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", d.name); });
    return out;
}

template <class Row>
std::string insert_into(const char* table) {
    std::string marks;
    each_member<Row>([&](auto) { marks += marks.empty() ? "?" : ", ?"; });
    return fmt::format("INSERT OR REPLACE INTO {} ({}) VALUES ({})", table, names<Row>(), marks);
}

// The row with this key gets the other columns, but for those in `kept`: an index whose columns are not set
// is not touched. bind_row() binds it.
template <class Row>
std::string update_of(const char* table, std::initializer_list<std::string_view> key,
                      std::initializer_list<std::string_view> kept) {
    std::string set, where;
    int number = 0;
    each_member<Row>([&](auto d) {
        const auto is = fmt::format("\"{}\" = ?{}", d.name, ++number);
        if (std::ranges::find(key, d.name) != key.end())
            where += (where.empty() ? "" : " AND ") + is;
        else if (std::ranges::find(kept, d.name) == kept.end())
            set += (set.empty() ? "" : ", ") + is;
    });
    return fmt::format("UPDATE {} SET {} WHERE {}", table, set, where);
}

// Text is bound without a copy: the row must live until the statement has run.
template <class T>
void bind(SQLite::Statement& statement, int index, const T& value) {
    if constexpr (std::is_same_v<T, Instant>) {
        statement.bind(index, static_cast<std::int64_t>(value.time_since_epoch().count()));
    } else if constexpr (describe::is_optional<T>) {
        if (value)
            bind(statement, index, *value);
        else
            statement.bind(index);
    } else if constexpr (std::is_integral_v<T>) {
        statement.bind(index, static_cast<std::int64_t>(value));
    } else {
        statement.bindNoCopy(index, value);
    }
}

template <class T>
void get(const SQLite::Column& column, T& into) {
    if constexpr (std::is_same_v<T, Instant>) {
        into = Instant(time::Millis(column.getInt64()));
    } else if constexpr (describe::is_optional<T>) {
        into.reset();
        if (!column.isNull()) get(column, into.emplace());
    } else if constexpr (std::is_same_v<T, bool>) {
        into = column.getInt() != 0;
    } else if constexpr (std::is_integral_v<T>) {
        into = static_cast<T>(column.getInt64());
    } else {
        into.assign(column.getText(), static_cast<std::size_t>(column.getBytes()));
    }
}

template <class Row>
void bind_row(SQLite::Statement& statement, const Row& row) {
    int index = 0;
    each_member<Row>([&](auto d) { bind(statement, ++index, row.*d.pointer); });
}

template <class Row>
Row get_row(SQLite::Statement& statement) {
    Row row;
    int index = 0;
    each_member<Row>([&](auto d) { get(statement.getColumn(index++), row.*d.pointer); });
    return row;
}

inline void run(SQLite::Statement& statement) {
    statement.exec();
    statement.reset();
}

}  // namespace reeve::store::sqlite
