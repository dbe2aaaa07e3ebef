#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "engine/cli/bench.h"

namespace reeve::cli {

namespace {

const char* const office_hours = R"({"id": "office", "zone": "Asia/Shanghai",
  "hours": {"mon": ["09:00-12:00", "14:00-18:00"], "tue": ["09:00-12:00", "14:00-18:00"],
            "wed": ["09:00-12:00", "14:00-18:00"], "thu": ["09:00-12:00", "14:00-18:00"],
            "fri": ["09:00-12:00", "14:00-18:00"]},
  "covers": "2020-01-01/2040-12-31"})";

const char* const matter = R"({
  "id": "matter", "title": {"en": "Matter"}, "calendar": "office",
  "data": {"type": "object", "required": ["subject"], "properties": {
    "subject": {"type": "string"}, "place": {"type": "string"}, "urgent": {"type": "boolean"}}},
  "owner": {"role": "clerk", "pick": "least-loaded"},
  "stages": {
    "handling": {"assign": "owner", "due": "5 working days", "ladder": "climb",
                 "actions": {"settle": {"to": "settled"}}},
    "settled": {"end": "settled"}},
  "ladders": {"climb": [
    {"at": "due", "light": "orange", "tell": ["owner"]},
    {"at": "due + 2 working days", "light": "red", "tell": ["head"], "repeat": "5 working days"}]}
})";

std::string clerk(std::uint64_t number) { return fmt::format("clerk-{}", number); }

std::string unit(std::uint64_t number) { return fmt::format("desk-{}", number); }

constexpr std::uint64_t units = 10, clerks = 100;

}  // namespace

BenchOffice::BenchOffice(const std::filesystem::path& base, runtime::Options options)
    : folder_(base), options_(std::move(options)) {
    options_.folder = folder_.path();
    options_.create = true;
    reopen();
    std::vector<org::Event> events{org::UnitSet{{.id = "office", .title_en = "Office", .level = "county"}},
                                   org::PersonSet{{.id = "head", .name = "Head"}},
                                   org::PostSet{{"office", "head", 1, {"head"}}}};
    for (std::uint64_t i = 0; i < units; ++i) {
        events.push_back(
            org::UnitSet{{.id = unit(i), .title_en = "Desk", .parent = "office", .level = "township"}});
        org::Post post{unit(i), "clerk", static_cast<int>(clerks / units), {}};
        for (auto c = i; c < clerks; c += units) {
            events.push_back(org::PersonSet{{.id = clerk(c), .name = fmt::format("Clerk {}", c)}});
            post.holders.push_back(clerk(c));
        }
        events.push_back(org::PostSet{post});
    }
    if (auto changed = engine_->change(events, core::system_actor); !changed)
        throw std::runtime_error(changed.error().text());
    if (auto deployed = engine_->deploy(matter, "matter.json", office_hours, core::system_actor); !deployed)
        throw std::runtime_error(deployed.error().front().text());
}

void BenchOffice::reopen() {
    engine_.reset();
    auto opened = runtime::Engine::open(options_);
    if (!opened) throw std::runtime_error(opened.error().text());
    engine_ = std::move(*opened);
}

core::Command BenchOffice::start(std::uint64_t number) {
    static const std::string subject(340, 'x');
    return {
        .actor = clerk(number % clerks),
        .case_id = fmt::format("matter-{:07}", number),
        .wish = core::StartCase{.definition = "matter",
                                .unit = unit(number % units),
                                .data = {{"subject", subject}, {"place", "Mill Lane 3"}, {"urgent", false}}}};
}

core::Command BenchOffice::act(std::string case_id) {
    return {.actor = "head", .case_id = std::move(case_id), .wish = core::Act{.action = "settle"}};
}

namespace {

// Keeps what is committed.
class Keeping final : public store::Store {
  public:
    Keeping(std::unique_ptr<store::Store> inner, std::vector<store::Batch>& kept)
        : inner_(std::move(inner)), kept_(kept) {}
    void commit(const store::Batch& batch) override {
        inner_->commit(batch);
        if (!batch.cases.empty()) kept_.push_back(batch);
    }
    std::unique_ptr<store::Reader> read() override { return inner_->read(); }
    void reopen() override { inner_->reopen(); }
    void replace_rows(const std::function<void(const Write&)>& fill) override { inner_->replace_rows(fill); }

  private:
    std::unique_ptr<store::Store> inner_;
    std::vector<store::Batch>& kept_;
};

}  // namespace

std::vector<store::Batch> BenchOffice::rows(const std::filesystem::path& base) {
    std::vector<store::Batch> kept;
    runtime::Options options;
    options.wrap = [&](std::unique_ptr<store::Store> inner) {
        return std::make_unique<Keeping>(std::move(inner), kept);
    };
    BenchOffice office(base, options);
    for (auto command : {start(0), act(start(0).case_id)})
        if (auto done = office.engine().ask(std::move(command)); !done)
            throw std::runtime_error(done.error().text());
    office.close();
    return kept;
}

std::pair<store::Batch, time::Instant> BenchOffice::rows_of_step(const std::filesystem::path& base) {
    std::vector<store::Batch> kept;
    runtime::Options options;
    const auto time =
        std::make_shared<runtime::ManualTime>(*time::parse_instant("2026-03-02T09:00:00+08:00"));
    options.time = time;
    options.wrap = [&](std::unique_ptr<store::Store> inner) {
        return std::make_unique<Keeping>(std::move(inner), kept);
    };
    BenchOffice office(base, options);
    if (auto done = office.engine().ask(start(0)); !done) throw std::runtime_error(done.error().text());
    const auto at = kept.back().cases.front().after->next;
    if (!at) throw std::logic_error("the case has no timer");
    if (auto ran = office.engine().run_until(*at); !ran) throw std::runtime_error(ran.error().text());
    office.close();
    return {kept.back(), *at};
}

store::Batch renamed(const store::Batch& batch, const std::string& case_id) {
    store::Batch copy = batch;
    for (auto& row : copy.journal) row.stream = case_id;
    for (auto& row : copy.outbox) row.id = case_id + row.id.substr(row.id.find('/')), row.case_id = case_id;
    const auto rename = [&](const std::shared_ptr<const store::CaseView>& view) {
        if (!view) return view;
        auto other = std::make_shared<store::CaseView>(*view);
        other->row.id = case_id;
        for (auto& task : other->tasks) task.case_id = case_id;
        for (auto& job : other->jobs) job.case_id = case_id;
        for (auto& clock : other->clocks) clock.case_id = case_id;
        return std::shared_ptr<const store::CaseView>(std::move(other));
    };
    for (auto& change : copy.cases) change = {rename(change.before), rename(change.after)};
    return copy;
}

double at_share(std::vector<double>& values, double share) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()));
    return values[std::min(rank, values.size() - 1)];
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    const auto half = values.size() / 2;
    return values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

Json spread(const std::vector<double>& values) {
    const auto [least, most] = std::ranges::minmax(values);
    return {{"median", median(values)}, {"least", least}, {"most", most}};
}

}  // namespace reeve::cli
