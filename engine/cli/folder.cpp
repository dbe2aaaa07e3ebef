#include "engine/cli/folder.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <fstream>
#include <set>
#include <thread>

#include "engine/json.h"
#include "engine/spelling.h"
#include "engine/store/archived.h"

namespace reeve::cli {

namespace {

using namespace std::chrono_literals;

// The process that holds the folder's lock, as the kernel lists it: " (process 812: reeve serve)".
std::string holder(const std::filesystem::path& folder) {
    struct stat lock {};
    if (::stat((folder / "lock").c_str(), &lock) != 0) return {};
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number, kind, mode, access, pid, file;
        words >> number >> kind >> mode >> access >> pid >> file;
        if (kind != "FLOCK" || !file.ends_with(":" + std::to_string(lock.st_ino))) continue;
        std::ifstream command("/proc/" + pid + "/cmdline");
        std::string text{std::istreambuf_iterator<char>(command), {}};
        std::replace(text.begin(), text.end(), '\0', ' ');
        while (text.ends_with(' ')) text.pop_back();
        return fmt::format(" (process {}{}{})", pid, text.empty() ? "" : ": ", text);
    }
    return {};
}

Result<std::unique_ptr<runtime::Engine>> open_engine(const Given& given, bool change, bool create,
                                                     const std::shared_ptr<runtime::TimeSource>& time) {
    constexpr auto pause = 50ms;
    for (auto waited = 0ms;; waited += pause) {
        Result<std::unique_ptr<runtime::Engine>> engine = nullptr;
        try {
            engine = runtime::Engine::open({.folder = given.data, .create = create, .time = time});
        } catch (const store::NoRoom& e) {
            engine = std::unexpected(store::trouble(e));
        }
        if (engine || engine.error().code != "in-use") return engine;
        if (!change || waited >= given.wait * 1s) {
            return refuse("in-use",
                          fmt::format("another reeve{} has this folder; a change has to wait until it ends, "
                                      "reading does not. One that serves takes changes over HTTP "
                                      "(docs/http.md)",
                                      holder(given.data)),
                          given.data);
        }
        std::this_thread::sleep_for(pause);
    }
}

// What a full or failing disk does not keep from reading: it is said, and what stands is read.
bool reads_on(Purpose purpose, const Error& error) {
    if (purpose != Purpose::read || (error.code != "disk-full" && error.code != "not-durable")) return false;
    fmt::print(stderr, "reeve: {}\nreeve: what fell due since waits; this is what stands\n", error.text());
    return true;
}

// What fell due while nobody ran the folder takes effect, durably, before anything else is asked of it.
void take_what_fell_due(runtime::Engine& engine, Purpose purpose) {
    for (;;) {
        auto health = engine.health();
        const auto failures = health.failed_commits;
        while (health.timer_late > 0ms && health.stuck_timers == 0 && !health.clock_alarm &&
               !health.storage) {
            std::this_thread::sleep_for(2ms);
            health = engine.health();
        }
        // No timer is late any more once its step is decided: a change of nothing waits until that is
        // durable.
        (void)engine.change({}, core::system_actor);
        health = engine.health();
        if (health.storage) (void)reads_on(purpose, *health.storage);
        if (health.storage || health.failed_commits == failures) return;
    }
}

// A rehearsal is taken this far at once without a question.
constexpr auto far_ahead = std::chrono::days(2 * 366);

}  // namespace

Result<std::unique_ptr<Folder>> Folder::open(const Given& given, Purpose purpose) {
    const bool create = purpose == Purpose::create, change = purpose != Purpose::read;
    if (given.data.empty())
        wrong_use("--data", "say which data folder: --data DIR, or set REEVE_DATA; reeve init DIR makes one");
    std::unique_ptr<Folder> folder(new Folder);
    folder->given_ = given;
    store::finish_left(folder->path());
    if (!create && !std::filesystem::exists(folder->path() / "reeve.db") &&
        !std::filesystem::is_regular_file(folder->path()))
        return std::unexpected(store::open_reader(folder->path()).error());  // it says what is missing
    if (std::filesystem::exists(folder->path() / sample_mark))
        fmt::print(
            stderr,
            "reeve: the sample's season was cut short here: `reeve init {} --sample` plays it to its end\n",
            given.data);
    if (std::filesystem::is_regular_file(folder->path())) {
        if (change)
            return refuse("not-writable",
                          "this is a file, an archive or a backup: it is read, nothing in it changes",
                          given.data);
        if (!given.now.empty())
            return refuse("not-writable", "no time passes in an archive or a backup: it is read as it is",
                          "--now");
        if (auto opened = folder->open_reader(); !opened) return std::unexpected(opened.error());
        return folder;
    }
    auto rehearsal = read_rehearsal(given.data);
    if (!rehearsal) return std::unexpected(rehearsal.error());
    if (*rehearsal) folder->manual_ = std::make_shared<runtime::ManualTime>(**rehearsal);
    if (!*rehearsal && !given.now.empty())
        return refuse(
            "no-rehearsal",
            "this is a live folder: its time is the clock's, so --now is refused; a folder made with "
            "`reeve init DIR --rehearsal T` takes it",
            "--now");
    auto engine = open_engine(given, change, create, folder->manual_);
    if (engine) {
        folder->engine_ = std::move(*engine);
        folder->catalog_ = &folder->engine_->catalog();
        folder->reader_ = folder->engine_->read();
        if (folder->manual_ && !store::is_rehearsal(given.data)) store::mark_rehearsal(given.data, true);
    } else if (change || (engine.error().code != "in-use" && engine.error().code != "not-writable" &&
                          !reads_on(purpose, engine.error()))) {
        return std::unexpected(engine.error());
    } else {
        folder->reading_ = engine.error();
        if (auto opened = folder->open_reader(); !opened) return std::unexpected(opened.error());
    }
    if (auto done = folder->catch_up(purpose); !done) return std::unexpected(done.error());
    return folder;
}

