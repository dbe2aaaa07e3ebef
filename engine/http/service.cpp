// From a request to its answer: route, caller, right, body, and the work itself.
#include "engine/http/service.h"

#include <fmt/format.h>

#include "engine/http/on_pool.h"
#include "engine/json.h"
#include "engine/log.h"

namespace reeve::http {

namespace {

views::Sight sight_of(Service& service, store::Reader& reader) {
    return {reader, service.engine.catalog(), service.engine.directory(), service.engine.now()};
}

// What the machinery threw is said to whoever runs the service, and to the client in a word.
template <class Make>
Answer guarded(const Route& route, Make make) {
    try {
        return make();
    } catch (const std::exception& e) {
        auto error = store::trouble(e);
        log::write(log::Level::error, "request-failed",
                   {{"operation", route.operation}, {"code", error.code}, {"error", error.message}});
        if (error.code == "failed") error.message = "the service could not do it; its log says why";
        return problem(error);
    }
}

std::optional<Error> take_json(Call& call) {
    const auto& type = call.request.header("content-type");
    if (!type.starts_with("application/json"))
        return Error{"wrong-content-type", "send JSON, as Content-Type: application/json", "Content-Type"};
    auto document = parse_json(call.request.body, "body");
    if (!document) return Error{document.error().code, document.error().text(), ""};
    call.body = std::move(document->value);
    return std::nullopt;
}

std::string_view bearer(const Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    std::string_view given = request.header("authorization");
    if (!given.starts_with(scheme)) return {};
    given.remove_prefix(scheme.size());
    return given;
}

std::string_view session_cookie(const Request& request) {
    std::string_view cookies = request.header("cookie");
    while (!cookies.empty()) {
        auto one = cookies.substr(0, cookies.find(';'));
        cookies.remove_prefix(std::min(cookies.size(), one.size() + 1));
        while (one.starts_with(' ')) one.remove_prefix(1);
        if (one.starts_with(cookie_name) && one.substr(cookie_name.size()).starts_with('='))
            return one.substr(cookie_name.size() + 1);
    }
    return {};
}

bool changes(const Request& request) { return request.method != "GET" && request.method != "HEAD"; }

}  // namespace

Result<Caller> who_asks(Service& service, const Request& request, bool used) {
    const auto directory = service.engine.directory();
    const auto now = service.engine.now();
    const auto here = [&](const std::string& id) {
        const auto* person = directory->person(id);
        return person && person->active;
    };
    const Error unknown{"sign-in-needed",
                        "sign in, or send a token that is valid, as Authorization: Bearer …",
                        "Authorization"};
    if (const auto secret = bearer(request); !secret.empty()) {
        const auto token = service.access.find(secret, now);
        if (!token || !here(token->person)) return std::unexpected(unknown);
        return Caller{.person = token->person,
                      .session = {},
                      .token = token->id,
                      .scopes = token->scopes,
                      .rights = service.rights.of(token->person, directory)};
    }
    const auto secret = session_cookie(request);
    const auto session = secret.empty() ? std::nullopt : service.accounts.find(secret, now, used);
    if (!session || !here(session->person)) return std::unexpected(unknown);
    if (changes(request) && request.header("x-csrf-token") != session->csrf)
        return refuse("csrf",
                      "a request that changes something repeats the session's \"csrf\" as X-CSRF-Token",
                      "X-CSRF-Token");
    if (session->must_change && (request.path.size() < 2 || request.path[1] != "session"))
        return refuse("password-one-time", "set a password of your own first: PUT /v1/session/password", "");
    return Caller{.person = session->person,
                  .session = std::string(secret),
                  .token = {},
                  .scopes = {Scope::read, Scope::act, Scope::administer, Scope::watch},
                  .rights = service.rights.of(session->person, directory)};
}

namespace {

// The case is there, whether or not its code can be made now: it is asked for again. Empty: it cannot.
std::string receipt_code(Service& service, store::Reader& reader, const runtime::Receipt& receipt) {
    const auto& id = receipt.case_id;
    const auto& events = receipt.events;
    try {
        const auto code =
            events.empty()
                ? service.receipts.code_of(reader, id)
                : service.receipts.code_of({.seq = events[0].seq, .at = events[0].at, .case_id = id});
        return code ? code->text() : "";
    } catch (const std::exception& e) {
        log::write(log::Level::error, "receipt-code-not-made", {{"case", id}, {"error", e.what()}});
        return {};
    }
}

asio::awaitable<Answer> command(Service& service, const Call& call, Report report) {
    std::optional<Answer> refused;
    core::Command command;
    {
        Readers::Lease reader(service.readers);
        auto made = report.ask(call, sight_of(service, *reader));
        if (made)
            command = std::move(*made);
        else
            refused = problem(made.error());
    }
    if (refused) co_return std::move(*refused);
    const bool starts = std::holds_alternative<core::StartCase>(command.wish);
    auto receipt = co_await service.engine.submit(std::move(command));
    if (!receipt) co_return problem(receipt.error());
    Readers::Lease reader(service.readers);
    if (report.answer) co_return report.answer(call, sight_of(service, *reader), *receipt);
    const auto code = starts ? receipt_code(service, *reader, *receipt) : "";
    auto answer = json_answer(views::receipt_text(sight_of(service, *reader), *receipt, code),
                              starts && !receipt->repeated ? 201 : 200);
    answer.headers["ETag"] = fmt::format("\"{}\"", receipt->revision);
    if (starts) answer.headers["Location"] = "/v1/cases/" + receipt->case_id;
    co_return answer;
}

}  // namespace

std::unique_ptr<store::Reader> Readers::take() {
    {
        std::lock_guard lock(mutex_);
        if (!free_.empty()) {
            auto reader = std::move(free_.back());
            free_.pop_back();
            return reader;
        }
    }
    return engine_.read();
}

void Readers::give(std::unique_ptr<store::Reader> reader) {
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(reader));
}

