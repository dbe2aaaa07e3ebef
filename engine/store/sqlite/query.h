// Inside engine/store/sqlite, for its .cpp files: questions to the tables, and the statements kept for them.
//
// SQLiteCpp appears in .cpp files only: include it before this header.
#pragma once

#include <functional>
#include <unordered_map>

#include "engine/store/sqlite/columns.h"

namespace reeve::store::sqlite {

// Statements that were used before, by their text: preparing one takes longer than finding a row with it.
class Prepared {
  public:
    explicit Prepared(SQLite::Database& db) : db_(db) {}
    // Ready to be bound, and of no transaction any more when it is let go of. SQLite takes no values for a
    // statement whose last run was cut short by a failure, and a failing read must not be the last one.
    class Use {
      public:
        explicit Use(SQLite::Statement& statement) : statement_(statement) { statement_.tryReset(); }
        ~Use() { statement_.tryReset(); }
        Use(const Use&) = delete;
        SQLite::Statement& operator*() const { return statement_; }
        SQLite::Statement* operator->() const { return &statement_; }

      private:
        SQLite::Statement& statement_;
    };
    // Used by one at a time.
    Use use(const std::string& sql) {
        // Without a lock: two threads at one connection are a race that the thread sanitizer sees. Into
        // SQLite it does not.
        ++uses_;
        if (const auto it = kept_.find(sql); it != kept_.end()) return Use(it->second);
        if (kept_.size() >= most) kept_.clear();
        return Use(kept_.try_emplace(sql, db_, sql).first->second);
    }

  private:
    static constexpr std::size_t most = 64;  // filters of as many shapes, some KiB each
    SQLite::Database& db_;
    std::unordered_map<std::string, SQLite::Statement> kept_;
    std::uint64_t uses_ = 0;
};

// A WHERE that grows, with what is bound to it.
class Query {
  public:
    explicit Query(std::string select) : sql_(std::move(select)) {}
    template <class T>
    Query& where(const std::string& condition, const T& value) {
        add(condition);
        bindings_.push_back([value](SQLite::Statement& s, int i) { bind_copy(s, i, value); });
        return *this;
    }
    Query& where(const std::string& condition) {
        add(condition);
        return *this;
    }
    Query& equal(const char* column, const std::string& value) {
        if (!value.empty()) where(fmt::format("\"{}\" = ?", column), value);
        return *this;
    }
    Query& any(const std::string& column, const std::vector<std::string>& values) {
        if (values.empty()) return *this;
        std::string marks;
        for (const auto& value : values) {
            marks += marks.empty() ? "?" : ", ?";
            bindings_.push_back([value](SQLite::Statement& s, int i) { s.bind(i, value); });
        }
        add(fmt::format("{} IN ({})", column, marks));
        return *this;
    }
    template <class Row>
    std::vector<Row> rows(Prepared& prepared, const std::string& order, std::size_t limit) {
        std::string sql = sql_ + " ORDER BY " + order;
        if (limit > 0) sql += " LIMIT ?";
        const auto statement = prepared.use(sql);
        int index = 0;
        for (const auto& bind : bindings_) bind(*statement, ++index);
        if (limit > 0) statement->bind(++index, static_cast<std::int64_t>(limit));
        std::vector<Row> rows;
        while (statement->executeStep()) rows.push_back(get_row<Row>(*statement));
        return rows;
    }

  private:
    template <class T>
    static void bind_copy(SQLite::Statement& s, int i, const T& value) {
        if constexpr (std::is_same_v<T, Instant>)
            s.bind(i, static_cast<std::int64_t>(value.time_since_epoch().count()));
        else
            s.bind(i, value);
    }
    void add(const std::string& condition) { sql_ += (conditions_++ == 0 ? " WHERE " : " AND ") + condition; }
    std::string sql_;
    int conditions_ = 0;
    std::vector<std::function<void(SQLite::Statement&, int)>> bindings_;
};

template <class Row>
Query select(const char* table) {
    static const std::string columns = names<Row>();
    return Query(fmt::format("SELECT {} FROM {}", columns, table));
}

}  // namespace reeve::store::sqlite