Result<void> Folder::open_reader() {
    auto reader = store::open_reader(given_.data);
    if (!reader) return std::unexpected(reader.error());
    reader_ = std::move(*reader);
    own_catalog_ = std::make_unique<store::Catalog>();
    own_catalog_->refresh(*reader_);
    catalog_ = own_catalog_.get();
    now_ = runtime::system_time()->now();
    auto directory = std::make_shared<org::Directory>();
    reader_->stream(store::org_stream, 1, [&](const store::JournalRow& row) {
        directory->apply(store::org_event(row));
        return true;
    });
    directory_ = directory;
    return {};
}

Result<void> Folder::catch_up(Purpose purpose) {
    const bool ask = purpose == Purpose::ask;
    now_ = manual_ ? manual_->now() : runtime::system_time()->now();
    if (!engine_) {
        if (given_.now.empty()) return {};
        auto to = parse_start(given_.now, "--now", calendar());
        if (!to) return std::unexpected(to.error());
        if (*to == now_) return {};
        return refuse(reading_.code,
                      reading_.message +
                          ". So it can only be read now, and what falls due until --now cannot "
                          "take effect; without --now it is shown as it stands at " +
                          when(now_, calendar()),
                      "--now");
    }
    const auto before = engine_->read()->head();
    if (!given_.now.empty()) {
        auto to = parse_start(given_.now, "--now", calendar());
        if (!to) return std::unexpected(to.error());
        if (*to < now_)
            return refuse(
                "time-runs-forward",
                "it is " + when(now_, calendar()) + " in this rehearsal already, and time does not run back",
                "--now");
        if (*to - now_ > far_ahead && !given_.far)
            return refuse(
                "far-ahead",
                fmt::format("that is {} ahead of {}, and time does not run back: is the year right? "
                            "If so, say --far too",
                            span_words((*to - now_).count()), when(now_, calendar())),
                "--now");
        now_ = *to;
    }
    if (manual_) {
        if (ask && !given_.now.empty() && now_ > manual_->now()) {
            asked_at_ = now_;
            if (auto ran = engine_->run_until(now_ - 1ms); !ran) return std::unexpected(ran.error());
        } else if (auto ran = engine_->run_until(now_); !ran && !reads_on(purpose, ran.error())) {
            return std::unexpected(ran.error());
        }
        if (!given_.now.empty()) write_rehearsal(given_.data, manual_->now());
    } else {
        if (given_.accept_clock) engine_->accept_clock();
        if (const auto alarm = engine_->health().clock_alarm; alarm && purpose == Purpose::read)
            fmt::print(stderr, "reeve: {}\n", *alarm);
        take_what_fell_due(*engine_, purpose);
        // Never before the last event, as what is decided is dated.
        now_ = std::max(engine_->now(), engine_->read()->head().at.value_or(engine_->now()));
    }
    directory_ = engine_->directory();
    if (reader_->head().seq == before.seq) return {};
    std::set<std::string> cases;
    std::size_t escalations = 0, expired = 0, opened = 0, other = 0;
    reader_->journal(before.seq + 1, [&](const store::JournalRow& row) {
        if (row.stream.starts_with('$')) return true;
        cases.insert(row.stream);
        const auto event = store::recorded(row).event;
        escalations += std::holds_alternative<core::EscalationFired>(event);
        expired += std::holds_alternative<core::ClockExpired>(event);
        opened += std::holds_alternative<core::CaseStarted>(event);
        other += std::holds_alternative<core::StageLeft>(event);
        return true;
    });
    std::string what;
    for (const auto& [count, words] :
         {std::pair{escalations, counted(escalations, "escalation", "escalations")},
          {expired, counted(expired, "clock expired", "clocks expired")},
          {opened, counted(opened, "case opened", "cases opened")},
          {other, counted(other, "stage left", "stages left")}})
        if (count > 0) what += (what.empty() ? ": " : ", ") + words;
    fmt::print(stderr, "reeve: since {} things fell due in {}{}\n",
               when(before.at.value_or(now_), calendar()), counted(cases.size(), "case", "cases"), what);
    return {};
}

