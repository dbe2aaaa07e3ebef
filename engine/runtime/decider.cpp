#include "engine/runtime/decider.h"

#include "engine/runtime/key_use.h"

#include <stdexcept>

namespace reeve::runtime {
namespace {

constexpr int deepest = 16;  // of cases that open cases at once

bool good_id(const std::string& id) {
    if (id.empty() || id.size() > 120 || id[0] == '$') return false;
    return std::none_of(id.begin(), id.end(),
                        [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '/' || c == 0x7f; });
}

// What was due at a moment takes effect now: recorded now, judged by then. One moment a tick, so that after
// an outage things happen in the order in which they were due, across cases.
core::Command tick_of(const CachedCase& entry, Instant moment, Instant now) {
    core::Command command{
        .actor = core::system_actor, .case_id = entry.state.id, .at = now, .wish = core::Tick{}};
    if (moment < now) command.occurred = std::max(moment, entry.state.occurred);
    return command;
}

// So many names in a row are passed over because their cases are damaged.
constexpr int most_damaged_names = 100;

// Of a case that is damaged, or of a disk that could not be read this time: the next time it may be.
Error unread(const std::string& case_id, const std::exception& e) {
    if (!store::is_damage(e))
        return {"not-readable",
                fmt::format("what happened in case {} cannot be read now ({}); try again", case_id, e.what()),
                "case"};
    return {"damaged",
            fmt::format("what happened in case {} cannot be read ({}); `reeve check` names what is damaged",
                        case_id, e.what()),
            "case"};
}

// As the journal keeps them. Throws when one cannot be written, such as text that is no UTF-8.
std::vector<std::string> printed(const std::vector<core::Event>& events) {
    std::vector<std::string> bodies(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) core::print(bodies[i], events[i]);
    return bodies;
}

}  // namespace

Decider::Decider(store::Store& store, store::Catalog& catalog, const Options& options)
    : store_(store), catalog_(catalog), cache_(options.cached_cases), timers_(options.near_timers) {}

void Decider::load() {
    open_ = {};
    cache_.clear();
    keys_.clear();
    started_.clear();
    loads_.clear();
    marks_.clear();
    timers_.clear();
    reader_ = store_.read();
    const auto head = reader_->head();
    seq_ = head.seq;
    last_at_ = head.at;
    for (const auto& row : reader_->loads()) loads_[row.person] = {row.open, row.last_given};
    for (const auto& row : reader_->marks()) marks_.add(row);
    duty_dates_ = store::duty_dates(*reader_);
    org_revision_ = 0;
    duties_revision_ = reader_->revision(store::duties_stream);
    archive_revision_ = reader_->revision(store::archive_stream);
    auto directory = std::make_shared<org::Directory>();
    reader_->stream(store::org_stream, 1, [&](const store::JournalRow& row) {
        directory->apply(store::org_event(row));
        org_revision_ = row.revision;
        return true;
    });
    adopt(std::move(directory));
    catalog_.refresh(*reader_);
    definitions_revision_ = catalog_.revision();
    timers_.refill(*reader_);
}

std::shared_ptr<const org::Directory> Decider::directory() const {
    std::lock_guard lock(mutex_);
    return directory_;
}

void Decider::adopt(std::shared_ptr<const org::Directory> directory) {
    std::lock_guard lock(mutex_);
    directory_ = std::move(directory);
}

void Decider::settle_leavers(const org::Directory& before, Instant at) {
    const auto now = directory();
    std::set<std::string> cases;
    for (const auto* person : before.people()) {
        const auto* still = now->person(person->id);
        if (!person->active || (still && still->active)) continue;
        for (const auto& row : reader_->cases({.status = "open", .owner = person->id})) cases.insert(row.id);
        for (const auto& row : reader_->tasks({.person = person->id})) cases.insert(row.case_id);
        // Whoever is asked for an approval was told so.
        for (const auto& row : reader_->outbox({.person = person->id}))
            if (row.body.find("\"ApprovalAsked\"") != std::string::npos) cases.insert(row.case_id);
    }
    // Refused for none; and if one were, its next command settles it.
    for (const auto& id : cases)
        (void)decide({.actor = core::system_actor, .case_id = id, .at = at, .wish = core::Tick{}}, 0);
}

void Decider::take(core::Command command, Done done) {
    ++open_.commands;
    // The timers that were due before the act go first, and by their own name. What stands at the very
    // instant comes after it.
    const Instant effective = std::min(command.occurred.value_or(command.at), command.at);
    // A case that is to be started has no timers: it is not looked for in the store once more.
    const bool starts = std::holds_alternative<core::StartCase>(command.wish);
    const bool none = starts || command.case_id.empty() || cannot_read(command.case_id);
    auto* entry = none ? nullptr : lookup(command.case_id);
    while (entry && entry->view && entry->view->next && *entry->view->next < effective) {
        const auto moment = *entry->view->next;
        (void)decide(tick_of(*entry, moment, command.at), 0);
        entry = lookup(command.case_id);
        if (entry->view->next == moment) break;
    }
    auto result = decide(std::move(command), 0);
    open_.answers.push_back({std::move(done), std::move(result)});
}

// No event: how far an alert got is not the journal's to tell.
void Decider::deliver(std::vector<store::OutboxDelivery> deliveries, Done done) {
    std::ranges::move(deliveries, std::back_inserter(open_.rows.deliveries));
    open_.answers.push_back({std::move(done), Receipt{}});
}

void Decider::tick(const store::TimerRow& timer, Instant now) {
    const auto due = timer;  // the row may go with what follows
    const auto events = open_.rows.journal.size();
    take_effect(due, now);
    // One without effect fills no batch: were it counted, a batch full of such would never be handed on.
    if (open_.rows.journal.size() > events) open_.due.push_back(due.at);
}

void Decider::take_effect(const store::TimerRow& due, Instant now) {
    if (due.id.starts_with("$duty/")) return duty(due, now);
    if (cannot_read(due.id)) {  // said in the health, and tried again: the others go on
        timers_.postpone(due, now + std::chrono::minutes(1));
        ++stuck_;
        return;
    }
    if (const auto* entry = lookup(due.id)) (void)decide(tick_of(*entry, due.at, now), 0);
    const auto* first = timers_.earliest();
    if (!first || *first != due) return;
    // It took no effect. Missed repeats of a ladder's last step wait for the end of the burst, where the
    // latest stands for all; anything else is asked again in a minute rather than for ever, and said in the
    // health.
    const auto* entry = lookup(due.id);
    const auto next = entry ? entry->view->next : std::nullopt;
    if (!next || *next > now) {
        timers_.drop(due);
        return timers_.change(due.id, std::nullopt, next);
    }
    if (due.at >= now) ++stuck_;
    timers_.postpone(due, due.at < now ? now : now + std::chrono::minutes(1));
}

// A case whose history is damaged is refused by name and keeps nobody else waiting.
std::optional<Error> Decider::cannot_read(const std::string& case_id) {
    if (case_id.empty()) return std::nullopt;
    try {
        (void)lookup(case_id);
        return std::nullopt;
    } catch (const std::exception& e) {
        return unread(case_id, e);
    }
}

// What the key gave before; refused when that was something else.
std::optional<Result<Receipt>> Decider::receipt_of(const core::Command& command) {
    Receipt first;
    if (auto it = keys_.find(command.key); it != keys_.end()) {
        first = it->second;
    } else if (auto found = reader_->receipt(command.key)) {
        first = Receipt{.case_id = found->case_id,
                        .revision = found->revision,
                        .first_seq = found->first_seq,
                        .last_seq = found->last_seq};
        try {
            reader_->stream(first.case_id, found->revision - (found->last_seq - found->first_seq),
                            [&](const store::JournalRow& row) {
                                first.events.push_back(store::recorded(row));
                                return row.seq < found->last_seq;
                            });
        } catch (const std::exception& e) {
            return std::unexpected(unread(first.case_id, e));
        }
    } else if (const auto gone = archive_revision_ > 0 ? reader_->archived_key(command.key) : std::nullopt) {
        auto refusal = archived(*gone);
        // Its row may be damaged: then nothing says where it is.
        return std::unexpected(
            refusal ? *std::move(refusal)
                    : Error{"archived", "the key was used for case \"" + *gone + "\", which left", "key"});
    } else {
        return std::nullopt;
    }
    if (!same_use(command, first)) return std::unexpected(key_used(command, first));
    first.repeated = true;
    first.events.clear();
    return first;
}

CachedCase* Decider::lookup(const std::string& case_id) {
    if (auto* entry = cache_.find(case_id)) return entry;
    auto file = store::find(*reader_, catalog_, case_id);
    if (!file) return nullptr;
    return &cache_.add(case_id, std::move(file->state), std::move(file->program));
}

std::optional<Error> Decider::archived(const std::string& case_id) const {
    if (archive_revision_ == 0) return std::nullopt;  // nothing ever was: a start need not ask the store
    const auto row = reader_->archived(case_id);
    return row ? std::optional(store::archived_error(*row)) : std::nullopt;
}

Result<void> Decider::name_case(core::Command& command, const std::string& definition) {
    if (!command.case_id.empty()) {
        if (!good_id(command.case_id))
            return refuse("bad-case-id",
                          "a case id is up to 120 bytes without spaces or '/', and does not begin with '$'",
                          "case");
        if (auto unreadable = cannot_read(command.case_id)) return std::unexpected(*unreadable);
        if (cache_.find(command.case_id))  // it was read just now
            return refuse("case-exists", "there is a case \"" + command.case_id + "\" already", "case");
        if (auto gone = archived(command.case_id)) return std::unexpected(*gone);
        return {};
    }
    auto [it, fresh] = started_.emplace(definition, 0);
    if (fresh) it->second = reader_->cases_of(definition);
    int damaged_cases = 0;
    for (auto number = it->second + 1;; ++number) {
        command.case_id = fmt::format("{}-{}", definition, number);
        try {
            if (!lookup(command.case_id) && !archived(command.case_id)) return {};
        } catch (const std::exception& e) {
            // A damaged case has its name; a disk that cannot be read says nothing of any name.
            if (!store::is_damage(e)) throw;
            if (++damaged_cases == most_damaged_names) return std::unexpected(unread(command.case_id, e));
        }
    }
}

// What somebody who starts a case names beside it. What the engine itself names is there.
std::optional<Error> Decider::names_no_case(const core::StartCase& start) {
    auto missing = [&](const std::string& id, std::string field) -> std::optional<Error> {
        if (cache_.find(id) || reader_->find_case(id)) return std::nullopt;
        if (auto gone = archived(id)) return Error{gone->code, gone->message, std::move(field)};
        return Error{"unknown-case", "there is no case \"" + id + "\"", std::move(field)};
    };
    if (!start.parent.empty())
        if (auto none = missing(start.parent, "parent")) return none;
    for (std::size_t i = 0; i < start.related.size(); ++i)
        if (auto none = missing(start.related[i], fmt::format("related/{}", i))) return none;
    return std::nullopt;
}

Result<Receipt> Decider::decide(core::Command command, int depth) {
    const auto* start = std::get_if<core::StartCase>(&command.wish);
    if (auto unreadable = start ? std::nullopt : cannot_read(command.case_id))
        return std::unexpected(*unreadable);
    if (auto own = engines_key(command)) return std::unexpected(*own);
    if (!command.key.empty())
        if (auto again = receipt_of(command)) return *again;
    if (depth > deepest)
        return refuse("too-deep", fmt::format("more than {} cases would open one another at once", deepest),
                      "definition");
    CachedCase* entry = nullptr;
    model::ProgramPtr program, target;
    if (start) {
        program = catalog_.program(start->definition, start->version);
        if (!program) {
            std::string known;
            for (const auto& id : catalog_.ids()) known += (known.empty() ? "" : ", ") + id;
            return refuse("unknown-definition",
                          fmt::format("there is no definition \"{}\"{}; deployed are: {}", start->definition,
                                      start->version ? fmt::format(" version {}", start->version) : "",
                                      known.empty() ? "none" : known),
                          "definition");
        }
        if (command.actor != core::system_actor)
            if (auto none = names_no_case(*start)) return std::unexpected(*none);
        if (auto named = name_case(command, program->id); !named) return std::unexpected(named.error());
    } else {
        entry = lookup(command.case_id);
        if (auto gone = entry ? std::nullopt : archived(command.case_id)) return std::unexpected(*gone);
        if (!entry)
            return refuse("no-such-case",
                          "there is no case \"" + command.case_id + "\"; `reeve case list` names them",
                          "case");
        program = entry->program;
        if (auto* migrate = std::get_if<core::Migrate>(&command.wish)) {
            if (migrate->version == 0) migrate->version = catalog_.newest(program->id);
            target = catalog_.program(program->id, migrate->version);
            if (!target)
                return refuse("unknown-version",
                              fmt::format("{} has no version {}; the newest is {}", program->id,
                                          migrate->version, catalog_.newest(program->id)),
                              "version");
        }
    }
    const auto directory = this->directory();
    const core::Context context{*program, *directory, loads_, target.get()};
    Result<std::vector<core::Event>> events;
    std::vector<std::string> bodies;
    try {
        events = core::decide(entry ? &entry->state : nullptr, command, context);
        // What cannot be written must not be decided.
        if (events) bodies = printed(*events);
    } catch (const Json::type_error& e) {
        constexpr int not_utf8 = 316;
        return refuse(e.id == not_utf8 ? "bad-utf8" : "failed",
                      std::string("this could not be decided: ") + e.what());
    } catch (const std::exception& e) {
        return refuse("failed", std::string("this could not be decided: ") + e.what());
    }
    if (!events) return std::unexpected(events.error());
    return record(command, entry, target ? target : program, std::move(*events), std::move(bodies), depth);
}

Receipt Decider::record(const core::Command& command, CachedCase* entry, const model::ProgramPtr& program,
                        std::vector<core::Event> events, int depth) {
    auto bodies = printed(events);
    return record(command, entry, program, std::move(events), std::move(bodies), depth);
}

Receipt Decider::record(const core::Command& command, CachedCase* entry, const model::ProgramPtr& program,
                        std::vector<core::Event> events, std::vector<std::string> bodies, int depth) {
    Receipt receipt{.case_id = command.case_id, .program = program};
    if (events.empty()) {
        if (entry) receipt.revision = entry->state.revision;
        return receipt;
    }
    const bool was_open = entry && entry->state.status == core::CaseStatus::open;
    if (!entry) {
        entry = &cache_.add(command.case_id, {}, program);
        ++started_[program->id];
    }
    const auto& id = command.case_id;
    auto revision = entry->state.revision;
    receipt.first_seq = seq_ + 1;
    receipt.events.reserve(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        core::Recorded recorded{
            ++seq_, id, ++revision, command.at, command.occurred, command.actor, std::move(events[i])};
        if (std::holds_alternative<core::CaseMigrated>(recorded.event)) entry->program = program;
        core::apply(entry->state, recorded, *entry->program);
        if (entry->state.revision != revision)
            throw std::logic_error(fmt::format("{} did not count revision {}", id, revision));
        store::JournalRow row{
            recorded.seq,         id, revision, recorded.at, recorded.occurred, recorded.actor,
            std::move(bodies[i]), "", 0};
        if (receipt.events.empty()) {
            row.key = command.key;
            row.events = static_cast<int>(events.size());
        }
        open_.rows.journal.push_back(std::move(row));
        for (const auto& alert : core::alerts(entry->state, recorded, *entry->program))
            open_.rows.outbox.push_back(store::outbox_row(alert, recorded.at));
        if (const auto person = store::given_to(recorded.event); !person.empty()) {
            loads_[person].last_given = recorded.seq;
            open_.loads_changed.insert(person);
        }
        receipt.events.push_back(std::move(recorded));
    }
    receipt.revision = revision;
    receipt.last_seq = seq_;
    last_at_ = command.at;
    if (!command.key.empty()) {
        keys_[command.key] = receipt;
        open_.keys.push_back(command.key);
    }
    write_case(id, *entry);
    follow(id, receipt.events, was_open, depth);
    return receipt;
}

void Decider::write_case(const std::string& id, CachedCase& entry) {
    auto before = entry.view;
    entry.view = std::make_shared<const store::CaseView>(store::project(entry.state, *entry.program));
    store::LoadMap change;
    if (before) store::count_loads(*before, -1, change);
    store::count_loads(*entry.view, 1, change);
    for (const auto& [person, load] : change) {
        if (load.open == 0) continue;
        loads_[person].open += load.open;
        open_.loads_changed.insert(person);
    }
    timers_.change(id, before ? before->next : std::nullopt, entry.view->next);
    auto [it, fresh] = open_.change_of.emplace(id, open_.rows.cases.size());
    if (fresh) {
        ++entry.pins;
        open_.pinned.push_back(id);
        open_.rows.cases.push_back({std::move(before), entry.view});
    } else {
        open_.rows.cases[it->second].after = entry.view;
    }
}

OpenBatch Decider::close() {
    for (const auto& person : open_.loads_changed) {
        const auto& load = loads_[person];
        open_.rows.loads.push_back({person, load.open, load.last_given});
    }
    return std::exchange(open_, {});
}

void Decider::durable(const std::vector<std::string>& pinned, const std::vector<std::string>& keys) {
    for (const auto& id : pinned) cache_.unpin(id);
    for (const auto& key : keys) keys_.erase(key);
}

Receipt Decider::record_stream(const std::string& stream, std::uint64_t& revision,
                               const std::vector<std::string>& bodies, const std::string& actor, Instant at,
                               std::optional<Instant> occurred) {
    Receipt receipt{.case_id = stream, .first_seq = seq_ + 1};
    for (const auto& body : bodies) {
        store::JournalRow row{++seq_, stream, ++revision, at, occurred, actor, body, "", 0};
        if (row.seq == receipt.first_seq) row.events = static_cast<int>(bodies.size());
        open_.rows.journal.push_back(std::move(row));
    }
    receipt.revision = revision;
    receipt.last_seq = seq_;
    last_at_ = at;
    return receipt;
}

Receipt Decider::record_org(const std::vector<org::Event>& events, const std::string& actor, Instant at) {
    std::vector<std::string> bodies;
    for (const auto& event : events) bodies.push_back(org::to_json(event).dump());
    return record_stream(store::org_stream, org_revision_, bodies, actor, at, std::nullopt);
}

Receipt Decider::record_deployment(const store::DefinitionDeployed& event, const model::Program* newest,
                                   const std::string& actor, Instant at) {
    if (newest) {
        if (const auto before = catalog_.program(event.id))
            for (const auto& duty : before->duties)
                open_.rows.duties.push_back({Instant::max(), store::duty_id(event.id, duty.name)});
        const auto since = [&](const std::string& duty) {
            return catalog_.duty_since(event.id, duty, at).value_or(at);
        };
        for (auto& timer : store::duty_timers(*newest, since, duty_dates_))
            open_.rows.duties.push_back(std::move(timer));
    }
    return record_stream(store::definitions_stream, definitions_revision_, {store::body_of(event)}, actor, at,
                         std::nullopt);
}

Receipt Decider::record_archive(const store::CasesArchived& record, const std::string& actor, Instant at) {
    store::add_rows(record, at, open_.rows);
    for (const auto& one : record.cases) open_.rows.removed.push_back(one.id);
    return record_stream(store::archive_stream, archive_revision_, {store::body_of(record)}, actor, at,
                         std::nullopt);
}

}  // namespace reeve::runtime
