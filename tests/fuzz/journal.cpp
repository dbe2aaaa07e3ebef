// Journal rows: a body that decodes prints to a fixed form, and one that a damaged journal might hold is
// refused or applied without a crash, whatever the case. The same for the events of the organisation and for
// commands.
#include "tests/fuzz/office.h"

namespace reeve::fuzz {
namespace {

// A case early, in the middle and closed.
const std::vector<Casework>& cases() {
    static const auto made = [] {
        std::vector<Casework> out;
        Casework work(everything());
        work.ask("ren", core::StartCase{.definition = "everything",
                                        .unit = "east",
                                        .data = {{"persons", 5}, {"homes", {"first", "second"}}}});
        out.push_back(work);
        work.ask("ren", core::Act{.action = "accept"});
        work.now += std::chrono::days(4);
        work.tick();
        out.push_back(work);
        work.ask("eva", core::Cancel{.reason = "a mistake"});
        out.push_back(work);
        return out;
    }();
    return made;
}

void apply_everywhere(const core::Event& event) {
    for (const auto& work : cases()) {
        auto state = work.state;
        try {
            core::apply(state,
                        {work.history.size() + 1, "K1", state.revision + 1, work.now, {}, "eva", event},
                        work.program);
            (void)core::to_json(state);
            (void)core::next_moment(state);
        } catch (const std::exception&) {  // what does not fit the case may be refused so
        }
    }
}

template <class Value, class Read>
void claim_fixed(const Json& json, Read read) {
    const Result<Value> value = read(json);
    if (!value) return claim_told(value.error());
    const auto form = to_json(*value);
    const Result<Value> back = read(form);
    claim(back.has_value(), "what is written is read: " + form.dump());
    claim_equal(to_json(*back).dump(), form.dump(), "what is read again is the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto json = Json::parse(text_of(data, size), nullptr, false);
    if (json.is_discarded()) return 0;
    claim_fixed<org::Event>(json, [](const Json& j) { return org::event_from_json(j); });
    claim_fixed<core::Wish>(json, [](const Json& j) { return core::wish_from_json(j); });
    const auto event = core::event_from_json(json);
    if (!event) {
        claim_told(event.error());
        return 0;
    }
    claim_stored(*event);
    apply_everywhere(*event);
    return 0;
}

}  // namespace reeve::fuzz
