// What of the outbox goes now, and what waits until when.
#include <fmt/format.h>

#include "engine/runtime/dispatcher.h"
#include "engine/store/derive.h"
#include "engine/store/fingerprint.h"

namespace reeve::runtime {
namespace {

constexpr std::size_t page = 1000;         // alerts looked at in one turn
constexpr std::size_t most_in_one = 200;   // alerts in one message
constexpr std::size_t most_on_way = 5000;  // alerts that are being sent at a time

void wait_until(const std::vector<store::OutboxRow>& rows, Instant at,
                std::vector<store::OutboxDelivery>& deliveries) {
    for (const auto& row : rows) deliveries.push_back({row.id, "pending", row.attempts, at, row.error});
}

std::string message_id(const std::vector<store::OutboxRow>& rows) {
    if (rows.size() == 1) return rows.front().id;
    store::Sha256 hash;
    for (const auto& row : rows) hash.add(row.id + "\n");
    return "digest/" + hash.hex().substr(0, 32);
}

}  // namespace

std::optional<Instant> Dispatcher::turn() {
    Deliveries outcomes;
    try {
        std::size_t on_way = 0;
        {
            std::lock_guard lock(mutex_);
            on_way = under_way_.size();
            outcomes.swap(unkept_);
        }
        if (!outcomes.empty() && !record(std::move(outcomes))) return engine_.now() + Millis(1000);
        outcomes.clear();
        if (!reader_) reader_ = engine_.read();
        const auto now = engine_.now();
        if (on_way > most_on_way) return now + Millis(1000);
        auto rows = reader_->outbox({.due = now, .limit = page + on_way});
        {
            std::lock_guard lock(mutex_);
            std::erase_if(rows, [&](const auto& row) { return under_way_.contains(row.id); });
        }
        std::map<std::string, Rows> by_person;
        for (auto& row : rows) {
            auto person = row.person;
            by_person[std::move(person)].push_back(std::move(row));
        }
        for (auto& [person, of_person] : by_person) plan(person, std::move(of_person), now, outcomes);
        if (!outcomes.empty()) record(std::move(outcomes));
        return reader_->next_delivery();
    } catch (const std::exception& e) {
        reader_.reset();
        std::lock_guard lock(mutex_);
        figures_.trouble = store::trouble(e).message;
        return engine_.now() + Millis(1000);
    }
}

void Dispatcher::refuse_all(const Rows& rows, const std::string& why, Deliveries& outcomes) {
    for (const auto& row : rows) outcomes.push_back({row.id, "undelivered", row.attempts, {}, why});
}

std::vector<std::size_t> Dispatcher::reachable(const org::Person& person) const {
    std::vector<std::size_t> channels;  // the first to be tried comes last
    for (std::size_t i = lines_.size(); i-- > 0;)
        if (const auto it = person.reach.find(lines_[i]->channel.name);
            it != person.reach.end() && !it->second.empty())
            channels.push_back(i);
    return channels;
}

std::optional<Instant> Dispatcher::throttled_until(const std::string& person, const Channel& channel,
                                                   Instant now) {
    std::lock_guard lock(mutex_);
    const auto it = last_.find({person, channel.name});
    if (it == last_.end()) return std::nullopt;
    if (const auto until = it->second + channel.throttle; until > now) return until;
    last_.erase(it);
    return std::nullopt;
}

void Dispatcher::plan(const std::string& id, Rows rows, Instant now, Deliveries& outcomes) {
    const auto directory = engine_.directory();
    const auto* person = directory->person(id);
    if (id == core::petitioner_actor)
        return refuse_all(rows, "the person who asked is told by the office itself: no address is kept",
                          outcomes);
    if (!person || !person->active)
        return refuse_all(rows, person ? id + " has left" : "there is no person \"" + id + "\"", outcomes);
    auto channels = reachable(*person);
    if (channels.empty()) {
        std::string names;
        for (const auto& line : lines_) names += (names.empty() ? "" : ", ") + line->channel.name;
        return refuse_all(rows, id + " has no address for any channel there is (" + names + ")", outcomes);
    }
    const auto& first = lines_[channels.back()]->channel;

    Rows go, later;
    std::vector<core::Alert> told;
    std::ranges::sort(rows, {}, [](const auto& row) { return std::pair(row.at, row.id); });
    auto pass = now;  // when what is not urgent may go
    if (first.digest.count() > 0) {
        const auto gathered = gathering_.try_emplace(id, rows.front().at + first.digest).first;
        pass = std::max(pass, gathered->second);
    }
    if (first.hours) pass = std::max(pass, time::next_open(*first.hours, pass));
    const bool open = !first.hours || time::is_open(*first.hours, now);
    std::vector<std::pair<store::OutboxRow, core::Alert>> read;
    bool urgent = false;
    for (auto& row : rows) {
        try {
            auto alert = store::alert_from(row);
            urgent = urgent || alert.urgent;
            read.emplace_back(std::move(row), std::move(alert));
        } catch (const std::exception& e) {
            refuse_all({row}, fmt::format("it cannot be read: {}", e.what()), outcomes);
        }
    }
    for (auto& [row, alert] : read) {
        // What waits for company only goes with an urgent one.
        const bool passes = alert.urgent || pass <= now || (urgent && open);
        if (passes && go.size() < most_in_one) {
            go.push_back(std::move(row));
            told.push_back(std::move(alert));
        } else {
            later.push_back(std::move(row));
        }
    }
    if (pass <= now) gathering_.erase(id);
    if (const auto until = go.empty() ? std::nullopt : throttled_until(id, first, now)) {
        wait_until(go, *until, outcomes);
        go.clear();
    }
    if (pass > now) wait_until(later, pass, outcomes);  // else they are due again with the next turn
    if (!go.empty()) hand(job_for(*person, std::move(go), told, std::move(channels)));
}

Dispatcher::Job Dispatcher::job_for(const org::Person& person, Rows rows,
                                    const std::vector<core::Alert>& told,
                                    std::vector<std::size_t> channels) const {
    Job job{.person = person,
            .rows = std::move(rows),
            .message = {},
            .channels = std::move(channels),
            .errors = {}};
    MessageText text;
    try {
        text = compose_(told, person);
    } catch (const std::exception&) {
        // What cannot be put into the office's words goes in the engine's own.
        text.subject = told.front().subject;
        for (const auto& alert : told) text.text += alert.case_id + ": " + alert.subject + "\n";
    }
    job.message = {.id = message_id(job.rows),
                   .person = person.id,
                   .name = person.name,
                   .address = {},
                   .language = person.language,
                   .subject = std::move(text.subject),
                   .text = std::move(text.text),
                   .alerts = Json::array()};
    for (const auto& alert : told) job.message.alerts.push_back(store::to_json(alert));
    job.message.urgent = std::ranges::any_of(told, &core::Alert::urgent);
    return job;
}

}  // namespace reeve::runtime
