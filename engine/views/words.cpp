#include "engine/views/words.h"

#include <fmt/format.h>

#include "engine/core/core.h"

namespace reeve::views {

namespace {

// {field} is the event's; a part in [brackets] is left out when one of its fields is empty.
struct Pattern {
    std::string_view event, text;
};
constexpr Pattern patterns[] = {
    {"CaseStarted",
     "case started under {definition} version {version} at {unit}[, opened by {cause}]"
     "[, part of {parent}]"},
    {"OwnerNamed", "owner is {person}[, standing in for {stands_for}][: {reason}]"},
    {"OwnerLost", "nobody owns the case[: {note}]"},
    {"StageEntered", "stage {stage} entered"},
    {"StageLeft", "stage {stage} left {how}"},
    {"ParallelOpened", "{branches} branches opened at {stage}, to be joined at {join}"},
    {"BranchArrived", "a branch arrived at {join}"},
    {"TaskCreated", "task {task} ({name}) created[: {title}]"},
    {"TaskAssigned", "task {task} {how} to {person}[, standing in for {stands_for}][: {reason}][ ({notes})]"},
    {"TaskReturned", "task {task} given back by {person}[: {reason}]"},
    {"TaskUnassigned", "task {task} has no one to do it[ ({notes})]"},
    {"TaskCompleted", "task {task} done[: {reason}]"},
    {"TaskCancelled", "task {task} cancelled"},
    {"ActionTaken", "action {action} taken[: {reason}]"},
    {"DataGiven", "data given: {patch}"},
    {"DataCorrected", "data corrected: {patch}[: {reason}]"},
    {"DocumentAdded", "document added: {document}"},
    {"NoteAdded", "note: {text}"},
    {"CaseTransferred",
     "case transferred from {from} to {to}[ (hand-over {hand_over})]"
     "[, asked for {asked}][: {reason}]"},
    {"ClockStarted", "clock {name} ({clock}) started from {from}"},
    {"ClockPaused", "clock {clock} paused from {from}[ until {until}]: {reason}[ ({note})][; told {told}]"},
    {"ClockResumed", "clock {clock} resumed at {at}[ ({note})][; told {told}]"},
    {"TimeExcluded", "time from {from} to {to} does not count on clock {clock}: {reason}[ ({note})]"},
    {"ClockRestarted",
     "clock {clock} restarted from {from}[: {reason}][; what it was extended by is dropped: {dropped}]"},
    {"ClockExtended", "clock {clock} extended by {by}[, approved by {approver}][: {reason}][; told {told}]"},
    {"ClockMet", "clock {clock} met at {at}[, {late_ms} late]"},
    {"ClockCancelled", "clock {clock} cancelled[: {why}]"},
    {"ClockExpired", "clock {clock} expired at {at}"},
    {"ClockWarned", "warning on clock {clock}: {warning}"},
    {"ApprovalAsked", "request {request} for {what}, to be approved by {of}"},
    {"ApprovalGiven", "request {request} approved[: {reason}]"},
    {"ApprovalRefused", "request {request} {verdict}[: {reason}]"},
    {"EscalationFired",
     "escalation {escalation}: step {step}[ (repeat {repeat})] of clock {clock}, planned for {planned}"
     "[, light {light}][; told {told}][; asked for {ask}][ by {answer_by}]"
     "[; to be acknowledged by {acknowledge_by}][ ({notes})]"},
    {"EscalationOvertaken", "escalation {escalation} overtaken: the act was done on {occurred}"},
    {"EscalationAcknowledged", "escalation {escalation} acknowledged[: {reason}]"},
    {"AcknowledgementWithdrawn", "acknowledgement of {escalation} withdrawn[: {reason}]"},
    {"AcknowledgementLapsed", "acknowledgement of {escalation} lapsed at {planned}: nothing had followed it"},
    {"AcknowledgementMissed",
     "escalation {escalation} was not acknowledged by {planned}"
     "[; told {told}][ ({notes})]"},
    {"AnswerGiven", "answer to {escalation}: {text}"},
    {"AnswerMissed", "escalation {escalation} was not answered by {planned}[; told {told}][ ({notes})]"},
    {"CaseRequested", "a case of {definition} is to be opened[ at {unit}][ because of {cause}]"},
    {"CaseNotOpened",
     "the case {other} of {definition} could not be opened: {error}[; told {told}][ ({notes})]"},
    {"CaseLinked", "linked to case {other}[ ({relation})]"},
    {"ChildEnded", "part {child} ended[: {outcome}]"},
    {"MessageReceived", "message {message} received"},
    {"JobRequested", "job {job} asked of {handler}, attempt {attempt}[, to end by {times_out}]"},
    {"JobLeased", "job {job} taken by {worker} as lease {lease}, until {until}"},
    {"JobLeaseExtended", "job {job}: the lease {lease} extended until {until}"},
    {"JobReleased", "job {job}: the lease {lease} given back, and no attempt spent"},
    {"JobCompleted", "job {job} completed"},
    {"JobFailed", "job {job} failed: {error}[; to be tried again at {retry_at}]"},
    {"CaseClosed", "case closed: {outcome}"},
    {"CaseReopened", "case reopened, cycle {cycle}[: {reason}]"},
    {"CaseCancelled", "case cancelled: {reason}"},
    {"CaseMigrated", "case moved from version {from} to {to}[: {reason}]"},
};
static_assert(std::size(patterns) == std::variant_size_v<core::Event>);

bool names_people(std::string_view field) {
    return field == "person" || field == "stands_for" || field == "told" || field == "of" ||
           field == "approver";
}

// Instants at which something ends.
bool is_deadline(const Json& event, std::string_view field) {
    return field == "planned" || field == "until" || field == "answer_by" || field == "acknowledge_by" ||
           (field == "at" && event.value("event", "") == "ClockExpired");
}

// Why a stage was left: the action that was taken, or the engine's own word for it.
std::string left_how(const std::string& how) {
    constexpr std::pair<std::string_view, std::string_view> by_itself[] = {
        {"then", "as nothing more was to be done in it"},
        {"expired", "because a clock expired"},
        {"failed", "because its job failed"},
        {"joined", "because enough of the other branches were done"},
        {"cancelled", "because the case ended"}};
    for (const auto& [word, why] : by_itself)
        if (how == word) return std::string(why);
    constexpr std::string_view message = "message:";
    return how.starts_with(message) ? "by the message " + how.substr(message.size()) : "by " + how;
}

// What a request asks for, and why.
std::string asked(const Json& wish, const Wording& wording) {
    const auto clock = wording.names.find(wish.value("clock", ""));
    const auto reason = wish.value("reason", "");
    return core::asked_for(wish, clock == wording.names.end() ? "" : clock->second) +
           (reason.empty() ? "" : " (" + reason + ")");
}

std::string value_of(const Json& event, const std::string& field, const Wording& wording) {
    auto it = event.find(field);
    if (field == "verdict") return event.value("lapsed", false) ? "lapsed" : "refused";
    if (field == "how" && event.value("event", "") == "StageLeft") return left_how(event.value("how", ""));
    if (field == "what" && event.contains("wish")) return asked(event["wish"], wording);
    // Numbers at their default are left out of the JSON; people count steps from one.
    if (field == "step") return std::to_string(event.value("step", 0) + 1);
    if (field == "attempt") return std::to_string(event.value("attempt", 1));
    if (it == event.end() || it->is_null()) return {};
    auto one = [&](const Json& item) -> std::string {
        if (!item.is_string()) return item.is_number() && item == 0 ? "" : plain(item);
        const auto& text = item.get_ref<const std::string&>();
        if (names_people(field) && wording.person) return wording.person(text);
        if ((field == "clock" || field == "task") && !event.contains("name"))
            if (auto it = wording.names.find(text); it != wording.names.end())
                return it->second + " (" + text + ")";
        if (text.size() >= 20 && text.ends_with('Z'))
            if (auto at = time::parse_instant(text)) {
                const auto shown = when(*at, wording.calendar);
                return is_deadline(event, field) ? time::deadline_words(shown) : shown;
            }
        return text;
    };
    if (field == "late_ms") return *it == 0 ? "" : span_words(it->get<std::int64_t>());
    if (field == "document" && it->is_object())
        return plain(it->value("kind", Json())) + " \"" + plain(it->value("name", Json())) + "\"";
    if (!it->is_array()) return one(*it);
    std::string text;
    for (const auto& item : *it) text += (text.empty() ? "" : ", ") + one(item);
    return text;
}

// Fills `text`; sets `missing` when a field had nothing to say.
std::string fill(std::string_view text, const Json& event, const Wording& wording, bool& missing) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '[') {
            std::size_t end = text.find(']', i);
            bool nothing = false;
            std::string part = fill(text.substr(i + 1, end - i - 1), event, wording, nothing);
            if (!nothing) out += part;
            i = end;
        } else if (text[i] == '{') {
            std::size_t end = text.find('}', i);
            std::string value = value_of(event, std::string(text.substr(i + 1, end - i - 1)), wording);
            missing |= value.empty();
            out += value;
            i = end;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace

std::string visible(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        // U+0080 to U+009F are C2 80 to C2 9F.
        const bool two = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
        if (two)
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(text[++i]));
        else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
            out += fmt::format("\\u{:04x}", c);
        else
            out += text[i];
    }
    return out;
}

