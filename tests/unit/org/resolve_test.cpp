#include "fixture.h"

namespace reeve::org {

using testing::ElementsAre;
using testing::IsEmpty;

namespace {

Who who(const char* text) { return parse_who(text).value(); }

void absent(Directory& d, const char* person, const char* substitute = "") {
    put(d, AbsenceRecorded{{person, {at_hour(0), at_hour(24)}, substitute, "leave"}});
}

}  // namespace

TEST(Resolve, FindsWhoHoldsTheRole) {
    Directory d = small_county();
    EXPECT_THAT(names(d.resolve(who("mediator"), from_unit("east"))), ElementsAre("gao", "hou"));
    EXPECT_THAT(names(d.resolve(who("head@parent"), from_unit("east"))), ElementsAre("chen"));
    EXPECT_THAT(names(d.resolve(who("supervisor@level:county"), from_unit("post"))), ElementsAre("duan"));
    EXPECT_THAT(names(d.resolve(who("patrol_officer@unit:post"), from_unit("west"))), ElementsAre("jin"));
    EXPECT_THAT(names(d.resolve(who("petitioner"), from_unit("west"))), ElementsAre("petitioner"));
    EXPECT_THAT(d.resolve(who("mediator"), from_unit("east")).notes, IsEmpty());
}

TEST(Resolve, FindsTheUnitNamedInTheData) {
    Directory d = small_county();
    nlohmann::ordered_json data{{"owner_unit", "post"}, {"place", {{"unit", "east"}}}};
    Asking asking{"west", "", &data, at_hour(9)};
    EXPECT_THAT(names(d.resolve(who("patrol_officer@data.owner_unit"), asking)), ElementsAre("jin"));
    EXPECT_EQ(d.locate(parse_where("data.place.unit").value(), asking), "east");
    EXPECT_EQ(d.locate(parse_where("data.missing").value(), asking), std::nullopt);
}

TEST(Resolve, ClimbsFromAVacantRoleAndSaysSo) {
    auto found = small_county().resolve(who("head"), from_unit("post"));
    EXPECT_THAT(names(found), ElementsAre("fang"));
    EXPECT_THAT(found.notes, ElementsAre("nobody holds head at East Police Post: climbed to East Township"));
}

TEST(Resolve, GoesToTheSameRoleAboveAndThenToTheHeadThere) {
    Directory d = small_county();
    EXPECT_THAT(names(d.resolve(who("mediator"), from_unit("post"))), ElementsAre("gao", "hou"));
    auto found = d.resolve(who("registrar"), from_unit("post"));
    EXPECT_THAT(names(found), ElementsAre("fang"));
    EXPECT_THAT(found.notes,
                ElementsAre("nobody holds registrar at East Police Post: climbed to East Township",
                            "nobody holds registrar at East Township: went to the head there"));
}

TEST(Resolve, AsksTheHeadOfTheRootForWhatTheRootLacks) {
    EXPECT_THAT(names(small_county().resolve(who("inspector"), from_unit("county"))), ElementsAre("chen"));
}

TEST(Resolve, LetsTheSubstituteOfASubstituteStandIn) {
    Directory d = small_county();
    absent(d, "fang", "gao");
    absent(d, "gao", "hou");
    auto found = d.resolve(who("head"), from_unit("east"));
    EXPECT_THAT(found.people, ElementsAre(Found{"hou", "fang"}));
    EXPECT_THAT(found.notes,
                ElementsAre("Fang is absent (leave): Gao stands in", "Gao is absent (leave): Hou stands in"));
}

TEST(Resolve, ClimbsWhenSubstitutesAreAbsentInACircle) {
    Directory d = small_county();
    absent(d, "fang", "gao");
    absent(d, "gao", "fang");
    auto found = d.resolve(who("head"), from_unit("east"));
    EXPECT_THAT(names(found), ElementsAre("chen"));
    EXPECT_THAT(found.notes, testing::Contains("the substitutes of Fang are absent in a circle"));
    EXPECT_EQ(found.notes.back(),
              "nobody who holds head at East Township is here: climbed to Reed Ferry County");
}

TEST(Resolve, TellsAPersonOnceWhoStandsInForAColleague) {
    Directory d = small_county();
    absent(d, "gao", "hou");
    EXPECT_THAT(d.resolve(who("mediator"), from_unit("east")).people, ElementsAre(Found{"hou", "gao"}));
}

TEST(Resolve, PutsTheOwnersSubstituteOrTheHeadInThePlaceOfTheOwner) {
    Directory d = small_county();
    EXPECT_THAT(names(d.resolve(who("owner"), from_unit("east", "gao"))), ElementsAre("gao"));
    absent(d, "gao");
    EXPECT_THAT(names(d.resolve(who("owner"), from_unit("east", "gao"))), ElementsAre("fang"));
    EXPECT_THAT(names(d.resolve(who("owner"), from_unit("post"))), ElementsAre("fang"));
    absent(d, "fang", "hou");
    EXPECT_THAT(d.resolve(who("owner"), from_unit("east", "gao")).people, ElementsAre(Found{"hou", "fang"}));
}

TEST(Resolve, SendsWhatANamedPersonCannotTakeToTheirSuperior) {
    Directory d = small_county();
    EXPECT_THAT(names(d.resolve(who("person:gao"), from_unit("west"))), ElementsAre("gao"));
    absent(d, "gao");
    EXPECT_THAT(names(d.resolve(who("person:gao"), from_unit("west"))), ElementsAre("fang"));
    put(d, PersonLeft{"hou"});
    EXPECT_THAT(names(d.resolve(who("person:hou"), from_unit("west"))), ElementsAre("chen"));
}

TEST(Resolve, FindsNoOneOnlyWhenNoOneIsThereUpToTheRoot) {
    Directory d = small_county();
    absent(d, "chen");
    absent(d, "duan");
    auto found = d.resolve(who("head"), from_unit("west"));
    EXPECT_THAT(found.people, IsEmpty());
    EXPECT_EQ(found.notes.back(),
              "nobody who holds head at Reed Ferry County is here, and there is no one above");
}

TEST(Resolve, AsksTheTopWhereThereIsNoSuchSuperior) {
    Directory d = small_county();
    EXPECT_THAT(names(d.resolve(who("head@parent"), from_unit("county"))), ElementsAre("chen"));
    EXPECT_THAT(names(d.resolve(who("head@level:city"), from_unit("post"))), ElementsAre("chen"));
    EXPECT_THAT(names(d.resolve(who("head@data.owner_unit"), from_unit("east"))), ElementsAre("fang"));
    EXPECT_THAT(names(d.resolve(who("head"), from_unit("closed-long-ago"))), ElementsAre("chen"));
}

TEST(Choose, TakesTheLeastLoadedAndBreaksTiesByLastGiven) {
    Directory d = small_county();
    auto pick = [&](Pick how, const Loads& loads) {
        return d.choose(who("mediator"), how, from_unit("east"), loads)->person;
    };
    EXPECT_EQ(pick(Pick::least_loaded, {}), "gao");
    EXPECT_EQ(pick(Pick::least_loaded, {{"gao", {2, 1}}, {"hou", {1, 9}}}), "hou");
    EXPECT_EQ(pick(Pick::least_loaded, {{"gao", {1, 9}}, {"hou", {1, 2}}}), "hou");
    EXPECT_EQ(pick(Pick::round_robin, {{"gao", {0, 9}}, {"hou", {7, 2}}}), "hou");
    EXPECT_EQ(pick(Pick::first, {{"gao", {99, 99}}}), "gao");
}

TEST(Choose, SkipsTheAbsentAndTellsWhy) {
    Directory d = small_county();
    absent(d, "gao");
    std::vector<std::string> notes;
    EXPECT_EQ(d.choose(who("mediator"), Pick::first, from_unit("east"), {}, &notes)->person, "hou");
    EXPECT_THAT(notes, ElementsAre("Gao is absent (leave) and no substitute is named"));
    EXPECT_EQ(Directory().choose(who("mediator"), Pick::first, from_unit("east"), {}), std::nullopt);
}

}  // namespace reeve::org
