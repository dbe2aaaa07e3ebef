// What an administrator or a supervisor does to many cases at once, or to what stands around them.
#include <future>
#include <set>

#include "engine/runtime/impl.h"

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

std::vector<Result<Receipt>> Engine::Impl::all(std::vector<core::Command> commands) {
    std::vector<std::promise<Result<Receipt>>> answers(commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i)
        writer->post(std::move(commands[i]),
                     [&answer = answers[i]](Result<Receipt> result) { answer.set_value(std::move(result)); });
    std::vector<Result<Receipt>> results;
    for (auto& answer : answers) results.push_back(answer.get_future().get());
    return results;
}

std::vector<std::string> Engine::Impl::units_within(const std::string& unit) const {
    std::vector<std::string> units;
    const auto directory = writer->directory();
    for (const auto* u : directory->units())
        if (directory->within(u->id, unit)) units.push_back(u->id);
    return units;
}

core::MigrationPreview Engine::Impl::preview(store::Reader& reader, const std::string& case_id,
                                             const core::Migrate& wish, const std::string& actor,
                                             const model::Program& target) const {
    const auto file = store::find(reader, catalog, case_id);
    if (!file) return {.changes = {}, .refused = file.error()};
    org::Loads loads;
    for (const auto& row : reader.loads()) loads[row.person] = {row.open, row.last_given};
    const auto directory = writer->directory();
    core::Command command{.actor = actor, .case_id = case_id, .at = std::max(time->now(), file->state.last)};
    // Only what is done takes a reason.
    auto asked = wish;
    if (asked.reason.empty()) asked.reason = "dry run";
    command.wish = std::move(asked);
    return core::preview_migration(file->state, command, {*file->program, *directory, loads, &target});
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

std::expected<Deployed, Errors> Engine::Impl::deploy(const std::string& text, const std::string& name,
                                                     const std::string& calendar, const std::string& actor,
                                                     bool even_if_unchanged) {
    std::expected<Deployed, Errors> deployed;
    auto ran = alone([&] {
        model::Surroundings around;
        around.from = writer->now();
        around.calendar = [&](const std::string& wanted) -> Result<time::CalendarPtr> {
            const auto& source = calendar.empty() ? catalog.calendar(wanted) : calendar;
            if (source.empty())
                return refuse("unknown-calendar",
                              "calendar \"" + wanted + "\" is not known here; give it along");
            return time::parse_calendar(source, wanted + ".json", "");
        };
        auto compiled = model::compile(text, name, around);
        if (!compiled) {
            deployed = std::unexpected(compiled.error());
            return;
        }
        const auto& program = *compiled->program;
        store::DefinitionDeployed event{.id = program.id,
                                        .version = catalog.newest(program.id) + 1,
                                        .name = name,
                                        .text = text,
                                        .calendar_name = program.calendar_name};
        if (!program.calendar_name.empty()) event.calendar = time::canonical_text(*program.calendar);
        deployed = Deployed{event.id, event.version, false, compiled->warnings};
        const auto newest = catalog.deployed(event.id);
        if (newest && newest->text == text && newest->calendar == event.calendar && !even_if_unchanged) {
            deployed->version = newest->version;
            deployed->unchanged = true;
            return;
        }
        const auto at = writer->now();
        writer->decider().record_deployment(event, program, actor, at);
        if (auto durable = writer->commit_now(); !durable) {
            deployed = std::unexpected(Errors{durable.error()});
            return;
        }
        catalog.add(std::move(event), at);
        writer->decider().refill_timers();
    });
    if (!ran) return std::unexpected(Errors{ran.error()});
    return deployed;
}

std::expected<Deployed, Errors> Engine::deploy(const std::string& text, const std::string& name,
                                               const std::string& calendar, const std::string& actor) {
    return impl_->deploy(text, name, calendar, actor, false);
}

namespace {

// Who has it now, which is not always who was to get it: "mayor (hal is absent, nobody stands in)".
std::string given_in_words(const Receipt& receipt, const std::string& wanted) {
    std::string person = wanted, stands_for;
    for (const auto& one : receipt.events) {
        if (const auto* e = std::get_if<core::OwnerNamed>(&one.event))
            person = e->person, stands_for = e->stands_for;
        if (const auto* e = std::get_if<core::TaskAssigned>(&one.event))
            person = e->person, stands_for = e->stands_for;
    }
    if (person == wanted) return person;
    return fmt::format("{} ({} is absent{})", person, wanted,
                       stands_for == wanted ? ", and " + person + " stands in" : ", nobody stands in");
}

}  // namespace

Result<std::vector<CaseChange>> Engine::migrate(const MigrateAll& wanted, const std::string& actor) {
    const int version = wanted.version == 0 ? catalog().newest(wanted.definition) : wanted.version;
    const auto target = catalog().program(wanted.definition, version);
    if (!target)
        return refuse("unknown-version",
                      fmt::format("there is no version {} of \"{}\"", version, wanted.definition), "version");
    const core::Migrate wish{.version = version, .stages = wanted.stages, .reason = wanted.reason};
    auto reader = read();
    std::vector<CaseChange> changes;
    std::vector<core::Command> commands;
    for (const auto& row : reader->cases({.definition = wanted.definition, .status = "open"})) {
        if (row.version == version || (!wanted.case_id.empty() && row.id != wanted.case_id)) continue;
        auto preview = impl_->preview(*reader, row.id, wish, actor, *target);
        changes.push_back({row.id, std::move(preview.changes), std::move(preview.refused)});
        commands.push_back({.actor = actor, .case_id = row.id, .wish = wish});
    }
    if (wanted.dry_run) return changes;
    const auto answers = impl_->all(std::move(commands));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        changes[i].refused.reset();
        if (!answers[i]) changes[i].refused = answers[i].error();
    }
    return changes;
}

