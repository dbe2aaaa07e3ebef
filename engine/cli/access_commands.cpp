// reeve token add|list|revoke, reeve password and reeve access list: who may use the service, and who read
// what.
#include <fmt/format.h>

#include "engine/cli/commands.h"
#include "engine/cli/folder.h"
#include "engine/http/reads.h"
#include "engine/http/server.h"

namespace reeve::cli {

namespace {

// Instants in a row that is shown, in the zone of the folder.
void localize(Json& row, const char* field, Folder& folder) {
    if (row[field].is_string()) row[field] = when(*time::parse_instant(plain(row[field])), folder.calendar());
}

void add_add(CLI::App& tokens, Cli& cli) {
    auto* command = add_command(
        tokens, "add", "Let a program use the service in a person's name. The token is shown once.",
        "reeve token add 'intake form' --person li-na --scope read --scope act --as chen-yu");
    struct Wanted {
        std::string name, person, until;
        std::vector<std::string> scopes;
    };
    auto wanted = std::make_shared<Wanted>();
    command->add_option("NAME", wanted->name, "What the program is called")->required();
    command->add_option("--person", wanted->person, "In whose name it acts")->required();
    command
        ->add_option(
            "--scope", wanted->scopes,
            "read: see what the person sees; act: ask for what the person may; work: do jobs; "
            "administer: change definitions and the organisation; watch: read the figures; again for "
            "more")
        ->required()
        ->check(CLI::IsMember({"read", "act", "work", "administer", "watch"}))
        ->type_name("SCOPE")
        ->allow_extra_args(false);
    command->add_option("--until", wanted->until, "Not valid from then on")->type_name("TIME");
    auto given = std::make_shared<Given>();
    add_folder_options(command, given);
    command->add_option("--as", given->actor, "Who does this; nothing changes without a name (needed)")
        ->envname("REEVE_AS")
        ->type_name("PERSON");
    cli.run(command, [&cli, given, wanted] {
        auto folder = Folder::open(*given, Purpose::read);
        if (!folder) return refused(cli, folder.error());
        auto who = (*folder)->actor();
        if (!who) return refused(cli, who.error());
        const auto* person = (*folder)->directory().person(wanted->person);
        if (!person)
            return refused(
                cli, (*folder)
                         ->unknown_person(wanted->person, "--person")
                         .value_or(Error{"unknown-person", "nobody acts as the petitioner over the network",
                                         "--person"}));
        http::Token token{
            .name = wanted->name, .person = wanted->person, .made_by = *who, .made = (*folder)->now()};
        token.scopes = http::parse_scopes(wanted->scopes).value();
        if (!wanted->until.empty()) {
            auto at = (*folder)->instant(wanted->until);
            if (!at) return refused(cli, {at.error().code, at.error().message, "--until"});
            token.until = *at;
        }
        const auto fresh = http::Access(given->data).add(std::move(token));
        if (cli.json) {
            auto json = http::to_json(fresh.token);
            json["token"] = fresh.secret;
            print_json(json);
        } else {
            fmt::print(
                "{}\nThis is the token of \"{}\" ({}). It is not shown again: keep it where the program "
                "finds it.\n",
                fresh.secret, visible(fresh.token.name), fresh.token.id);
        }
        return 0;
    });
}

void add_token_list(CLI::App& tokens, Cli& cli) {
    auto* command = add_command(tokens, "list", "List the tokens: whose they are, what they may, since when.",
                                "reeve token list");
    reads(cli, command, [&cli](Folder& folder) {
        Json rows = Json::array();
        for (const auto& token : http::Access(folder.path()).list()) {
            auto row = http::to_json(token);
            for (const char* field : {"made", "until", "revoked"}) localize(row, field, folder);
            rows.push_back(std::move(row));
        }
        print_rows(cli,
                   {{"id", "TOKEN"},
                    {"name", "NAME"},
                    {"person", "ACTS AS"},
                    {"scopes", "SCOPES"},
                    {"made", "MADE"},
                    {"made_by", "BY"},
                    deadline("until", "UNTIL"),
                    {"revoked", "REVOKED"}},
                   rows, "There is no token yet; reeve token add makes one.");
        return 0;
    });
}

void add_revoke(CLI::App& tokens, Cli& cli) {
    auto* command = add_command(tokens, "revoke", "Make a token invalid from this moment.",
                                "reeve token revoke 7Qm2xY0a");
    auto id = std::make_shared<std::string>();
    command->add_option("TOKEN", *id, "As reeve token list names it")->required();
    reads(cli, command, [&cli, id](Folder& folder) {
        if (!http::Access(folder.path()).revoke(*id, folder.now()))
            return refused(
                cli, {"unknown-token", "there is no valid token \"" + *id + "\"; reeve token list shows them",
                      "TOKEN"});
        if (cli.json)
            print_json({{"revoked", *id}});
        else
            fmt::print("Revoked.\n");
        return 0;
    });
}

}  // namespace

void add_password(CLI::App& app, Cli& cli) {
    auto* command = add_command(
        app, "password", "Give a person a password that is good for setting another; what they had ends.",
        "reeve password li-na --as chen-yu");
    command->group("Service");
    auto person = std::make_shared<std::string>();
    command->add_option("PERSON", *person, "Who is to sign in")->required();
    auto given = std::make_shared<Given>();
    add_folder_options(command, given);
    command->add_option("--as", given->actor, "Who does this; nothing changes without a name (needed)")
        ->envname("REEVE_AS")
        ->type_name("PERSON");
    cli.run(command, [&cli, given, person] {
        auto folder = Folder::open(*given, Purpose::read);
        if (!folder) return refused(cli, folder.error());
        if (auto who = (*folder)->actor(); !who) return refused(cli, who.error());
        const auto* known = (*folder)->directory().person(*person);
        if (!known || !known->active)
            return refused(cli, (*folder)
                                    ->unknown_person(*person, "PERSON")
                                    .value_or(Error{"person-left",
                                                    *person + " is not among those who sign in", "PERSON"}));
        const auto password = http::Accounts(given->data).make_one_time(*person, (*folder)->now());
        if (cli.json)
            print_json({{"person", *person}, {"password", password}});
        else
            fmt::print("{}\nWith this {} signs in once, to set another. It is not shown again.\n", password,
                       *person);
        return 0;
    });
}

void add_token(CLI::App& app, Cli& cli) {
    auto* tokens = add_noun(app, "token", "Which programs may use the service, and in whose name.", "Service",
                            "reeve token list");
    add_add(*tokens, cli);
    add_token_list(*tokens, cli);
    add_revoke(*tokens, cli);
}

void add_access(CLI::App& app, Cli& cli) {
    auto* access = add_noun(app, "access", "Who read what cases hold of persons, over the service.",
                            "Service", "reeve access list --case noise-1");
    auto* command = add_command(
        *access, "list", "List who read a case's data, history or documents: when, and over which route.",
        "reeve access list --case noise-1");
    struct Wanted {
        http::ReadFilter filter{.case_id = {}, .person = {}, .from = {}, .to = {}, .limit = 100};
        std::string from, to;
    };
    auto wanted = std::make_shared<Wanted>();
    command->add_option("--case", wanted->filter.case_id, "Of this case");
    command->add_option("--person", wanted->filter.person, "By this person, and by programs in their name");
    command->add_option("--from", wanted->from, "At this time or later")->type_name("TIME");
    command->add_option("--to", wanted->to, "Before this time")->type_name("TIME");
    command->add_option("--limit", wanted->filter.limit, "At most so many, the newest")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    reads(cli, command, [&cli, wanted](Folder& folder) {
        auto filter = wanted->filter;
        for (auto [text, into, option] : {std::tuple(&wanted->from, &filter.from, "--from"),
                                          std::tuple(&wanted->to, &filter.to, "--to")}) {
            if (text->empty()) continue;
            auto at = folder.instant(*text);
            if (!at) return refused(cli, {at.error().code, at.error().message, option});
            *into = *at;
        }
        Json rows = Json::array();
        for (const auto& read : http::Reads(folder.path(), http::Options{}.reads_kept).list(filter)) {
            rows.push_back(http::to_json(read));
            localize(rows.back(), "at", folder);
        }
        print_rows(
            cli,
            {{"at", "AT"}, {"person", "PERSON"}, {"case", "CASE"}, {"route", "ROUTE"}, {"token", "TOKEN"}},
            rows, "Nobody read that over the service.");
        return 0;
    });
}

}  // namespace reeve::cli
