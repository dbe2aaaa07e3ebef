// reeve bench http: the two durable commands of a case over HTTP, beside a bare Beast server that answers a
// constant to the same requests, and the engine's own rate without HTTP, all in one run on the same cores.
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <stdexcept>
#include <thread>

#include "engine/cli/bench.h"
#include "engine/http/server.h"

namespace reeve::cli {

namespace {

namespace asio = boost::asio;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

// A server that does nothing but speak HTTP: what Beast allows on this machine.
class BareServer {
  public:
    BareServer() : acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}) {
        asio::co_spawn(io_, accept(), asio::detached);
        thread_ = std::thread([this] { io_.run(); });
    }
    ~BareServer() {
        io_.stop();
        thread_.join();
    }
    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  private:
    asio::awaitable<void> accept() {
        for (;;) {
            auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
            socket.set_option(tcp::no_delay(true));
            asio::co_spawn(io_, converse(std::move(socket)), asio::detached);
        }
    }
    static asio::awaitable<void> converse(tcp::socket socket) {
        boost::beast::tcp_stream stream(std::move(socket));
        boost::beast::flat_buffer buffer;
        for (;;) {
            stream.expires_after(std::chrono::seconds(30));
            bhttp::request<bhttp::string_body> request;
            co_await bhttp::async_read(stream, buffer, request, asio::use_awaitable);
            bhttp::response<bhttp::string_body> response(bhttp::status::ok, 11);
            response.set(bhttp::field::content_type, "application/json");
            response.body() = R"({"case":"matter-1","revision":4,"repeated":false,"events":[)" +
                              std::string(400, ' ') + "]}";
            response.prepare_payload();
            co_await bhttp::async_write(stream, response, asio::use_awaitable);
        }
    }
    asio::io_context io_{1};
    tcp::acceptor acceptor_;
    std::thread thread_;
};

struct HttpLoad {
    std::uint16_t port;
    std::string token;
    std::uint64_t cases;
    bool latencies;
};

// One connection, kept alive: starts a case, acts on it when that was answered, and so on.
class LoadClient {
  public:
    LoadClient(asio::io_context& io, const HttpLoad& wanted, std::uint64_t& started,
               std::vector<double>& times)
        : socket_(io), wanted_(wanted), started_(started), times_(times) {
        socket_.connect({asio::ip::make_address("127.0.0.1"), wanted.port});
        socket_.set_option(tcp::no_delay(true));
    }
    void start() {
        if (started_ == wanted_.cases) return;
        static const std::string subject(340, 'x');
        const auto number = started_++;
        send(
            "/v1/cases",
            fmt::format(
                R"({{"definition":"matter","unit":"desk-{}","data":{{"subject":"{}","place":"Mill Lane 3","urgent":false}}}})",
                number % 10, subject));
    }

  private:
    void send(const std::string& path, const std::string& body) {
        acting_ = path != "/v1/cases";
        request_ = fmt::format(
            "POST {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: "
            "application/json\r\nContent-Length: {}\r\n\r\n{}",
            path, wanted_.token, body.size(), body);
        begun_ = runtime::stopwatch();
        asio::async_write(socket_, asio::buffer(request_), [this](auto fault, std::size_t) { check(fault); });
        asio::async_read_until(socket_, asio::dynamic_buffer(answer_), "\r\n\r\n",
                               [this](auto fault, std::size_t head) {
                                   check(fault);
                                   take_head(head);
                               });
    }
    static void check(const boost::system::error_code& fault) {
        if (fault) throw boost::system::system_error(fault);
    }
    void take_head(std::size_t head) {
        constexpr std::string_view name = "\r\nContent-Length: ";
        const auto at = answer_.find(name);
        if (!answer_.starts_with("HTTP/1.1 20") || at == answer_.npos || at > head)
            throw std::runtime_error("the service answered: " + answer_);
        const auto whole = head + std::stoul(answer_.substr(at + name.size()));
        if (answer_.size() >= whole) return take(head);
        asio::async_read(socket_, asio::dynamic_buffer(answer_),
                         asio::transfer_exactly(whole - answer_.size()),
                         [this, head](auto fault, std::size_t) {
                             check(fault);
                             take(head);
                         });
    }
    void take(std::size_t head) {
        if (wanted_.latencies) times_.push_back(runtime::seconds_since(begun_) * 1e3);
        std::string next;
        if (!acting_) {
            constexpr std::string_view name = R"("case":")";
            const auto from = answer_.find(name, head) + name.size();
            next = "/v1/cases/" + answer_.substr(from, answer_.find('"', from) - from) + "/commands";
        }
        answer_.clear();
        if (next.empty()) return start();
        send(next, R"({"command":"Act","action":"settle"})");
    }

    tcp::socket socket_;
    const HttpLoad& wanted_;
    std::uint64_t& started_;
    std::vector<double>& times_;
    bool acting_ = false;
    std::string request_, answer_;
    decltype(runtime::stopwatch()) begun_;
};

