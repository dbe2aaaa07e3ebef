// Served: the small office of the runtime's tests with its HTTP service, and clients that speak to it.
#pragma once

#include <string>

#include "engine/http/server.h"
#include "tests/unit/runtime/office.h"

namespace reeve::http {

struct Reply {
    int status = 0;
    std::string body;
    std::map<std::string, std::string> headers;  // names in lower case
    Json json() const { return Json::parse(body); }
};

// One connection, kept alive.
class Client {
  public:
    explicit Client(std::uint16_t port);
    ~Client();
    Client(Client&&) noexcept;
    std::string token;
    Reply get(const std::string& target, std::map<std::string, std::string> headers = {});
    Reply post(const std::string& target, const Json& body, std::map<std::string, std::string> headers = {});
    Reply send(const std::string& method, const std::string& target, const std::string& body,
               std::map<std::string, std::string> headers);
    // Bytes as they are; what comes back until the other side ends, or a second is over.
    static std::string raw(std::uint16_t port, const std::string& bytes);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

struct Served {
    runtime::Office office;
    std::unique_ptr<Server> server;
    Options options;
    Served(Options wanted = {}) : options(std::move(wanted)) {
        // Boss keeps the definitions and the organisation too.
        (void)office.engine->change({org::PostSet{{"county", "administrator", 1, {"boss"}}}},
                                    core::system_actor);
        options.port = 0;
        restart();
    }
    void restart() {
        server.reset();
        server = std::move(*Server::start(*office.engine, options));
    }
    // A client that acts as this person.
    Client as(const std::string& person, std::set<Scope> scopes = {Scope::read, Scope::act, Scope::administer,
                                                                   Scope::work, Scope::watch}) {
        Client client(server->port());
        client.token = token(person, std::move(scopes));
        return client;
    }
    std::string token(const std::string& person, std::set<Scope> scopes) {
        return server->access()
            .add({.name = "test",
                  .person = person,
                  .made_by = "boss",
                  .scopes = std::move(scopes),
                  .made = office.engine->now()})
            .secret;
    }
    Client stranger() { return Client(server->port()); }
};

// What is wrong with an answer, held to /openapi.json; empty: nothing.
std::string against_description(const std::string& method, const std::string& pattern, const Reply&);

}  // namespace reeve::http
