#include "engine/runtime/exporter.h"

#include <fmt/format.h>

#include <fstream>

#include "engine/json.h"
#include "engine/log.h"
#include "engine/runtime/plugin_answer.h"
#include "engine/store/part_file.h"

namespace reeve::runtime {

Exporter::Exporter(Engine& engine, std::unique_ptr<PluginHost> host, Exporting wanted)
    : engine_(engine),
      host_(std::move(host)),
      wanted_(std::move(wanted)),
      who_(host_->health()),
      events_(engine.catalog(), wanted_.personal) {}

Exporter::~Exporter() {
    ask_to_stop();
    rounds_.reset();
}

void Exporter::start() {
    auto rounds = std::make_unique<Rounds>(engine_, name(), [this] { return turn(); });
    std::lock_guard lock(mutex_);  // its health may be asked for already
    rounds_ = std::move(rounds);
}

void Exporter::ask_to_stop() {
    stopping_ = true;
    if (rounds_) rounds_->ask_to_stop();
    host_->ask_to_stop();
}

bool Exporter::turn() {
    if (!reader_) reader_ = engine_.read();
    if (!placed_) find_place();
    const auto head = reader_->head().seq;
    {
        std::lock_guard lock(mutex_);
        head_ = head;
        if (head_ <= to_) since_.reset();
    }
    if (head > to_ && !since_) wait_from();
    if (!refusal_.empty() || head <= to_) return false;
    if (again_at_ && engine_.now() < *again_at_) return false;
    if (host_->health().state != PluginState::running) return false;
    const auto stretch = read();
    if (stretch.events.empty()) return false;
    const auto answer = host_->call({{"from", stretch.from}, {"to", stretch.to}, {"events", stretch.events}});
    if (!answer && stopping_) return false;
    if (!answer)
        failed(answer.error().error, answer.error().wait);
    else
        taken(stretch, *answer);
    return failures_ == 0;
}

// Since when it is behind: also when it stands still and nothing is read for it.
void Exporter::wait_from() {
    std::optional<Instant> since;
    reader_->journal(to_ + 1, [&](const store::JournalRow& row) {
        since = row.at;
        return false;
    });
    std::lock_guard lock(mutex_);
    since_ = since;
}

// By which the same event is known again. What people enter once more after a restore has another moment.
std::string Exporter::mark_of(std::uint64_t seq) {
    std::string mark;  // empty: its case was archived
    reader_->journal(seq, [&](const store::JournalRow& row) {
        if (row.seq == seq)
            mark = fmt::format("{}/{} {}", row.stream, row.revision, row.at.time_since_epoch().count());
        return false;
    });
    return mark;
}

// The event that was exported last is looked at again: in an older copy of the folder it is another, or not
// there, and to go on from its number would pass over what has happened there since.
void Exporter::find_place() {
    const auto& place = wanted_.place;
    const auto refuse = [&](const std::string& why) {
        placed_ = true;
        std::lock_guard lock(mutex_);
        refusal_ = fmt::format(
            "{}: {}; take the file away and start the service anew to export everything again from the "
            "first event on, or name the exporter otherwise",
            place.string(), why);
        log::write(log::Level::error, "export-refused", {{"plugin", name()}, {"error", refusal_}});
    };
    if (!std::filesystem::exists(place)) {
        placed_ = true;
        return;
    }
    const auto document = load_json(place.string());
    const auto kept = document && document->value.is_object() ? document->value : Json::object();
    const auto to = kept.value("to", Json());
    if (!to.is_number_unsigned()) return refuse("it does not say how far the export is");
    const auto head = reader_->head().seq;
    if (to > head)
        return refuse(
            fmt::format("the export is at event {}, and the journal ends at {}: this is another "
                        "folder, or an older copy",
                        to.get<std::uint64_t>(), head));
    const auto last = mark_of(to);
    if (!last.empty() && Json(last) != kept.value("last", Json()))
        return refuse(
            fmt::format("event {} is another than the one that was exported: this is another "
                        "folder, or an older copy",
                        to.get<std::uint64_t>()));
    placed_ = true;
    std::lock_guard lock(mutex_);
    to_ = to;
}

Exporter::Stretch Exporter::read() {
    Stretch stretch{.from = to_ + 1, .to = to_};
    std::size_t bytes = 0;
    events_.forget();
    reader_->journal(to_ + 1, [&](const store::JournalRow& row) {
        if (!stretch.since) stretch.since = row.at;
        stretch.events.push_back(events_.of(*reader_, row));
        stretch.to = row.seq;
        bytes += row.body.size();
        return stretch.events.size() < wanted_.events && bytes < wanted_.bytes;
    });
    if (!stretch.events.empty()) stretch.from = stretch.events.front()["seq"];
    std::lock_guard lock(mutex_);
    since_ = stretch.since;
    return stretch;
}

void Exporter::taken(const Stretch& stretch, const Json& answer) {
    const auto outcome = text_in(answer, "outcome");
    if (outcome == "failed") return failed(error_in(answer, name()), wait_in(answer));
    if (outcome != "taken")
        return failed(
            fmt::format("the plugin {} answered without an outcome: expected taken or failed", name()), {});
    const auto to = answer.value("to", Json());
    if (!to.is_number_unsigned() || to < stretch.from || to > stretch.to)
        return failed(fmt::format("the plugin {} answered that it keeps what came up to {}: expected a "
                                  "number from {} to {}",
                                  name(), one_line(to.dump(-1, ' ', true)), stretch.from, stretch.to),
                      {});
    if (!keep(to)) return;
    failures_ = 0;
    again_at_.reset();
    std::lock_guard lock(mutex_);
    for (const auto& event : stretch.events)
        if (event["seq"] <= to) ++exported_;
    to_ = to;
    if (to_ == head_) since_.reset();
    failing_since_.reset();
    error_.clear();
}

void Exporter::failed(std::string error, std::optional<Millis> wait) {
    auto rest = wanted_.first_retry;
    for (int i = 0; i < failures_ && rest < wanted_.longest_retry; ++i) rest *= 2;
    rest = std::max(std::min(rest, wanted_.longest_retry), wait.value_or(Millis{0}));
    ++failures_;
    const auto now = engine_.now();
    again_at_ = now + rest;
    std::lock_guard lock(mutex_);
    ++failed_;
    if (!failing_since_) {
        failing_since_ = now;
        log::write(log::Level::warning, "export-failed", {{"plugin", name()}, {"error", error}});
    }
    error_ = std::move(error);
}

// Durable before anything behind it is handed over.
bool Exporter::keep(std::uint64_t to) {
    const auto last = mark_of(to);
    try {
        store::make_folder(wanted_.place.parent_path());
        auto fresh = wanted_.place;
        fresh += ".new";
        const store::PartFile part(fresh);
        {
            std::ofstream out(part.path());
            out << Json{{"to", to}, {"last", last}}.dump() << "\n";
            if (!out.flush()) throw std::system_error(errno, std::generic_category(), "writing it");
        }
        part.becomes(wanted_.place);
        return true;
    } catch (const std::exception& e) {
        failed(fmt::format("how far the export is could not be kept in {}: {}", wanted_.place.string(),
                           e.what()),
               {});
        return false;
    }
}

PluginHealth Exporter::health() const {
    auto health = host_->health();
    std::lock_guard lock(mutex_);
    health.work = {{"exported", exported_}, {"failed", failed_}};
    health.failing_since = failing_since_;
    health.trouble = refusal_.empty() ? error_ : refusal_;
    if (health.trouble.empty() && rounds_) health.trouble = rounds_->fault();
    health.exported =
        PluginHealth::Export{.to = to_, .behind = head_ > to_ ? head_ - to_ : 0, .since = since_};
    return health;
}

}  // namespace reeve::runtime
