#include "engine/runtime/committer.h"

#include "engine/runtime/time_source.h"
#include "engine/thread_name.h"

namespace reeve::runtime {

Error not_durable(const std::exception& e) {
    auto why = store::trouble(e);
    if (why.code == "failed")
        why = {"not-durable",
               fmt::format("this could not be made durable ({}); try again with the same key", e.what()), ""};
    return why;
}

Committer::Committer(store::Store& store, Endings& endings, Commits& commits, std::function<void()> finished)
    : store_(store),
      endings_(endings),
      commits_(commits),
      finished_(std::move(finished)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Committer::~Committer() {
    thread_.request_stop();
    thread_.join();
}

void Committer::hand(OpenBatch batch) {
    std::lock_guard lock(mutex_);
    batch_ = std::move(batch);
    busy_ = true;
    handed_.notify_one();
}

bool Committer::idle() const {
    std::lock_guard lock(mutex_);
    return !busy_;
}

std::optional<Committer::Outcome> Committer::take() {
    std::optional<store::Batch> spent;  // destroyed after the lock
    std::lock_guard lock(mutex_);
    if (!outcome_) return std::nullopt;
    busy_ = false;
    spent = std::exchange(spent_, std::nullopt);
    return std::exchange(outcome_, std::nullopt);
}

void Committer::run(const std::stop_token& stop) {
    name_thread("reeve-commit");
    for (;;) {
        std::optional<OpenBatch> batch;
        {
            std::unique_lock lock(mutex_);
            if (!handed_.wait(lock, stop, [&] { return batch_.has_value(); })) return;
            batch = std::exchange(batch_, std::nullopt);
        }
        std::optional<Error> failure;
        const auto began = stopwatch();
        try {
            if (batch->writes()) store_.commit(batch->rows);
        } catch (const std::exception& e) {
            failure = not_durable(e);
        }
        const auto took = stopwatch() - began;
        const bool durable = !failure, wrote = batch->writes();
        {
            std::lock_guard lock(mutex_);
            outcome_ = Outcome{.pinned = std::move(batch->pinned),
                               .keys = std::move(batch->keys),
                               .due = std::move(batch->due),
                               .wrote = wrote,
                               .took = std::chrono::duration_cast<std::chrono::microseconds>(took),
                               .events = static_cast<std::int64_t>(batch->rows.journal.size()),
                               .failure = std::move(failure)};
            if (!durable) outcome_->answers = std::move(batch->answers);
        }
        finished_();
        if (!durable) continue;
        // Durable first, then speak.
        for (auto& answer : batch->answers) answer.done(std::move(answer.result));
        endings_.committed(batch->rows);
        if (!batch->rows.journal.empty()) commits_.tell();
        std::lock_guard lock(mutex_);
        spent_ = std::move(batch->rows);
    }
}

}  // namespace reeve::runtime
