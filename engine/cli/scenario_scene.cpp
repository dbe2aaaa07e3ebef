// The verbs that set the scene of a scenario: definitions, people, the clock.
#include <fmt/format.h>

#include "engine/cli/scenario_run.h"

namespace reeve::cli {

namespace {

// Faults in a file that a line names: the first at the line, all of them in the message.
void refuse_all(const Line& line, const Errors& errors) {
    if (errors.empty()) return;
    std::string text = "the file is refused:";
    for (const auto& error : errors) text += "\n    " + error.text();
    throw BadLine{{errors.front().code, text, line.place()}};
}

void load(Playing& p, const Line& line) {
    std::vector<std::string> paths;
    Words words(line);
    do {
        paths.push_back((p.folder / words.next("a file")).lexically_normal().string());
    } while (words.peek());
    words.finish();
    if (line.verb == "organisation") {
        for (const auto& path : paths) refuse_all(line, p.world->load_organisation(path));
        return;
    }
    refuse_all(line, p.world->deploy(paths));
    const auto ids = p.world->engine().catalog().ids();
    if (!ids.empty()) p.last_definition = ids.back();
}

// Files are loaded when the clock stands: what is loaded before the first `at` happens at that moment.
void file(Playing& p, Words& words) {
    if (p.world)
        load(p, words.line());
    else
        p.before_at.push_back(words.line());
}

void run_until(Playing& p, Words& words, time::Instant to) {
    if (to < p.world->now())
        words.fail(fmt::format("the clock stands at {} already and never goes back", p.text(p.world->now())),
                   "clock-backward");
    p.world->run_until(to);
}

void at(Playing& p, Words& words) {
    const auto text = words.next("a time, such as 2026-03-06T16:00");
    if (auto zone = words.next_if()) {
        try {
            p.zone = time::elapsed_calendar(*zone);
        } catch (const std::exception&) {
            words.fail(fmt::format("there is no time zone {}; a zone is written like Asia/Shanghai", *zone),
                       "unknown-zone");
        }
    }
    words.finish();
    const auto to = p.instant(words, text);
    if (p.world) return run_until(p, words, to);
    p.world = std::make_unique<World>(to);
    for (const auto& line : p.before_at) load(p, line);
    p.before_at.clear();
}

// Working time is counted as the case named last counts it; without one, as the definition loaded last does.
time::CalendarPtr calendar(Playing& p, Words& words) {
    if (!p.last_case.empty())
        if (auto file = p.world->engine().find(p.last_case)) return file->program->calendar;
    if (auto program = p.world->engine().catalog().program(p.last_definition)) return program->calendar;
    words.fail("no definition is loaded, so there is no calendar to count working time in", "no-calendar");
}

void advance(Playing& p, Words& words) {
    p.running(words);
    if (words.next_is("to")) {
        const auto to = p.instant(words, words.next("a time, such as 2026-03-06T16:00"));
        words.finish();
        return run_until(p, words, to);
    }
    const auto by = p.duration(words, words.rest("a duration, such as 4 working hours, or \"to TIME\""));
    words.finish();
    // A plain "advance 1 day" comes to the same time of the next day, not to its end.
    const auto counting = by.is_working() ? calendar(p, words) : p.zone;
    run_until(p, words,
              time::due(*counting, p.world->now(), by, {time::Until::moment, false, by.is_working()}).at);
}

void crash(Playing& p, Words& words) {
    p.running(words);
    words.finish();
    p.world->crash();
}

void change(Playing& p, Words& words, const org::Event& event) {
    words.finish();
    auto done = p.world->engine().change({event}, core::system_actor);
    if (!done) words.fail(done.error().message, done.error().code);
}

void absent(Playing& p, Words& words) {
    p.running(words);
    org::Absence absence;
    absence.person = words.next("a person");
    const auto from = words.option("from"), to = words.option("to");
    if (!from || !to) words.fail("an absence has from=TIME and to=TIME");
    absence.span = {p.instant(words, *from), p.instant(words, *to)};
    absence.substitute = words.option("substitute").value_or("");
    absence.reason = words.option("reason").value_or("");
    change(p, words, org::AbsenceRecorded{absence});
}

void present(Playing& p, Words& words) {
    p.running(words);
    const auto person = words.next("a person");
    change(p, words, org::AbsenceEnded{person, p.world->now()});
}

void leaves(Playing& p, Words& words) {
    p.running(words);
    const auto person = words.next("a person");
    change(p, words, org::PersonLeft{person});
}

void post(Playing& p, Words& words) {
    p.running(words);
    org::Post post;
    post.unit = words.next("a unit");
    post.role = words.next("a role");
    for (const auto* known : p.world->engine().directory()->posts(post.unit))
        if (known->role == post.role) post = *known;
    if (auto n = words.option("authorised")) {
        const auto number = nlohmann::json::parse(*n, nullptr, false);
        if (!number.is_number_unsigned()) words.fail("authorised= is a number of places");
        post.authorised = number;
    }
    if (auto holders = words.option("holders")) {
        post.holders.clear();
        for (std::size_t begin = 0; begin < holders->size();) {
            const auto comma = std::min(holders->find(',', begin), holders->size());
            post.holders.push_back(holders->substr(begin, comma - begin));
            begin = comma + 1;
        }
    }
    change(p, words, org::PostSet{post});
}

}  // namespace

const Verbs& scene_verbs() {
    static const Verbs verbs{{"define", file},     {"organisation", file}, {"at", at},
                             {"advance", advance}, {"crash", crash},       {"absent", absent},
                             {"present", present}, {"leaves", leaves},     {"post", post}};
    return verbs;
}

}  // namespace reeve::cli
