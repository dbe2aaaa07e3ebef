// A file in memory for what the engine reads by path: the same one each time, filled anew.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "tests/fuzz/claim.h"

namespace reeve::fuzz {

class ScratchFile {
  public:
    ScratchFile() : handle_(memfd_create("input", MFD_CLOEXEC)) { claim(handle_ >= 0, "a file in memory"); }
    ~ScratchFile() { close(handle_); }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;

    std::string path() const { return "/proc/self/fd/" + std::to_string(handle_); }
    void fill(std::string_view text) const {
        claim(ftruncate(handle_, 0) == 0, "the file is emptied");
        claim(pwrite(handle_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
              "the file is filled");
    }

  private:
    int handle_;
};

}  // namespace reeve::fuzz
