// Definitions and calendars: checked, put to use, changed under the cases that run by them.
#include <set>

#include "engine/runtime/impl.h"
#include "engine/text.h"

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

Result<void> Engine::Impl::put_to_use(const std::vector<NewVersion>& versions, const std::string& actor) {
    const auto at = writer->now();
    for (std::size_t i = 0; i < versions.size(); ++i) {
        const auto& [event, program] = versions[i];
        const bool newest = i + 1 == versions.size() || versions[i + 1].event.id != event.id;
        writer->decider().record_deployment(event, newest ? program.get() : nullptr, actor, at);
    }
    if (auto durable = writer->commit_now(); !durable) return durable;
    std::vector<store::DefinitionDeployed> events;
    for (const auto& version : versions) events.push_back(version.event);
    catalog.add(std::move(events), at, actor);
    writer->decider().refill_timers();
    return {};
}

std::expected<Deployed, Errors> Engine::deploy(const std::string& text, const std::string& name,
                                               const std::string& calendar, const std::string& actor,
                                               std::optional<int> expect) {
    const auto& catalog = impl_->catalog;
    std::expected<Deployed, Errors> deployed;
    auto ran = impl_->alone([&] {
        auto compiled = model::compile(text, name, impl_->surroundings(calendar));
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
        if (newest && newest->text == text && newest->calendar == event.calendar) {
            deployed->version = newest->version;
            deployed->unchanged = true;
            return;
        }
        if (auto done = impl_->put_to_use({{std::move(event), compiled->program}}, actor); !done)
            deployed = std::unexpected(Errors{done.error()});
    });
    if (!ran) return std::unexpected(Errors{ran.error()});
    return deployed;
}

std::expected<model::Compiled, Errors> Engine::compile(const std::string& text, const std::string& name,
                                                       const std::string& calendar) const {
    return model::compile(text, name, impl_->surroundings(calendar));
}

namespace {

// What a changed calendar makes of the definitions that count by it.
struct Recount {
    std::vector<store::DefinitionDeployed> versions;      // that are new; of a definition the newest last
    std::map<std::pair<std::string, int>, int> moves_to;  // a version that counts otherwise -> its successor
};

// Each version that open cases are pinned to keeps its text and gets the calendar. A version that has both
// already, because the change was left off, is used; whatever was newest stays the newest, whose text new
// cases begin by.
void recount(const store::Catalog& catalog, store::Reader& reader, const std::string& id,
             const std::string& name, const std::string& canonical, Recount& all) {
    auto newest = *catalog.deployed(id);
    const bool counts_otherwise = newest.calendar_name == name && newest.calendar != canonical;
    std::set<int> in_use{newest.version};
    for (const auto& row : reader.cases({.definition = id, .status = "open"})) in_use.insert(row.version);
    int last = newest.version;
    std::vector<int> follow_the_newest;
    for (const int version : in_use) {
        auto old = *catalog.deployed(id, version);
        if (old.calendar_name != name || old.calendar == canonical) continue;
        if (old.text == newest.text) {
            follow_the_newest.push_back(version);
            continue;
        }
        int successor = 0;
        for (int other = newest.version; other > version && successor == 0; --other)
            if (const auto one = *catalog.deployed(id, other);
                one.text == old.text && one.calendar == canonical)
                successor = other;
        for (const auto& anew : all.versions)
            if (anew.id == id && anew.text == old.text) successor = anew.version;
        if (successor == 0) {
            successor = old.version = ++last;
            old.calendar = canonical;
            all.versions.push_back(std::move(old));
        }
        all.moves_to[{id, version}] = successor;
    }
    if (last != newest.version || counts_otherwise) {
        newest.version = ++last;
        if (counts_otherwise) newest.calendar = canonical;
        all.versions.push_back(std::move(newest));
    }
    for (const int version : follow_the_newest) all.moves_to[{id, version}] = last;
}

}  // namespace

std::expected<std::vector<CaseChange>, Errors> Engine::change_calendar(const ChangeCalendar& wanted,
                                                                       const std::string& actor,
                                                                       const LeaveOff& leave_off) {
    const auto& name = wanted.name;
    if (!wanted.dry_run && is_blank(wanted.reason))
        return std::unexpected(
            Errors{{"missing-reason", "say why: dates that people were told may move", "reason"}});
    auto parsed = time::parse_calendar(wanted.calendar, name + ".json", "");
    if (!parsed) return std::unexpected(Errors{parsed.error()});
    const auto canonical = time::canonical_text(**parsed);
    std::lock_guard one_at_a_time(impl_->calendars);
    if (leave_off && leave_off())
        return std::unexpected(Errors{{"stopping", "left off before anything was done", ""}});
    Recount recounted;
    std::vector<Impl::NewVersion> versions;
    store::ParsedCalendars calendars;
    for (bool settled = false; !settled;) {
        const auto revision = catalog().revision();
        if (!wanted.expect.empty() && catalog().calendar(name) != wanted.expect)
            return std::unexpected(Errors{
                {"changed-meanwhile", "the calendar \"" + name + "\" is another by now: look again", ""}});
        recounted = {};
        versions.clear();
        for (const auto& id : catalog().ids()) recount(catalog(), *read(), id, name, canonical, recounted);
        for (const auto& event : recounted.versions) {
            auto compiled = store::compile(event, &calendars);
            if (!compiled) return std::unexpected(compiled.error());
            versions.push_back({event, compiled->program});
        }
        if (versions.empty()) break;
        if (const auto covers = time::check_coverage(**parsed, impl_->time->now()); !covers)
            return std::unexpected(Errors{covers.error()});
        if (wanted.dry_run) break;
        // A definition may have been deployed in between: then it is looked at again.
        Result<void> done;
        auto ran = impl_->alone([&] {
            settled = catalog().revision() == revision;
            if (settled) done = impl_->put_to_use(versions, actor);
        });
        if (!ran) return std::unexpected(Errors{ran.error()});
        if (!done) return std::unexpected(Errors{done.error()});
    }
    std::set<std::string> definitions;
    for (const auto& [from, to] : recounted.moves_to) definitions.insert(from.first);
    // Cases that began meanwhile are among them.
    std::vector<Planned> plan;
    for (const auto& id : definitions)
        for (const auto& row : read()->cases({.definition = id, .status = "open"}))
            if (const auto to = recounted.moves_to.find({id, row.version}); to != recounted.moves_to.end())
                plan.push_back(
                    {row.id, core::Migrate{.version = to->second, .reason = wanted.reason}, {}, {}});
    const Impl::Moves moves{
        .program =
            [&](const std::string& id, int version) {
                for (const auto& one : versions)
                    if (one.event.id == id && one.event.version == version) return one.program;
                return catalog().program(id, version);
            },
        // Somebody may have moved it elsewhere before its turn comes.
        .still =
            [&](const core::CaseState& state, int version) {
                const auto to = recounted.moves_to.find({state.definition, state.version});
                return to != recounted.moves_to.end() && to->second == version;
            }};
    return impl_->carry_out(std::move(plan), actor, {}, wanted.dry_run, leave_off, moves);
}

}  // namespace reeve::runtime
