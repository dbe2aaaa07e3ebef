// The engine to itself: time that is played, changes of the organisation, alerts that are tried again.
#include <future>
#include <set>

#include "engine/runtime/impl.h"
#include "engine/text.h"

namespace reeve::runtime {

Result<void> Engine::Impl::alone(const std::function<void()>& job) {
    Result<void> done;
    const bool ran = writer->run_alone([&] {
        if (!writer->read_clock())
            done = std::unexpected(writer->clock_alarm());
        else if (auto trouble = writer->storage_trouble())
            done = std::unexpected(*std::move(trouble));
        else
            try {
                job();
            } catch (const std::exception& e) {
                done = std::unexpected(writer->give_up(e));
            }
    });
    if (!ran) return refuse("stopped", "the engine is stopping; nothing of this was done");
    return done;
}

Result<std::uint64_t> Engine::run_until(Instant until) {
    auto* manual = dynamic_cast<ManualTime*>(impl_->time.get());
    if (!manual)
        return refuse("real-time", "time can be played only for an engine that was opened with a ManualTime");
    Result<std::uint64_t> ticks = 0;
    auto ran = impl_->alone([&] {
        const auto failures = impl_->writer->failures();
        ticks = impl_->writer->play_until(*manual, until);
        if (impl_->writer->failures() != failures) ticks = std::unexpected(impl_->writer->last_failure());
    });
    if (!ran) return std::unexpected(ran.error());
    return ticks;
}

Result<Receipt> Engine::ask_at(core::Command command, Instant at) {
    auto* manual = dynamic_cast<ManualTime*>(impl_->time.get());
    if (!manual)
        return refuse("real-time", "time can be played only for an engine that was opened with a ManualTime");
    std::promise<Result<Receipt>> answered;
    auto ran = impl_->alone([&] {
        auto& writer = *impl_->writer;
        if (at > manual->now()) {
            const auto failures = writer.failures();
            writer.play_until(*manual, at - Millis(1));
            if (writer.failures() != failures)
                return answered.set_value(std::unexpected(writer.last_failure()));
            manual->set(at);
        }
        writer.take(
            std::move(command), [&](Result<Receipt> receipt) { answered.set_value(std::move(receipt)); }, at);
    });
    if (!ran) return std::unexpected(ran.error());
    return answered.get_future().get();
}

Result<Receipt> Engine::change(std::vector<org::Event> events, const std::string& actor) {
    Result<Receipt> receipt;
    auto ran = impl_->alone([&] {
        auto& writer = *impl_->writer;
        auto directory = std::make_shared<org::Directory>(*writer.directory());
        for (const auto& event : events) {
            if (auto fault = org::check(*directory, event)) {
                receipt = std::unexpected(*fault);
                return;
            }
            directory->apply(event);
        }
        if (events.empty()) return;
        const auto before = writer.directory();
        if (auto fault = org::check_outcome(*before, *directory)) {
            receipt = std::unexpected(*fault);
            return;
        }
        const auto at = writer.now();
        receipt = writer.decider().record_org(events, actor, at);
        // In the same transaction: nobody who has left owns a case, not even for a moment. If it cannot be
        // made durable, what stands on the disk is read again, the directory with it.
        writer.decider().adopt(std::move(directory));
        writer.decider().settle_leavers(*before, at);
        if (auto durable = writer.commit_now(); !durable) receipt = std::unexpected(durable.error());
    });
    if (!ran) return std::unexpected(ran.error());
    return receipt;
}

namespace {

std::unexpected<Error> unknown_alert(const std::string& id) {
    return refuse("unknown-alert", "there is no alert \"" + id + "\"; an id is CASE/REVISION/PERSON", id);
}

std::unexpected<Error> was_delivered(const std::string& id, const char* so) {
    return refuse("alert-sent", "alert \"" + id + "\" was delivered; " + so, id);
}

}  // namespace

Result<void> Engine::told_otherwise(const std::string& alert, const std::string& how,
                                    const std::string& actor) {
    const auto rows = read()->outbox({.id = alert});
    if (rows.empty()) return unknown_alert(alert);
    const auto& row = rows.front();
    const std::string otherwise = "told otherwise by ";
    if (row.status == "sent" && row.error.starts_with(otherwise)) return {};
    if (row.status == "sent") return was_delivered(alert, "there is nothing left to tell");
    if (is_blank(how))
        return refuse("missing-reason", "say how the person was told: \"by letter\", \"at the desk\"",
                      "reason");
    // The note goes first, under a key: killed in between, the same is asked again and nothing stands twice.
    const auto noted = ask({.key = "told:" + alert,
                            .actor = actor,
                            .case_id = row.case_id,
                            .wish = core::AddNote{fmt::format("told {} otherwise what alert {} says: {}",
                                                              row.person, alert, how)}});
    if (!noted) return std::unexpected(noted.error());
    return record_deliveries({{.id = alert,
                               .status = "sent",
                               .attempts = row.attempts,
                               .error = fmt::format("{}{}: {}", otherwise, actor, how)}});
}

Result<void> Engine::resend(const std::vector<std::string>& alerts) {
    auto reader = read();
    std::vector<store::OutboxDelivery> again;
    for (const auto& id : alerts) {
        const auto rows = reader->outbox({.id = id});
        if (rows.empty()) return unknown_alert(id);
        if (rows.front().status == "sent") return was_delivered(id, "it is not sent twice");
        again.push_back({.id = id, .status = "pending"});
    }
    return record_deliveries(std::move(again));
}

}  // namespace reeve::runtime
