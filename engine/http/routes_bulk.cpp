// Routes that do something to many cases at once: each case decides for itself, and each outcome is told.
#include <algorithm>

#include "engine/http/body.h"
#include "engine/http/plans.h"
#include "engine/text.h"

namespace reeve::http {

namespace {

using Plan = Plans::Plan;
constexpr std::size_t most_cases = 1000;  // that a request names; each is waited for

// What is asked for, to the letter.
std::string request_of(const Call& call) {
    std::string text = call.request.method;
    for (const auto& part : call.request.path) text += '/' + part;
    return text + '\n' + call.request.body;
}

// A case that the caller does not see is as if it were not there.
void keep_seen(Plan& plan, const Call& call, const views::Sight& sight) {
    std::erase_if(plan, [&](const runtime::Planned& one) {
        const auto row = sight.reader.find_case(one.case_id);
        return !row || !sees(call.caller, sight, *row);
    });
}

// `make`: the plan, when none is kept under the request's key.
template <class Make>
Answer carry_out(const Call& call, const views::Sight& sight, bool dry_run, Make make) {
    const auto key = dry_run ? std::string() : key_of(call);
    std::optional<Plan> plan;
    if (!key.empty()) {
        auto kept = call.plans.find(key, request_of(call));
        if (!kept) return problem(kept.error());
        plan = std::move(*kept);
    }
    if (!plan) {
        auto made = make();
        if (!made) return problem(made.error());
        keep_seen(*made, call, sight);
        if (!key.empty()) made = call.plans.keep(key, request_of(call), *made, sight.now);
        if (!made) return problem(made.error());
        plan = std::move(*made);
    }
    // Once the service ends what has not begun is left: asked again under its key, the request does the rest.
    const auto changes = call.engine.carry_out(std::move(*plan), call.caller.person, key, dry_run,
                                               [&] { return call.stopping.load(); });
    if (dry_run && call.stopping) return problem(ending());
    return json_answer(changes_json(sight, changes, dry_run));
}

std::optional<Error> needs_reason(const std::string& reason, bool dry_run) {
    if (dry_run || !is_blank(reason)) return std::nullopt;
    return Error{"missing-reason", "say why: it stands in the history of each case with your name",
                 "/reason"};
}

struct ReassignBody {
    std::string from, to, unit, reason;
    bool dry_run = false;
};
BOOST_DESCRIBE_STRUCT(ReassignBody, (), (from, to, unit, reason, dry_run))

Answer reassign(const Call& call, const views::Sight& sight) {
    const auto body = body_of<ReassignBody>(call);
    if (!body) return problem(body.error());
    if (auto fault = needs_reason(body->reason, body->dry_run)) return problem(*fault);
    return carry_out(call, sight, body->dry_run, [&] {
        return call.engine.plan(runtime::Reassign{.from = body->from,
                                                  .to = body->to,
                                                  .unit = body->unit,
                                                  .reason = body->reason,
                                                  .dry_run = body->dry_run});
    });
}

struct TransferBody {
    std::string from, to, definition, reason;
    bool dry_run = false;
};
BOOST_DESCRIBE_STRUCT(TransferBody, (), (from, to, definition, reason, dry_run))

Answer transfer(const Call& call, const views::Sight& sight) {
    const auto body = body_of<TransferBody>(call);
    if (!body) return problem(body.error());
    if (auto fault = needs_reason(body->reason, body->dry_run)) return problem(*fault);
    return carry_out(call, sight, body->dry_run, [&] {
        return call.engine.plan(runtime::TransferAll{.from = body->from,
                                                     .to = body->to,
                                                     .definition = body->definition,
                                                     .reason = body->reason,
                                                     .dry_run = body->dry_run});
    });
}

struct MigrationBody {
    int version = 0;
    std::map<std::string, std::string> stages;
    std::vector<std::string> cases;
    std::string reason;
    bool dry_run = false;
};
BOOST_DESCRIBE_STRUCT(MigrationBody, (), (version, stages, cases, reason, dry_run))

Answer migrate(const Call& call, const views::Sight& sight) {
    const auto body = body_of<MigrationBody>(call);
    if (!body) return problem(body.error());
    if (auto fault = needs_reason(body->reason, body->dry_run)) return problem(*fault);
    const auto& definition = call.at("definition");
    if (sight.catalog.newest(definition) == 0)
        return problem({"unknown-definition", "there is no definition \"" + definition + "\"", "definition"});
    return carry_out(call, sight, body->dry_run, [&]() -> Result<Plan> {
        auto plan = call.engine.plan(runtime::MigrateAll{.definition = definition,
                                                         .version = body->version,
                                                         .stages = body->stages,
                                                         .reason = body->reason,
                                                         .case_id = {}});
        if (plan && !body->cases.empty())
            std::erase_if(*plan, [&](const runtime::Planned& one) {
                return std::ranges::find(body->cases, one.case_id) == body->cases.end();
            });
        return plan;
    });
}

struct CommandsBody {
    std::vector<std::string> cases;
    Json command;
    bool dry_run = false;
};
BOOST_DESCRIBE_STRUCT(CommandsBody, (), (cases, command, dry_run))

Answer ask_all(const Call& call, const views::Sight& sight) {
    const auto body = body_of<CommandsBody>(call);
    if (!body) return problem(body.error());
    if (body->cases.empty() || body->cases.size() > most_cases)
        return problem(
            {"bad-shape", fmt::format("name one case at least, and {} at most", most_cases), "/cases"});
    if (body->command.contains("document") || body->command.contains("documents"))
        return problem(
            {"bad-command", "a file is sent to one case: POST /v1/cases/{case}/documents", "/command"});
    const auto wish = core::wish_from_json(body->command);
    if (!wish) return problem({wish.error().code, wish.error().message, "/command" + wish.error().place});
    const auto name = body->command.value("command", "");
    if (!is_asked_for(name))
        return problem({"not-permitted", "no one asks for " + name + " here", "/command/command"});
    return carry_out(call, sight, body->dry_run, [&]() -> Result<Plan> {
        Plan plan;
        for (std::size_t i = 0; i < body->cases.size(); ++i) {
            const auto& id = body->cases[i];
            const auto at = "/cases/" + std::to_string(i);
            if (const auto seen = seen_case(call, sight, id); !seen)
                return refuse(seen.error().code, seen.error().message, at);
            if (std::ranges::find(plan, id, &runtime::Planned::case_id) != plan.end())
                return refuse("bad-shape", "the case \"" + id + "\" is named twice", at);
            plan.push_back({id, *wish, {}, {}});
        }
        return plan;
    });
}

constexpr Route bulk(std::string_view pattern, std::string_view operation, std::string_view about,
                     std::string_view body, Work does) {
    return {.method = "POST",
            .pattern = pattern,
            .operation = operation,
            .about = about,
            .needs = Scope::act,
            .query = {},
            .takes = Takes::json,
            .body = body,
            .answers = "Changes",
            .list = false,
            .does = does,
            .idempotency_key = true,
            .heavy = true};
}

constexpr Route bulk_table[] = {
    bulk("/v1/bulk/reassign", "reassignAll",
         "Give everything that one person has, cases and tasks, to another.", "ReassignAll", reassign),
    bulk("/v1/bulk/transfer", "transferAll", "Hand every open case that a unit has to another unit.",
         "TransferAll", transfer),
    bulk("/v1/bulk/commands", "askAll", "One command to many cases, each of which decides for itself.",
         "Commands", ask_all),
    bulk("/v1/definitions/{definition}/migration", "migrateCases",
         "Move running cases to another version of their definition.", "Migration", migrate),
};

}  // namespace

std::span<const Route> bulk_routes() { return bulk_table; }

}  // namespace reeve::http
