// The sample county: whole, invented, and with the gaps that the stories need.
#include "engine/org/org.h"

namespace reeve::org {

namespace {

Directory county() {
    Directory d;
    auto events = load(std::string(REEVE_SOURCE) + "/workflows/sample/county.json");
    if (!events) {
        for (const Error& e : events.error()) ADD_FAILURE() << e.text();
        return d;
    }
    for (const Event& event : *events) {
        auto error = check(d, event);
        EXPECT_FALSE(error) << error->text();
        d.apply(event);
    }
    return d;
}

Asking on(const char* unit, const char* instant) {
    return {unit, "", nullptr, time::parse_instant(instant).value()};
}

}  // namespace

TEST(SampleCounty, HasTenTownshipsAndBureausAndAboutFiftyPeople) {
    Directory d = county();
    auto of_level = [&](std::string_view level) {
        return std::ranges::count_if(d.units(), [&](const Unit* u) { return u->level == level; });
    };
    EXPECT_EQ(of_level("county"), 1);
    EXPECT_EQ(of_level("township") + of_level("bureau"), 10);
    EXPECT_GE(d.people().size(), 50u);
    for (const Person* person : d.people())
        EXPECT_THAT(person->reach.at("mail"), testing::EndsWith(".example"));
}

TEST(SampleCounty, IsShortOfHands) {
    Directory d = county();
    int vacant = 0, empty = 0;
    for (const Post* post : d.posts()) {
        vacant += post->authorised - static_cast<int>(post->holders.size());
        empty += post->holders.empty();
    }
    EXPECT_GE(vacant, 20);
    EXPECT_GE(empty, 5);
}

// Every role of docs/organisation.md leads to somebody, from every unit, on every hour of the sample's first
// month.
TEST(SampleCounty, AlwaysFindsSomebodyPresent) {
    Directory d = county();
    for (const Unit* unit : d.units()) {
        for (const char* role : {"head", "deputy_head", "registrar", "mediator", "case_officer", "inspector",
                                 "supervisor", "patrol_officer", "duty_officer", "veto_committee"}) {
            for (int hour = 0; hour < 31 * 24; hour += 7) {
                Asking asking{
                    unit->id, "", nullptr,
                    time::parse_instant("2026-03-02T00:00:00+08:00").value() + std::chrono::hours(hour)};
                auto found = d.resolve(parse_who(role).value(), asking);
                ASSERT_FALSE(found.people.empty()) << role << " at " << unit->id << " hour " << hour;
                for (const Found& f : found.people) ASSERT_FALSE(d.absent(f.person, asking.at)) << f.person;
            }
        }
    }
}

TEST(SampleCounty, FollowsAChainOfSubstitutes) {
    Directory d = county();
    auto head = [&](const char* unit, const char* at) {
        return d.resolve(parse_who("head").value(), on(unit, at));
    };
    EXPECT_EQ(head("lantern-hill", "2026-03-12T10:00:00+08:00").people.at(0).person, "you-heming");
    EXPECT_EQ(head("lantern-hill", "2026-03-16T10:00:00+08:00").people.at(0).person, "shi-zhaoye");
    EXPECT_EQ(head("paper-kiln", "2026-03-25T10:00:00+08:00").people.at(0).person, "bai-luming")
        << "a circle climbs";
    EXPECT_EQ(head("willow-bend", "2026-03-02T10:00:00+08:00").people.at(0).person, "bai-luming") << "vacant";
}

}  // namespace reeve::org
