// What is sent, and what is kept of it. What goes when is in dispatch_plan.cpp.
#include "engine/runtime/dispatcher.h"

#include <fmt/format.h>

#include "engine/log.h"
#include "engine/thread_name.h"

namespace reeve::runtime {

Dispatcher::Dispatcher(Engine& engine, std::vector<Channel> channels, const Retries& retries, Compose compose)
    : engine_(engine), retries_(retries), compose_(std::move(compose)) {
    for (auto& channel : channels) {
        figures_.channels[channel.name];
        lines_.push_back(std::make_unique<Line>());
        lines_.back()->channel = std::move(channel);
    }
    for (auto& line : lines_)
        line->thread =
            std::jthread([this, of = line.get()](const std::stop_token& stop) { carry(*of, stop); });
}

Dispatcher::~Dispatcher() {
    // Who plans first, then who sends: what is not begun is planned again by whoever opens the folder next.
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
    for (auto& line : lines_) line->thread.request_stop();
    for (auto& line : lines_) line->thread.join();
}

void Dispatcher::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) {
        name_thread("reeve-alerts");
        while (!stop.stop_requested()) {
            turn();
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
        }
    });
}

void Dispatcher::settle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_.size() == unkept_.size(); });
}

Dispatcher::Figures Dispatcher::figures() const {
    std::lock_guard lock(mutex_);
    return figures_;
}

void Dispatcher::hand(Job job) {
    std::lock_guard lock(mutex_);
    for (const auto& row : job.rows) under_way_.insert(row.id);
    auto& line = *lines_[job.channels.back()];
    line.jobs.push_back(std::move(job));
    line.waiting.notify_one();
}

void Dispatcher::carry(Line& line, const std::stop_token& stop) {
    for (;;) {
        std::optional<Job> job;
        {
            std::unique_lock lock(mutex_);
            line.waiting.wait(lock, stop, [&] { return !line.jobs.empty(); });
            if (stop.stop_requested()) return;
            job = std::move(line.jobs.front());
            line.jobs.pop_front();
        }
        job->message.address = job->person.reach.at(line.channel.name);
        const auto delivery = line.channel.notifier->send(job->message);
        sent_or_not(std::move(*job), line, delivery);
    }
}

void Dispatcher::sent_or_not(Job job, const Line& line, const Delivery& delivery) {
    using Outcome = Delivery::Outcome;
    const auto& name = line.channel.name;
    {
        std::lock_guard lock(mutex_);
        auto& figures = figures_.channels[name];
        if (delivery.outcome == Outcome::sent) {
            ++figures.sent;
            figures.error.clear();
            figures.failing_since.reset();
            last_[{job.person.id, name}] = engine_.now();
        } else {
            ++(delivery.outcome == Outcome::failed ? figures.failed : figures.refused);
            figures.error = delivery.error;
            // A message that is refused says nothing of the channel.
            if (delivery.outcome == Outcome::failed && !figures.failing_since)
                figures.failing_since = engine_.now();
        }
    }
    if (delivery.outcome != Outcome::sent)
        log::write(log::Level::warning,
                   delivery.outcome == Outcome::failed ? "alert-not-sent" : "alert-refused",
                   {{"channel", name}, {"message", job.message.id}, {"error", delivery.error}});
    job.channels.pop_back();
    if (delivery.outcome != Outcome::sent) {
        job.errors += fmt::format("{}{}: {}", job.errors.empty() ? "" : "; ", name, delivery.error);
        job.again = job.again || delivery.outcome == Outcome::failed;
        if (delivery.wait) job.wait = std::max(job.wait, *delivery.wait);
        if (!job.channels.empty()) return hand(std::move(job));
    }
    finish(job, delivery.outcome == Outcome::sent);
}

void Dispatcher::finish(const Job& job, bool sent) {
    Deliveries outcomes;
    for (const auto& row : job.rows) {
        store::OutboxDelivery one{.id = row.id, .status = "sent", .attempts = row.attempts + 1};
        if (!sent) {
            one.error = job.errors;
            const bool given_up = job.again && one.attempts >= retries_.attempts;
            if (given_up) one.error = fmt::format("given up after {} attempts; {}", one.attempts, job.errors);
            one.status = !job.again || given_up ? "undelivered" : "pending";
            if (one.status == "pending") {
                auto wait = retries_.first;
                for (int i = 1; i < one.attempts && wait < retries_.longest; ++i) wait *= 2;
                one.next_at = engine_.now() + std::max(std::min(wait, retries_.longest), job.wait);
            }
        }
        outcomes.push_back(std::move(one));
    }
    record(std::move(outcomes));
}

bool Dispatcher::record(Deliveries outcomes) {
    const auto kept = engine_.record_deliveries(outcomes);
    std::lock_guard lock(mutex_);
    if (!kept && figures_.trouble.empty())
        log::write(log::Level::error, "alerts-stopped", {{"error", kept.error().message}});
    figures_.trouble = kept ? "" : kept.error().message;
    for (auto& one : outcomes) {
        if (kept) {
            under_way_.erase(one.id);
            if (one.status == "undelivered") {
                ++figures_.undelivered;
                // Whoever asked is told by the office itself: that is no fault of any channel.
                const bool theirs = one.id.ends_with('/' + core::petitioner_actor);
                log::write(theirs ? log::Level::debug : log::Level::warning, "alert-undelivered",
                           {{"alert", one.id}, {"error", one.error}});
            }
        } else {
            under_way_.insert(one.id);
            unkept_.push_back(std::move(one));
        }
    }
    changed_.notify_all();
    return kept.has_value();
}

}  // namespace reeve::runtime
