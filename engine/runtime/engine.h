// The front door of engine/runtime: the engine on a data folder.
//
// One writer thread takes commands and due timers in batches, decides them against cached case states and
// hands each batch to the commit thread as one transaction; while batch k is being synced, k+1 is decided. A
// command is answered when it is durable (law 1). Every member may be called from any thread; the blocking
// ones not from a coroutine's thread. Refusals come as values; when a commit fails, everything decided on top
// of it is refused with "not-durable" ("disk-full" when there was no room), and the caller may try again with
// the same key.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>

#include "engine/core/foresee.h"
#include "engine/runtime/histogram.h"
#include "engine/runtime/time_source.h"
#include "engine/store/catalog.h"
#include "engine/store/store.h"

namespace reeve::runtime {

struct Options {
    std::filesystem::path folder;  // empty: a scratch folder, taken away at the end
    bool create = false;
    std::shared_ptr<TimeSource> time = {};  // none: the system's
    std::size_t batch = 512;                // commands a transaction, at most
    std::size_t herd = 256;                 // due timers a transaction, at most: commands wait for no more
    // States kept in memory, at most; 0: as many as fill a tenth of the machine's memory.
    std::size_t cached_cases = 0;
    std::size_t archive_lot = 200;     // cases that leave for an archive in a transaction: commands wait
    std::size_t near_timers = 20'000;  // pending timers kept in memory, at most; the rest lie in the store
    // The wall clock may run ahead of the steady one by this between two looks; more is an alarm. The steady
    // one runs on while the machine sleeps, so that no sleep looks like a jump; and a time server corrects
    // by far less.
    Millis greatest_jump{2 * 60 * 1000};
    // It may be set back by this, and forward again; meanwhile the last event's moment is used. More is the
    // same alarm.
    Millis greatest_setback{2 * 3600 * 1000};
    // On opening, the wall clock may lie behind the journal's last moment by this (until it is past that
    // moment, the moment is used), and ahead of it by that; else it is the same alarm.
    Millis longest_setback{24 * 3600 * 1000};
    Millis longest_silence{30 * std::int64_t{24} * 3600 * 1000};
    // Wraps the store; for tests that let it fail.
    std::function<std::unique_ptr<store::Store>(std::unique_ptr<store::Store>)> wrap = {};
};

// The answer to a command: it is durable.
struct Receipt {
    std::string case_id;
    std::uint64_t revision = 0;
    std::uint64_t first_seq = 0, last_seq = 0;  // 0 when nothing happened
    std::vector<core::Recorded> events;         // empty when repeated
    bool repeated = false;                      // the same key had been answered before
    model::ProgramPtr program = {};             // the case's; null: of no case, or answered long before
};

struct Deployed {
    std::string id;
    int version = 0;
    bool unchanged = false;  // the newest version is this text with this calendar already
    Errors warnings;
};

struct CaseChange {  // what one of many commands does to a case
    std::string case_id;
    std::vector<std::string> changes;  // in words; a command that has none says its events
    std::optional<Error> refused;
    std::vector<core::MovedClock> clocks = {};  // whose due date it moves; of a dry run, and of a migration
    std::vector<core::Event> events = {};
};
// One command of many, before it is asked for.
struct Planned {
    std::string case_id;
    core::Wish wish;
    std::string what, to;  // in words: "owner: ada", and who or what gets it; empty: its events say it
};
struct MigrateAll {
    std::string definition;
    int version = 0;                            // to; 0: the newest
    std::map<std::string, std::string> stages;  // old name -> new name
    std::string reason;
    std::string case_id;  // only this one; empty: every open case
    bool dry_run = true;
};
struct Reassign {  // everything a person has goes to another
    std::string from, to;
    std::string unit;  // only in this unit and below; empty: everywhere
    std::string reason;
    bool dry_run = false;
};
struct TransferAll {  // every open case that a unit has goes to another
    std::string from, to;
    std::string definition;  // only of this kind
    std::string reason;
    bool dry_run = false;
};

struct ChangeCalendar {
    std::string name, calendar;  // what definitions call it, and its text
    std::string reason;
    bool dry_run = true;
    std::string expect = {};  // only if that canonical text is the newest of the name still
};
// Asked between some cases and the next; true: the rest is left, and refused with the code "stopping".
using LeaveOff = std::function<bool()>;

struct Health {
    Millis timer_late{0};                    // how long the earliest pending timer has been due
    std::optional<std::string> clock_alarm;  // the wall clock jumped: commands are refused until it is back
    Millis clock_behind{0};  // how far it lies before the last event: until it is there no clock moves on
    // Why nothing can be written: "disk-full", "damaged" or "not-durable". Commands are refused with it; it
    // is tried again each second, and goes on by itself.
    std::optional<Error> storage;
    std::uint64_t failed_commits = 0;
    std::size_t waiting = 0;       // commands in the queue
    std::size_t stuck_timers = 0;  // that were due and took no effect
    // Since the engine was opened: of every timer that took effect, and of every commit.
    Lateness lateness;
    CommitTime commit_time;
    BatchSize batch_size;
};

struct ArchiveClosed {
    std::filesystem::path file;
    Instant before;
    std::string reason;
    bool dry_run = false;
    bool with_undelivered = false;  // also cases of which an alert waits or was not delivered
};
struct Archived {
    std::uint64_t cases = 0, events = 0;  // that left; of a dry run, would leave (without their events)
    std::uint64_t before_this_run = 0;    // cases of the file that had left already
    std::uint64_t changed = 0;            // cases of the file that have changed since and stay
    std::uint64_t documents = 0;          // removed, as nothing in the folder names them any more
    std::uint64_t documents_later = 0;    // that stay for now, as somebody sent them within a day
    std::string sha256;                   // of the file; empty: there was nothing to archive
    std::map<std::string, std::uint64_t> staying;  // why others that closed before stay
};

class Engine {
  public:
    static Result<std::unique_ptr<Engine>> open(Options);
    ~Engine();  // a clean stop: what was taken is committed and answered
    Engine(const Engine&) = delete;

