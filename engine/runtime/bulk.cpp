// What is done to many cases at once: planned, foreseen, and asked for case by case.
#include <future>

#include "engine/runtime/impl.h"
#include "engine/text.h"

namespace reeve::runtime {

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

namespace {

// Who has it now, which is not always who was to get it: "mayor (hal is absent, nobody stands in)".
std::string given_in_words(const std::vector<core::Event>& events, const std::string& wanted) {
    std::string person = wanted, stands_for;
    for (const auto& event : events) {
        if (const auto* e = std::get_if<core::OwnerNamed>(&event))
            person = e->person, stands_for = e->stands_for;
        if (const auto* e = std::get_if<core::TaskAssigned>(&event))
            person = e->person, stands_for = e->stands_for;
    }
    if (person == wanted) return person;
    return fmt::format("{} ({} is absent{})", person, wanted,
                       stands_for == wanted ? ", and " + person + " stands in" : ", nobody stands in");
}

// What came of it in words, or as events where there are none.
void tell(CaseChange& change, const Planned& planned, std::vector<core::Event> events) {
    const bool of_person = std::holds_alternative<core::NameOwner>(planned.wish) ||
                           std::holds_alternative<core::AssignTask>(planned.wish);
    if (planned.what.empty())
        change.events = std::move(events);
    else
        change.changes = {planned.what + " -> " +
                          (of_person ? given_in_words(events, planned.to) : planned.to)};
}

std::optional<Error> unknown_unit(const org::Directory& people, const std::string& unit, const char* field) {
    if (people.unit(unit)) return std::nullopt;
    return Error{"unknown-unit", "there is no unit \"" + unit + "\"", field};
}

constexpr std::size_t cases_at_once = 1000;

Error left_off() { return {"stopping", "left off before this case; asked again, the rest is done", ""}; }

Error moved_meanwhile(const core::CaseState& state) {
    return {"changed-meanwhile",
            fmt::format("it moved to version {} meanwhile and stays there", state.version), "version"};
}

Error no_reason(const char* what) { return {"missing-reason", what, "reason"}; }

}  // namespace

CaseChange Engine::Impl::foresee(store::CaseFile& file, const Planned& planned, const std::string& actor,
                                 const org::Loads& loads, const model::Program* target) const {
    CaseChange change{.case_id = file.state.id, .changes = {}, .refused = {}};
    core::Command command{.actor = actor,
                          .case_id = file.state.id,
                          .at = std::max(time->now(), file.state.last),
                          .wish = planned.wish};
    auto* migrate = std::get_if<core::Migrate>(&command.wish);
    // Only what is done takes a reason.
    if (migrate && migrate->reason.empty()) migrate->reason = "dry run";
    const auto directory = writer->directory();
    auto foreseen = core::foresee(file.state, command, {*file.program, *directory, loads, target});
    if (!foreseen) {
        change.refused = foreseen.error();
        return change;
    }
    change.clocks = core::moved_clocks(file.state, foreseen->state);
    if (migrate)
        change.changes = core::migration_in_words(file.state, foreseen->state, *target);
    else
        tell(change, planned, std::move(foreseen->events));
    file.state = std::move(foreseen->state);
    return change;
}

org::Loads loads_of(store::Reader& reader) {
    org::Loads loads;
    for (const auto& row : reader.loads()) loads[row.person] = {row.open, row.last_given};
    return loads;
}

Result<std::vector<Planned>> Engine::plan(const MigrateAll& wanted) const {
    const int version = wanted.version == 0 ? catalog().newest(wanted.definition) : wanted.version;
    if (version < 1 || version > catalog().newest(wanted.definition))
        return refuse("unknown-version",
                      fmt::format("there is no version {} of \"{}\"", version, wanted.definition), "version");
    const core::Migrate wish{.version = version, .stages = wanted.stages, .reason = wanted.reason};
    std::vector<Planned> plan;
    for (const auto& row : read()->cases({.definition = wanted.definition, .status = "open"}))
        if (row.version != version && (wanted.case_id.empty() || row.id == wanted.case_id))
            plan.push_back({row.id, wish, {}, {}});
    return plan;
}

Result<std::vector<Planned>> Engine::plan(const Reassign& wanted) const {
    const auto people = directory();
    for (const auto& [person, field] : {std::pair(wanted.from, "from"), std::pair(wanted.to, "to")})
        if (!people->person(person))
            return refuse("unknown-person", "there is no person \"" + person + "\"", field);
    if (!wanted.unit.empty())
        if (auto unknown = unknown_unit(*people, wanted.unit, "unit")) return std::unexpected(*unknown);
    if (!wanted.dry_run && is_blank(wanted.reason))
        return std::unexpected(no_reason("say why: what moves from one person to another takes a reason"));
    const auto within = wanted.unit.empty() ? std::vector<std::string>{} : impl_->units_within(wanted.unit);
    const auto reason = wanted.reason.empty() ? std::string("dry run") : wanted.reason;
    auto reader = read();
    std::vector<Planned> plan;
    for (const auto& row : reader->cases({.units = within, .status = "open", .owner = wanted.from}))
        plan.push_back({row.id, core::NameOwner{.person = wanted.to, .reason = reason},
                        "owner: " + wanted.from, wanted.to});
    for (const auto& row : reader->tasks({.person = wanted.from, .units = within}))
        plan.push_back({row.case_id, core::AssignTask{.task = row.id, .person = wanted.to, .reason = reason},
                        fmt::format("task {} ({}): {}", row.id, row.name, wanted.from), wanted.to});
    return plan;
}

Result<std::vector<Planned>> Engine::plan(const TransferAll& wanted) const {
    const auto people = directory();
    for (const auto& [unit, field] : {std::pair(wanted.from, "from"), std::pair(wanted.to, "to")})
        if (auto unknown = unknown_unit(*people, unit, field)) return std::unexpected(*unknown);
    if (!wanted.dry_run && is_blank(wanted.reason))
        return std::unexpected(no_reason("say why: what moves from one unit to another takes a reason"));
    const core::Transfer wish{.unit = wanted.to, .reason = wanted.reason.empty() ? "dry run" : wanted.reason};
    std::vector<Planned> plan;
    for (const auto& row :
         read()->cases({.units = {wanted.from}, .definition = wanted.definition, .status = "open"}))
        plan.push_back({row.id, wish, "unit: " + wanted.from, wanted.to});
    return plan;
}

std::vector<CaseChange> Engine::Impl::carry_out_some(std::span<const Planned> plan, const std::string& actor,
                                                     const std::string& key, bool dry_run,
                                                     const Moves& moves) {
    auto reader = store->read();
    const auto loads = loads_of(*reader);
    std::vector<CaseChange> changes;
    std::vector<core::Command> commands;
    std::vector<std::size_t> asked;  // of the plan, one for each command
    Result<store::CaseFile> file = refuse("unknown-case", "");
    int of_case = 0;  // how many of this case came before
    for (const auto& one : plan) {
        const bool another = changes.empty() || changes.back().case_id != one.case_id;
        of_case = another ? 0 : of_case + 1;
        const auto* migrate = std::get_if<core::Migrate>(&one.wish);
        CaseChange change{.case_id = one.case_id, .changes = {}, .refused = {}};
        if (dry_run || migrate) {
            if (another) file = store::find(*reader, catalog, one.case_id);
            if (file && migrate && moves.still && !moves.still(file->state, migrate->version)) {
                change.refused = moved_meanwhile(file->state);
                changes.push_back(std::move(change));
                continue;
            }
            const auto target =
                file && migrate ? moves.program(file->state.definition, migrate->version) : nullptr;
            if (file)
                change = foresee(*file, one, actor, loads, target.get());
            else
                change.refused = file.error();
        }
        changes.push_back(std::move(change));
        if (dry_run) continue;
        asked.push_back(changes.size() - 1);
        commands.push_back({.key = key.empty() ? "" : fmt::format("{}/{}/{}", key, one.case_id, of_case),
                            .actor = actor,
                            .case_id = one.case_id,
                            .wish = one.wish});
    }
    if (dry_run) return changes;
    const auto answers = all(std::move(commands));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        auto& change = changes[asked[i]];
        const auto& planned = plan[asked[i]];
        change.refused.reset();
        if (!answers[i]) {
            change.refused = answers[i].error();
            continue;
        }
        if (std::holds_alternative<core::Migrate>(planned.wish)) continue;
        std::vector<core::Event> events;
        for (const auto& recorded : answers[i]->events) events.push_back(recorded.event);
        tell(change, planned, std::move(events));
    }
    return changes;
}

