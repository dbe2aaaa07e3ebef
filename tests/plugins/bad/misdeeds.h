// What no plugin should do, by its name; other words are passed over.
#pragma once

#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>

inline void misbehave(const std::string& what) {
    const auto hang = [] {
        for (;;) ::pause();
    };
    if (what == "exit") ::_exit(3);
    if (what == "crash") ::raise(SIGSEGV);
    if (what == "hang") hang();
    if (what == "eat")
        for (;;) std::memset(new char[8 << 20], 1, 8 << 20);
    if (what == "write") {
        for (int i = 0; i < 1000; ++i)
            if (::write(3, "rubbish!", 8) < 0) break;
        hang();
    }
    if (what == "chatter") {
        const std::string line(2'000, 'x');
        std::fprintf(stderr, "\xff not \"UTF-8\"\n%s\n", line.c_str());
        for (int i = 0; i < 1'000; ++i) std::fprintf(stderr, "tick %d\n", i);
        std::fprintf(stderr, "unended");
        ::_exit(3);
    }
    if (what == "throw") throw std::runtime_error("the tray\nis empty");
}

// Says that it has begun, and goes on when it is told to: by two named pipes, FOLDER/begun and FOLDER/go.
inline void wait_in(const std::string& folder) {
    std::ofstream(folder + "/begun") << "begun\n";
    std::string line;
    std::ifstream go(folder + "/go");
    std::getline(go, line);
}
