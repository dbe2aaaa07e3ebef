#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <system_error>
#include <thread>

#include "engine/json.h"
#include "engine/log.h"
#include "engine/runtime/plugin_answer.h"
#include "engine/runtime/plugin_process.h"
#include "engine/spelling.h"

namespace reeve::runtime {

class PluginHost::Impl {
  public:
    explicit Impl(PluginSettings settings) : settings_(std::move(settings)) {
        if (!settings_.time) settings_.time = system_time();
        health_.name = settings_.name;
        health_.kind = settings_.kind;
        health_.since = settings_.time->now();
        wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "making an eventfd");
    }
    ~Impl() {
        ask_to_stop();
        if (thread_.joinable()) thread_.join();
        ::close(wake_);
    }

    Result<void> start() {
        std::error_code ignored;
        if (!std::filesystem::is_regular_file(settings_.library, ignored))
            return refuse("no-plugin", name() + " has no file there" + others_there(),
                          settings_.library.string());
        // Signals are for the engine's own threads.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        thread_ = std::thread([this] { run(); });
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return first_.has_value(); });
        return *first_;
    }

    void ask_to_stop() {
        stopping_ = true;
        poke();
    }

    std::expected<Json, PluginFault> call(const Json& request) {
        const auto text = request.dump(-1, ' ', false, Json::error_handler_t::replace);
        std::lock_guard one_at_a_time(calls_);
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return health_.state != PluginState::starting; });
        if (auto fault = absent()) return std::unexpected(std::move(*fault));
        request_ = text;
        given_ = false;
        answer_.reset();
        poke();
        changed_.wait(lock, [&] { return answer_.has_value(); });
        request_.reset();
        return std::move(*answer_);
    }

    PluginHealth health() const {
        std::lock_guard lock(mutex_);
        return health_;
    }

  private:
    std::string name() const { return "the plugin " + settings_.name; }
    // What may have been meant instead, when there is no such library.
    std::string others_there() const {
        std::vector<std::string> names;
        std::error_code ignored;
        for (const auto& file : std::filesystem::directory_iterator(settings_.library.parent_path(), ignored))
            if (file.path().extension() == ".so") names.push_back(file.path().stem().string());
        return did_you_mean(settings_.library.stem().string(), names);
    }
    void poke() {
        const std::uint64_t one = 1;
        (void)!::write(wake_, &one, sizeof one);
    }

    // Why nothing can be asked of it now. Under mutex_.
    std::optional<PluginFault> absent() const {
        if (health_.state == PluginState::stopped || stopping_)
            return PluginFault{name() + " was stopped", {}, false};
        if (health_.state != PluginState::resting) return std::nullopt;
        const auto left = std::max(Millis{1}, std::chrono::ceil<Millis>(again_at_ - stopwatch()));
        return PluginFault{fmt::format("{} rests before it is started again: {}", name(), health_.last_error),
                           left, false};
    }

    void become(PluginState state) {  // under mutex_
        health_.state = state;
        health_.since = settings_.time->now();
        changed_.notify_all();
    }
    void note(const std::string& fault) {  // under mutex_
        ++health_.faults;
        health_.last_error = fault;
        health_.last_fault = settings_.time->now();
        log::write(log::Level::warning, "plugin-fault", {{"plugin", health_.name}, {"error", fault}});
    }
    void answer(std::expected<Json, PluginFault> with) {  // under mutex_
        if (!request_ || answer_) return;
        answer_ = std::move(with);
        changed_.notify_all();
    }

    void run() {
        auto opened = open();
        {
            std::lock_guard lock(mutex_);
            become(opened ? PluginState::running : PluginState::stopped);
            if (!opened) note(opened.error().message);
            first_ = opened;
            changed_.notify_all();
        }
        if (!opened) return;
        while (!stopping_) {
            if (!process_)
                rest();
            else
                serve();
        }
        if (process_) process_->end(settings_.limits.close);
        process_.reset();
        std::lock_guard lock(mutex_);
        become(PluginState::stopped);
        answer(std::unexpected(PluginFault{name() + " was stopped", {}, given_}));
    }

    // Waits for a wake, or for the end of the process; -1 waits for ever.
    bool wait(int process, int within_ms) {
        pollfd both[] = {{wake_, POLLIN, 0}, {process, POLLIN, 0}};  // a negative file is passed over
        (void)::poll(both, 2, within_ms);
        std::uint64_t poked = 0;
        (void)!::read(wake_, &poked, sizeof poked);
        return process >= 0 && both[1].revents != 0;
    }

    void rest() {
        const auto left = std::chrono::ceil<Millis>(again_at_ - stopwatch());
        if (left.count() > 0) {
            (void)wait(-1, static_cast<int>(left.count()));
            return;
        }
        {
            std::lock_guard lock(mutex_);
            become(PluginState::starting);
            ++health_.restarts;
        }
        auto opened = open();
        if (!opened) return fell(opened.error().message);
        std::lock_guard lock(mutex_);
        become(PluginState::running);
    }

    void serve() {
        std::optional<std::string> request;
        {
            std::lock_guard lock(mutex_);
            if (request_ && !answer_) {
                request = *request_;
                given_ = true;
                ++health_.calls;
            }
        }
        if (!request) {
            if (wait(process_->ended(), -1)) fell(name() + " " + process_->why_ended());
            return;
        }
        auto reply = process_->exchange(*request, settings_.limits.call, stopping_);
        if (!reply) return fell(name() + " " + reply.error());
        auto read = read_reply(*reply);
        std::lock_guard lock(mutex_);
        if (read)
            rest_ = Millis{0};
        else
            note(read.error().error);
        answer(std::move(read));
    }

    std::expected<Json, PluginFault> read_reply(const PluginReply& reply) const {
        const auto fault = [&](const std::string& what) {
            return std::unexpected(PluginFault{name() + what, {}});
        };
        if (reply.word == plugin_word::fault)
            return fault(reply.text.empty() ? " failed and does not say why" : ": " + one_line(reply.text));
        if (reply.word != plugin_word::answer) return fault(" said something that is no answer");
        auto json = parse_json(reply.text, "answer");
        if (!json) return fault(" answered with what is no JSON: " + json.error().text());
        if (!json->value.is_object()) return fault(" answered with JSON that is no object");
        return std::move(json->value);
    }

    Result<void> open() {
        const auto where = settings_.library.string();
        try {
            process_ = std::make_unique<PluginProcess>(settings_);
        } catch (const std::exception& e) {
            return refuse("plugin-fell", name() + " cannot be started: " + e.what(), where);
        }
        const auto first = Json{{"library", std::filesystem::absolute(settings_.library).string()},
                                {"kind", settings_.kind},
                                {"settings", settings_.settings},
                                {"memory", settings_.limits.memory}}
                               .dump(-1, ' ', false, Json::error_handler_t::replace);
        auto reply = process_->exchange(first, settings_.limits.open, stopping_);
        if (reply && reply->word == plugin_word::opened) {
            const auto told = Json::parse(reply->text, nullptr, false);
            std::lock_guard lock(mutex_);
            if (told.is_object())
                health_.plugin = one_line(text_in(told, "name") + " " + text_in(told, "version"));
            return {};
        }
        process_.reset();
        if (!reply) return refuse("plugin-fell", name() + " " + reply.error(), where);
        const auto said = one_line(reply->text);
        if (reply->word == plugin_word::settings)
            return refuse("bad-settings", name() + " does not take its settings: " + said, where);
        return refuse("bad-plugin", name() + " cannot be used: " + said, where);
    }

    void fell(const std::string& why) {
        process_.reset();
        const auto& limits = settings_.limits;
        rest_ = rest_.count() == 0 ? limits.first_rest : std::min(rest_ * 2, limits.longest_rest);
        std::lock_guard lock(mutex_);
        again_at_ = stopwatch() + rest_;
        note(why);
        become(PluginState::resting);
        answer(std::unexpected(PluginFault{why, {}, given_}));
    }

    PluginSettings settings_;
    int wake_ = -1;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
    // The thread's own.
    std::unique_ptr<PluginProcess> process_;
    Millis rest_{0};

    std::mutex calls_;  // held for a whole call
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Result<void>> first_;
    std::optional<std::string> request_;
    bool given_ = false;  // the process has been sent it
    std::optional<std::expected<Json, PluginFault>> answer_;
    std::chrono::nanoseconds again_at_{0};
    PluginHealth health_;
};

PluginHost::PluginHost() = default;
PluginHost::~PluginHost() = default;

Result<std::unique_ptr<PluginHost>> PluginHost::start(PluginSettings settings) {
    std::unique_ptr<PluginHost> host(new PluginHost);
    host->impl_ = std::make_unique<Impl>(std::move(settings));
    if (auto started = host->impl_->start(); !started) return std::unexpected(started.error());
    return host;
}

std::expected<Json, PluginFault> PluginHost::call(const Json& request) noexcept {
    try {
        return impl_->call(request);
    } catch (const std::exception& e) {
        return std::unexpected(PluginFault{std::string("a plugin could not be asked: ") + e.what(), {}});
    }
}

PluginHealth PluginHost::health() const { return impl_->health(); }
void PluginHost::ask_to_stop() { impl_->ask_to_stop(); }

}  // namespace reeve::runtime