std::vector<CaseChange> Engine::Impl::carry_out(std::vector<Planned> plan, const std::string& actor,
                                                const std::string& key, bool dry_run,
                                                const LeaveOff& leave_off, const Moves& moves) {
    std::ranges::stable_sort(plan, {}, &Planned::case_id);
    std::vector<CaseChange> changes;
    for (std::size_t from = 0, to = 0; from < plan.size(); from = to) {
        to = std::min(from + cases_at_once, plan.size());
        while (to < plan.size() && plan[to].case_id == plan[to - 1].case_id) ++to;
        if (leave_off && leave_off()) {
            for (; from < plan.size(); ++from)
                changes.push_back({.case_id = plan[from].case_id, .changes = {}, .refused = left_off()});
            break;
        }
        const auto some = std::span(plan).subspan(from, to - from);
        std::ranges::move(carry_out_some(some, actor, key, dry_run, moves), std::back_inserter(changes));
    }
    return changes;
}

std::vector<CaseChange> Engine::carry_out(std::vector<Planned> plan, const std::string& actor,
                                          const std::string& key, bool dry_run, const LeaveOff& leave_off) {
    return impl_->carry_out(std::move(plan), actor, key, dry_run, leave_off,
                            {[this](const auto& id, int version) { return catalog().program(id, version); }});
}

Result<std::vector<CaseChange>> Engine::migrate(const MigrateAll& wanted, const std::string& actor) {
    auto planned = plan(wanted);
    if (!planned) return std::unexpected(planned.error());
    return carry_out(std::move(*planned), actor, {}, wanted.dry_run);
}

Result<std::vector<CaseChange>> Engine::reassign(const Reassign& wanted, const std::string& actor) {
    auto planned = plan(wanted);
    if (!planned) return std::unexpected(planned.error());
    return carry_out(std::move(*planned), actor, {}, wanted.dry_run);
}

Result<std::vector<CaseChange>> Engine::transfer(const TransferAll& wanted, const std::string& actor) {
    auto planned = plan(wanted);
    if (!planned) return std::unexpected(planned.error());
    return carry_out(std::move(*planned), actor, {}, wanted.dry_run);
}

}  // namespace reeve::runtime
