// The front door of engine/store: the journal and the rows derived from it, behind one interface.
//
// A Store belongs to one writer at a time (one engine a folder, held by a lock); commit() may be called from
// any one thread. Readers are independent of the writer and of each other: each belongs to one thread and
// sees what was committed when the query began. Failing machinery (disk, database) throws.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>

#include "engine/store/rows.h"

namespace reeve::store {

// Streams of the journal that belong to no case.
inline const std::string org_stream = "$org", definitions_stream = "$definitions", duties_stream = "$duties",
                         archive_stream = "$archive";

// One event as it is kept. `body` is its canonical JSON on one line; nothing ever changes it. The events of
// one command follow one another in one stream and share `at`, `occurred` and `actor`.
struct JournalRow {
    std::uint64_t seq = 0;  // from 1; a gap only where archived cases were
    std::string stream;     // a case's id, or one of the streams above
    std::uint64_t revision = 0;
    Instant at;
    std::optional<Instant> occurred;
    std::string actor;
    std::string body;
    std::string key;       // the command's idempotency key, on its first event only
    int events = 0;        // how many events that command gave, on its first event only
    bool damaged = false;  // read back otherwise than written: its digest says so
    bool operator==(const JournalRow&) const = default;
};
// Both throw, naming the event, when it is damaged, no JSON, or not understood.
core::Recorded recorded(const JournalRow&);  // of a case
org::Event org_event(const JournalRow&);     // of the organisation's stream
Json parsed(const JournalRow&);

// What a command led to: revision is that of its last event.
struct Receipt {
    std::string case_id;
    std::uint64_t revision = 0, first_seq = 0, last_seq = 0;
};

// One transaction: everything in it or nothing.
struct Batch {
    struct Change {
        std::shared_ptr<const CaseView> before;  // null for a new case
        std::shared_ptr<const CaseView> after;
    };
    std::vector<JournalRow> journal;
    std::vector<Change> cases;
    std::vector<OutboxRow> outbox;
    std::vector<OutboxDelivery> deliveries;  // of alerts that are there; of one that left nothing is kept
    std::vector<LoadRow> loads;              // replace what was
    std::vector<MarkRow> marks, marks_used;
    std::vector<TimerRow> duties;  // replace what stood under the same id; at = Instant::max() takes it away
    // Cases that leave: each with its row in `archived`, which alone lets the journal go.
    std::vector<ArchivedRow> archived;
    std::vector<ArchivedKeyRow> archived_keys;
    std::vector<std::string> removed;
    std::map<std::string, std::int64_t> started;  // cases that were started, beside the new ones above
};

struct CaseFilter {
    std::vector<std::string> units;  // any of them; empty: all
    std::string definition, status, owner, light, parent;
    std::optional<Instant> overdue_at;  // open cases with a clock due before this
    std::string after;                  // the page begins behind this case id
    std::size_t limit = 0;              // 0: all
};
struct TaskFilter {
    std::string person, case_id;
    std::vector<std::string> units;
    bool open_only = true;
    std::size_t limit = 0;
};
struct JobFilter {
    std::vector<std::string> handlers, units;  // any of them; empty: all
    std::string case_id, status;
    std::size_t limit = 0;
};
struct RequestFilter {
    std::string case_id;
    std::vector<std::string> units;  // any of them; empty: all
    std::size_t limit = 0;
};
struct EscalationFilter {
    std::string case_id, told;
    std::vector<std::string> units;
    std::optional<Instant> from, to;  // by the time they fired
    std::optional<bool> acknowledged;
    std::size_t limit = 0;
};
struct OutboxFilter {
    std::string id, person, case_id, status;
    std::optional<Instant> due;  // pending, and may be tried at this moment; in the order of that
    std::size_t limit = 0;
};
struct Head {
    std::uint64_t seq = 0;  // the last number of the journal
    std::optional<Instant> at;
};
struct Totals {
    std::uint64_t events = 0;
    std::uint64_t cases = 0, open = 0, timers = 0, undelivered = 0, pending_alerts = 0;
};

// What the office has before it: open cases by their light, and alerts on their way.
struct Waiting {
    struct Cases {
        std::uint64_t open = 0, overdue = 0;  // overdue: of the open ones, with a clock due before the moment
    };
    std::map<std::string, Cases> lights;
    std::uint64_t pending_alerts = 0, undelivered = 0;
    std::optional<Instant> oldest_pending;  // when the alert that waits longest was written
};

// What an archive file says of itself: it holds these cases whole, and no others.
struct ArchiveStamp {
    Instant before;  // its cases closed before this
    std::uint64_t cases = 0;
    std::string journal;  // fingerprint
};

class Reader {
  public:
    virtual ~Reader() = default;
    virtual Head head() = 0;
    virtual Totals totals() = 0;              // counts: not cheap on a great folder
    virtual Waiting waiting(Instant at) = 0;  // walks the open cases and the alerts that are not sent
    // The journal: one stream from a revision on, or all of it from a number on; in order; until `each` says
    // false.
    virtual void stream(const std::string& stream, std::uint64_t from_revision,
                        const std::function<bool(const JournalRow&)>& each) = 0;
    virtual std::uint64_t revision(const std::string& stream) = 0;  // of its last event; 0: there is none
    virtual void journal(std::uint64_t from_seq, const std::function<bool(const JournalRow&)>& each) = 0;
    virtual std::vector<std::string> case_ids(const std::string& after,
                                              std::size_t limit) = 0;  // in the journal
    virtual std::optional<Receipt> receipt(const std::string& key) = 0;
    virtual std::uint64_t cases_of(const std::string& definition) = 0;  // ever started

