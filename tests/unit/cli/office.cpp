#include "tests/unit/cli/office.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

namespace reeve::cli {

namespace fs = std::filesystem;

namespace {
std::string read(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}
}  // namespace

Office::Office(bool with_folder) {
    std::string name = (fs::temp_directory_path() / "reeve-cli-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::copy(REEVE_SOURCE "/tests/unit/cli/office", folder_, fs::copy_options::recursive);
    fs::copy(REEVE_SOURCE "/workflows/calendars/cn-office.json", folder_);
    if (!with_folder) return;
    did("reeve init office --rehearsal 2026-03-02T09:00:00+08:00 --organisation organisation.json --as "
        "chen-yu");
    did("reeve definition deploy noise.json --as chen-yu");
}

Office::~Office() { fs::remove_all(folder_); }

Ran Office::run(const std::string& line) const {
    const std::string command = "cd '" + folder_.string() +
                                "' && { PATH='" REEVE_BIN
                                "':\"$PATH\" REEVE_DATA=office COLUMNS=100; export PATH REEVE_DATA; " +
                                line + "\n} >stdout.txt 2>stderr.txt </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128, read(folder_ / "stdout.txt"),
            read(folder_ / "stderr.txt")};
}

Ran Office::did(const std::string& line) const {
    auto ran = run(line);
    EXPECT_EQ(ran.exit, 0) << line << "\n" << ran.out << ran.err;
    return ran;
}

void Office::copy_to(const fs::path& folder) const {
    fs::remove_all(folder);
    fs::copy(folder_, folder, fs::copy_options::recursive);
}

std::string Office::start(const std::string& more) const {
    return did("reeve case start noise --unit north --set place='Mill Lane 3' --as li-na --json " + more)
        .json()["case"];
}

}  // namespace reeve::cli
