// Random work at a small office: whatever was done, in whatever order, with time passing, commits failing and
// engines restarted in between, a replay equals what was live and a rebuild equals what was live.
#include <rapidcheck/gtest.h>

#include "tests/unit/runtime/office.h"

namespace reeve::runtime {
namespace {

struct Deed {
    int kind, which, how;
};
std::ostream& operator<<(std::ostream& out, const Deed& d) {
    return out << "{" << d.kind << "," << d.which << "," << d.how << "}";
}

rc::Gen<Deed> deed() {
    return rc::gen::map(
        rc::gen::tuple(rc::gen::inRange(0, 14), rc::gen::inRange(0, 6), rc::gen::inRange(0, 60)),
        [](const auto& t) {
            return Deed{std::get<0>(t), std::get<1>(t), std::get<2>(t)};
        });
}

void act_out(Office& office, const Deed& deed, int number) {
    const auto open = office.engine->read()->cases({.status = "open"});
    const auto id =
        open.empty() ? std::string("none") : open[static_cast<std::size_t>(deed.which) % open.size()].id;
    const auto key = fmt::format("deed-{}", number);
    auto ask = [&](core::Command command) {
        command.key = key;
        (void)office.engine->ask(command);  // many are refused; that is well
        // Asked again, it is answered again and happens no second time.
        const auto before = office.engine->read()->head().seq;
        const auto again = office.engine->ask(command);
        if (again && again->first_seq != 0) RC_ASSERT(again->repeated);
        if (again) RC_ASSERT(office.engine->read()->head().seq == before);
    };
    switch (deed.kind) {
        case 0: return ask(Office::start("", "permit", deed.how % 2 ? "mill" : "bridge"));
        case 1: {  // entered late
            auto late = Office::start("", "permit", deed.how % 2 ? "mill" : "bridge");
            late.occurred = office.time->now() - deed.how * deed.which * day;
            return ask(late);
        }
        case 2: return ask(Office::act(id, "inspect"));
        case 3: return ask(Office::act(id, deed.how % 2 ? "approve" : "done"));
        case 4: return ask(Office::note(id, "说明"));
        case 5: return ask({.actor = "chief", .case_id = id, .wish = core::NameOwner{"ben", "busy"}});
        case 6: return ask({.actor = "chief", .case_id = id, .wish = core::Transfer{"south", "theirs"}});
        case 7: return ask({.actor = "chief", .case_id = id, .wish = core::Cancel{"a mistake"}});
        case 8: return ask({.actor = "chief", .case_id = "permit-1", .wish = core::Reopen{"not done", ""}});
        case 9:
            return office.reopen({.cached_cases = static_cast<std::size_t>(2 + deed.which),
                                  .near_timers = static_cast<std::size_t>(2 + deed.how)});
        case 10:
            office.faults->before_next([] { throw std::runtime_error("the disk is full"); });
            (void)office.engine->ask(Office::start("", "permit", "mill"));
            return;
        case 11:
            office.faults->after_next([] { throw std::runtime_error("nobody knows"); });
            (void)office.engine->ask(Office::note(id, "twice?", key));
            return;
        case 12:  // an outage
            office.engine.reset();
            office.time->advance(deed.how * hour);
            office.open();
            return;
        default: (void)office.engine->run_until(office.time->now() + deed.how * hour);
    }
}

RC_GTEST_PROP(Store, RebuildAndReplayEqualWhatWasLive, ()) {
    Office office;
    office.deploy("patrol", patrol);
    const auto deeds = *rc::gen::resize(40, rc::gen::container<std::vector<Deed>>(deed()));
    int number = 0;
    for (const auto& d : deeds) act_out(office, d, number++);
    RC_ASSERT(office.engine->run_until(office.time->now() + hour));
    RC_ASSERT(office.engine->health().stuck_timers == 0u);
    // What the writer holds in memory is what the journal says: a note is decided on both alike.
    std::map<std::string, store::CaseRow> live;
    for (auto& row : office.engine->read()->cases({})) live[row.id] = std::move(row);
    for (const auto& [id, row] : live) {
        const auto file = *office.engine->find(id);
        RC_ASSERT(store::project(file.state, *file.program).row == row);
        for (const auto& clock : file.state.clocks)
            RC_ASSERT(clock.status != core::ClockStatus::running || clock.due != Instant{});
    }
    office.engine.reset();
    const auto report = *store::check(office.folder.path());
    for (const auto& fault : report.faults) RC_LOG(fault);
    RC_ASSERT(report.faults.empty());
    RC_ASSERT(!store::rebuild(office.folder.path())->changed);
}

}  // namespace
}  // namespace reeve::runtime
