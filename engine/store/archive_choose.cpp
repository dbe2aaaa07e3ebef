// Which cases may leave: nothing that is not over, and nothing that another case still leans on.
#include <unordered_map>

#include "engine/store/archive.h"
#include "engine/store/derive.h"

namespace reeve::store {
namespace {

struct Candidate {
    std::size_t family = 0;  // the index of another of its family, or its own
    bool old = false;        // it closed before
    const char* stays = nullptr;
};

class Choosing {
  public:
    Choosing(Reader& reader, const Catalog& catalog, const Choice& choice)
        : reader_(reader), catalog_(catalog), choice_(choice) {}

    Closed choose() {
        read_cases();
        read_links();
        hold_what_is_pending();
        if (!choice_.with_undelivered) hold_what_was_not_told();
        hold_marks();
        return families();
    }

  private:
    std::size_t root(std::size_t i) {
        while (all_[i].family != i) i = all_[i].family = all_[all_[i].family].family;
        return i;
    }
    void join(const std::string& a, const std::string& b) {
        const auto first = index_.find(a), second = index_.find(b);
        if (first == index_.end() || second == index_.end()) return;  // one was archived before
        all_[root(first->second)].family = root(second->second);
    }
    void hold(const std::string& id, const char* why) {
        if (const auto it = index_.find(id); it != index_.end() && !all_[it->second].stays)
            all_[it->second].stays = why;
    }

    // The rule of today holds, not that of the day on which the case began.
    bool kept(const CaseRow& row) const {
        const auto program = catalog_.program(row.definition, catalog_.newest(row.definition));
        return program->keep && choice_.now < time::due(*program->calendar, *row.ended, *program->keep).at;
    }
    // A right that its own version gave; of one that has no end nothing can be waited for.
    bool may_be_reopened(const CaseRow& row) const {
        const auto program = catalog_.program(row.definition, row.version);
        return program->reopen_within &&
               choice_.now <= time::due(*program->calendar, *row.ended, *program->reopen_within).at;
    }

    void read_cases() {
        constexpr std::size_t page = 4096;
        std::vector<std::pair<std::string, std::string>> parents;
        for (CaseFilter filter{.limit = page};;) {
            const auto rows = reader_.cases(filter);
            for (const auto& row : rows) {
                index_.emplace(row.id, all_.size());
                ids_.push_back(row.id);
                Candidate one{.family = all_.size(), .old = row.ended && *row.ended < choice_.before};
                if (row.status == "open")
                    one = {.family = all_.size(), .stays = "it is open"};
                else if (!one.old)
                    one.stays = "it closed later";
                else if (kept(row))
                    one.stays = "its definition keeps it longer";
                else if (may_be_reopened(row))
                    one.stays = "it may still be reopened";
                all_.push_back(one);
                if (!row.parent.empty()) parents.emplace_back(row.id, row.parent);
            }
            if (rows.size() < page) break;
            filter.after = rows.back().id;
        }
        for (const auto& [child, parent] : parents) join(child, parent);
    }
    void read_links() {
        for (const auto& link : reader_.links({})) join(link.case_id, link.other);
    }
    void hold_what_is_pending() {
        for (const auto& task : reader_.tasks({})) hold(task.case_id, "a task of it is open");
        constexpr std::size_t page = 4096;
        for (TimerRow after{Instant::min(), {}};;) {
            const auto rows = reader_.timers(after, page);
            for (const auto& row : rows) hold(row.id, "a timer of it is pending");
            if (rows.size() < page) break;
            after = rows.back();
        }
    }
    void hold_what_was_not_told() {
        for (const char* status : {"pending", "undelivered"})
            for (const auto& row : reader_.outbox({.status = status}))
                if (row.person != core::petitioner_actor)
                    hold(row.case_id, "an alert of it is not delivered");
    }
    // What a pattern may still count stays: its answer must not change.
    void hold_marks() {
        for (const auto& mark : reader_.marks())
            if (still_counts(mark, choice_.now)) hold(mark.case_id, "a pattern may still count it");
    }
    bool still_counts(const MarkRow& mark, Instant now) const {
        const auto definition = mark.pattern.substr(0, mark.pattern.find('/'));
        const auto prefix = prefix_of(mark);
        // The longest window that any version gave it.
        for (int version = catalog_.newest(definition); version > 0; --version) {
            const auto program = catalog_.program(definition, version);
            for (const auto& pattern : program->patterns)
                if (mark_prefix(definition, pattern.name) == prefix &&
                    mark.at >= oldest_mark(*program, pattern, now))
                    return true;
        }
        return false;
    }

    Closed families() {
        std::map<std::size_t, std::vector<std::size_t>> members;
        for (std::size_t i = 0; i < all_.size(); ++i) members[root(i)].push_back(i);
        Closed closed;
        for (const auto& [of, cases] : members) {
            const char* why = nullptr;
            for (const auto i : cases)
                if (!why) why = all_[i].stays;
            if (!why) {
                auto& family = closed.families.emplace_back();
                for (const auto i : cases) family.push_back(ids_[i]);
                closed.cases += cases.size();
                continue;
            }
            for (const auto i : cases)
                if (all_[i].old)
                    ++closed.staying[all_[i].stays ? all_[i].stays
                                                   : std::string("of a case that belongs to it: ") + why];
        }
        return closed;
    }

    Reader& reader_;
    const Catalog& catalog_;
    const Choice choice_;
    std::unordered_map<std::string, std::size_t> index_;
    std::vector<std::string> ids_;
    std::vector<Candidate> all_;
};

}  // namespace

std::set<std::string> leaned_on_since(Reader& reader, std::uint64_t seq) {
    std::set<std::string> touched, cases;
    reader.journal(seq + 1, [&](const JournalRow& row) {
        if (!row.stream.starts_with('$')) touched.insert(row.stream);
        return true;
    });
    for (const auto& id : touched) {
        cases.insert(id);
        if (const auto row = reader.find_case(id); row && !row->parent.empty()) cases.insert(row->parent);
        for (const auto& link : reader.links(id)) cases.insert(link.other);
    }
    return cases;
}

Closed closed_before(Reader& reader, const Catalog& catalog, const Choice& choice) {
    return Choosing(reader, catalog, choice).choose();
}

}  // namespace reeve::store
