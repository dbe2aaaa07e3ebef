// One client: requests are read, answered and written one after another, over Boost.Beast.
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "engine/http/client_address.h"
#include "engine/http/compress.h"
#include "engine/http/follower.h"
#include "engine/http/leasing.h"
#include "engine/http/request.h"
#include "engine/http/service.h"
#include "engine/json.h"
#include "engine/log.h"
#include "engine/store/part_file.h"

namespace reeve::http {

namespace beast = boost::beast;
namespace bhttp = beast::http;

namespace {

constexpr std::size_t header_bytes = 16 << 10;
// More of a body that nobody wants is not read: the connection ends.
constexpr std::uint64_t skipped_bytes = 64 << 10;

template <class Body>
void head_of(bhttp::response<Body>& response, const Answer& answer, unsigned version, bool keep) {
    response.version(version);
    response.result(static_cast<unsigned>(answer.status));
    response.set(bhttp::field::content_type, answer.type);
    response.set("X-Content-Type-Options", "nosniff");
    // What stands here may be personal, and is another tomorrow.
    response.set(bhttp::field::cache_control, "no-store");
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    response.keep_alive(keep);
}

class Conversation {
  public:
    Conversation(Wire& wire, Service& service, bool& idle) : wire_(wire), service_(service), idle_(idle) {
        beast::error_code gone;
        if (const auto peer = wire.tcp().socket().remote_endpoint(gone); !gone)
            peer_ = peer.address().to_string();
    }

    // False: the client has gone, or is to go.
    asio::awaitable<bool> one() {
        bhttp::request_parser<bhttp::empty_body> header;
        header.header_limit(header_bytes);
        header.body_limit(boost::none);  // how much is too much, the route decides
        // Who was being answered when the service was told to end is not among those that were called off.
        if (service_.stopping) co_return false;
        idle_ = buffer_.size() == 0;
        wire_.tcp().expires_after(service_.options.patience);
        auto [fault, size] = co_await bhttp::async_read_header(wire_, buffer_, header, as_result);
        idle_ = false;
        if (fault) {
            if (fault == bhttp::error::end_of_stream || fault == beast::error::timeout ||
                fault.category() != bhttp::make_error_code(bhttp::error::bad_method).category())
                co_return false;
            const auto refusal = header_fault(fault);
            co_await write(refusal, 11, false, false);
            co_return false;
        }
        const auto version = header.get().version();
        head_only_ = header.get().method() == bhttp::verb::head;
        bool keep = header.keep_alive() && !service_.stopping;
        auto request = request_of(header.get().base());
        if (!request) {
            co_await write(request.error(), version, false, false);
            co_return false;
        }
        request->client =
            client_address(peer_, request->header("x-forwarded-for"), service_.options.trusted_proxies);
        const auto began = runtime::stopwatch();
        auto opened = open(service_, *request);
        if (!opened) {
            // The body may be long, and nobody will read it; who waits to be asked for it sends none.
            keep = keep && header.get().count(bhttp::field::expect) == 0;
            if (keep) keep = co_await skip(header);
            const auto* route = match(*request).route;
            note(route ? route->operation : "unknown", opened.error(), "", runtime::stopwatch() - began);
            const bool wrote = co_await write(opened.error(), version, keep, false);
            co_return wrote&& keep;
        }
        if (header.get()[bhttp::field::expect] == "100-continue") co_await go_on(version);
        const auto takes = opened->match.route->takes;
        std::optional<store::PartFile> part;
        std::optional<Answer> refused;
        if (takes == Takes::file) {
            part.emplace(service_.engine.folder() / "attachments" /
                         ("upload." + std::to_string(++service_.uploads) + ".part"));
            refused = co_await save(header, part->path());
            request->upload = part->path();
        } else {
            const std::uint64_t most = takes == Takes::json ? service_.options.body : skipped_bytes;
            refused = co_await read(header, most, request->body);
        }
        const auto operation = opened->match.route->operation;
        const auto person = opened->caller.person;
        if (refused) {
            note(operation, *refused, person, runtime::stopwatch() - began);
            co_await write(*refused, version, false, false);
            co_return false;
        }
        const auto whole = runtime::stopwatch();
        auto given = co_await answer(service_, *request, *opened);
        if (given.leasing) {
            const auto leasing = given.leasing;
            given = co_await lease_jobs(service_, *request, *leasing, wire_.tcp().socket());
        }
        note(operation, given, person, runtime::stopwatch() - whole);
        if (given.following) {
            co_await write_events(*request, given, version);
            co_return false;
        }
        keep = keep && !service_.stopping;
        const bool gzip = accepts_gzip(request->header("accept-encoding"));
        const bool wrote = co_await write(given, version, keep, gzip);
        if (!wrote && given.unsent) given.unsent();
        co_return wrote&& keep;
    }

  private:
    void note(std::string_view operation, const Answer& given, const std::string& person,
              std::chrono::nanoseconds took) {
        const auto micros = std::chrono::duration_cast<Monitor::Time>(took);
        service_.monitor.answered(operation, given.status, micros);
        if (log::writes(log::Level::debug))
            log::write(log::Level::debug, "request",
                       {{"operation", operation},
                        {"status", given.status},
                        {"person", person},
                        {"took_us", micros.count()}});
    }
    using Header = bhttp::request_parser<bhttp::empty_body>;
    static Answer header_fault(const beast::error_code& fault) {
        if (fault == bhttp::error::header_limit) return problem({"too-large", "the header is too long", ""});
        return problem({"bad-request", "the request is not HTTP: " + fault.message(), ""});
    }
    static Answer too_large() {
        return problem({"too-large", "the body is longer than the service takes", ""});
    }
    static std::optional<Answer> body_fault(const beast::error_code& fault) {
        if (fault == bhttp::error::body_limit) return too_large();
        // Into a file on this side, that is.
        if (fault == boost::system::errc::no_space_on_device || fault == boost::system::errc::file_too_large)
            return problem(store::trouble(std::system_error(fault.value(), std::generic_category())));
        if (fault) return problem({"bad-request", "the body did not come whole: " + fault.message(), ""});
        return std::nullopt;
    }

