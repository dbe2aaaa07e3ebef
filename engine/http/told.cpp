#include "engine/http/told.h"

#include <fmt/format.h>

#include <map>

namespace reeve::http {

namespace {

// A stretch takes a thread of the pool for some milliseconds, whatever there is.
constexpr std::size_t most_told = 256, most_read = 4096;

// What is said of every event of a case alike.
struct Of {
    std::optional<store::CaseRow> row;  // none: it is not here any more
    time::CalendarPtr calendar;
    std::shared_ptr<const std::set<std::string>> theirs;
};

Of case_of(const views::Sight& sight, const std::string& id) {
    Of of{.row = sight.reader.find_case(id), .calendar = nullptr, .theirs = nullptr};
    if (!of.row) return of;
    if (const auto program = sight.catalog.program(of.row->definition, of.row->version))
        of.calendar = program->calendar;
    of.theirs = std::make_shared<const std::set<std::string>>(theirs(sight, *of.row));
    return of;
}

std::string message(const store::JournalRow& row, const std::string& event, const Of& of) {
    Json data{{"seq", row.seq},
              {"event", event},
              {"case", row.stream},
              {"revision", row.revision},
              {"at", views::when_json(row.at, of.calendar)},
              {"unit", of.row->unit}};
    return fmt::format("id: {}\ndata: {}\n\n", row.seq, data.dump());
}

bool within(const org::Directory& directory, const std::string& unit, const std::string& wanted) {
    return !unit.empty() && directory.within(unit, wanted);
}

}  // namespace

bool hears(const Caller& caller, const Wanted& wanted, const org::Directory& directory, const Told& told) {
    if (!wanted.case_id.empty() && told.case_id != wanted.case_id) return false;
    if (!wanted.events.empty() && !wanted.events.contains(told.event)) return false;
    if (!wanted.unit.empty() && !within(directory, told.unit, wanted.unit) &&
        !within(directory, told.left, wanted.unit))
        return false;
    return sees_unit(caller, told.unit) || told.theirs->contains(caller.person) ||
           (!told.left.empty() && sees_unit(caller, told.left));
}

Stretch read_stretch(const views::Sight& sight, std::uint64_t after, const Wanted& wanted) {
    Stretch stretch{.after = after, .upto = after};
    std::map<std::string, Of> cases;
    std::size_t read = 0;
    // One moment for the events and for who may hear of them.
    sight.reader.snapshot([&] {
        sight.reader.journal(after + 1, [&](const store::JournalRow& row) {
            if (stretch.more) return false;
            stretch.upto = row.seq;
            stretch.more = ++read == most_read;
            if (row.stream.starts_with('$') || row.damaged) return true;
            if (!wanted.case_id.empty() && row.stream != wanted.case_id) return true;
            const auto body = store::parsed(row);
            auto event = body.value("event", "");
            if (!wanted.events.empty() && !wanted.events.contains(event)) return true;
            auto known = cases.find(row.stream);
            if (known == cases.end()) known = cases.emplace(row.stream, case_of(sight, row.stream)).first;
            const auto& of = known->second;
            if (!of.row) return true;
            auto text = message(row, event, of);
            auto left = event == "CaseTransferred" ? body.value("from", "") : "";
            stretch.told.push_back(std::make_shared<const Told>(row.seq, row.stream, std::move(event),
                                                                of.row->unit, std::move(left), of.theirs,
                                                                std::move(text)));
            stretch.more |= stretch.told.size() == most_told;
            return true;
        });
    });
    return stretch;
}

}  // namespace reeve::http
