// Closed cases leave for a file that was proved before: some families at a time, each in one transaction with
// the record of it.
#include "engine/store/archive.h"

#include "engine/runtime/impl.h"
#include "engine/text.h"

namespace reeve::runtime {
Result<Archived> Engine::archive(const ArchiveClosed& wanted, const std::string& actor) {
    const auto now = impl_->time->now();
    if (wanted.before > now)
        return refuse("bad-time", "the date lies in the future: what closes until then is not closed yet",
                      "before");
    if (!wanted.dry_run && is_blank(wanted.reason))
        return refuse("missing-reason", "say why these cases leave the folder", "reason");
    Archived result;
    auto reader = read();
    store::Closed closed;
    std::uint64_t chosen_at = 0;  // the journal's last number then
    const store::Choice choice{wanted.before, now, wanted.with_undelivered};
    reader->snapshot([&] {
        closed = store::closed_before(*reader, catalog(), choice);
        chosen_at = reader->head().seq;
    });
    result.staying = closed.staying;
    if (wanted.dry_run) {
        result.cases = closed.cases;
        return result;
    }
    const auto path = std::filesystem::absolute(wanted.file).lexically_normal();
    auto made = store::make_archive(impl_->folder, path, choice);
    if (!made) return std::unexpected(made.error());
    result.sha256 = made->sha256;
    if (made->cases == 0) return result;
    // What the file holds was chosen by the run that made it, whatever was said then.
    if (!made->made && !wanted.with_undelivered)
        closed = store::closed_before(*reader, catalog(), {wanted.before, now, true});
    auto file = store::open_reader(path);
    if (!file) return std::unexpected(file.error());

    std::vector<std::vector<std::string>> batch;
    std::size_t waiting = 0;  // cases in it
    Result<void> done;
    std::set<std::string> leaned_on;  // by what has happened since the choice
    auto leave = [&] {
        auto ran = impl_->alone([&] {
            auto& live = impl_->writer->decider().reader();
            // What came since may belong to a family that was over then, and is in no file.
            leaned_on.merge(store::leaned_on_since(live, chosen_at));
            chosen_at = live.head().seq;
            std::erase_if(batch, [&](const auto& family) {
                return std::ranges::any_of(family, [&](const auto& id) { return leaned_on.contains(id); });
            });
            auto record = store::record_of(live, **file, impl_->catalog, batch);
            if (record.cases.empty()) return;
            record.file = path.string();
            record.sha256 = made->sha256;
            record.before = wanted.before;
            record.reason = wanted.reason;
            impl_->writer->decider().record_archive(record, actor, impl_->writer->now());
            if (done = impl_->writer->commit_now(); !done) return;
            result.cases += record.cases.size();
            result.events += record.events;
            impl_->writer->decider().load();
            chosen_at = impl_->writer->decider().reader().head().seq;
        });
        if (!ran) done = ran;
        batch.clear();
        waiting = 0;
    };
    for (const auto& family : closed.families) {
        batch.push_back(family);
        if ((waiting += family.size()) >= impl_->options.archive_lot) leave();
        if (!done) return std::unexpected(done.error());
    }
    if (!batch.empty()) leave();
    if (!done) return std::unexpected(done.error());
    reader = read();
    for (const auto& id : (*file)->case_ids("", made->cases))
        if (!reader->archived(id)) ++result.changed;
    const auto gone = store::remove_documents(*reader, impl_->folder, path);
    result.documents = gone.removed;
    result.documents_later = gone.stayed;
    result.before_this_run = made->cases - result.cases - result.changed;
    return result;
}

}  // namespace reeve::runtime
