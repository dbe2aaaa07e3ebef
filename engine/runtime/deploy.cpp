// Definitions and calendars: checked, put to use, changed under the cases that run by them.
#include "engine/runtime/impl.h"

namespace reeve::runtime {

model::Surroundings Engine::Impl::surroundings(const std::string& calendar) const {
    model::Surroundings around;
    around.from = time->now();
    around.calendar = [this, calendar](const std::string& wanted) -> Result<time::CalendarPtr> {
        const auto source = calendar.empty() ? catalog.calendar(wanted) : calendar;
        if (source.empty())
            return refuse("unknown-calendar", "calendar \"" + wanted + "\" is not known here; give it along");
        return time::parse_calendar(source, wanted + ".json", "");
    };
    return around;
}

std::expected<Deployed, Errors> Engine::Impl::deploy(const std::string& text, const std::string& name,
                                                     const std::string& calendar, const std::string& actor,
                                                     bool even_if_unchanged, std::optional<int> expect) {
    std::expected<Deployed, Errors> deployed;
    auto ran = alone([&] {
        auto compiled = model::compile(text, name, surroundings(calendar));
        if (!compiled) {
            deployed = std::unexpected(compiled.error());
            return;
        }
        const auto& program = *compiled->program;
        if (const int newest = catalog.newest(program.id); expect && *expect != newest) {
            deployed =
                std::unexpected(Errors{{"changed-meanwhile",
                                        fmt::format("the newest version of \"{}\" is {}, not {}: look again",
                                                    program.id, newest, *expect),
                                        "version"}});
            return;
        }
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
        catalog.add(std::move(event), at, actor);
        writer->decider().refill_timers();
    });
    if (!ran) return std::unexpected(Errors{ran.error()});
    return deployed;
}

std::expected<Deployed, Errors> Engine::deploy(const std::string& text, const std::string& name,
                                               const std::string& calendar, const std::string& actor,
                                               std::optional<int> expect) {
    return impl_->deploy(text, name, calendar, actor, false, expect);
}

std::expected<model::Compiled, Errors> Engine::compile(const std::string& text, const std::string& name,
                                                       const std::string& calendar) const {
    return model::compile(text, name, impl_->surroundings(calendar));
}

std::expected<std::vector<CaseChange>, Errors> Engine::change_calendar(const std::string& name,
                                                                       const std::string& calendar,
                                                                       const std::string& reason,
                                                                       const std::string& actor, bool dry_run,
                                                                       const std::string& expect) {
    auto parsed = time::parse_calendar(calendar, name + ".json", "");
    if (!parsed) return std::unexpected(Errors{parsed.error()});
    std::lock_guard one_at_a_time(impl_->calendars);
    if (!expect.empty() && catalog().calendar(name) != expect)
        return std::unexpected(
            Errors{{"changed-meanwhile", "the calendar \"" + name + "\" is another by now: look again", ""}});
    const auto canonical = time::canonical_text(**parsed);
    std::vector<CaseChange> changes;
    auto reader = read();
    const auto loads = loads_of(*reader);
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
                for (const auto& case_id : ids)
                    changes.push_back(
                        impl_->preview(*reader, case_id, wish, actor, loads, *compiled->program));
                continue;
            }
            auto deployed = impl_->deploy(old.text, old.name, canonical, actor, true);
            if (!deployed) return std::unexpected(deployed.error());
            std::vector<core::Command> commands;
            const core::Migrate wish{.version = deployed->version, .reason = reason};
            const auto target = catalog().program(id, deployed->version);
            for (const auto& case_id : ids) {
                changes.push_back(impl_->preview(*reader, case_id, wish, actor, loads, *target));
                changes.back().refused.reset();
                commands.push_back({.actor = actor, .case_id = case_id, .wish = wish});
            }
            const auto answers = impl_->all(std::move(commands));
            for (std::size_t i = 0; i < answers.size(); ++i)
                if (!answers[i]) changes[changes.size() - answers.size() + i].refused = answers[i].error();
        }
    }
    return changes;
}

}  // namespace reeve::runtime
