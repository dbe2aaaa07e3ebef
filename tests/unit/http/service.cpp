#include "tests/unit/http/service.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "engine/http/route.h"

namespace reeve::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

struct Client::Parts {
    asio::io_context io;
    tcp::socket socket{io};
    beast::flat_buffer buffer;
};

Client::Client(std::uint16_t port) : parts_(std::make_unique<Parts>()) {
    parts_->socket.connect({asio::ip::address_v4::loopback(), port});
}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;

Reply Client::get(const std::string& target, std::map<std::string, std::string> headers) {
    return send("GET", target, "", std::move(headers));
}

Reply Client::post(const std::string& target, const Json& body, std::map<std::string, std::string> headers) {
    headers.try_emplace("Content-Type", "application/json");
    return send("POST", target, body.dump(), std::move(headers));
}

Reply Client::send(const std::string& method, const std::string& target, const std::string& body,
                   std::map<std::string, std::string> headers) {
    beast::http::request<beast::http::string_body> request;
    request.method_string(method);
    request.target(target);
    request.version(11);
    request.set(beast::http::field::host, "localhost");
    if (!token.empty()) request.set(beast::http::field::authorization, "Bearer " + token);
    for (const auto& [name, value] : headers) request.set(name, value);
    request.body() = body;
    request.prepare_payload();
    beast::http::write(parts_->socket, request);
    beast::http::response_parser<beast::http::string_body> parser;
    if (method == "HEAD") parser.skip(true);
    beast::http::read(parts_->socket, parts_->buffer, parser);
    Reply reply{
        .status = static_cast<int>(parser.get().result_int()), .body = parser.get().body(), .headers = {}};
    for (const auto& field : parser.get()) {
        std::string name(field.name_string());
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        reply.headers[name] = std::string(field.value());
    }
    return reply;
}

std::string Client::raw(std::uint16_t port, const std::string& bytes) {
    asio::io_context io;
    tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), port});
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(bytes), ignored);
    std::string answer;
    asio::async_read(socket, asio::dynamic_buffer(answer), [](auto, auto) {});
    io.run_for(std::chrono::seconds(1));
    return answer;
}

std::string against_description(const std::string& method, const std::string& pattern, const Reply& reply) {
    using Plain = nlohmann::json;
    // One at a time: valijson matches formats by std::regex, which fills a table of the process's as it goes.
    static std::mutex one_at_a_time;
    const std::lock_guard lock(one_at_a_time);
    const auto described = Plain::parse(openapi().dump());
    std::string verb = method == "HEAD" ? "get" : method;
    std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto& responses = described.at("paths").at(pattern).at(verb).at("responses");
    const auto status = std::to_string(reply.status);
    const auto kind = status.substr(0, 1) + "XX";
    const auto& response = responses.contains(status) ? responses.at(status) : responses.at(kind);
    auto type = reply.headers.contains("content-type") ? reply.headers.at("content-type") : "";
    if (!response.at("content").contains(type)) type = type.substr(0, type.find(';'));
    if (!response.at("content").contains(type))
        return pattern + ": " + type + " is not described for " + status;
    const auto& content = response.at("content").at(type);
    if (!content.contains("schema")) return {};
    const bool stream = type == "text/event-stream";  // then the body is the data of one of its messages
    // The whole description beside it, for its references.
    Plain root = stream ? content.at("schema").at("contentSchema").at("items") : content.at("schema");
    root["components"] = described.at("components");
    valijson::Schema schema;
    valijson::SchemaParser parser;
    const valijson::adapters::NlohmannJsonAdapter schema_adapter(root);
    parser.populateSchema(schema_adapter, schema);
    valijson::Validator validator;
    valijson::ValidationResults results;
    const auto body = type == "text/plain" ? Plain(reply.body) : Plain::parse(reply.body);
    if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(body), &results)) return {};
    std::string text = method + " " + pattern + " " + status + ": " + reply.body.substr(0, 300) + "\n";
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
        for (const auto& part : error.context) text += part;
        text += ": " + error.description + "\n";
    }
    return text;
}

}  // namespace reeve::http