std::expected<std::vector<CaseChange>, Errors> Engine::change_calendar(const std::string& name,
                                                                       const std::string& calendar,
                                                                       const std::string& reason,
                                                                       const std::string& actor,
                                                                       bool dry_run) {
    auto parsed = time::parse_calendar(calendar, name + ".json", "");
    if (!parsed) return std::unexpected(Errors{parsed.error()});
    const auto canonical = time::canonical_text(**parsed);
    std::vector<CaseChange> changes;
    auto reader = read();
    for (const auto& id : catalog().ids()) {
        // Each version that open cases are pinned to keeps its text and gets the calendar; the newest comes
        // last, so that it stays the newest.
        const int newest = catalog().newest(id);
        std::map<int, std::vector<std::string>> cases{{newest, {}}};
        for (const auto& row : reader->cases({.definition = id, .status = "open"}))
            cases[row.version].push_back(row.id);
        for (const auto& [version, ids] : cases) {
            auto old = *catalog().deployed(id, version);
            if (old.calendar_name != name || old.calendar == canonical) continue;
            if (dry_run) {
                auto anew = old;
                anew.calendar = canonical;
                anew.version = newest + 1;
                auto compiled = store::compile(anew);
                if (!compiled) return std::unexpected(compiled.error());
                const core::Migrate wish{.version = anew.version, .reason = reason};
                for (const auto& case_id : ids) {
                    auto preview = impl_->preview(*reader, case_id, wish, actor, *compiled->program);
                    changes.push_back({case_id, std::move(preview.changes), std::move(preview.refused)});
                }
                continue;
            }
            auto deployed = impl_->deploy(old.text, old.name, canonical, actor, true);
            if (!deployed) return std::unexpected(deployed.error());
            std::vector<core::Command> commands;
            const core::Migrate wish{.version = deployed->version, .reason = reason};
            const auto target = catalog().program(id, deployed->version);
            for (const auto& case_id : ids) {
                changes.push_back(
                    {case_id, impl_->preview(*reader, case_id, wish, actor, *target).changes, {}});
                commands.push_back({.actor = actor, .case_id = case_id, .wish = wish});
            }
            const auto answers = impl_->all(std::move(commands));
            for (std::size_t i = 0; i < answers.size(); ++i)
                if (!answers[i]) changes[changes.size() - answers.size() + i].refused = answers[i].error();
        }
    }
    return changes;
}

Result<std::vector<CaseChange>> Engine::reassign(const Reassign& wanted, const std::string& actor) {
    const auto people = directory();
    for (const auto& person : {wanted.from, wanted.to})
        if (!people->person(person))
            return refuse("unknown-person", "there is no person \"" + person + "\"", "person");
    if (!wanted.unit.empty() && !people->unit(wanted.unit))
        return refuse("unknown-unit", "there is no unit \"" + wanted.unit + "\"", "unit");
    if (wanted.reason.empty())
        return refuse("reason-missing", "say why: what moves from one person to another takes a reason",
                      "reason");
    const auto within = wanted.unit.empty() ? std::vector<std::string>{} : impl_->units_within(wanted.unit);
    auto reader = read();
    std::vector<CaseChange> changes;
    std::vector<core::Command> commands;
    for (const auto& row : reader->cases({.units = within, .status = "open", .owner = wanted.from})) {
        changes.push_back({row.id, {fmt::format("owner: {} -> {}", wanted.from, wanted.to)}, {}});
        commands.push_back({.actor = actor,
                            .case_id = row.id,
                            .wish = core::NameOwner{.person = wanted.to, .reason = wanted.reason}});
    }
    for (const auto& row : reader->tasks({.person = wanted.from, .units = within})) {
        changes.push_back({row.case_id,
                           {fmt::format("task {} ({}): {} -> {}", row.id, row.name, wanted.from, wanted.to)},
                           {}});
        commands.push_back(
            {.actor = actor,
             .case_id = row.case_id,
             .wish = core::AssignTask{.task = row.id, .person = wanted.to, .reason = wanted.reason}});
    }
    const auto answers = impl_->all(std::move(commands));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i]) {
            changes[i].refused = answers[i].error();
            continue;
        }
        auto& line = changes[i].changes.front();
        line.replace(line.rfind(wanted.to), std::string::npos, given_in_words(*answers[i], wanted.to));
    }
    return changes;
}

Result<void> Engine::resend(const std::vector<std::string>& alerts) {
    auto reader = read();
    std::vector<store::OutboxDelivery> again;
    for (const auto& id : alerts) {
        const auto rows = reader->outbox({.id = id});
        if (rows.empty())
            return refuse("unknown-alert", "there is no alert \"" + id + "\"; an id is CASE/REVISION/PERSON",
                          id);
        if (rows.front().status == "sent")
            return refuse("alert-sent", "alert \"" + id + "\" was delivered; it is not sent twice", id);
        again.push_back({.id = id, .status = "pending"});
    }
    return record_deliveries(std::move(again));
}

}  // namespace reeve::runtime