std::string plain(const Json& value) {
    if (value.is_string()) return visible(value.get_ref<const std::string&>());
    if (value.is_null()) return {};
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (!value.is_array()) return value.dump();
    std::string text;
    for (const auto& item : value) text += (text.empty() ? "" : ", ") + plain(item);
    return text;
}

std::string words(const core::Event& event, const Wording& wording) {
    const Json json = core::to_json(event, Times::text);
    for (const auto& pattern : patterns)
        if (pattern.event == core::name(event)) {
            bool missing = false;
            return visible(fill(pattern.text, json, wording, missing));
        }
    return std::string(core::name(event)) + " " + json.dump();
}

std::string when(time::Instant at, const time::CalendarPtr& calendar) {
    if (at == time::Instant::max()) return {};
    return calendar ? time::to_string(at, *calendar) : time::to_utc_string(at);
}

Json when_json(const std::optional<time::Instant>& at, const time::CalendarPtr& calendar) {
    if (!at || *at == time::Instant::max()) return nullptr;
    return when(*at, calendar);
}

std::string counted(std::size_t n, const char* one, const char* many) {
    return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string span_words(std::int64_t ms) {
    struct Part {
        std::int64_t size;
        const char* unit;
    };
    constexpr Part parts[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}};
    ms = std::max<std::int64_t>(ms, 0);
    for (std::size_t i = 0; i < std::size(parts); ++i) {
        if (ms < parts[i].size && i + 1 < std::size(parts)) continue;
        std::string text = fmt::format("{} {}", ms / parts[i].size, parts[i].unit);
        std::int64_t rest = i + 1 < std::size(parts) ? ms % parts[i].size / parts[i + 1].size : 0;
        return rest == 0 ? text : fmt::format("{} {} {}", text, rest, parts[i + 1].unit);
    }
    return "0 s";
}

