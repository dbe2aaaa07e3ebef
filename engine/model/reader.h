// Inside engine/model: a definition being read. Names are gathered first, so that every reference can be
// resolved and misspelt ones answered with the name that was meant; then each part is read into the Program.
#pragma once

#include "engine/model/data_schema.h"
#include "engine/model/model.h"
#include "engine/model/node.h"

namespace reeve::model {

// Whose clock it is; only those of the case say from where and to where they run.
enum class ClockOwner { of_case, of_stage, of_task };

class Reader {
  public:
    Reader(const Node& root, const Surroundings& surroundings, Program& program, Faults& faults)
        : root_(root), around_(surroundings), program_(program), faults_(faults) {}

    void read();  // definition.cpp

  private:
    // --- small forms (reader.cpp); each tells its fault and gives a default
    Text text(const Node&, const std::string& fallback);
    std::optional<time::Duration> duration(const Node&);          // any
    std::optional<time::Duration> limit(const Node&);             // more than nothing
    std::optional<org::Who> who(const Node&, bool told = false);  // told: the person who asked may be meant
    std::vector<org::Who> whos(const Node&, bool told);           // a list, or one
    std::optional<org::Where> where(const Node&);
    Assign assign(const Node&, Assign fallback = {});
    int stage(const Node&);  // by name
    int stage_named(const Node&, const std::string& name);
    int condition(const Node&);
    std::string field(const Node&);                  // a path in the data, without "data."
    std::vector<std::string> required(const Node&);  // fields to fill, or "reason"
    std::string definition(const Node&);             // one that is opened: noted in Program::starts
    void known_role(const Node&, const std::string& role);
    void known_field(const Node&, const std::string& path);

    // --- parts
    void calendar();  // definition.cpp
    void names();     // definition.cpp
    void ladders();   // ladders.cpp
    void ladder(const Node&, Ladder&);
    void import_ladder(const Node&, Ladder&);
    Step step(const Node&);
    void ladder_order(const Node&, const Ladder&);
    int ladder_named(const Node&);  // absent: the first
    void case_clocks();             // clocks.cpp
    int clock(const Node&, std::string name, ClockOwner, int stage);
    int short_or_full_clock(const Node& holder, const std::string& name, ClockOwner, int stage);
    int office_clock(const Node& holder, const char* name, Text, ClockRule::From, const char* standard);
    int add_clock(const Node&, ClockRule);
    void clock_run(const Node&, ClockRule&);
    void clock_stops(const Node&, ClockRule&);
    void clock_expiry(const Node&, ClockRule&, ClockOwner, int stage);
    void expiry_actions();
    void stages();  // stages.cpp
    void stage_body(const Node&, int index);
    StageKind kind(const Node&);
    void foreign_keys(const Node&, StageKind);
    void read_wait(const Node&, int index);
    void read_job(const Node&, Stage&);
    void read_choice(const Node&, Stage&);
    void read_parallel(const Node&, Stage&);
    void read_join(const Node&, Stage&);
    void read_child(const Node&, Stage&);
    void read_result(const Node&, Stage&);
    void read_end(const Node&, int index);
    void read_tasks(const Node&, int index);  // tasks.cpp
    void read_actions(const Node&, Stage&);
    Action action(const Node&, const std::string& name);
    bool stage_assigns(const Node& action, const org::Who&);
    void patterns();  // rules.cpp
    void duties();
    void hand_over();
    void reopen();
    void receipt();  // receipt.cpp

    Node root_;
    const Surroundings& around_;
    Program& program_;
    Faults& faults_;
    std::vector<std::string> stage_names_, ladder_names_;
    std::map<std::string, std::string> clock_places_;  // name -> where it was given
    struct ExpiryAction {
        Node at;
        int stage;  // that must offer it; none: any
        std::string action;
    };
    std::vector<ExpiryAction> expiry_actions_;  // checked when the stages are read
    std::map<std::string, Json> imported_;      // ladders read from files, to make the source whole
};

// The passes over a whole Program, run when every name is resolved (check_flow.cpp, check_cover.cpp).
void check_flow(const Node& root, const Program&, Faults&);
void check_cover(const Node& root, Program&, Faults&);  // also fills Stage::counts_on
// The stages that may follow each stage at once, by any way.
std::vector<std::vector<int>> successors(const Program&);
// The ways that expiring clocks of the case add: stage, stage.
std::vector<std::pair<int, int>> expiry_edges(const Program&);
// Of a stage or a clock that is there.
inline std::size_t as_index(int number) { return static_cast<std::size_t>(number); }
std::vector<bool> reachable(const std::vector<std::vector<int>>& edges, std::vector<int> from,
                            int without = none);

}  // namespace reeve::model
