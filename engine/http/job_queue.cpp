#include "engine/http/job_queue.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/http/on_pool.h"
#include "engine/log.h"

namespace reeve::http {

JobQueue::JobQueue(runtime::Engine& engine, Readers& readers, asio::thread_pool& pool, asio::io_context& io)
    : engine_(engine),
      readers_(readers),
      pool_(pool),
      lookout_(engine, io, "jobs-not-read", [this] { return read_on(); }) {}

std::string JobQueue::name_of(const store::JobRow& job) {
    return fmt::format("{}/{} {}", job.case_id, job.id, job.attempt);
}

void JobQueue::enter(Place& place) {
    places_.push_back(&place);
    lookout_.waiting(places_.size());
    look();  // what was committed before anybody was counted told nobody
}

void JobQueue::leave(Place& place) {
    done(place);
    std::erase(places_, &place);
    lookout_.waiting(places_.size());
}

void JobQueue::done(Place& place) {
    const bool had = !place.offered.empty();
    for (const auto& job : place.offered) offered_.erase(name_of(job));
    place.offered.clear();
    place.taking = false;
    if (had) look();  // what they did not take is somebody else's
}

void JobQueue::stop() {
    lookout_.stop();
    for (auto* place : places_) place->wake();
}

asio::awaitable<Lookout::Next> JobQueue::read_on() {
    const auto found = co_await read();
    if (found) {
        for (const auto& one : *found) deal(one);
    } else {
        for (auto* place : places_) {
            place->fault = found.error();
            place->wake();
        }
    }
    co_return Lookout::Next::when_told;
}

asio::awaitable<Result<std::vector<JobQueue::Found>>> JobQueue::read() {
    struct Wanted {
        JobKind kind;
        std::size_t most = 0;
    };
    std::vector<Wanted> all;
    for (auto* place : places_) {
        place->counted = !place->taking;
        if (place->taking) continue;
        auto of = std::ranges::find(all, place->kind, &Wanted::kind);
        if (of == all.end()) of = all.insert(all.end(), {place->kind, offered_.size()});
        of->most += place->most + place->lost.size();
    }
    std::function<Result<std::vector<Found>>()> work =
        [this, all = std::move(all)]() -> Result<std::vector<Found>> {
        try {
            Readers::Lease reader(readers_);
            std::vector<Found> found;
            for (const auto& [kind, most] : all)
                found.push_back({kind, (*reader).jobs({.handlers = kind.handlers,
                                                       .units = kind.units,
                                                       .case_id = {},
                                                       .status = "ready",
                                                       .limit = most})});
            return found;
        } catch (const std::exception& e) {
            log::write(log::Level::error, "jobs-not-read", {{"error", e.what()}});
            return std::unexpected(store::trouble(e));
        }
    };
    co_return co_await on_pool(pool_, std::move(work));
}

// Who came first gets as many as they want, the others what is left.
void JobQueue::deal(const Found& found) {
    for (auto* place : places_) {
        // Who came meanwhile is looked for next time: here may be too little for them.
        if (!place->counted || place->taking || place->kind != found.kind) continue;
        for (const auto& job : found.rows) {
            if (place->offered.size() == place->most) break;
            auto name = name_of(job);
            if (place->lost.contains(name) || !offered_.insert(std::move(name)).second) continue;
            place->offered.push_back(job);
        }
        place->taking = !place->offered.empty();
        place->looked = true;
        place->wake();
    }
}

}  // namespace reeve::http