// Requests a second of so many clients; or, in `times`, the milliseconds of each.
double rate(const HttpLoad& wanted, std::size_t clients, std::vector<double>& times) {
    asio::io_context io(1);
    std::uint64_t started = 0;
    std::vector<std::unique_ptr<LoadClient>> all;
    for (std::size_t i = 0; i < clients; ++i)
        all.push_back(std::make_unique<LoadClient>(io, wanted, started, times));
    const auto begun = runtime::stopwatch();
    for (auto& client : all) client->start();
    io.run();
    return static_cast<double>(2 * wanted.cases) / runtime::seconds_since(begun);
}

struct BenchService {
    BenchOffice office;
    std::unique_ptr<http::Server> server;
    std::string token;
    explicit BenchService(const BenchOptions& options) : office(options.store, {}) {
        http::Options wanted;
        wanted.port = 0;
        auto started = http::Server::start(office.engine(), wanted);
        if (!started) throw std::runtime_error(started.error().text());
        server = std::move(*started);
        token = server->access()
                    .add({.name = "bench",
                          .person = "head",
                          .made_by = "head",
                          .scopes = {http::Scope::read, http::Scope::act},
                          .made = office.engine().now()})
                    .secret;
    }
};

Json with_clients(const BenchOptions& options, std::uint64_t count, std::size_t clients) {
    std::vector<double> bare, engine, service, ratio, none;
    for (int round = 0; round < options.rounds; ++round) {
        {
            BareServer server;
            bare.push_back(rate({server.port(), "none", count, false}, clients, none));
        }
        {
            BenchOffice office(options.store, {});
            const auto begun = runtime::stopwatch();
            run_load(office.engine(), count, clients, true);
            engine.push_back(static_cast<double>(2 * count) / runtime::seconds_since(begun));
        }
        BenchService serving(options);
        service.push_back(rate({serving.server->port(), serving.token, count, false}, clients, none));
        ratio.push_back(service.back() * (1 / bare.back() + 1 / engine.back()));
    }
    return {{"requests_per_second", spread(service)},
            {"bare_requests_per_second", spread(bare)},
            {"engine_commands_per_second", spread(engine)},
            {"ratio", spread(ratio)}};
}

}  // namespace

Json bench_http(const BenchOptions& options) {
    const auto count = options.count ? options.count : 20'000;
    Json result{{"bench", "http"}, {"cases", count}, {"rounds", options.rounds}};
    for (const std::size_t clients : {64u, 256u}) {
        const auto figures = with_clients(options, count, clients);
        for (const auto& [name, value] : figures.items()) result[fmt::format("{}_{}", name, clients)] = value;
    }
    // One client: what HTTP adds to the commit of a command.
    std::vector<double> added;
    for (int round = 0; round < options.rounds; ++round) {
        BenchService serving(options);
        std::vector<double> over_http, alone;
        rate({serving.server->port(), serving.token, 500, true}, 1, over_http);
        for (std::uint64_t i = 0; i < 500; ++i) {
            auto start = BenchOffice::start(i);
            start.case_id = fmt::format("alone-{}", i);
            for (auto& command : {start, BenchOffice::act(start.case_id)}) {
                const auto begun = runtime::stopwatch();
                if (auto done = serving.office.engine().ask(command); !done)
                    throw std::runtime_error(done.error().text());
                alone.push_back(runtime::seconds_since(begun) * 1e3);
            }
        }
        added.push_back(median(over_http) - median(alone));
    }
    result["one_client_adds_ms"] = spread(added);
    return result;
}

}  // namespace reeve::cli