std::string time_left(time::Instant now, time::Instant due, const time::Duration& limit,
                      const time::CalendarPtr& calendar) {
    if (!calendar || !limit.is_working() || due == time::Instant::max() || due <= now)
        return time_left(now, due);
    if (limit.working_days != 0) {
        const auto closes_by = [&](std::int64_t n) {
            time::Duration in;
            in.working_days = n;
            return time::due(*calendar, now, in, {time::Until::close, false, false}).at <= due;
        };
        std::int64_t days = 0;
        while (days < limit.working_days * 10 && closes_by(days + 1)) ++days;
        if (days > 0) return fmt::format("{} working day{}", days, days == 1 ? "" : "s");
    }
    const auto minutes =
        std::chrono::ceil<std::chrono::minutes>(time::working_between(*calendar, now, due)).count();
    const auto hours = minutes / 60, rest = minutes % 60;
    if (hours == 0) return fmt::format("{} working min", rest);
    return fmt::format("{} working hour{}{}", hours, hours == 1 ? "" : "s",
                       rest == 0 ? "" : fmt::format(" {} min", rest));
}

std::string time_left(time::Instant now, time::Instant due) {
    if (due == time::Instant::max()) return "paused";
    auto ms = (due - now).count();
    return ms < 0 ? span_words(-ms) + " late" : span_words(ms);
}

}  // namespace reeve::views
