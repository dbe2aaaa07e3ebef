// compile(): text -> shape -> names -> parts -> flow -> Program.
#include "engine/model/reader.h"
#include "engine/model/shape.h"

namespace reeve::model {

void Reader::names() {
    for (const auto& [name, node] : root_["stages"].members()) stage_names_.push_back(name);
    for (const auto& [name, node] : root_["ladders"].members()) ladder_names_.push_back(name);
    // Kept for the office, whether or not the definition gives them.
    for (const char* own : {"unowned", "hand_over", "inactivity", "unattended"})
        if (root_["stages"].has(own))
            faults_.add_key(root_["stages"][own], "name-taken",
                            fmt::format("the name {} is the engine's own; choose another", in_quotes(own)));
}

void Reader::calendar() {
    program_.calendar_name = root_["calendar"].text();
    if (program_.calendar_name.empty() || !around_.calendar) return;
    auto calendar = around_.calendar(program_.calendar_name);
    if (!calendar) {
        faults_.add(root_["calendar"], calendar.error().code, calendar.error().text());
        return;
    }
    program_.calendar = *calendar;
    if (!around_.from) return;
    // Nothing counts beyond the data: at the beginning that is a fault, within the year a warning.
    const auto warnings = time::check_coverage(**calendar, *around_.from);
    if (!warnings) return faults_.add(root_["calendar"], warnings.error().code, warnings.error().message);
    for (const auto& warning : *warnings)
        faults_.warnings.push_back({"calendar-too-short", warning, root_["calendar"].place()});
}

void Reader::read() {
    program_.id = root_["id"].text();
    program_.title = text(root_["title"], program_.id);
    program_.basis = root_["basis"].text();
    names();
    calendar();
    program_.data_schema = Json::object();
    if (auto data = root_["data"]; data.is_object()) {
        auto before = faults_.size();
        program_.data_schema = data.value();
        check_data_schema(data, faults_);
        program_.personal = personal_fields(program_.data_schema);
        if (faults_.size() == before)
            program_.data_checker = std::make_shared<DataChecker>(program_.data_schema);
    }
    org::Who head{.kind = org::Who::Kind::role, .name = "head"};
    program_.owner = assign(root_["owner"], {.who = head});
    if (root_.has("owner") && program_.owner.who.kind == org::Who::Kind::owner)
        faults_.add(root_["owner"], "owner-of-itself",
                    "\"owner\" says who becomes the owner of a new case; name a role, e.g. \"head\"");
    ladders();
    hand_over();
    case_clocks();
    stages();
    patterns();
    duties();
    reopen();
    receipt();
    program_.keep = limit(root_["keep"]);
    if (!imported_.empty()) {
        // What is deployed is whole: a case's ladders must not change with a file.
        Json whole = root_.value();
        for (const auto& [name, steps] : imported_) whole["ladders"][name] = steps;
        program_.source = whole.dump(2);
    }
}

std::expected<Compiled, Errors> compile(std::string_view text, const std::string& name,
                                        const Surroundings& around) {
    auto document = parse_json(text, name);
    if (!document) return std::unexpected(Errors{document.error()});
    Faults faults;
    Node root(*document);
    check_shape(root, faults);
    // Without stages, every stage that the rest names would be told as unknown.
    if (root.is_object() && !root.has("stages") && !faults.empty()) return std::unexpected(faults.sorted());
    auto program = std::make_shared<Program>();
    program->source = std::string(text);
    if (root.is_object()) {
        Reader(root, around, *program, faults).read();
        // With a name unresolved, half of the flow would be missing and every fault found there a false one.
        if (faults.spare_the_flow()) {
            check_flow(root, *program, faults);
            check_cover(root, *program, faults);
        }
    }
    if (!faults.empty()) return std::unexpected(faults.sorted());
    return Compiled{std::move(program), std::move(faults.warnings)};
}

}  // namespace reeve::model
