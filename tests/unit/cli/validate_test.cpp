// `reeve validate` as people meet it: the real command, every faulty definition under tests/faulty, and every
// shipped one.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

namespace {

namespace fs = std::filesystem;
const fs::path faulty = fs::path(REEVE_SOURCE) / "tests/faulty";

struct Ran {
    int status;
    std::string out;  // both streams
};

Ran run(const fs::path& folder, const std::string& arguments) {
    auto command =
        fmt::format("cd '{}' && '{}/reeve' validate {} 2>&1", folder.string(), REEVE_BIN, arguments);
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string out;
    std::array<char, 4096> buffer;
    while (auto n = fread(buffer.data(), 1, buffer.size(), pipe.get())) out.append(buffer.data(), n);
    int status = pclose(pipe.release());
    return {WEXITSTATUS(status), out};
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

// `// expect LINE:COL: part of the sentence` at the head of the file, one for each fault, and perhaps
// `// args …`. LINE:COL may be a whole place, for a fault that lies in an imported file.
struct Expected {
    std::vector<std::pair<std::string, std::string>> faults;
    std::string args;
};

Expected expected(const fs::path& file) {
    Expected out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line) && line.starts_with("//");) {
        if (line.starts_with("// args ")) out.args = line.substr(8);
        if (!line.starts_with("// expect ")) continue;
        auto text = line.substr(10);
        auto colon = text.find(": ");
        auto place = text.substr(0, colon);
        if (std::isdigit(static_cast<unsigned char>(place[0])))
            place = file.filename().string() + ":" + place;
        out.faults.emplace_back(place, colon == std::string::npos ? "" : text.substr(colon + 2));
    }
    return out;
}

TEST(Validate, RefusesEachFaultyDefinitionAtItsPlaceWithASentenceThatHelps) {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(faulty)) {
        if (entry.path().extension() != ".json") continue;
        auto name = entry.path().filename().string();
        SCOPED_TRACE(name);
        auto wanted = expected(entry.path());
        ASSERT_FALSE(wanted.faults.empty()) << "the file says nothing of what is expected";
        auto [status, out] =
            run(faulty, name + " " + (wanted.args.empty() ? "--from 2026-01-01" : wanted.args));
        EXPECT_EQ(status, 1);
        auto said = lines(out);
        ASSERT_EQ(said.size(), wanted.faults.size()) << out;
        for (std::size_t i = 0; i < said.size(); ++i) {
            EXPECT_TRUE(said[i].starts_with(wanted.faults[i].first + ": "))
                << said[i] << "\nwanted at " << wanted.faults[i].first;
            EXPECT_THAT(said[i], testing::HasSubstr(wanted.faults[i].second));
        }
        ++count;
    }
    EXPECT_GE(count, 60);
}

TEST(Validate, AcceptsEveryShippedDefinition) {
    std::string files;
    auto folder = fs::path(REEVE_SOURCE) / "workflows";
    for (const auto& entry : fs::directory_iterator(folder))
        if (auto name = entry.path().filename().string();
            name.ends_with(".json") && !name.ends_with(".schema.json"))
            files += name + " ";
    ASSERT_FALSE(files.empty());
    auto [status, out] = run(folder, files);
    EXPECT_EQ(status, 0) << out;
}

TEST(Validate, AcceptsTheExampleOfTheReference) {
    std::ifstream in(fs::path(REEVE_SOURCE) / "docs/definition-language.md");
    std::string text(std::istreambuf_iterator<char>(in), {});
    auto from = text.find("```jsonc\n") + 9;
    auto folder = fs::temp_directory_path() / fmt::format("reeve-validate-{}", getpid());
    fs::create_directories(folder);
    std::ofstream(folder / "example.json") << text.substr(from, text.find("\n```", from) - from);
    auto [status, out] =
        run(folder, fmt::format("example.json --calendars {}/workflows/calendars", REEVE_SOURCE));
    fs::remove_all(folder);
    EXPECT_EQ(status, 0) << out;
}

TEST(Validate, PrintsJsonWithPlaceAndCode) {
    auto [status, out] = run(faulty, "unknown-stage.json --json");
    EXPECT_EQ(status, 1);
    auto json = nlohmann::json::parse(out);
    EXPECT_EQ(json[0]["valid"], false);
    EXPECT_EQ(json[0]["errors"][0]["code"], "unknown-stage");
    EXPECT_EQ(json[0]["errors"][0]["place"],
              "unknown-stage.json:" + expected(faulty / "unknown-stage.json").faults[0].first.substr(19));
}

TEST(Validate, WarnsOfACalendarThatEndsWithinTheYear) {
    auto folder = fs::path(REEVE_SOURCE) / "workflows";
    auto [status, out] = run(folder, "petition-handling.json --from 2026-06-01");
    EXPECT_EQ(status, 0) << "the cases of today can be counted";
    EXPECT_THAT(out, testing::HasSubstr("petition-handling.json:"));
    EXPECT_THAT(out, testing::HasSubstr("warning"));
    EXPECT_EQ(run(folder, "petition-handling.json --from 2031-06-01").status, 1);
}

TEST(Validate, OneIdIsOneDefinition) {
    auto folder = fs::temp_directory_path() / fmt::format("reeve-twice-{}", getpid());
    fs::create_directories(folder);
    for (const char* name : {"a.json", "b.json"})
        fs::copy_file(fs::path(REEVE_SOURCE) / "workflows/screening.json", folder / name);
    auto [status, out] =
        run(folder, fmt::format("a.json b.json --calendars {}/workflows/calendars", REEVE_SOURCE));
    fs::remove_all(folder);
    EXPECT_EQ(status, 1);
    EXPECT_THAT(out, testing::HasSubstr("the id \"screening\" belongs to a.json already"));
}

TEST(Validate, SaysWrongUseAndMissingFiles) {
    EXPECT_EQ(run(faulty, "").status, 2);
    EXPECT_EQ(run(faulty, "--nonsense").status, 2);
    auto [status, out] = run(faulty, "not-there.json");
    EXPECT_EQ(status, 1);
    EXPECT_THAT(out, testing::HasSubstr("not-there.json"));
}

}  // namespace