    virtual std::optional<ArchivedRow> archived(const std::string& case_id) = 0;
    virtual std::optional<std::string> archived_key(const std::string& key) = 0;  // of which case
    virtual std::optional<ArchiveStamp> stamp() = 0;                              // none: this is no archive

    // For upkeep. A snapshot: what `body` reads through this reader is of one moment.
    virtual void snapshot(const std::function<void()>& body) = 0;
    virtual std::vector<std::string> integrity() = 0;  // what is wrong with the file itself, and where
    virtual std::uint64_t rows() = 0;                  // how many rows all the derived tables hold together
    // Every derived row, in order, as a line of text; without the delivery of alerts.
    virtual void dump(const std::function<void(const std::string& line)>& each) = 0;
    // Equal where the dumps are: the sum of a 128-bit digest of every row, in whatever order they lie.
    virtual std::string fingerprint() = 0;

    virtual std::optional<CaseRow> find_case(const std::string& id) = 0;
    virtual std::vector<CaseRow> cases(const CaseFilter&) = 0;  // by id
    virtual std::vector<TaskRow> tasks(const TaskFilter&) = 0;  // by due, then since
    virtual std::vector<JobRow> jobs(const JobFilter&) = 0;     // those that have waited longest first
    virtual std::vector<RequestRow> requests(
        const RequestFilter&) = 0;  // those that have waited longest first
    virtual std::vector<ClockRow> clocks(const std::string& case_id) = 0;
    virtual std::vector<ClockRow> overdue(Instant at) = 0;  // running clocks past their due, the latest first
    virtual std::vector<EscalationRow> escalations(const EscalationFilter&) = 0;  // by time fired
    virtual std::vector<LinkRow> links(const std::string& case_id) = 0;
    virtual std::vector<OutboxRow> outbox(const OutboxFilter&) = 0;  // by time written
    // When the first alert that has to wait may be tried; none: no alert waits for a moment.
    virtual std::optional<Instant> next_delivery() = 0;
    virtual std::vector<LoadRow> loads() = 0;
    virtual std::vector<MarkRow> marks() = 0;
    virtual std::vector<TimerRow> timers(const TimerRow& after, std::size_t limit) = 0;  // in order
};

// There is no room on the disk, or a quota or a limit of the process says so.
class NoRoom : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// FOLDER/access.db is not what was written to it. It has a way out of its own: no journal makes it again.
class AccessDamaged : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// A database has no byte left, and its log has: SQLite would take that away, and here it is all there is.
class Emptied : public std::runtime_error {
  public:
    explicit Emptied(std::filesystem::path path)
        : std::runtime_error(path.string() + " was emptied, its log was not"), file(std::move(path)) {}
    const std::filesystem::path file;
};
void expect_not_emptied(const std::filesystem::path& file);  // throws it; ask before anything opens the file

// What failing machinery threw, for people: "disk-full", "damaged", else "failed".
Error trouble(const std::exception&);
// Whether it says that what lies on the disk is not what was written; else it could not be read this time.
bool is_damage(const std::exception&);

class Store {
  public:
    virtual ~Store() = default;
    // Durable when it returns; when it throws, nothing of the batch is there, or (an unknown outcome) all of
    // it: read before writing again. Throws NoRoom when the disk is full.
    virtual void commit(const Batch&) = 0;
    // Whether anything can be written: writes and syncs what changes nothing, and throws as commit() does.
    virtual void probe() {}
    // Throws when the files it works on do not lie in their place any more, or were cut off, as commit()
    // does. Never while another thread commits.
    virtual void check_files() {}
    virtual std::unique_ptr<Reader> read() = 0;
    // After a failed commit: opens the database anew.
    virtual void reopen() = 0;
    // Takes every derived row away and lets `fill` write them again, all in one transaction. What is known of
    // the delivery of an alert is kept.
    using Write = std::function<void(const Batch&)>;
    virtual void replace_rows(const std::function<void(const Write&)>& fill) = 0;
};

// A data folder: FOLDER/reeve.db, FOLDER/lock, FOLDER/attachments/. Creates it when `create`. Refusals:
// "no-folder", "in-use" (another engine has it), "newer-schema", "not-writable".
struct OpenOptions {
    bool create = false;
    bool durable = true;  // false: no syncing, for scratch folders that live as long as the process
    bool mend = false;    // makes tables that are gone anew, empty, and every index
};
Result<std::unique_ptr<Store>> open(const std::filesystem::path& folder, const OpenOptions&);
// To read a folder whether or not an engine has it, and whether or not it may be written.
Result<std::unique_ptr<Reader>> open_reader(const std::filesystem::path& folder);

// Whether the folder is a rehearsal, whose time is given and not the clock's. The mark lies in the database,
// so that no copy and no backup loses it.
bool is_rehearsal(const std::filesystem::path& folder_or_backup);

// What a restore or a rebuild was killed in once there was no way back is brought to its end; every opening
// does so, and whoever reads a file of the folder before it is opened does it first.
void finish_left(const std::filesystem::path& folder);
void mark_rehearsal(const std::filesystem::path& folder, bool rehearsal);

// Attachments are content-addressed files. The document comes back with its SHA-256 and size; the file is
// synced before it does. codes "no-such-file", "too-large".
Result<core::Document> attach(const std::filesystem::path& folder, const std::filesystem::path& file,
                              std::string kind);
Result<core::Document> attach_bytes(const std::filesystem::path& folder, std::string_view bytes,
                                    std::string name, std::string kind);
inline constexpr std::uint64_t greatest_attachment = 512 << 20;  // bytes; a backup keeps each in one row

// One attachment as its bytes arrive. Without finish() nothing is left of it.
class Attaching {
  public:
    explicit Attaching(const std::filesystem::path& folder);
    ~Attaching();
    void add(std::string_view bytes);
    core::Document finish(std::string name, std::string kind);  // synced; ends it

  private:
    struct State;
    std::unique_ptr<State> state_;
};
std::filesystem::path attachment_path(const std::filesystem::path& folder, const std::string& sha256);

}  // namespace reeve::store
