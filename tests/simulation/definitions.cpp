#include "tests/simulation/definitions.h"

namespace reeve::simulation {

const std::string calendar_name = "office";
const std::string calendar_text = R"({"id": "office", "zone": "Europe/Vienna",
  "hours": {"mon": ["08:00-12:00", "13:00-17:00"], "tue": ["08:00-12:00", "13:00-17:00"], "wed": ["08:00-12:00"],
            "thu": ["08:00-12:00", "13:00-18:00"], "fri": ["08:00-14:00"]},
  "holidays": [{"yearly": "12-25"}, {"yearly": "01-01"}, {"date": "2026-04-06"}],
  "days": [{"date": "2026-05-16", "like": "fri"}],
  "covers": "2026-01-01/2029-12-31"})";
const std::string other_calendar = R"({"id": "office", "zone": "Europe/Vienna",
  "hours": {"mon": ["08:00-12:00", "13:00-17:00"], "tue": ["08:00-12:00", "13:00-17:00"], "wed": ["08:00-12:00"],
            "thu": ["08:00-12:00", "13:00-18:00"], "fri": ["08:00-12:00"]},
  "holidays": [{"yearly": "12-25"}, {"yearly": "12-24"}, {"yearly": "01-01"}, {"date": "2026-04-06"}],
  "covers": "2026-01-01/2029-12-31"})";

namespace {

// Hours only: the model predicts every step and light of these.
const std::string claim = R"({
  "id": "claim", "title": {"en": "Claim"}, "calendar": "office",
  "data": {"type": "object", "properties": {"place": {"type": "string"}, "amount": {"type": "integer"}}},
  "owner": {"role": "clerk"},
  "unowned": {"due": "4 hours"}, "hand_over": {"due": "24 hours", "limit": 3},
  "clocks": {"whole": {"limit": "240 hours", "basis": "Claims Rule 1", "pause": ["papers missing"], "pause_at_most": "120 hours", "exclude": ["hearing"],
                       "restart": true, "extend": {"by": "48 hours", "times": 2, "approve": "head", "tell": ["petitioner"]}}},
  "stages": {
    "open": {"assign": "owner", "due": "48 hours",
      "actions": {"accept": {"to": "work"}, "refer": {"to": "open", "hand_over": true},
                  "decline": {"to": "declined", "require": ["reason"], "second": "head"}}},
    "work": {"assign": "owner", "clock": {"due": "96 hours", "pause": ["papers missing"], "pause_tell": ["head"]},
      "tasks": [{"name": "visit", "due": "24 hours"}, {"name": "write", "assign": "registrar", "optional": true}],
      "actions": {"settle": {"to": "size"}, "split": {"to": "both"}, "ask": {"to": "asked"}, "inspect": {"to": "inspection"}}},
    "size": {"choice": [{"when": "(data.amount or 0) >= 50", "to": "both"}, {"else": "settled"}]},
    "both": {"parallel": ["left", "right"], "join": "joined"},
    "left": {"assign": "owner", "due": "30 hours", "actions": {"left-done": {"to": "joined"}}},
    "right": {"assign": "registrar", "due": "60 hours", "actions": {"right-done": {"to": "joined"}}},
    "joined": {"join": "all", "then": "settled"},
    "asked": {"wait": "72 hours", "on": {"papers": "work"}, "then": "settled"},
    "inspection": {"child": "order", "due": "200 hours", "then": "settled"},
    "settled": {"end": "settled", "follow_up": {"task": "look-again", "due": "120 hours"}},
    "declined": {"end": "declined"}},
  "patterns": {"three": {"count": 3, "within": "240 hours", "same": ["data.place"], "start": "order"}},
  "ladders": {"climb": [
    {"at": "50%", "light": "yellow", "tell": ["owner"]},
    {"at": "due", "light": "orange", "tell": ["owner", "head"], "ask": "explanation", "answer_in": "48 hours"},
    {"at": "due + 24 hours", "tell": ["head@parent"], "acknowledge_in": "24 hours", "acknowledged_for": "72 hours",
     "repeat": "24 hours"}]}
})";

// An expiry, a job, and a ladder that gives the case away and opens another.
const std::string order = R"({
  "id": "order", "title": {"en": "Order"}, "calendar": "office",
  "data": {"type": "object", "properties": {"place": {"type": "string"}}},
  "owner": {"role": "clerk"}, "unowned": {"due": "4 hours"}, "hand_over": {"due": "24 hours"},
  "clocks": {"offer": {"expiry": "100 hours", "then": "lapsed", "ladder": "short"}},
  "stages": {
    "sent": {"assign": {"role": "clerk", "pick": "round-robin"}, "due": "20 hours",
      "actions": {"obey": {"to": "print"}, "resist": {"to": "print", "when": "(data.place or '') ~= ''"}}},
    "print": {"job": "printer", "attempts": 2, "backoff": "1 hours", "timeout": "10 hours", "due": "40 hours",
      "then": "obeyed", "on_failure": "sent"},
    "obeyed": {"end": "obeyed"}, "lapsed": {"end": "lapsed"}},
  "ladders": {
    "climb": [
      {"at": "due", "light": "orange", "tell": ["owner"], "reassign": "head"},
      {"at": "due + 10 hours", "light": "red", "tell": ["head"], "start": "petty"},
      {"at": "due + 30 hours", "tell": ["head@parent"], "repeat": "48 hours"}],
    "short": [{"at": "50%", "light": "blue", "tell": ["owner", "petitioner"]},
              {"at": "due", "light": "orange", "tell": ["owner"], "repeat": "24 hours"}]}
})";

