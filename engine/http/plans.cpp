#include "engine/http/plans.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <mutex>

#include "engine/http/access_file.h"

namespace reeve::http {

namespace {

std::string text_of(const Plans::Plan& plan) {
    Json rows = Json::array();
    for (const auto& one : plan)
        rows.push_back({{"case", one.case_id},
                        {"wish", core::to_json(one.wish, Times::millis)},
                        {"what", one.what},
                        {"to", one.to}});
    return rows.dump();
}

Plans::Plan plan_of(const std::string& text) {
    Plans::Plan plan;
    for (const auto& row : Json::parse(text)) {
        auto wish = core::wish_from_json(row.at("wish"));
        if (!wish) throw std::runtime_error("a plan that is kept is not understood: " + wish.error().text());
        plan.push_back({row.at("case"), std::move(*wish), row.at("what"), row.at("to")});
    }
    return plan;
}

}  // namespace

struct Plans::Parts {
    explicit Parts(const std::filesystem::path& folder) : db(open_access_file(folder)) {}
    std::mutex mutex;
    AccessFile db;
};

Plans::Plans(const std::filesystem::path& folder) : parts_(std::make_unique<Parts>(folder)) {}
Plans::~Plans() = default;

Result<std::optional<Plans::Plan>> Plans::find(const std::string& key, const std::string& request) try {
    std::lock_guard lock(parts_->mutex);
    SQLite::Statement row(*parts_->db, "SELECT request, plan FROM plans WHERE \"key\" = ?");
    row.bind(1, key);
    if (!row.executeStep()) return std::nullopt;
    if (!same_hash(row.getColumn(0).getString(), hash_of(request)))
        return refuse("key-used", "the key was used before, for another request: take another",
                      "Idempotency-Key");
    return plan_of(row.getColumn(1).getString());
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

Result<Plans::Plan> Plans::keep(const std::string& key, const std::string& request, const Plan& plan,
                                time::Instant now) try {
    {
        std::lock_guard lock(parts_->mutex);
        SQLite::Transaction transaction(*parts_->db, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement old(*parts_->db, "DELETE FROM plans WHERE at < ?");
        old.bind(1, millis_of(now - kept));
        old.exec();
        const auto hash = hash_of(request);
        SQLite::Statement insert(*parts_->db, "INSERT OR IGNORE INTO plans VALUES (?, ?, ?, ?)");
        insert.bind(1, key);
        insert.bind(2, hash.data(), static_cast<int>(hash.size()));
        insert.bind(3, text_of(plan));
        insert.bind(4, millis_of(now));
        insert.exec();
        transaction.commit();
    }
    auto counts = find(key, request);
    if (!counts) return std::unexpected(counts.error());
    return std::move(**counts);
} catch (const std::exception& e) {
    throw_of_access_file(e);
}

}  // namespace reeve::http
