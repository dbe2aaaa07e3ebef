// The only file that needs all of Boost.Asio.
#include "engine/runtime/engine.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>

#include "engine/runtime/impl.h"

namespace reeve::runtime {
namespace asio = boost::asio;

Engine::Engine() : impl_(std::make_unique<Impl>()) {}

Engine::~Engine() {
    // The writer first: what it took is committed and answered while the store still stands.
    impl_->writer.reset();
}

Result<std::unique_ptr<Engine>> Engine::open(Options options) {
    std::unique_ptr<Engine> engine(new Engine);
    auto& impl = *engine->impl_;
    const bool scratch = options.folder.empty();
    if (scratch) {
        impl.scratch = std::make_unique<store::ScratchFolder>();
        impl.folder = impl.scratch->path();
    } else {
        impl.folder = options.folder;
    }
    auto store = store::open(impl.folder, {.create = scratch || options.create, .durable = !scratch});
    if (!store) return std::unexpected(store.error());
    impl.store = options.wrap ? options.wrap(std::move(*store)) : std::move(*store);
    impl.time = options.time ? options.time : system_time();
    impl.options = options;
    impl.writer = std::make_unique<Writer>(*impl.store, impl.catalog, impl.options, impl.time, impl.endings,
                                           impl.commits);
    impl.writer->start();
    return engine;
}

asio::awaitable<Result<Receipt>> Engine::submit(core::Command command) {
    auto initiate = [this](auto handler, core::Command taken) {
        // The caller's executor keeps running until the answer is there, and the answer comes on it.
        auto executor =
            asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        post(std::move(taken), [shared, executor](Result<Receipt> result) {
            asio::post(executor, [shared, result = std::move(result)]() mutable {
                std::move (*shared)(std::move(result));
            });
        });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<Receipt>)>(
        initiate, asio::use_awaitable, std::move(command));
}

asio::awaitable<Result<core::CaseState>> Engine::finished(std::string case_id) {
    auto initiate = [this, &case_id](auto handler) {
        auto executor =
            asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        impl_->endings.await(case_id, [shared, executor] {
            asio::post(executor, [shared]() mutable { std::move (*shared)(); });
        });
        // It may have ended before anybody waited; then nobody else will tell.
        const auto row = read()->find_case(case_id);
        if (!row || row->status != "open") impl_->endings.tell(case_id);
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiate, asio::use_awaitable);
    auto found = find(case_id);
    if (!found) co_return std::unexpected(found.error());
    co_return std::move(found->state);
}

Result<Receipt> Engine::ask(core::Command command) {
    std::promise<Result<Receipt>> answer;
    post(std::move(command), [&](Result<Receipt> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
}

void Engine::post(core::Command command, std::function<void(Result<Receipt>)> done) {
    impl_->writer->post(std::move(command), std::move(done));
}

Result<void> Engine::record_deliveries(std::vector<store::OutboxDelivery> deliveries) {
    if (deliveries.empty()) return {};
    std::promise<Result<Receipt>> answer;
    impl_->writer->post(std::move(deliveries),
                        [&](Result<Receipt> result) { answer.set_value(std::move(result)); });
    auto durable = answer.get_future().get();
    if (!durable) return std::unexpected(durable.error());
    return {};
}

std::shared_ptr<void> Engine::on_commit(std::function<void()> told) {
    return impl_->commits.listen(std::move(told));
}

std::unique_ptr<store::Reader> Engine::read() const { return impl_->store->read(); }

Result<store::CaseFile> Engine::find(const std::string& case_id) const {
    auto reader = read();
    return store::find(*reader, impl_->catalog, case_id);
}

std::shared_ptr<const org::Directory> Engine::directory() const { return impl_->writer->directory(); }
const store::Catalog& Engine::catalog() const { return impl_->catalog; }
Instant Engine::now() const { return impl_->time->now(); }
const std::filesystem::path& Engine::folder() const { return impl_->folder; }
Health Engine::health() const { return impl_->writer->health(); }
void Engine::accept_clock() { impl_->writer->accept_clock(); }

Result<core::Document> Engine::attach(const std::filesystem::path& file, const std::string& kind) {
    return store::attach(impl_->folder, file, kind);
}

}  // namespace reeve::runtime
