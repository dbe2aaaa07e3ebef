// reeve completion bash|zsh|fish: a script made from the tree of commands itself, so that it cannot lag
// behind it.
#include <fmt/format.h>

#include <map>
#include <sstream>

#include "engine/cli/commands.h"
#include "engine/cli/help.h"

namespace reeve::cli {

namespace {

struct Candidate {
    std::string text, about;
};
using Tree = std::map<std::string, std::vector<Candidate>>;  // "case act" -> what may follow

std::string one_line(std::string text) {
    text = text.substr(0, text.find('\n'));
    for (char& c : text)
        if (c == '\'' || c == ':' || c == '\\') c = ' ';
    return text;
}

// The words an option takes, from CLI11's name of its type: "LIGHT:{green,blue}".
std::vector<std::string> values_of(const CLI::Option& option) {
    const auto type = option.get_type_name();
    const auto open = type.find(":{"), close = type.find('}');
    std::vector<std::string> values;
    if (open == std::string::npos || close == std::string::npos) return values;
    std::istringstream list(type.substr(open + 2, close - open - 2));
    for (std::string one; std::getline(list, one, ',');) values.push_back(one);
    return values;
}

void walk(const CLI::App& app, const std::string& path, Tree& tree) {
    auto& words = tree[path];
    for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        words.push_back({command->get_name(), one_line(command->get_description())});
        walk(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), tree);
    }
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) {
            words.push_back({"--" + name, one_line(option->get_description())});
            // An option that takes one of a few words is a step of its own: "case list --light" -> green …
            for (const auto& value : values_of(*option))
                tree[(path.empty() ? "" : path + " ") + "--" + name].push_back({value, ""});
        }
}

std::string joined(const std::vector<Candidate>& words) {
    std::string text;
    for (const auto& word : words) text += (text.empty() ? "" : " ") + word.text;
    return text;
}

// Which command the words typed so far have reached: options and their values do not lead anywhere, so each
// word is tried as the next step and passed over when there is none. Shared by bash and zsh.
std::string shell_table(const Tree& tree) {
    std::string text;
    for (const auto& [path, words] : tree) text += fmt::format("  '{}') echo '{}' ;;\n", path, joined(words));
    return text;
}

std::string bash(const Tree& tree) {
    return "# reeve completion bash > ~/.local/share/bash-completion/completions/reeve\n"
           "_reeve_words() {\n  case \"$1\" in\n" +
           shell_table(tree) +
           "  *) return 1 ;;\n  esac\n}\n"
           R"sh(_reeve() {
  local path="" word next current="${COMP_WORDS[COMP_CWORD]}"
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    next="${path:+$path }$word"
    _reeve_words "$next" >/dev/null && path="$next"
  done
  next="${path:+$path }${COMP_WORDS[COMP_CWORD-1]}"
  [[ ${COMP_WORDS[COMP_CWORD-1]} == -* ]] && _reeve_words "$next" >/dev/null && path="$next"
  COMPREPLY=($(compgen -W "$(_reeve_words "$path")" -- "$current"))
}
complete -o default -F _reeve reeve
)sh";
}

std::string zsh(const Tree& tree) {
    return "#compdef reeve\n# reeve completion zsh > a folder of $fpath, as _reeve\n"
           "_reeve_words() {\n  case \"$1\" in\n" +
           shell_table(tree) +
           "  *) return 1 ;;\n  esac\n}\n"
           R"sh(_reeve() {
  local path_="" word next
  for word in ${words[2,CURRENT-1]}; do
    [[ $word == -* ]] && continue
    next="${path_:+$path_ }$word"
    _reeve_words "$next" >/dev/null && path_="$next"
  done
  next="${path_:+$path_ }${words[CURRENT-1]}"
  [[ ${words[CURRENT-1]} == -* ]] && _reeve_words "$next" >/dev/null && path_="$next"
  compadd -- ${=$(_reeve_words "$path_")} || _files
}
if [ "$funcstack[1]" = "_reeve" ]; then _reeve "$@"; else compdef _reeve reeve; fi
)sh";
}

std::string fish(const Tree& tree) {
    std::string text =
        "# reeve completion fish > ~/.config/fish/completions/reeve.fish\n"
        "function __reeve_paths\n  printf '%s\\n'";
    for (const auto& [path, words] : tree) text += fmt::format(" '{}'", path);
    text += R"sh(
end
function __reeve_path
  set -l path ''
  for word in (commandline -opc)[2..]
    set -l next (string trim -- "$path $word")
    contains -- "$next" (__reeve_paths); and set path $next
  end
  test "$path" = "$argv[1]"
end
)sh";
    for (const auto& [path, words] : tree) {
        const auto option = path.find("--");
        if (option != std::string::npos) {
            const auto command = path.substr(0, option == 0 ? 0 : option - 1);
            text += fmt::format("complete -c reeve -n \"__reeve_path '{}'\" -l {} -x -a '{}'\n", command,
                                path.substr(option + 2), joined(words));
            continue;
        }
        for (const auto& word : words)
            text += fmt::format(
                "complete -c reeve -n \"__reeve_path '{}'\" {} -d '{}'\n", path,
                word.text.starts_with("--") ? "-l " + word.text.substr(2) : "-f -a " + word.text, word.about);
    }
    return text;
}

}  // namespace

void add_completion(CLI::App& app, Cli& cli) {
    auto* command = add_command(app, "completion",
                                "Print the script that lets a shell complete reeve's commands and options.",
                                "reeve completion bash > ~/.local/share/bash-completion/completions/reeve");
    command->group("Help");
    auto shell = std::make_shared<std::string>();
    command->add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([&app, &cli, shell] {
        Tree tree;
        walk(app, "", tree);
        fmt::print("{}", *shell == "bash" ? bash(tree) : *shell == "zsh" ? zsh(tree) : fish(tree));
        cli.status = 0;
    });
}

}  // namespace reeve::cli
