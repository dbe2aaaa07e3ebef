#include "engine/cli/scenario_run.h"

#include <fmt/format.h>

#include "engine/cli/telling.h"
#include "engine/spelling.h"

namespace reeve::cli {

World& Playing::running(const Words& words) const {
    if (!world)
        throw BadLine{{"no-time", "the clock is not set yet: an \"at TIME ZONE\" line must come first",
                       words.line().place()}};
    return *world;
}

time::Instant Playing::instant(const Words& words, const std::string& text) const {
    auto at = time::parse_instant(text, *zone);
    if (!at) words.fail(at.error().message, at.error().code);
    return *at;
}

time::Duration Playing::duration(const Words& words, const std::string& text) const {
    auto duration = time::parse_duration(text);
    if (!duration) words.fail(duration.error().message, duration.error().code);
    return *duration;
}

std::string Playing::text(time::Instant at) const {
    if (at == time::Instant::max()) return "(stands still)";
    return time::to_string(at, *zone);
}

std::string Playing::case_id(Words& words) {
    const auto name = words.next("the name of a case");
    auto it = ids.find(name);
    if (it == ids.end()) {
        std::vector<std::string> known;
        for (const auto& [n, id] : ids) known.push_back(n);
        words.fail(
            fmt::format("no line before this one opened a case called {}{}", name, did_you_mean(name, known)),
            "unknown-case");
    }
    return last_case = it->second;
}

std::string Playing::name(const std::string& case_id) const {
    auto it = names.find(case_id);
    return it == names.end() ? case_id : it->second;
}

core::CaseState Playing::state(const Words& words, const std::string& case_id) const {
    auto file = running(words).engine().find(case_id);
    if (!file) words.fail(file.error().message, file.error().code);
    return std::move(file->state);
}

void Playing::call(const std::string& case_id, const std::string& name) {
    ids[name] = case_id;
    names[case_id] = name;
    last_case = case_id;
}

void Playing::fail(const Line& line, std::vector<std::string> happened) {
    played->failures.push_back(
        {fmt::format("{}:{}", line.file, line.number), line.text, std::move(happened)});
}

std::string tell(const Playing& p, const core::Recorded& recorded) {
    core::CaseState state;
    if (auto file = p.world->engine().find(recorded.case_id)) state = std::move(file->state);
    return fmt::format("{} {} {}{}{}", p.text(recorded.at), p.name(recorded.case_id),
                       sentence(recorded.event, state, *p.zone),
                       recorded.occurred ? ", occurred " + p.text(*recorded.occurred) : "",
                       recorded.actor == core::system_actor ? "" : ", by " + recorded.actor);
}

namespace {

Verb verb_of(const Line& line) {
    for (const auto* verbs : {&narrating_verbs(), &scene_verbs(), &command_verbs()})
        if (auto it = verbs->find(line.verb); it != verbs->end()) return it->second;
    std::vector<std::string> known{"expect"};
    for (const auto* verbs : {&narrating_verbs(), &scene_verbs(), &command_verbs()})
        for (const auto& [name, verb] : *verbs) known.push_back(name);
    throw BadLine{{"unknown-verb",
                   fmt::format("there is no verb \"{}\"{}", line.verb, did_you_mean(line.verb, known)),
                   line.place()}};
}

// Plays one line. `refusal_expected` says that the next line asks for a refusal.
void play(Playing& playing, const Line& line, bool refusal_expected) {
    Words words(line);
    if (line.verb == "expect") {
        ++playing.played->expectations;
        playing.running(words);
        return expect(playing, words);
    }
    const auto verb = verb_of(line);
    if (narrating_verbs().contains(line.verb)) return verb(playing, words);
    playing.refused.reset();
    if (playing.world) playing.mark = playing.world->last_seq();
    verb(playing, words);
    if (!command_verbs().contains(line.verb)) return;
    ++playing.played->commands;
    if (playing.refused && !refusal_expected)
        throw BadLine{{playing.refused->code,
                       fmt::format("refused ({}): {}{}", playing.refused->code, playing.refused->message,
                                   playing.refused->place.empty() ? "" : " (" + playing.refused->place + ")"),
                       line.place()}};
}

bool expects_refusal(const Line& line) {
    return line.verb == "expect" && !line.words.empty() && line.words[0].text == "refused";
}

}  // namespace

const Verbs& narrating_verbs() {
    constexpr Verb say = [](Playing&, Words& words) {
        words.next("a text in quotes");
        words.finish();
    };
    static const Verbs verbs{{"story", say}, {"failure", say}, {"prevented", say}};
    return verbs;
}

void print_trace(const Playing& playing, const Line& line, bool good) {
    fmt::print("{:>4}  {}\n", line.number, line.text);
    if (line.verb != "expect" && !narrating_verbs().contains(line.verb) && playing.world) {
        for (const auto& event : playing.world->since(playing.mark))
            fmt::print("      | {}\n", tell(playing, event));
        if (playing.refused)
            fmt::print("      | refused ({}): {}\n", playing.refused->code, playing.refused->text());
    }
    if (!good) fmt::print("      ^ not so\n");
}

Played play_scenario(const std::string& path, const LineWatch& watch) {
    Played played;
    played.file = path;
    auto lines = read_scenario(path);
    if (!lines) {
        played.stopped = lines.error();
        return played;
    }
    Playing playing;
    playing.folder = std::filesystem::path(path).parent_path();
    playing.zone = time::elapsed_calendar("UTC");
    playing.played = &played;
    try {
        for (std::size_t i = 0; i < lines->size(); ++i) {
            const auto& line = (*lines)[i];
            const auto failures = played.failures.size();
            play(playing, line, i + 1 < lines->size() && expects_refusal((*lines)[i + 1]));
            if (watch) watch(playing, line, played.failures.size() == failures);
        }
        if (!playing.world && !playing.before_at.empty()) {
            const auto& line = playing.before_at.front();
            throw BadLine{{"no-time",
                           "nothing is played without a clock: an \"at TIME ZONE\" line is missing",
                           line.place()}};
        }
    } catch (const BadLine& bad) {
        played.stopped = bad.error;
    }
    return played;
}

}  // namespace reeve::cli
