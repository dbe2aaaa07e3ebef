#include "engine/views/alert_text.h"

#include <fmt/format.h>

#include <fstream>
#include <kainjow/mustache.hpp>

#include "engine/json.h"
#include "engine/spelling.h"
#include "engine/views/alert_words.h"

namespace reeve::views {
namespace {

namespace mustache = kainjow::mustache;

constexpr std::size_t most_texts = 20;

// The first line is the subject.
constexpr const char* alert_en =
    R"({{#urgent}}Urgent: {{/urgent}}{{headline}}
{{what}}

Case: {{case_title}}{{case}}, {{definition_title}}
Unit: {{unit}}
{{#clock}}Clock: {{clock}}{{#due}}, due {{due}}{{/due}}{{#late}}, {{late}} late{{/late}}
{{/clock}}{{#basis}}Basis: {{basis}}
{{/basis}}{{#expected}}Expected: {{expected}}{{#by}}, by {{by}}{{/by}}
{{/expected}}{{#link}}See: {{link}}
{{/link}})";
constexpr const char* alert_zh =
    R"({{#urgent}}【紧急】{{/urgent}}{{headline}}
{{what}}

事项：{{case_title}}{{case}}，{{definition_title}}
单位：{{unit}}
{{#clock}}时限：{{clock}}{{#due}}，期限 {{due}}{{/due}}{{#late}}，已超过 {{late}}{{/late}}
{{/clock}}{{#basis}}依据：{{basis}}
{{/basis}}{{#expected}}须办：{{expected}}{{#by}}，{{by}} 前{{/by}}
{{/expected}}{{#link}}查看：{{link}}
{{/link}})";

std::string as_it_is(const std::string& text) { return text; }

mustache::mustache parsed(const std::string& text) {
    mustache::mustache made(text);
    made.set_custom_escape(as_it_is);  // plain text, no HTML
    return made;
}

mustache::data data_of(const Json& json) {
    if (json.is_object()) {
        mustache::data object;
        for (auto it = json.begin(); it != json.end(); ++it) object.set(it.key(), data_of(*it));
        return object;
    }
    if (json.is_array()) {
        mustache::data list{mustache::data::type::list};
        for (const auto& value : json) list.push_back(data_of(value));
        return list;
    }
    if (json.is_boolean()) return mustache::data(json.get<bool>());
    const auto text = plain(json);
    // An empty text is as good as none: a section around it is left out.
    return text.empty() ? mustache::data(false) : mustache::data(text);
}

std::string rendered(const std::string& text, const Json& data) {
    auto made = parsed(text);
    return made.render(data_of(data));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

Result<AlertTexts> AlertTexts::load(const std::filesystem::path& folder, std::string link) {
    AlertTexts texts;
    texts.link_ = std::move(link);
    const auto add = [&](const std::string& name, const std::string& text) -> std::optional<std::string> {
        const auto subject = first_line(text);
        Template made{subject, text.size() > subject.size() ? text.substr(subject.size() + 1) : ""};
        for (const auto* part : {&made.subject, &made.text})
            if (const auto tried = parsed(*part); !tried.is_valid()) return tried.error_message();
        texts.templates_[name] = std::move(made);
        return std::nullopt;
    };
    if (add("alert.en", alert_en) || add("alert.zh", alert_zh))
        throw std::logic_error("the templates for alerts are not understood");
    if (folder.empty()) return texts;
    std::error_code fault;
    for (std::filesystem::directory_iterator it(folder, fault), end; !fault && it != end;
         it.increment(fault)) {
        const auto& file = it->path();
        if (file.extension() != ".mustache") continue;
        if (const auto language = file.stem().extension(); language != ".en" && language != ".zh")
            return refuse(
                "bad-template",
                "a template is named alert.LANG.mustache or DEFINITION.LANG.mustache; LANG is en or zh",
                file.string());
        std::ifstream in(file, std::ios::binary);
        const std::string text(std::istreambuf_iterator<char>(in), {});
        if (!in) return refuse("bad-template", "it cannot be read", file.string());
        if (bad_utf8(text) != std::string::npos)
            return refuse("bad-template", "it is not UTF-8", file.string());
        if (first_line(text).empty())
            return refuse("bad-template", "its first line is the subject; that is empty here", file.string());
        if (auto wrong = add(file.stem().string(), text))
            return refuse("bad-template", *wrong, file.string());
    }
    if (fault)
        return refuse("no-such-folder", "the templates cannot be read: " + fault.message(), folder.string());
    return texts;
}

const AlertTexts::Template& AlertTexts::template_for(const std::string& definition,
                                                     const std::string& language) const {
    const auto own = templates_.find(definition + "." + language);
    return own != templates_.end() ? own->second : templates_.at("alert." + language);
}

runtime::MessageText AlertTexts::one(const Sight& sight, const core::Alert& alert,
                                     const org::Person& person) const {
    const bool chinese = person.language == "zh";
    auto facts = alert_facts(sight, alert, chinese);
    auto link = link_;
    if (const auto at = link.find("{case}"); at != std::string::npos) link.replace(at, 6, alert.case_id);
    facts["link"] = link;
    const auto* sentence = sentence_of(alert.kind, chinese);
    facts["what"] = sentence ? rendered(*sentence, facts) : alert.subject;
    const bool says_which =
        facts["what"].get_ref<const std::string&>().find(alert.case_id) != std::string::npos;
    facts["headline"] = says_which ? facts["what"]
                                   : Json(fmt::format("{}{}{}{}", plain(facts["case_title"]), alert.case_id,
                                                      chinese ? "：" : ": ", plain(facts["what"])));
    const auto& words = template_for(plain(facts["definition"]), chinese ? "zh" : "en");
    return {first_line(rendered(words.subject, facts)), rendered(words.text, facts)};
}

runtime::MessageText AlertTexts::compose(const Sight& sight, const std::vector<core::Alert>& alerts,
                                         const org::Person& person) const {
    const bool chinese = person.language == "zh";
    auto message = one(sight, alerts.front(), person);
    if (alerts.size() == 1) return message;
    message.subject = fmt::format(fmt::runtime(chinese ? "{}（另有 {} 条提醒）" : "{} (and {} more)"),
                                  message.subject, alerts.size() - 1);
    const auto shown = std::min(alerts.size(), most_texts);
    for (std::size_t i = 1; i < shown; ++i) message.text += "\n----\n" + one(sight, alerts[i], person).text;
    if (shown < alerts.size())
        message.text += fmt::format(
            fmt::runtime(chinese ? "\n----\n还有 {} 条提醒。\n" : "\n----\nAnd {} more alerts.\n"),
            alerts.size() - shown);
    return message;
}

}  // namespace reeve::views
