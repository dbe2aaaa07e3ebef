// Exporter: a plugin that is given every event of the journal, in order and at least once, from where it last
// said that it keeps them: for a database of figures, or an archive elsewhere.
//
// How far it is lies in a file of its own beside the journal, and not in it: what is told to others is no
// fact of the office. Events are read from the journal when they are handed over and kept nowhere on the way,
// so that what was erased by then is not exported. Whoever makes it owns it; the engine outlives it.
#pragma once

#include "engine/runtime/export_event.h"
#include "engine/runtime/plugin.h"
#include "engine/runtime/rounds.h"

namespace reeve::runtime {

struct Exporting {
    std::filesystem::path place;                        // of the file that says how far it is
    bool personal = false;                              // what is personal goes along
    Millis first_retry{1'000}, longest_retry{600'000};  // the wait doubles from one failure to the next
    std::size_t events = 256, bytes = 512 << 10;        // of one call, at most; one event at least
};

class Exporter {
  public:
    Exporter(Engine&, std::unique_ptr<PluginHost>, Exporting);
    ~Exporter();  // a call that is under way is waited for as long as PluginLimits::close says

    void start();  // from now on by itself, until the end
    // For tests, instead of start(). Hands over what comes next; false: there is nothing more, or it has to
    // wait. One thread.
    bool turn();

    PluginHealth health() const;
    void ask_to_stop();  // without waiting, so that several stop at once

  private:
    struct Stretch {
        Json events = Json::array();
        std::uint64_t from = 0, to = 0;
        std::optional<Instant> since;  // when the first was written
    };
    void find_place();
    void wait_from();
    std::string mark_of(std::uint64_t seq);
    Stretch read();
    void taken(const Stretch&, const Json& answer);
    void failed(std::string error, std::optional<Millis> wait);
    bool keep(std::uint64_t to);
    std::string name() const { return who_.name; }

    Engine& engine_;
    std::unique_ptr<PluginHost> host_;
    Exporting wanted_;
    const PluginHealth who_;  // as it was at the beginning
    std::atomic<bool> stopping_ = false;
    // Of turn's thread.
    std::unique_ptr<store::Reader> reader_;
    bool placed_ = false;  // where it is was found out
    ExportEvents events_;
    std::optional<Instant> again_at_;
    int failures_ = 0;  // one after the other

    mutable std::mutex mutex_;
    std::uint64_t to_ = 0, head_ = 0;
    std::optional<Instant> since_;
    std::uint64_t exported_ = 0, failed_ = 0;
    std::optional<Instant> failing_since_;
    std::string error_;    // of the last failure, until something is taken
    std::string refusal_;  // why it may not go on before a person looks

    std::unique_ptr<Rounds> rounds_;
};

}  // namespace reeve::runtime
