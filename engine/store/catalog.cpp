#include "engine/store/catalog.h"

#include <stdexcept>

#include "engine/store/describe_rows.h"

namespace reeve::store {

std::string body_of(const DefinitionDeployed& event) {
    Json body{{"event", "DefinitionDeployed"}};
    body.update(describe::write(event, Times::millis));
    return body.dump();
}

DefinitionDeployed deployed_from(Json body) {
    if (body.value("event", "") != "DefinitionDeployed")
        throw std::runtime_error(
            "the journal holds an event of definitions that this version does not know: " +
            body.value("event", "?"));
    body.erase("event");
    DefinitionDeployed event;
    if (auto fault = describe::read(body, event, {})) throw std::runtime_error(fault->text());
    return event;
}

std::expected<model::Compiled, Errors> compile(const DefinitionDeployed& event, ParsedCalendars* parsed) {
    model::Surroundings around;
    around.calendar = [&](const std::string& name) -> Result<time::CalendarPtr> {
        if (event.calendar.empty() || name != event.calendar_name)
            return refuse("unknown-calendar", "there is no calendar \"" + name + "\"");
        if (parsed && parsed->contains(event.calendar)) return parsed->at(event.calendar);
        auto calendar = time::parse_calendar(event.calendar, name + ".json", "");
        if (calendar && parsed) parsed->emplace(event.calendar, *calendar);
        return calendar;
    };
    auto compiled = model::compile(event.text, event.name, around);
    if (!compiled) return compiled;
    auto program = std::make_shared<model::Program>(*compiled->program);
    program->version = event.version;
    compiled->program = std::move(program);
    return compiled;
}

void Catalog::refresh(Reader& reader) {
    struct Row {
        std::string where;
        DefinitionDeployed event;
        Instant at;
        std::string actor;
    };
    const auto named = [](const std::string& where, const auto& reading) {
        try {
            reading();
        } catch (const std::exception& e) {
            throw std::runtime_error(where + ": " + e.what());
        }
    };
    std::vector<Row> rows;
    reader.stream(definitions_stream, revision() + 1, [&](const JournalRow& row) {
        auto body = parsed(row);
        auto where = fmt::format("event {} ({} revision {})", row.seq, row.stream, row.revision);
        named(where, [&] { rows.push_back({where, deployed_from(std::move(body)), row.at, row.actor}); });
        return true;
    });
    std::lock_guard lock(mutex_);
    for (auto& row : rows) named(row.where, [&] { add_one(std::move(row.event), row.at, row.actor); });
}

void Catalog::add(std::vector<DefinitionDeployed> events, Instant at, const std::string& actor) {
    std::lock_guard lock(mutex_);
    for (auto& event : events) add_one(std::move(event), at, actor);
}

void Catalog::add_one(DefinitionDeployed event, Instant at, const std::string& actor) {
    ++revision_;
    auto& versions = versions_[event.id];
    // The newest that stays the newest behind an older text's new version says nothing of its calendar.
    const auto before = std::ranges::find_if(versions.rbegin(), versions.rend(),
                                             [at](const Version& version) { return version.at != at; });
    const bool copy = before != versions.rend() && before != versions.rbegin() &&
                      versions.back().event.text != event.text && before->event.text == event.text &&
                      before->event.calendar == event.calendar;
    if (!event.calendar_name.empty() && !copy) calendars_[event.calendar_name] = event.calendar;
    if (event.version != static_cast<int>(versions.size()) + 1)
        throw std::runtime_error(fmt::format("definition {}: version {} follows version {}", event.id,
                                             event.version, versions.size()));
    versions.push_back({std::move(event), at, actor, nullptr});
}

const Catalog::Version* Catalog::find(const std::string& id, int version) const {
    auto it = versions_.find(id);
    if (it == versions_.end()) return nullptr;
    if (version == 0) return &it->second.back();
    if (version < 1 || version > static_cast<int>(it->second.size())) return nullptr;
    return &it->second[static_cast<std::size_t>(version) - 1];
}

model::ProgramPtr Catalog::program(const std::string& id, int version) const {
    std::lock_guard lock(mutex_);
    const auto* found = find(id, version);
    if (!found) return nullptr;
    if (!found->program) {
        auto compiled = compile(found->event, &parsed_);
        if (!compiled)
            throw std::runtime_error(fmt::format("definition {} version {} no longer compiles: {}", id,
                                                 found->event.version, compiled.error().front().text()));
        found->program = compiled->program;
    }
    return found->program;
}

int Catalog::newest(const std::string& id) const {
    std::lock_guard lock(mutex_);
    const auto* found = find(id, 0);
    return found ? found->event.version : 0;
}

std::uint64_t Catalog::revision() const {
    std::lock_guard lock(mutex_);
    return revision_;
}

std::vector<std::string> Catalog::ids() const {
    std::lock_guard lock(mutex_);
    std::vector<std::string> ids;
    for (const auto& [id, versions] : versions_) ids.push_back(id);
    return ids;
}

std::optional<DefinitionDeployed> Catalog::deployed(const std::string& id, int version) const {
    std::lock_guard lock(mutex_);
    const auto* found = find(id, version);
    return found ? std::optional(found->event) : std::nullopt;
}

std::optional<Instant> Catalog::deployed_at(const std::string& id, int version) const {
    std::lock_guard lock(mutex_);
    const auto* found = find(id, version);
    return found ? std::optional(found->at) : std::nullopt;
}

std::string Catalog::deployed_by(const std::string& id, int version) const {
    std::lock_guard lock(mutex_);
    const auto* found = find(id, version);
    return found ? found->actor : std::string();
}

std::optional<Instant> Catalog::duty_since(const std::string& id, const std::string& duty,
                                           std::optional<Instant> next) const {
    std::optional<Instant> since;
    for (int version = newest(id); version > 0; --version) {
        const auto at = deployed_at(id, version);
        if (at == std::exchange(next, at)) continue;
        const auto has = program(id, version);
        if (std::ranges::none_of(has->duties, [&](const auto& d) { return d.name == duty; })) break;
        since = at;
    }
    return since;
}

std::string Catalog::calendar(const std::string& name) const {
    std::lock_guard lock(mutex_);
    auto it = calendars_.find(name);
    return it == calendars_.end() ? std::string() : it->second;
}

void replay(CaseFile& file, const JournalRow& row, const Catalog& catalog) {
    if (row.revision != file.history.size() + 1)
        throw std::runtime_error(fmt::format("revision {} is missing", file.history.size() + 1));
    auto event = recorded(row);
    auto pin = [&](const std::string& id, int version) {
        file.program = catalog.program(id, version);
        if (!file.program)
            throw std::runtime_error(
                fmt::format("event {} ({}): definition {} version {} is not in the journal", row.seq,
                            row.stream, id, version));
    };
    if (const auto* started = std::get_if<core::CaseStarted>(&event.event)) {
        pin(started->definition, started->version);
    } else if (const auto* migrated = std::get_if<core::CaseMigrated>(&event.event)) {
        pin(file.state.definition, migrated->to);
    } else if (!file.program) {
        throw std::runtime_error(
            fmt::format("event {}: case {} does not begin with CaseStarted", row.seq, row.stream));
    }
    core::apply(file.state, event, *file.program);
    file.history.push_back(std::move(event));
}

Result<CaseFile> find(Reader& reader, const Catalog& catalog, const std::string& case_id) {
    CaseFile file;
    if (!case_id.empty() && case_id[0] != '$')
        reader.stream(case_id, 1, [&](const JournalRow& row) {
            replay(file, row, catalog);
            return true;
        });
    if (file.history.empty())
        return refuse("no-such-case", "there is no case \"" + case_id + "\"; `reeve case list` names them",
                      "case");
    return file;
}

}  // namespace reeve::store
