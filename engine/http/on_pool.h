// Inside engine/http: work that waits for the disk, done on the pool while the network's thread goes on.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace reeve::http {

// Runs `work` on the pool; what it gives comes back on the caller's executor. It must not throw.
template <class Given>
boost::asio::awaitable<Given> on_pool(boost::asio::thread_pool& pool, std::function<Given()> work) {
    namespace asio = boost::asio;
    auto initiate = [&pool](auto handler, std::function<Given()> taken) {
        auto executor =
            asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        asio::post(pool, [shared, executor, taken = std::move(taken)] {
            auto given = taken();
            asio::post(executor, [shared, given = std::move(given)]() mutable {
                std::move (*shared)(std::move(given));
            });
        });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Given)>(
        initiate, asio::use_awaitable, std::move(work));
}

}  // namespace reeve::http
