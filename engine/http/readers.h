// Readers that are free: taken for one answer, given back after it. Every member may be called from any
// thread.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "engine/runtime/engine.h"

namespace reeve::http {

class Readers {
  public:
    explicit Readers(runtime::Engine& engine) : engine_(engine) {}
    class Lease {
      public:
        explicit Lease(Readers& of) : of_(of), reader_(of.take()) {}
        ~Lease() { of_.give(std::move(reader_)); }
        Lease(const Lease&) = delete;
        store::Reader& operator*() { return *reader_; }

      private:
        Readers& of_;
        std::unique_ptr<store::Reader> reader_;
    };

  private:
    std::unique_ptr<store::Reader> take();
    void give(std::unique_ptr<store::Reader>);
    runtime::Engine& engine_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<store::Reader>> free_;
};

}  // namespace reeve::http