// Working time, an inactivity clock, and a ladder whose roles may be vacant. Not modelled: what is checked is
// the order, that nothing is early, and that nothing is lost.
const std::string petty = R"({
  "id": "petty", "title": {"en": "Petty matter"}, "calendar": "office",
  "data": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "string"}}}},
  "owner": {"role": "registrar"}, "inactivity": {"due": "3 working days"},
  "stages": {
    "seen": {"assign": "owner", "due": "4 working hours", "actions": {"take": {"to": "listed"}, "drop": {"to": "done"}}},
    "listed": {"assign": "clerk", "clock": {"due": "5 working days", "pause": ["ill"], "extend": {"by": "3 working days", "times": 1}},
      "each": "items", "tasks": [{"name": "item", "due": "2 working days"}], "need": "any", "then": "done",
      "actions": {"drop": {"to": "done"}}},
    "done": {"end": "done"}},
  "ladders": {"climb": [
    {"at": "80%", "light": "blue", "tell": ["owner"]},
    {"at": "due", "light": "orange", "tell": ["inspector"]},
    {"at": "due + 2 working days", "tell": ["inspector@parent"], "ask": "report", "answer_in": "1 working day", "repeat": "1 working day"}]}
})";

const std::string patrol = R"({
  "id": "patrol", "title": {"en": "Patrol"}, "calendar": "office", "owner": {"role": "clerk"},
  "duties": {"weekly": {"rule": "FREQ=WEEKLY;BYDAY=SU,WE", "start": "2026-03-01T02:30", "units": ["level:township"]}},
  "stages": {"walk": {"assign": "owner", "clock": {"expiry": "10 days", "then": "missed", "ladder": "climb"},
                      "actions": {"walked": {"to": "walked"}}},
             "walked": {"end": "walked"}, "missed": {"end": "missed"}},
  "ladders": {"climb": [{"at": "80%", "light": "yellow", "tell": ["owner"]},
                        {"at": "due", "light": "red", "tell": ["head"], "repeat": "1 working day"}]}
})";

const std::vector<ModelStep> climb{{true, 0, "yellow"}, {false, 0, "orange"}, {false, 24, "red"}};
const std::vector<ModelStep> hard{{false, 0, "orange"}, {false, 10, "red"}, {false, 30, "red"}};
const std::vector<ModelStep> brief{{true, 0, "blue"}, {false, 0, "orange"}};

const std::map<std::string, ModelRule>& rules() {
    static const std::map<std::string, ModelRule> all{
        {"claim/whole", {240, climb, 24, false}},      {"claim/open", {48, climb, 24, false}},
        {"claim/work", {96, climb, 24, false}},        {"claim/work.visit", {24, climb, 24, false}},
        {"claim/left", {30, climb, 24, false}},        {"claim/right", {60, climb, 24, false}},
        {"claim/inspection", {200, climb, 24, false}}, {"claim/unowned", {4, climb, 24, false}},
        {"claim/hand_over", {24, climb, 24, false}},   {"claim/unattended", {4, climb, 24, false}},
        {"order/sent", {20, hard, 48, false}},         {"order/print", {40, hard, 48, false}},
        {"order/unowned", {4, hard, 48, false}},       {"order/hand_over", {24, hard, 48, false}},
        {"order/unattended", {4, hard, 48, false}},    {"order/offer", {100, brief, 24, true}}};
    return all;
}

}  // namespace

const std::vector<Definition>& definitions() {
    static const std::vector<Definition> all{
        {"petty", petty}, {"order", order}, {"claim", claim}, {"patrol", patrol}};
    return all;
}

std::string next_version(const Definition& definition) {
    std::string text = definition.text;
    return text.insert(text.find("\"title\""), "\"basis\": \"Order of the year\", ");
}

const std::vector<std::string>& people() {
    static const std::vector<std::string> all{"boss", "chief", "deputy", "ada", "ben",
                                              "cyn",  "dan",   "eve",    "fay"};
    return all;
}
const std::vector<std::string>& units() {
    static const std::vector<std::string> all{"county", "north", "south", "mill"};
    return all;
}

std::vector<org::Event> organisation() {
    std::vector<org::Event> events{
        org::UnitSet{{.id = "county", .title_en = "County", .level = "county"}},
        org::UnitSet{{.id = "north", .title_en = "North", .parent = "county", .level = "township"}},
        org::UnitSet{{.id = "south", .title_en = "South", .parent = "county", .level = "township"}},
        org::UnitSet{{.id = "mill", .title_en = "Mill", .parent = "north", .level = "post"}}};
    for (const auto& person : people()) events.push_back(org::PersonSet{{.id = person, .name = person}});
    for (const auto& post :
         {org::Post{"county", "head", 1, {"boss"}}, org::Post{"north", "head", 1, {"chief"}},
          org::Post{"south", "head", 1, {"deputy"}}, org::Post{"north", "clerk", 2, {"ada", "ben"}},
          org::Post{"south", "clerk", 3, {"cyn", "dan"}}, org::Post{"mill", "clerk", 1, {"eve"}},
          org::Post{"north", "registrar", 1, {"fay"}}, org::Post{"county", "registrar", 2, {"dan"}},
          org::Post{"south", "inspector", 1, {}}})
        events.push_back(org::PostSet{post});
    return events;
}

const ModelRule* model_rule(const std::string& definition, const std::string& clock) {
    const auto it = rules().find(definition + "/" + clock);
    return it == rules().end() ? nullptr : &it->second;
}

}  // namespace reeve::simulation