    // A StartCase without a case_id gets one: DEFINITION-N. Command::at is set here. On ask(), the calling
    // thread waits.
    // Give submit() a named command: GCC 12 destroys a braced temporary inside a co_await twice.
    boost::asio::awaitable<Result<Receipt>> submit(core::Command);
    // The case as it stands once it has ended (closed or cancelled), however long that takes. code
    // "no-such-case".
    boost::asio::awaitable<Result<core::CaseState>> finished(std::string case_id);
    Result<Receipt> ask(core::Command);
    void post(core::Command,
              std::function<void(Result<Receipt>)> done);  // done: on the commit or the writer thread

    // ManualTime only: plays virtual time up to `until`. At each pending moment the time is set to it and
    // what is due takes effect; returns when all of it is durable. How many ticks were played.
    Result<std::uint64_t> run_until(Instant until);
    // The same up to `at`, but what falls due at that very moment comes behind the command: an act at the due
    // instant is in time.
    Result<Receipt> ask_at(core::Command, Instant at);

    Result<Receipt> change(std::vector<org::Event>, const std::string& actor);
    // `calendar` is canonical text (time::canonical_text); empty: the newest known by the name the definition
    // uses. `expect`: only if that version is the newest still; code "changed-meanwhile".
    std::expected<Deployed, Errors> deploy(const std::string& text, const std::string& name,
                                           const std::string& calendar, const std::string& actor,
                                           std::optional<int> expect = {});
    // The same check without deploying.
    std::expected<model::Compiled, Errors> compile(const std::string& text, const std::string& name,
                                                   const std::string& calendar) const;
    // Every definition that uses the calendar gets a new version with it, all of them in one commit, and its
    // open cases are migrated. Asked again it moves those that were left. A dry run says what would change.
    // Codes "changed-meanwhile", "calendar-too-short", and those of a calendar and a definition. Whether it
    // ends within the year is told by time::check_coverage.
    std::expected<std::vector<CaseChange>, Errors> change_calendar(const ChangeCalendar&,
                                                                   const std::string& actor,
                                                                   const LeaveOff& = {});

    // Many cases at once: what it would come to, case by case, and then each asked for by itself.
    Result<std::vector<Planned>> plan(const MigrateAll&) const;
    Result<std::vector<Planned>> plan(const Reassign&) const;
    Result<std::vector<Planned>> plan(const TransferAll&) const;
    // Those of one case stand together in what comes back. `key`: each command gets one made from it, so that
    // the same plan, carried out again, does nothing again.
    std::vector<CaseChange> carry_out(std::vector<Planned>, const std::string& actor, const std::string& key,
                                      bool dry_run, const LeaveOff& = {});
    Result<std::vector<CaseChange>> migrate(const MigrateAll&, const std::string& actor);
    Result<std::vector<CaseChange>> reassign(const Reassign&, const std::string& actor);
    Result<std::vector<CaseChange>> transfer(const TransferAll&, const std::string& actor);
    // Cases that closed before a moment leave for a file (store/archive.h), some at a time; commands go on
    // between. Run again after a kill it finishes what it began.
    Result<Archived> archive(const ArchiveClosed&, const std::string& actor);
    Result<core::Document> attach(const std::filesystem::path& file, const std::string& kind);
    // How far alerts got, as whoever delivers them says; durable when it returns. No event.
    Result<void> record_deliveries(std::vector<store::OutboxDelivery>);
    // Alerts that are on the undelivered list, or wait, are tried at once, as if for the first time. Codes
    // "unknown-alert", "alert-sent".
    Result<void> resend(const std::vector<std::string>& alerts);
    // Somebody told the person by other means: by letter, at the desk. The alert leaves the undelivered list
    // as sent, with who said so; the case keeps that as a note. Said again it changes nothing. Codes
    // "unknown-alert", "alert-sent", "missing-reason", and those of a note.
    Result<void> told_otherwise(const std::string& alert, const std::string& how, const std::string& actor);

    // `told` is called after each commit, when what it wrote is durable and answered, for as long as what
    // comes back here lives; letting go of it waits for a call that is under way. On the commit thread, which
    // waits for it: it only says that there is something to read, elsewhere, and neither waits, nor throws,
    // nor asks the engine for anything. A commit whose outcome was unknown is not told; the next one is: who
    // must miss nothing looks from time to time, too. Must not outlive the engine.
    [[nodiscard]] std::shared_ptr<void> on_commit(std::function<void()> told);

    // Reading: what is durable.
    std::unique_ptr<store::Reader> read() const;  // belongs to one thread
    Result<store::CaseFile> find(const std::string& case_id) const;
    std::shared_ptr<const org::Directory> directory() const;
    const store::Catalog& catalog() const;
    Instant now() const;
    const std::filesystem::path& folder() const;
    Health health() const;
    void accept_clock();  // a person says that the wall clock is right after all; waits until it is taken

  private:
    Engine();
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace reeve::runtime
