// Process: another program, started and watched, killed at will. Whoever has it waits for its end; nothing
// but this one process is ever killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace reeve::crash {

class Process {
  public:
    // The words of its command line, the program first. Its output, of both kinds, is read here.
    explicit Process(const std::vector<std::string>& words);
    ~Process();  // kills it if it still runs
    Process(const Process&) = delete;

    // The next whole line; none at the end of its output.
    std::optional<std::string> line();
    std::string rest();  // all lines up to the end
    // Kills it, unless it has ended by itself. Then what it had said before can still be read.
    void kill();
    int exit();      // waits for its end: its exit status, or -1 when it was killed
    bool running();  // it has not ended

  private:
    pid_t pid_ = -1;
    int out_ = -1;
    std::optional<int> status_;
    std::string text_;
};

}  // namespace reeve::crash
