// A data folder as one command uses it: opened with an engine when nobody else has it, for reading only when
// another reeve does. Opening it first lets take effect what fell due meanwhile, and says so on standard
// error in one line. Used by one thread.
//
// A rehearsal is a folder whose time is given (--now) instead of read from the clock: FOLDER/rehearsal.json
// holds what time it is there, and a mark in the database says that it is one. It stands still between
// commands.
#pragma once

#include "engine/cli/cli.h"
#include "engine/cli/help.h"
#include "engine/cli/table.h"
#include "engine/org/org.h"
#include "engine/runtime/engine.h"
#include "engine/views/views.h"

namespace reeve::cli {

using views::counted;
using views::span_words;
using views::time_left;
using views::when;
using views::when_json;
using views::Wording;
using views::words;

// What every command on a folder may be given.
struct Given {
    std::string data, now;
    double wait = 3;  // seconds that a change waits for another reeve to end
    // For a change only.
    std::string actor, reason, occurred, key;
    bool accept_clock = false;
    bool far = false;  // --now may lie years ahead
    std::optional<std::uint64_t> expect;
};

// What a folder is opened for. `ask`: one command to one case, which at --now comes before what falls due
// then.
enum class Purpose { read, change, ask, create };

class Folder {
  public:
    // Refuses "in-use" when another reeve holds the folder, unless it is only to be read.
    static Result<std::unique_ptr<Folder>> open(const Given&, Purpose);
    ~Folder();

    runtime::Engine& engine();  // only when opened for a change
    store::Reader& reader() { return *reader_; }
    const store::Catalog& catalog() const { return *catalog_; }
    const org::Directory& directory() const { return *directory_; }
    views::Sight sight();
    std::shared_ptr<const org::Directory> people() const { return directory_; }
    time::Instant now() const { return now_; }
    const Given& given() const { return given_; }
    std::filesystem::path path() const { return given_.data; }
    bool rehearsal() const { return manual_ != nullptr; }
    std::shared_ptr<runtime::ManualTime> manual() { return manual_; }

    Result<store::CaseFile> find(const std::string& case_id);  // with a did-you-mean
    // The calendar that times of a case, or of the folder, are read and shown in.
    time::CalendarPtr calendar(const std::string& case_id = {});
    Result<time::Instant> instant(const std::string& text, const std::string& case_id = {});

    // Who acts: a person of the directory (while it holds nobody, any name). Throws wrong use when no name
    // was given.
    Result<std::string> actor() const;
    Result<runtime::Receipt> ask(const std::string& case_id, core::Wish);
    // Whether there is such a person, or definition; an empty name is none and known.
    std::optional<Error> unknown_person(const std::string& id, const char* option) const;
    std::optional<Error> unknown_definition(const std::string& id, const char* option) const;
    // Persons called by name: "Li Na (li-na)".
    Wording wording(const std::string& case_id = {});
    // The units at or below `unit`; empty for an empty name.
    // `option` is what the name was given with.
    Result<std::vector<std::string>> below(const std::string& unit, const char* option = "--unit") const;

  private:
    Folder() = default;
    Result<void> catch_up(Purpose);
    Result<void> open_reader();  // without an engine

    Given given_;
    std::shared_ptr<runtime::ManualTime> manual_;
    std::unique_ptr<runtime::Engine> engine_;
    std::unique_ptr<store::Reader> reader_;
    std::unique_ptr<store::Catalog> own_catalog_;  // when another reeve has the folder
    const store::Catalog* catalog_ = nullptr;
    std::shared_ptr<const org::Directory> directory_;
    Error reading_;  // why it was opened for reading only
    time::Instant now_;
    std::optional<time::Instant> asked_at_;
};

// Keeps what time it is in a rehearsal.
void write_rehearsal(const std::filesystem::path& folder, time::Instant now);
// What time it is in a rehearsal, never before the last event: a command may have been killed before it was
// kept. Nothing: the folder is live.
Result<std::optional<time::Instant>> read_rehearsal(const std::filesystem::path& folder);
// The file in a folder whose sample season has not been played to its end.
inline constexpr const char* sample_mark = "sample-unfinished";
// Why no data folder can be made there: "other-data" when other files lie in it, "no-folder", "not-writable".
std::optional<Error> place_refuses(const std::filesystem::path& folder);
// Why `actor` cannot be who brings a first organisation: it has no such person ("unknown-person").
std::optional<Error> brings(const std::vector<org::Event>& events, const std::string& actor);
// A time that a folder can begin at: code "bad-time" outside the years that clocks are counted in.
Result<time::Instant> parse_start(const std::string& text, const char* option,
                                  const time::CalendarPtr& zone = nullptr);

// Adds --data, --now and, for a change, --as and what else a change may carry; `body` gets the open folder.
using GivenPtr = std::shared_ptr<Given>;
GivenPtr reads(Cli&, CLI::App* command, std::function<int(Folder&)> body);
GivenPtr changes(Cli&, CLI::App* command, std::function<int(Folder&)> body, Purpose = Purpose::change);
// A change of one case: `wish` makes the command, its receipt is printed.
GivenPtr asks(Cli&, CLI::App* command, std::shared_ptr<std::string> case_id,
              std::function<Result<core::Wish>(Folder&)> wish);
void add_folder_options(CLI::App* command, const GivenPtr& given);
inline constexpr const char* needed_reason = "Why; kept in the history (needed)";
void add_reason(CLI::App* command, const GivenPtr& given,
                const std::string& about = "Why; kept in the history");

// What a change led to, in words or as JSON; with the receipt code of a case that it started.
int print_receipt(const Cli&, Folder&, const Result<runtime::Receipt>&, const std::string& receipt_code = {});

// "CASE/t3" as the case and what is in it: a needed argument, wrong use when there is no slash.
struct Reference {
    std::string case_id, id;
};
std::shared_ptr<Reference> add_reference(CLI::App* command, const char* what, const std::string& about);
// The case of it, once it was given.
inline std::shared_ptr<std::string> case_in(const std::shared_ptr<Reference>& reference) {
    return {reference, &reference->case_id};
}
[[noreturn]] void wrong_use(const std::string& option, const std::string& message);

// Prints rows as a table, or as a JSON array.
void print_rows(const Cli&, const std::vector<Column>&, const Json& rows, const std::string& none);
void print_json(const Json&);
// Progress of long work, on standard error when that is a terminal.
std::function<void(std::uint64_t, std::uint64_t)> progress(std::string what);

}  // namespace reeve::cli
