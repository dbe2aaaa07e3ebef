// The log of a service whose reader is slow, or has stopped reading.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "engine/log.h"

namespace reeve::log {
namespace {

constexpr int lines = 30'000;

// In a process of its own: what it writes, with nobody to read it, goes to `log`; when it was through it says
// so over `through`.
[[noreturn]] void talk(int log, int through) {
    ::alarm(60);  // whoever waits for a reader ends here
    ::dup2(log, STDERR_FILENO);
    begin(Level::info, Form::text, [] { return time::Instant(time::Millis(0)); });
    const std::string long_text(100, 'x');
    for (int i = 0; i < lines; ++i) write(Level::info, "tick", {{"number", i}, {"text", long_text}});
    (void)!::write(through, "!", 1);
    flush(std::chrono::seconds(30));
    ::_exit(0);
}

TEST(Log, NobodyWaitsForAReaderAndWhatIsLostIsCounted) {
    std::array<int, 2> log{}, through{};
    ASSERT_EQ(::pipe(log.data()), 0);
    ASSERT_EQ(::pipe(through.data()), 0);
    const auto child = ::fork();
    if (child == 0) talk(log[1], through[1]);
    ::close(log[1]);
    ::close(through[1]);
    char said = 0;
    EXPECT_EQ(::read(through[0], &said, 1), 1) << "it waited for a reader";
    std::string text;
    std::array<char, 65536> piece;
    for (ssize_t got = 0; (got = ::read(log[0], piece.data(), piece.size())) > 0;)
        text.append(piece.data(), static_cast<std::size_t>(got));
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status)) << status;
    ::close(log[0]);
    ::close(through[0]);
    int told = 0, lost = 0;
    std::istringstream all(text);
    for (std::string line; std::getline(all, line);) {
        const auto counted = line.find("log-lines-lost lines=");
        if (counted != std::string::npos)
            lost += std::stoi(line.substr(counted + 21));
        else if (line.find(" info tick number=" + std::to_string(told) + " ") != std::string::npos)
            ++told;
        else
            ADD_FAILURE() << line;
    }
    EXPECT_GT(lost, 0);
    EXPECT_GT(told, 1000) << "what has room is kept";
    EXPECT_EQ(told + lost, lines);
}

TEST(Log, WhatLedToAnUnwantedEndIsTold) {
    std::array<int, 2> log{};
    ASSERT_EQ(::pipe(log.data()), 0);
    const auto child = ::fork();
    if (child == 0) {
        ::dup2(log[1], STDERR_FILENO);
        std::set_terminate([] { ::_exit(3); });
        begin(Level::info, Form::text, [] { return time::Instant(time::Millis(0)); });
        for (int i = 0; i < 2'000; ++i) write(Level::info, "tick", {{"number", i}});
        std::terminate();
    }
    ::close(log[1]);
    std::string text;
    std::array<char, 65536> piece;
    for (ssize_t got = 0; (got = ::read(log[0], piece.data(), piece.size())) > 0;)
        text.append(piece.data(), static_cast<std::size_t>(got));
    ::close(log[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 3) << "it ends as it would have";
    EXPECT_NE(text.find("number=1999\n"), std::string::npos)
        << text.substr(text.size() - std::min<std::size_t>(text.size(), 200));
}

}  // namespace
}  // namespace reeve::log
