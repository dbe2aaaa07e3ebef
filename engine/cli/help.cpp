#include "engine/cli/help.h"

#include "engine/cli/table.h"

namespace reeve::cli {

namespace {

constexpr std::size_t page = 100, gap = 26;

// Breaks lines longer than the page at a space; what follows stands where the description began.
std::string wrapped(const std::string& text) {
    std::istringstream lines(text);
    std::string out, line;
    while (std::getline(lines, line)) {
        std::size_t indent = line.starts_with("  ") ? gap : 0;
        while (display_width(line) > page) {
            std::size_t at = line.rfind(' ', page);
            if (at == std::string::npos || at <= indent) break;
            out += line.substr(0, at) + "\n";
            line = std::string(indent, ' ') + line.substr(at + 1);
        }
        out += line + "\n";
    }
    return out;
}

class Layout : public CLI::Formatter {
  public:
    Layout() {
        column_width(gap);
        label("Positionals", "Arguments");
        label("SUBCOMMAND", "COMMAND");
        label("OPTIONS", "options");
    }
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
        std::string text = make_description(app) + "\n" + make_usage(app, name) + make_positionals(app) +
                           make_groups(app, mode) + make_subcommands(app, mode);
        text = CLI::detail::find_and_replace(wrapped(text), "\n\n\n", "\n\n");
        std::string footer = app->get_footer();  // examples are not broken: they are to be copied
        return text + (footer.empty() ? "" : "\n" + footer + "\n");
    }
    std::string make_description(const CLI::App* app) const override {  // without CLI11's counts of options
        return app->get_description() + "\n";
    }
    std::string make_option_opts(const CLI::Option* option) const override {
        if (option->get_positional() || option->get_expected_max() == 0) return {};
        std::string type = option->get_type_name();
        type = type.substr(0, type.find(':'));  // what follows are CLI11's words for the checks
        return " " + (type == "TEXT" || type.empty() ? "TEXT" : type) +
               (option->get_expected_max() > 1 ? " ..." : "");
    }
    std::string make_option_desc(const CLI::Option* option) const override {
        std::string text = option->get_description();
        if (!option->get_envname().empty()) text += " (or " + option->get_envname() + ")";
        if (!option->get_default_str().empty()) text += " [" + option->get_default_str() + "]";
        if (option->get_required() && !option->get_positional()) text += " (needed)";
        return text;
    }
};

}  // namespace

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& sentence,
                      const std::string& example) {
    auto* command = parent.add_subcommand(name, sentence);
    command->footer("Example:\n  " + example);
    return command;
}

CLI::App* add_noun(CLI::App& parent, const std::string& name, const std::string& sentence,
                   const std::string& group, const std::string& example) {
    auto* noun = add_command(parent, name, sentence, example);
    noun->group(group);
    noun->require_subcommand(1);
    return noun;
}

void lay_out_help(CLI::App& app) {
    app.formatter(std::make_shared<Layout>());
    if (auto* help = app.get_help_ptr()) help->description("Print this help and end");
    for (auto* command : app.get_subcommands({})) {
        if (command->get_group() == "Subcommands") command->group("Commands");
        lay_out_help(*command);
    }
}

}  // namespace reeve::cli
