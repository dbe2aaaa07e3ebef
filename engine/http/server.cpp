#include "engine/http/server.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <thread>

#include "engine/http/service.h"
#include "engine/log.h"
#include "engine/thread_name.h"

namespace reeve::http {

using asio::ip::tcp;

// At the end, for those who are being answered; the plugins' four seconds come after it, and systemd and
// docs/service.md know ten.
constexpr std::chrono::seconds patience{6};

class Server::Impl {
  public:
    Impl(runtime::Engine& engine, const Options& options) : service_(engine, options, io_) {}

    Result<void> listen() {
        const auto& options = service_.options;
        auto tls = tls_context(options);
        if (!tls) return std::unexpected(tls.error());
        tls_ = std::move(*tls);
        boost::system::error_code fault;
        const auto address = asio::ip::make_address(options.address, fault);
        if (fault)
            return refuse("cannot-listen",
                          "\"" + options.address + "\" is no address: expected one such as 127.0.0.1 or ::1",
                          "--listen");
        const tcp::endpoint at(address, options.port);
        acceptor_.open(at.protocol(), fault);
        if (!fault) acceptor_.set_option(tcp::acceptor::reuse_address(true), fault);
        if (!fault) acceptor_.bind(at, fault);
        if (!fault) acceptor_.listen(asio::socket_base::max_listen_connections, fault);
        if (!fault) port_ = acceptor_.local_endpoint().port();
        if (fault)
            return refuse("cannot-listen",
                          fmt::format("cannot listen at {} port {}: {}", options.address, options.port,
                                      fault.message()),
                          "--listen");
        asio::co_spawn(io_, accept(), asio::detached);
        thread_ = std::thread([this] {
            name_thread("reeve-http");
            io_.run();
        });
        return {};
    }

    void stop() {
        if (!thread_.joinable()) return;
        asio::post(io_, [this] {
            service_.stopping = true;
            acceptor_.close();
            retry_.cancel();
            service_.feed.stop();
            service_.jobs.stop();
            for (const auto& client : clients_)
                if (client->idle) client->wire.tcp().cancel();
            // Whoever has not been answered by then never will be.
            patience_.expires_after(patience);
            patience_.async_wait([this](const boost::system::error_code& fault) {
                if (fault) return;
                for (const auto& client : clients_) client->wire.tcp().close();
            });
            ended();
        });
        thread_.join();
        service_.pool.join();
        service_.heavy.join();
    }

    Result<void> renew() {
        auto tls = tls_context(service_.options);
        if (!tls) return std::unexpected(tls.error());
        asio::post(io_, [this, tls = std::move(*tls)] { tls_ = tls; });
        return {};
    }

    std::uint16_t port() const { return port_; }
    Service& service() { return service_; }

  private:
    asio::awaitable<void> accept() {
        while (acceptor_.is_open()) {
            auto [fault, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
            if (fault == asio::error::operation_aborted) co_return;
            if (fault) {
                // No file left for another connection: one of those that are here may end.
                retry_.expires_after(std::chrono::milliseconds(100));
                co_await retry_.async_wait(asio::as_tuple(asio::use_awaitable));
                continue;
            }
            if (clients_.size() >= service_.options.connections) continue;  // it is closed
            boost::system::error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            ++service_.monitor.connections;
            const auto client =
                clients_.insert(clients_.end(), std::make_shared<Connection>(std::move(socket), tls_));
            asio::co_spawn(io_, converse(*client, service_),
                           [this, client](const std::exception_ptr& thrown) {
                               if (thrown) report(thrown);
                               clients_.erase(client);
                               --service_.monitor.connections;
                               ended();
                           });
        }
    }

    void ended() {
        if (service_.stopping && clients_.empty()) patience_.cancel();
    }

    static void report(const std::exception_ptr& thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& e) {
            log::write(log::Level::error, "connection-failed", {{"error", e.what()}});
        }
    }

    asio::io_context io_{1};
    Service service_;
    std::shared_ptr<asio::ssl::context> tls_;  // of connections that come
    tcp::acceptor acceptor_{io_};
    asio::steady_timer retry_{io_}, patience_{io_};
    std::list<std::shared_ptr<Connection>> clients_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

Server::Server() = default;
Server::~Server() {
    if (impl_) impl_->stop();
}

Result<std::unique_ptr<Server>> Server::start(runtime::Engine& engine, const Options& options) {
    std::unique_ptr<Server> server(new Server);
    server->impl_ = std::make_unique<Impl>(engine, options);
    if (auto listening = server->impl_->listen(); !listening) return std::unexpected(listening.error());
    return server;
}

Result<void> Server::check(const Options& options) {
    if (auto tls = tls_context(options); !tls) return std::unexpected(tls.error());
    return {};
}

Result<void> Server::renew() { return impl_->renew(); }
std::uint16_t Server::port() const { return impl_->port(); }
std::vector<std::string> Server::troubles() const {
    const auto& service = impl_->service();
    return service.monitor.troubles(service.engine.health(), service.engine.now());
}
std::size_t Server::streams() const { return impl_->service().feed.followers(); }
std::size_t Server::waiting() const { return impl_->service().jobs.waiting(); }
Access& Server::access() { return impl_->service().access; }
Accounts& Server::accounts() { return impl_->service().accounts; }

}  // namespace reeve::http