std::expected<Opened, Answer> open(Service& service, const Request& request) {
    Opened opened{.match = match(request), .caller = {}};
    if (!opened.match.route) {
        if (opened.match.allowed.empty())
            return std::unexpected(
                problem({"unknown-path", "there is nothing here; /openapi.json says what there is", ""}));
        auto answer = problem({"method-not-allowed", "this path takes " + opened.match.allowed, ""});
        answer.headers["Allow"] = opened.match.allowed;
        return std::unexpected(std::move(answer));
    }
    const auto& route = *opened.match.route;
    if (service.stopping) return std::unexpected(problem(ending()));
    if (route.needs) {
        auto caller = who_asks(service, request, true);
        if (!caller) return std::unexpected(problem(caller.error()));
        opened.caller = std::move(*caller);
        if (!route.any_scope && !opened.caller.scopes.contains(*route.needs))
            return std::unexpected(
                problem({"out-of-scope",
                         fmt::format("this takes a token with the scope \"{}\"",
                                     describe::write(*route.needs, Times::text).get<std::string>()),
                         "Authorization"}));
        if (*route.needs == Scope::administer && !opened.caller.rights->administrator)
            return std::unexpected(
                problem({"not-permitted", "this takes the role \"administrator\" at the topmost unit",
                         "Authorization"}));
    }
    if (auto fault = check_query(route, request)) return std::unexpected(problem(*fault));
    return opened;
}

namespace {

// Of a heavy request, while it is being answered; of anything else nothing.
class Turn {
  public:
    Turn(Service& service, const Route& route, const std::string& person) {
        if (!route.heavy) return;
        if (service.busy.insert(person).second)
            busy_ = &service.busy, person_ = person;
        else
            refused_ = true;
    }
    ~Turn() {
        if (busy_) busy_->erase(person_);
    }
    Turn(const Turn&) = delete;
    bool refused() const { return refused_; }

  private:
    std::set<std::string>* busy_ = nullptr;
    std::string person_;
    bool refused_ = false;
};

Answer one_at_a_time() {
    auto answer =
        problem({"one-at-a-time",
                 "a request of yours that reads many cases is being answered: ask again when it is", ""});
    answer.headers["Retry-After"] = "2";
    return answer;
}

}  // namespace

asio::awaitable<Answer> answer(Service& service, const Request& request, Opened& opened) {
    const Route& route = *opened.match.route;
    Call call{.request = request,
              .engine = service.engine,
              .accounts = service.accounts,
              .monitor = service.monitor,
              .receipts = service.receipts,
              .lookups = service.lookups,
              .reads = service.reads,
              .plans = service.plans,
              .stopping = service.stopping,
              .caller = std::move(opened.caller),
              .secure = service.options.behind_tls || !service.options.certificate.empty(),
              .path = std::move(opened.match.path),
              .body = {}};
    if (route.takes == Takes::json)
        if (auto fault = take_json(call)) co_return problem(*fault);
    if (route.takes == Takes::form && !request.header("content-type").starts_with(form_type)) {
        const Error wrong{"wrong-content-type", "send a form, as Content-Type: " + std::string(form_type),
                          "Content-Type"};
        co_return problem(wrong);
    }
    if (!std::holds_alternative<Work>(route.does)) {
        const auto* ask = std::get_if<Ask>(&route.does);
        const Report report = ask ? Report{*ask, nullptr} : std::get<Report>(route.does);
        // No co_await within a catch: what was thrown is kept.
        std::exception_ptr thrown;
        try {
            co_return co_await command(service, call, report);
        } catch (...) {
            thrown = std::current_exception();
        }
        co_return guarded(route, [&]() -> Answer { std::rethrow_exception(thrown); });
    }
    const Turn turn(service, route, call.caller.person);
    if (turn.refused()) co_return one_at_a_time();
    std::function<Answer()> work = [&service, &call, &route] {
        return guarded(route, [&] {
            // What has not begun by then does not hold up the end: it may read many cases.
            if (route.heavy && service.stopping) return problem(ending());
            Readers::Lease reader(service.readers);
            const auto sight = sight_of(service, *reader);
            if (auto fault = unknown_filter(call, sight)) return problem(*fault);
            auto given = std::get<Work>(route.does)(call, sight);
            // Whoever reads what a case holds of persons is known before they have it.
            if (route.personal && given.status < 300)
                service.reads.record({.at = sight.now,
                                      .person = call.caller.person,
                                      .token = call.caller.token,
                                      .case_id = call.at("case"),
                                      .route = std::string(route.operation)});
            return given;
        });
    };
    co_return co_await on_pool(route.heavy ? service.heavy : service.pool, std::move(work));
}

}  // namespace reeve::http