Folder::~Folder() = default;

runtime::Engine& Folder::engine() {
    if (!engine_) throw std::logic_error("this command opened the folder for reading only");
    return *engine_;
}

Result<store::CaseFile> Folder::find(const std::string& case_id) {
    auto found = store::find(*reader_, *catalog_, case_id);
    if (found || found.error().code != "no-such-case") return found;
    if (const auto gone = reader_->archived(case_id)) return std::unexpected(store::archived_error(*gone));
    const auto ids = reader_->case_ids("", 10'000);
    return refuse(
        "no-such-case",
        "there is no case \"" + case_id + "\"" + did_you_mean(case_id, ids) + "; reeve case list shows them",
        "CASE");
}

time::CalendarPtr Folder::calendar(const std::string& case_id) {
    return views::calendar_of(sight(), case_id);
}

Result<time::Instant> Folder::instant(const std::string& text, const std::string& case_id) {
    auto zone = calendar(case_id);
    auto at = zone ? time::parse_instant(text, *zone) : time::parse_instant(text);
    if (!at && !zone)
        at.error().message += "; once a definition is deployed, times are read in the zone of its calendar";
    return at;
}

std::optional<Error> Folder::unknown_person(const std::string& id, const char* option) const {
    if (id.empty() || id == core::petitioner_actor || directory_->person(id)) return std::nullopt;
    std::vector<std::string> ids;
    for (const auto* one : directory_->people()) ids.push_back(one->id);
    return Error{
        "unknown-person",
        "there is no person \"" + id + "\"" + did_you_mean(id, ids) + "; reeve org show --people lists them",
        option};
}

std::optional<Error> Folder::unknown_definition(const std::string& id, const char* option) const {
    if (id.empty() || catalog_->newest(id) > 0) return std::nullopt;
    return Error{"unknown-definition",
                 "there is no definition \"" + id + "\"" + did_you_mean(id, catalog_->ids()) +
                     "; reeve definition list shows them",
                 option};
}

Result<std::string> Folder::actor() const {
    if (given_.actor.empty())
        wrong_use("--as", "say who does this: --as PERSON, or set REEVE_AS; nothing changes without a name");
    const auto people = directory_->people();
    const auto* person = directory_->person(given_.actor);
    if (people.empty() || given_.actor == core::petitioner_actor || (person && person->active))
        return given_.actor;
    if (person) return refuse("person-left", given_.actor + " has left and cannot act", "--as");
    return std::unexpected(*unknown_person(given_.actor, "--as"));
}

Result<runtime::Receipt> Folder::ask(const std::string& case_id, core::Wish wish) {
    auto who = actor();
    if (!who) return std::unexpected(who.error());
    core::Command command{.key = given_.key, .actor = *who, .case_id = case_id, .expect = given_.expect};
    if (!given_.occurred.empty()) {
        auto at = instant(given_.occurred, case_id);
        if (!at) return refuse(at.error().code, at.error().message, "--occurred");
        command.occurred = *at;
    }
    // A case that does not exist is said with a did-you-mean, not by the engine.
    if (!std::holds_alternative<core::StartCase>(wish) && !reader_->find_case(case_id))
        return std::unexpected(find(case_id).error());
    command.wish = std::move(wish);
    // At one instant people come before timers: what falls due at --now itself takes effect behind the
    // command.
    if (!asked_at_) return engine().ask(std::move(command));
    auto receipt = engine().ask_at(std::move(command), *asked_at_);
    write_rehearsal(given_.data, *asked_at_);
    return receipt;
}

views::Sight Folder::sight() { return {*reader_, *catalog_, directory_, now_}; }

Wording Folder::wording(const std::string& case_id) {
    if (!case_id.empty())
        if (auto file = store::find(*reader_, *catalog_, case_id)) return views::wording_of(sight(), *file);
    return views::wording_of(sight());
}

Result<std::vector<std::string>> Folder::below(const std::string& unit, const char* option) const {
    std::vector<std::string> ids, all;
    if (unit.empty()) return ids;
    for (const auto* one : directory_->units()) {
        all.push_back(one->id);
        if (directory_->within(one->id, unit)) ids.push_back(one->id);
    }
    if (!directory_->unit(unit))
        return refuse(
            "unknown-unit",
            "there is no unit \"" + unit + "\"" + did_you_mean(unit, all) + "; reeve org show lists them",
            option);
    return ids;
}

}  // namespace reeve::cli
