#include "engine/http/wire.h"

#include <fmt/format.h>

namespace reeve::http {

namespace {

constexpr std::chrono::seconds farewell{1};

}  // namespace

Result<std::shared_ptr<asio::ssl::context>> tls_context(const Options& options) {
    using Context = asio::ssl::context;
    if (options.certificate.empty()) return nullptr;
    auto context = std::make_shared<Context>(Context::tls_server);
    boost::system::error_code fault;
    const auto wrong = [&](const std::filesystem::path& file, std::string_view wanted) {
        return refuse("bad-certificate",
                      fmt::format("{} is not {}: {}", file.string(), wanted, fault.message()), file.string());
    };
    context->set_options(Context::default_workarounds | Context::no_sslv2 | Context::no_sslv3 |
                         Context::no_tlsv1 | Context::no_tlsv1_1 | Context::no_compression |
                         SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Nobody is there to type one.
    context->set_password_callback([](std::size_t, Context::password_purpose) { return std::string(); });
    context->use_certificate_chain_file(options.certificate.string(), fault);
    if (fault) return wrong(options.certificate, "a chain of certificates in PEM, the server's own first");
    context->use_private_key_file(options.key.string(), Context::pem, fault);
    if (fault) return wrong(options.key, "the key of that certificate in PEM, without a password");
    return context;
}

asio::awaitable<bool> Wire::open(std::chrono::milliseconds within) {
    if (!tls_) co_return true;
    tcp_.expires_after(within);
    auto [fault] = co_await tls_->async_handshake(asio::ssl::stream_base::server, as_result);
    co_return !fault;
}

asio::awaitable<void> Wire::close() {
    if (tls_) {
        tcp_.expires_after(farewell);
        co_await tls_->async_shutdown(as_result);
    }
    boost::system::error_code ignored;
    tcp_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace reeve::http