    asio::awaitable<std::optional<Answer>> read(Header& header, std::uint64_t most, std::string& into) {
        if (header.content_length().value_or(0) > most) co_return too_large();
        bhttp::request_parser<bhttp::string_body> parser(std::move(header));
        parser.body_limit(most);
        while (!parser.is_done()) {
            wire_.tcp().expires_after(service_.options.patience);
            auto [fault, size] = co_await bhttp::async_read_some(wire_, buffer_, parser, as_result);
            if (fault) co_return body_fault(fault);
        }
        into = std::move(parser.get().body());
        co_return std::nullopt;
    }

    asio::awaitable<std::optional<Answer>> save(Header& header, const std::filesystem::path& file) {
        const auto most = service_.options.upload;
        if (header.content_length().value_or(0) > most) co_return too_large();
        bhttp::request_parser<bhttp::file_body> parser(std::move(header));
        parser.body_limit(most);
        beast::error_code opening;
        parser.get().body().open(file.c_str(), beast::file_mode::write, opening);
        if (opening)
            throw std::system_error(opening.value(), std::generic_category(), "writing " + file.string());
        while (!parser.is_done()) {
            wire_.tcp().expires_after(service_.options.patience);
            auto [fault, size] = co_await bhttp::async_read_some(wire_, buffer_, parser, as_result);
            if (fault) co_return body_fault(fault);
        }
        co_return std::nullopt;
    }

    // Whether the rest of the request was short, and has been read.
    asio::awaitable<bool> skip(Header& header) {
        const auto length = header.content_length();
        if (header.chunked() || (length && *length > skipped_bytes)) co_return false;
        std::string nothing;
        const auto fault = co_await read(header, skipped_bytes, nothing);
        co_return !fault;
    }

    asio::awaitable<void> go_on(unsigned version) {
        bhttp::response<bhttp::empty_body> response{bhttp::status::continue_, version};
        co_await bhttp::async_write(wire_, response, as_result);
    }

    // False: it could not be written.
    asio::awaitable<bool> write(const Answer& answer, unsigned version, bool keep, bool gzip) {
        wire_.tcp().expires_after(service_.options.patience);
        if (!answer.file.empty()) co_return co_await write_file(answer, version, keep);
        bhttp::response<bhttp::string_body> response;
        head_of(response, answer, version, keep);
        response.set(bhttp::field::vary, "Accept-Encoding");
        if (gzip && answer.body.size() >= worth_compressing) {
            response.set(bhttp::field::content_encoding, "gzip");
            response.body() = compressed(answer.body);
        } else {
            response.body() = answer.body;
        }
        response.prepare_payload();
        co_return co_await send(response);
    }

    asio::awaitable<bool> write_file(const Answer& answer, unsigned version, bool keep) {
        bhttp::response<bhttp::file_body> response;
        beast::error_code fault;
        response.body().open(answer.file.c_str(), beast::file_mode::scan, fault);
        if (fault) {
            const auto gone =
                problem({"no-such-file", "the file is not in the folder any more: reeve check tells", ""});
            co_return co_await write(gone, version, keep, false);
        }
        head_of(response, answer, version, keep);
        response.prepare_payload();
        co_return co_await send(response);
    }

    asio::awaitable<void> write_events(const Request& request, const Answer& answer, unsigned version) {
        const auto follower = Follower::enter(service_, request, *answer.following);
        if (!follower) {
            const auto refused = problem(follower.error());
            co_await write(refused, version, false, false);
            co_return;
        }
        bhttp::response<bhttp::empty_body> response;
        head_of(response, answer, version, false);
        response.chunked(version == 11);
        bhttp::response_serializer<bhttp::empty_body> head(response);
        wire_.tcp().expires_after(service_.options.patience);
        auto [fault, size] = co_await bhttp::async_write_header(wire_, head, as_result);
        if (fault || head_only_) co_return;
        idle_ = true;  // who does not take what was written is not waited for when the service ends
        Follower::watch(*follower, wire_.tcp().socket());
        co_await send_events(wire_, **follower, service_.options.stream_patience, version == 11);
    }

    template <class Body>
    asio::awaitable<bool> send(bhttp::response<Body>& response) {
        bhttp::response_serializer<Body> serializer(response);
        beast::error_code fault;
        while (!fault && !(head_only_ ? serializer.is_header_done() : serializer.is_done())) {
            wire_.tcp().expires_after(service_.options.patience);
            if (head_only_)
                std::tie(fault, std::ignore) =
                    co_await bhttp::async_write_header(wire_, serializer, as_result);
            else
                std::tie(fault, std::ignore) = co_await bhttp::async_write_some(wire_, serializer, as_result);
        }
        co_return !fault;
    }

    Wire& wire_;
    Service& service_;
    bool& idle_;
    std::string peer_;  // the address of the other end
    bool head_only_ = false;
    beast::flat_buffer buffer_{1 << 20};
};

}  // namespace

asio::awaitable<void> converse(std::shared_ptr<Connection> client, Service& service) {
    const bool open = co_await client->wire.open(service.options.patience);
    if (!open) co_return;
    Conversation conversation(client->wire, service, client->idle);
    while (co_await conversation.one()) {
    }
    co_await client->wire.close();
}

}  // namespace reeve::http
