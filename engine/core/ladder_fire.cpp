// A ladder step takes effect: people are found and told, the case may get another owner, another case may be
// opened.
#include "engine/core/clock.h"

namespace reeve::core {

void fire(Decision& d, const ClockState& running, int step, int repeat, Instant planned) {
    const ClockState clock = running;  // a copy: what follows changes the state it lies in
    const auto& program = d.program();
    const auto& ladder = *ladder_of(clock, program);
    const auto& rule = ladder.steps[step];
    auto telling = tell(d, clock, ladder, step);

    EscalationFired event;
    event.escalation = d.new_id('e');
    event.clock = clock.id;
    event.step = step;
    event.repeat = repeat;
    event.planned = planned;
    event.light = model::to_string(std::max(clock.light, light_after(ladder, step + 1)));
    event.urgent = rule.urgent;
    if (repeat > 0) {
        const int first = first_repeat_from(clock, program, clock.next_repeat.value_or(planned));
        if (const int passed = repeat - first; passed > 0)
            telling.notes.push_back(std::to_string(passed) +
                                    (passed == 1 ? " repeat was passed over" : " repeats were passed over"));
    } else {
        // Time to answer and to acknowledge runs from the telling: nobody can answer before being asked.
        event.ask = rule.ask;
        if (!rule.ask.empty() && rule.answer_in)
            event.answer_by = time::due(*program.calendar, d.now, *rule.answer_in).at;
        if (rule.acknowledge_in)
            event.acknowledge_by = time::due(*program.calendar, d.now, *rule.acknowledge_in).at;
    }
    std::optional<org::Found> owner;
    if (repeat == 0 && rule.reassign) {
        owner = d.context.directory.choose(*rule.reassign, org::Pick::least_loaded, d.asking(),
                                           d.context.loads, &telling.notes);
        if (!owner)
            telling.notes.push_back("no one to give it to (" + org::to_string(*rule.reassign) +
                                    "): it stays where it is");
    }
    event.told = std::move(telling.people);
    event.notes = std::move(telling.notes);
    d.emit(std::move(event));

    const auto cause = clock.name + "#" + std::to_string(step + 1);
    if (repeat == 0 && !rule.start.empty()) {
        CaseRequested request;
        request.definition = rule.start;
        request.unit = d.state.unit;
        request.data = data_given(d, rule.start_data);
        request.cause = "ladder:" + cause;
        request.title = d.state.title;
        d.emit(std::move(request));
    }
    if (owner) reassign(d, *owner, "ladder " + cause);
}

}  // namespace reeve::core
