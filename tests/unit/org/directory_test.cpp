#include "fixture.h"

namespace reeve::org {

using testing::ElementsAre;

TEST(Directory, ListsParentsBeforeChildren) {
    std::vector<std::string> ids;
    const Directory county = small_county();
    for (const Unit* unit : county.units()) ids.push_back(unit->id);
    EXPECT_THAT(ids, ElementsAre("county", "east", "post", "west"));
}

TEST(Directory, FindsTheLowestCommonSuperior) {
    Directory d = small_county();
    EXPECT_EQ(d.common_superior("post", "west"), "county");
    EXPECT_EQ(d.common_superior("post", "east"), "east");
    EXPECT_EQ(d.common_superior("east", "east"), "east");
    EXPECT_EQ(d.common_superior("east", "nowhere"), "");
    EXPECT_TRUE(d.within("post", "county"));
    EXPECT_FALSE(d.within("east", "post"));
}

TEST(Directory, LeavingGivesUpEveryPostAndKeepsTheName) {
    Directory d = small_county();
    put(d, PersonLeft{"gao"});
    EXPECT_FALSE(d.holds("gao", "mediator"));
    EXPECT_TRUE(d.holds("hou", "mediator"));
    EXPECT_EQ(d.person("gao")->name, "Gao");
    EXPECT_EQ(check(d, PersonLeft{"gao"})->code, "person-left");
}

TEST(Directory, TellsRolesAndPosts) {
    Directory d = small_county();
    EXPECT_THAT(d.roles_of("gao", "east"), ElementsAre("mediator"));
    EXPECT_THAT(d.roles_of("gao", "west"), testing::IsEmpty());
    ASSERT_EQ(d.posts("post").size(), 2u);
    EXPECT_EQ(d.posts("post")[0]->role, "head");
    EXPECT_TRUE(d.posts("west").empty());
}

TEST(Directory, DropsAPostWithNoPlaces) {
    Directory d = small_county();
    put(d, PostSet{{"post", "head", 0, {}}});
    EXPECT_EQ(d.posts("post").size(), 1u);
}

TEST(Absence, CoversItsBeginningAndNotItsEnd) {
    Directory d = small_county();
    put(d, AbsenceRecorded{{"gao", {at_hour(9), at_hour(18)}, "", "leave"}});
    EXPECT_FALSE(d.absent("gao", at_hour(9) - time::Millis(1)));
    EXPECT_TRUE(d.absent("gao", at_hour(9)));
    EXPECT_FALSE(d.absent("gao", at_hour(18)));
}

TEST(Absence, EndsEarlyOrIsCancelledAtItsBeginning) {
    Directory d = small_county();
    put(d, AbsenceRecorded{{"gao", {at_hour(9), at_hour(90)}, "", ""}});
    put(d, AbsenceEnded{"gao", at_hour(30)});
    EXPECT_TRUE(d.absent("gao", at_hour(29)));
    EXPECT_FALSE(d.absent("gao", at_hour(30)));
    put(d, AbsenceEnded{"gao", at_hour(9)});
    EXPECT_TRUE(d.absences().empty());
    EXPECT_EQ(check(d, AbsenceEnded{"gao", at_hour(9)})->code, "not-absent");
}

TEST(Directory, IsTheSameWhateverTheOrderOfAbsences) {
    Absence first{"gao", {at_hour(0), at_hour(9)}, "", ""}, second{"fang", {at_hour(5), at_hour(7)}, "", ""};
    Directory a = small_county(), b = small_county();
    put(a, AbsenceRecorded{first});
    put(a, AbsenceRecorded{second});
    put(b, AbsenceRecorded{second});
    put(b, AbsenceRecorded{first});
    EXPECT_EQ(a, b);
}

TEST(Check, RefusesEachChangeThatWouldNotHold) {
    Directory d = small_county();
    put(d, PersonLeft{"jin"});
    auto code = [&](const Event& event) {
        auto error = check(d, event);
        return error ? error->code + " at " + error->place : "accepted";
    };
    EXPECT_EQ(code(UnitSet{{"new", "N", "新", "nowhere", "post", ""}}), "unknown-unit at parent");
    EXPECT_EQ(code(UnitSet{{"new", "N", "新", "", "county", ""}}), "second-root at parent");
    EXPECT_EQ(code(UnitSet{{"east", "E", "东", "post", "township", ""}}), "unit-cycle at parent");
    EXPECT_EQ(code(UnitSet{{"new", "N", "新", "new", "township", ""}}), "unit-cycle at parent");
    EXPECT_EQ(code(UnitSet{{"two words", "N", "新", "east", "post", ""}}), "bad-id at id");
    EXPECT_EQ(code(UnitSet{{"new", "N", "新", "east", "Big Post", ""}}), "bad-level at level");
    EXPECT_EQ(code(UnitRemoved{"nowhere"}), "unknown-unit at unit");
    EXPECT_EQ(code(UnitRemoved{"county"}), "unit-has-units at unit");
    EXPECT_EQ(code(UnitRemoved{"post"}), "accepted");
    put(d, PostSet{{"post", "patrol_officer", 1, {"hou"}}});
    EXPECT_EQ(code(UnitRemoved{"post"}), "unit-has-people at unit");
    EXPECT_EQ(code(PostSet{{"nowhere", "head", 1, {}}}), "unknown-unit at unit");
    EXPECT_EQ(code(PostSet{{"east", "Head", 1, {}}}), "bad-role at role");
    EXPECT_EQ(code(PostSet{{"east", "petitioner", 1, {}}}), "bad-role at role");
    EXPECT_EQ(code(PostSet{{"east", "head", -1, {}}}), "bad-authorised at authorised");
    EXPECT_EQ(code(PostSet{{"east", "head", 1, {"fang", "gao"}}}), "too-many-holders at holders");
    EXPECT_EQ(code(PostSet{{"east", "head", 2, {"fang", "fang"}}}), "duplicate-holder at holders/1");
    EXPECT_EQ(code(PostSet{{"east", "head", 1, {"fan"}}}), "unknown-person at holders/0");
    EXPECT_EQ(code(PostSet{{"east", "head", 1, {"jin"}}}), "person-left at holders/0");
    EXPECT_EQ(code(PersonSet{{.id = "petitioner", .name = "P"}}), "bad-id at id");
    EXPECT_EQ(code(PersonSet{{.id = "new", .name = ""}}), "missing-field at name");
    EXPECT_EQ(code(PersonSet{{.id = "new", .name = "New", .language = "xx"}}), "bad-language at language");
    time::Span day{at_hour(0), at_hour(24)};
    EXPECT_EQ(code(AbsenceRecorded{{"who", day, "", ""}}), "unknown-person at person");
    EXPECT_EQ(code(AbsenceRecorded{{"gao", {day.to, day.from}, "", ""}}), "empty-absence at to");
    EXPECT_EQ(code(AbsenceRecorded{{"gao", day, "gao", ""}}), "own-substitute at substitute");
    EXPECT_EQ(code(AbsenceRecorded{{"gao", day, "nobody", ""}}), "unknown-person at substitute");
    EXPECT_EQ(code(AbsenceRecorded{{"gao", day, "hou", ""}}), "accepted");
}

}  // namespace reeve::org
