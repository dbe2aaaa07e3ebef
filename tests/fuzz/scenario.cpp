// Scenarios: a refusal has its place; the words of a line that is read are those of the line, and taking them
// in any of the ways of a verb ends with a refusal or with all of them taken.
#include "engine/cli/scenario.h"
#include "tests/fuzz/scratch_file.h"

namespace reeve::cli {
namespace {

using fuzz::claim;

// `take` is what a verb would do; a line is refused whole, at a place on the line.
template <class Take>
void taken(const Line& line, Take take) {
    try {
        Words words(line);
        take(words);
        words.finish();
        claim(words.left().empty(), "nothing is left of a line that was taken");
    } catch (const BadLine& refused) {
        fuzz::claim_told(refused.error);
        claim(refused.error.place.starts_with(line.file + ":" + std::to_string(line.number) + ":"),
              "a line is refused at its place: " + refused.error.text());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::ScratchFile file;
    const auto text = fuzz::text_of(data, size);
    file.fill(text);
    const auto lines = read_scenario(file.path());
    if (!lines) {
        if (lines.error().place == file.path())
            fuzz::claim_told(lines.error());
        else
            fuzz::claim_placed(lines.error(), text, file.path());
        return 0;
    }
    for (const auto& line : *lines) {
        claim(!line.verb.empty() && line.text.starts_with(line.verb), "a line begins with its verb");
        taken(line, [](Words& words) { words.data(); });
        taken(line, [](Words& words) {
            words.next("a case");
            words.option("by");
            words.options("tell");
            words.data();
            words.rest("words");
        });
        for (const auto& word : line.words) (void)value_of(word);
    }
    return 0;
}

}  // namespace reeve::cli
