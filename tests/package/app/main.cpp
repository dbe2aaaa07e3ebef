// A program of somebody else's: embeds the engine, starts a case, and awaits its end.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "engine/runtime/engine.h"

using namespace reeve;

boost::asio::awaitable<void> visit(runtime::Engine& engine) {
    core::Command start{.actor = "zhou-ying",
                        .wish = core::StartCase{.definition = "doorbell", .unit = "post"}};
    auto started = (co_await engine.submit(std::move(start))).value();
    core::Command act{.actor = "zhou-ying", .case_id = started.case_id, .wish = core::Act{.action = "visit"}};
    (co_await engine.submit(std::move(act))).value();
    core::CaseState ended = (co_await engine.finished(started.case_id)).value();
    std::printf("closed: %s\n", ended.outcome.c_str());
}

int main(int, char** argv) {
    auto engine = runtime::Engine::open({.folder = argv[1], .create = true}).value();
    engine->change(org::load(argv[2]).value(), "zhou-ying").value();
    std::ifstream file(argv[3]);
    engine
        ->deploy({std::istreambuf_iterator<char>(file), {}}, argv[3],
                 canonical_text(*time::elapsed_calendar("UTC")), "zhou-ying")
        .value();
    boost::asio::io_context io;
    co_spawn(io, visit(*engine), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
    });
    io.run();
}
