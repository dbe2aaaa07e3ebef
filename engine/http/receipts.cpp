#include "engine/http/receipts.h"

#include "engine/store/archived.h"
#include "engine/store/secret.h"

namespace reeve::http {

namespace {

struct Row {
    std::string case_id;
    std::uint64_t seq = 0;
    time::Instant at;
    FirstEvent first() const { return {.seq = seq, .at = at, .case_id = case_id}; }
};

Row row_of(const store::JournalRow& row) { return {.case_id = row.stream, .seq = row.seq, .at = row.at}; }

std::optional<Row> first_of(store::Reader& reader, const std::string& case_id) {
    std::optional<Row> found;
    reader.stream(case_id, 1, [&](const store::JournalRow& row) {
        found = row_of(row);
        return false;
    });
    return found;
}

std::optional<Row> row_at(store::Reader& reader, std::uint64_t seq) {
    std::optional<Row> found;
    reader.journal(seq, [&](const store::JournalRow& row) {
        if (row.seq == seq) found = row_of(row);
        return false;
    });
    return found;
}

// The case whose first event stood there, and the archive it left for.
std::optional<store::ArchivedRow> archived_at(store::Reader& reader, std::uint64_t seq) {
    std::optional<std::string> id;
    store::each_archived(reader, [&](const store::CasesArchived& record, time::Instant) {
        for (const auto& one : record.cases)
            if (!one.runs.empty() && one.runs.front() == seq) id = one.id;
    });
    return id ? reader.archived(*id) : std::nullopt;
}

}  // namespace

ReceiptKey& Receipts::key() {
    std::lock_guard lock(mutex_);
    if (!key_) key_.emplace(store::folder_secret(folder_));
    return *key_;
}

std::optional<ReceiptCode> Receipts::code_of(store::Reader& reader, const std::string& case_id) {
    const auto row = first_of(reader, case_id);
    return row ? std::optional(key().code_of(row->first())) : std::nullopt;
}

std::optional<Receipts::Found> Receipts::find(store::Reader& reader, const store::Catalog& catalog,
                                              const ReceiptCode& code) {
    const auto& key = this->key();
    const auto seq = key.place_of(code);
    if (const auto row = row_at(reader, seq)) {
        if (!key.opens(code, row->first())) return std::nullopt;
        auto file = store::find(reader, catalog, row->case_id);
        if (!file) throw std::runtime_error(file.error().message);
        return Found{.file = std::move(*file)};
    }
    // Only what left for an archive leaves a gap in the journal.
    if (seq == 0 || seq > reader.head().seq) return std::nullopt;
    const auto left = archived_at(reader, seq);
    if (!left || !std::filesystem::exists(left->file)) return std::nullopt;
    std::lock_guard lock(archives_mutex_);
    auto& archive = archives_[left->sha256];
    if (!archive) {
        auto opened = store::open_reader(left->file);
        if (!opened) return std::nullopt;
        archive = std::move(*opened);
    }
    const auto row = first_of(*archive, left->id);
    if (!row || !key.opens(code, row->first())) return std::nullopt;
    store::Catalog then;
    then.refresh(*archive);
    auto file = store::find(*archive, then, left->id);
    if (!file) return std::nullopt;
    return Found{.file = std::move(*file), .archived = true};
}

std::string page_of(const ReceiptCode& code) { return "/receipt/" + code.text(); }

}  // namespace reeve::http
