// The shipped workflows: sound, bilingual throughout, and fitting together with each other and the sample
// county.
#include <filesystem>
#include <fstream>
#include <set>

#include "engine/json.h"
#include "engine/model/model.h"
#include "engine/org/org.h"

namespace reeve {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

const std::string folder = std::string(REEVE_SOURCE) + "/workflows";

std::vector<std::string> paths() {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        auto name = entry.path().filename().string();
        if (name.ends_with(".json") && name != "definition.schema.json")
            found.push_back(entry.path().string());
    }
    std::ranges::sort(found);
    return found;
}

std::map<std::string, Document> definitions() {
    std::map<std::string, Document> found;
    for (const auto& path : paths()) {
        auto document = load_json(path);
        EXPECT_TRUE(document) << document.error().text();
        if (document) found.emplace(document->value["id"].get<std::string>(), *std::move(document));
    }
    return found;
}

// Calls visit(pointer, key, value) for every member of every object below.
template <class Visit>
void walk(const Json& value, const std::string& pointer, const Visit& visit) {
    for (const auto& [key, item] : value.items()) {
        std::string here = pointer + "/" + key;
        if (value.is_object()) visit(here, key, item);
        if (item.is_structured()) walk(item, here, visit);
    }
}

org::Directory county() {
    org::Directory d;
    const auto events = org::load(folder + "/sample/county.json").value();
    for (const auto& event : events) d.apply(event);
    return d;
}

}  // namespace

TEST(ShippedWorkflows, AreTheSevenAndScreening) {
    std::vector<std::string> ids;
    for (const auto& [id, document] : definitions()) {
        ids.push_back(id);
        EXPECT_EQ(fs::path(document.name).stem(), id);
    }
    EXPECT_THAT(ids, testing::ElementsAre("dispute-mediation", "follow-up-visit", "incident-escalation",
                                          "patrol-duty", "petition-handling", "rectification", "screening",
                                          "supervision-slip"));
}

TEST(ShippedWorkflows, AreAcceptedWithoutAFault) {
    auto from = time::parse_instant("2026-03-02T00:00:00+08:00").value();
    for (const auto& loaded : model::load(paths(), {}, from)) {
        for (const Error& e : loaded.errors) ADD_FAILURE() << e.text();
        EXPECT_TRUE(loaded.compiled) << loaded.path;
    }
}

TEST(ShippedWorkflows, SpeakBothLanguagesThroughout) {
    for (const auto& [id, document] : definitions()) {
        walk(document.value, "", [&](const std::string& at, const std::string& key, const Json& value) {
            if (key != "title" && key != "x-title") return;
            EXPECT_TRUE(value.is_object() && value.contains("en") && value.contains("zh"))
                << document.place(at);
        });
        for (const auto& [name, stage] : document.value["stages"].items()) {
            EXPECT_TRUE(stage.contains("title")) << id << " " << name;
            if (!stage.contains("actions")) continue;
            for (const auto& [action, rule] : stage["actions"].items())
                EXPECT_TRUE(rule.contains("title")) << id << " " << name << " " << action;
        }
    }
}

// What a ladder, a pattern, a follow-up or a parent opens must be there, and must be able to start with no
// data.
TEST(ShippedWorkflows, OpenOnlyWhatIsThereAndCanStartByItself) {
    auto all = definitions();
    for (const auto& [id, document] : all) {
        walk(document.value, "", [&](const std::string& at, const std::string& key, const Json& value) {
            bool opens = key == "child" || (key == "start" && !at.starts_with("/duties"));
            if (!opens) return;
            auto target = all.find(value.get<std::string>());
            ASSERT_NE(target, all.end()) << document.place(at);
            EXPECT_FALSE(target->second.value["data"].contains("required")) << document.place(at);
        });
    }
}

TEST(ShippedWorkflows, EndEveryLadderInARepeat) {
    for (const auto& [id, document] : definitions()) {
        for (const auto& [name, ladder] : document.value["ladders"].items())
            EXPECT_TRUE(ladder.back().contains("repeat")) << id << " " << name;
    }
}

TEST(ShippedWorkflows, NameEveryBasisOfALimit) {
    std::set<std::string> legal;
    for (const auto& [id, document] : definitions()) {
        EXPECT_TRUE(document.value.contains("basis")) << id;
        walk(document.value, "", [&](const std::string& at, const std::string& key, const Json& value) {
            if (key != "limit" || !value.is_string()) return;
            auto holder = document.value.at(Json::json_pointer(at).parent_pointer());
            ASSERT_TRUE(holder.contains("basis")) << document.place(at);
            legal.insert(id + " " + value.get<std::string>());
        });
    }
    EXPECT_THAT(legal, testing::IsSupersetOf({"petition-handling 15 days", "petition-handling 60 days",
                                              "petition-handling 30 days", "dispute-mediation 1 month",
                                              "incident-escalation 1 hour", "incident-escalation 2 hours"}));
}

// Every role that a workflow names is one that docs/organisation.md explains and that somebody in the sample
// holds.
TEST(ShippedWorkflows, NameOnlyRolesThatAreExplainedAndHeld) {
    std::ifstream in(std::string(REEVE_SOURCE) + "/docs/organisation.md");
    std::string page((std::istreambuf_iterator<char>(in)), {});
    org::Directory d = county();
    std::set<std::string> roles;
    auto add = [&](const Json& value, const std::string& place) {
        auto who = org::parse_who(value.get<std::string>());
        ASSERT_TRUE(who) << place << " " << who.error().text();
        if (who->kind == org::Who::Kind::role) roles.insert(who->name);
    };
    for (const auto& [id, document] : definitions()) {
        walk(document.value, "", [&](const std::string& at, const std::string& key, const Json& value) {
            static const std::set<std::string> names{"role",   "who", "owner",   "assign",
                                                     "second", "by",  "approve", "reassign"};
            if (at.starts_with("/data") || at.ends_with("/extend/by"))
                return;  // an extension is by an amount
            if (names.contains(key) && value.is_string()) add(value, document.place(at));
            if (key == "tell" && value.is_array())
                for (const auto& each : value) add(each, document.place(at));
        });
    }
    EXPECT_GE(roles.size(), 8u);
    for (const auto& role : roles) {
        EXPECT_THAT(page, testing::HasSubstr("| `" + role + "` |"));
        EXPECT_TRUE(std::ranges::any_of(d.people(), [&](const auto* p) { return d.holds(p->id, role); }))
            << role;
    }
}

}  // namespace reeve
