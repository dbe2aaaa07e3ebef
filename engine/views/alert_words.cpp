#include "engine/views/alert_words.h"

namespace reeve::views {
namespace {

// An escalation is named by its number, which means something in the list of escalations only.
using Sentences = std::map<std::string, std::string, std::less<>>;
// Where the alert's own subject serves as well, there is none.
const Sentences english{
    {"EscalationFired",
     "{{clock}} {{#over}}ran out{{/over}}{{^over}}is due{{/over}} {{due}}"
     "{{#event.repeat}} (told again){{/event.repeat}}"},
    {"ClockResumed", "{{clock}} runs again{{#due}}, and is due {{due}}{{/due}}"},
};
const Sentences chinese{
    {"OwnerNamed", "该事项现由您承办{{#event.stands_for}}（代{{event.stands_for}}）{{/event.stands_for}}"},
    {"TaskAssigned",
     "任务“{{expected}}”交由您办理{{#event.stands_for}}（代{{event.stands_for}}）{{/event.stands_for}}"},
    {"TaskUnassigned", "有任务找不到人办理"},
    {"TaskReturned", "{{event.person}}退回任务：{{event.reason}}"},
    {"ApprovalAsked",
     "{{event.by}}请您审批{{#event.wish.reason}}，理由：{{event.wish.reason}}{{/event.wish.reason}}"},
    {"ApprovalGiven", "您的申请已获批准{{#event.reason}}：{{event.reason}}{{/event.reason}}"},
    {"ApprovalRefused",
     "您的申请{{#event.lapsed}}已失效{{/event.lapsed}}{{^event.lapsed}}未获批准{{/event.lapsed}}"
     "{{#event.reason}}：{{event.reason}}{{/event.reason}}"},
    {"MessageReceived", "收到消息“{{event.message}}”"},
    {"JobFailed", "自动作业“{{event.job}}”失败：{{event.error}}"},
    {"CaseNotOpened", "未能立案（{{event.definition}}）：{{event.error}}"},
    {"ChildEnded", "{{event.child}}已办结（{{event.outcome}}）"},
    {"CaseReopened", "事项重新办理：{{event.reason}}"},
    {"CaseCancelled", "事项已撤销：{{event.reason}}"},
    {"CaseClosed", "事项已办结：{{event.outcome}}"},
    {"EscalationFired",
     "{{clock}}{{#over}}已于{{due}}到期{{/over}}{{^over}}将于{{due}}到期{{/over}}"
     "{{#event.repeat}}（再次提醒）{{/event.repeat}}"},
    {"AcknowledgementMissed", "升级提醒{{event.escalation}}无人签收"},
    {"AnswerMissed", "升级提醒{{event.escalation}}所要求的{{expected}}尚未提交"},
    {"AcknowledgementLapsed", "升级提醒{{event.escalation}}已签收，但此后没有进展"},
    {"ClockExtended", "{{clock}}已延长{{#due}}，新期限为{{due}}{{/due}}：{{event.reason}}"},
    {"ClockPaused", "{{clock}}已中止：{{event.reason}}"},
    {"ClockResumed", "{{clock}}恢复计时{{#due}}，期限为{{due}}{{/due}}"},
    {"ClockExpired", "{{clock}}已届满"},
    {"ClockWarned", "{{clock}}：{{event.warning}}"},
};

std::string in(const model::Text& text, bool in_chinese) {
    return in_chinese && !text.zh.empty() ? text.zh : text.en;
}

std::string span_in(std::int64_t ms, bool in_chinese) {
    if (ms <= 0) return "";
    auto words = span_words(ms);
    if (in_chinese)
        for (const auto& [unit, named] :
             {std::pair{" min", "分钟"}, {" d", "天"}, {" h", "小时"}, {" s", "秒"}})
            if (const auto at = words.find(unit); at != std::string::npos)
                words.replace(at, std::string_view(unit).size(), named);
    return words;
}

// "2026-03-06 16:00", in the zone of the case.
std::string minute_of(time::Instant at, const time::CalendarPtr& calendar) {
    auto text = when(at, calendar).substr(0, 16);
    if (text.size() > 10) text[10] = ' ';
    return text;
}

// The event behind the alert; what its id does not lead to any more is told without.
Json event_of(const Sight& sight, const core::Alert& alert, const time::CalendarPtr& calendar) {
    Json event = Json::object();
    const auto from = alert.id.find('/'), to = alert.id.rfind('/');
    if (from == std::string::npos || to <= from) return event;
    const auto revision = std::strtoull(alert.id.substr(from + 1, to - from - 1).c_str(), nullptr, 10);
    try {
        sight.reader.stream(alert.case_id, revision, [&](const store::JournalRow& row) {
            if (row.revision == revision)
                event = localized(core::to_json(store::recorded(row).event, Times::text), calendar);
            return false;
        });
    } catch (const std::exception&) {
        // Damaged: `reeve check` names it. Whoever is to be told is told all the same.
    }
    const auto names = wording_of(sight).person;
    for (const char* field : {"person", "by", "of", "stands_for", "approver"})
        if (event.contains(field) && event[field].is_string()) event[field] = names(plain(event[field]));
    // Nought and false are as good as nothing: a section around them is left out.
    for (auto& [field, value] : event.items())
        if (value.is_number() && value == 0) value = "";
    return event;
}

}  // namespace

const std::string* sentence_of(const std::string& kind, bool in_chinese) {
    static const std::string other = "有新情况（{{kind}}）";
    const auto& sentences = in_chinese ? chinese : english;
    const auto it = sentences.find(kind);
    return it != sentences.end() ? &it->second : in_chinese ? &other : nullptr;
}

Json alert_facts(const Sight& sight, const core::Alert& alert, bool in_chinese) {
    const auto row = sight.reader.find_case(alert.case_id);
    const auto program = row ? sight.catalog.program(row->definition, row->version) : nullptr;
    const auto calendar = program ? program->calendar : calendar_of(sight);
    const auto moment = [&](const std::optional<time::Instant>& at) {
        return at ? minute_of(*at, calendar) : "";
    };
    std::string clock = alert.clock;
    if (const int rule = program ? program->clock(alert.clock) : model::none; rule != model::none)
        if (const auto title = in(program->clocks[static_cast<std::size_t>(rule)].title, in_chinese);
            !title.empty())
            clock = title;
    const auto* unit = row ? sight.people->unit(row->unit) : nullptr;
    const auto unit_title = !unit                                   ? std::string()
                            : in_chinese && !unit->title_zh.empty() ? unit->title_zh
                                                                    : unit->title_en;
    const bool escalation = alert.kind == "EscalationFired";
    Json facts{{"case", alert.case_id},
               {"case_title", row && !row->title.empty() ? row->title + (in_chinese ? "，" : ", ") : ""},
               {"definition", row ? row->definition : ""},
               {"definition_title", program ? in(program->title, in_chinese) : ""},
               {"unit", unit_title},
               {"kind", alert.kind},
               {"clock", clock},
               {"basis", alert.basis},
               {"due", moment(alert.due)},
               {"late", span_in(alert.late_ms, in_chinese)},
               {"over", escalation && alert.due && *alert.due <= sight.now},
               {"expected", alert.expected},
               {"by", moment(alert.by)},
               {"urgent", alert.urgent}};
    facts["event"] = event_of(sight, alert, calendar);
    return facts;
}

}  // namespace reeve::views
