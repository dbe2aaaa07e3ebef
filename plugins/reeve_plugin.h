/* What a Reeve plugin is: a shared library that gives away one function, reeve_plugin. This header is the
 * whole contract, for C11 and for C++; reeve_plugin.hpp makes a C++ class of it.
 *
 * The engine never loads a plugin into itself. Each runs in a process of its own, which has the plugin, its
 * settings and one connection to the engine: no data folder, no file that the engine has open, none of its
 * environment but the language, the zone, the search paths and where certificates are. What a plugin does
 * wrong ends that process and nothing else, and it is started again after a pause that grows. The process is
 * the engine's own user: this holds off faults, and is no cage for a plugin that means harm.
 *
 * WHO OWNS WHAT. Nobody frees what another made. What the host passes in (settings, request) is the host's
 * and is good until the function returns. What the plugin passes out goes through reeve_give, which copies
 * before it returns. The reeve_plugin_info and its texts are the plugin's and stay as they are for ever.
 *
 * THREADS. The process calls one function of the plugin at a time, always on the thread that opened it. A
 * plugin may have threads of its own, as long as none of them calls what it was given to answer with.
 *
 * LIMITS. An office sets them for each plugin; these are the usual ones. To open takes 10 s at most, a call
 * 30 s, to close 2 s. Memory that can be written: 256 MiB. An answer: 1 MiB. A plugin that goes beyond any
 * of them is ended with SIGKILL. Where something else can be slow (a network), give up before the engine
 * does: what a plugin was killed over is tried again, though it may have been done.
 *
 * TEXT. JSON in UTF-8, with its length; a zero follows, which is not counted. A plugin ignores members that
 * it does not know: more will come, and none will change its meaning. Times are RFC 3339 with an offset.
 *
 * Standard output leads nowhere, standard error to the engine's. SIGPIPE is ignored. */
#ifndef REEVE_PLUGIN_H
#define REEVE_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Rises when anything here changes that a built plugin would trip over. */
#define REEVE_PLUGIN_ABI 1u

#define REEVE_PLUGIN_EXPORT __attribute__((visibility("default")))

/* WHAT EACH KIND TAKES AND GIVES. A call is one request and one answer.
 *
 * notifier: carries a message to a person.
 *   {"id": "m-7f3a", "person": "li-na", "name": "Li Na", "address": "li-na@example.org", "language": "zh",
 *    "subject": "one line", "text": "lines ended by \n", "urgent": false, "alerts": [{...}, ...]}
 *   id: stable. The same message tried again, also after a kill, has the same; let whoever receives it see
 *   that. address: what the person's `reach` says for the channel, not checked by the engine. alerts: what
 *   subject and text are made of; may be empty.
 *   {"outcome": "sent"}                                   taken over by what carries it from here
 *   {"outcome": "failed", "error": "…", "wait_ms": 60000} not now: tried again, not before wait_ms if given
 *   {"outcome": "refused", "error": "…"}                  trying again would bring the same: a person decides
 *
 * job handler: does the work of a stage of the kind "job".
 *   {"job": "j1", "handler": "print-notice", "case": "noise-7", "definition": "noise", "version": 2,
 *    "title": "…", "unit": "north", "stage": "notified", "attempt": 1, "attempts": 3, "lease": 12,
 *    "times_out": "2026-03-06T16:00:00+08:00", "data": {...}}
 *   data: the case's. The same job of the same case may come again: make doing it twice do it once. lease:
 *   rises with every lease of the case, so that whoever keeps the greatest one seen can refuse a late one.
 *   times_out: null when the definition sets no timeout.
 *   {"outcome": "completed", "data": {...}, "action": "unknown", "reason": "…"}
 *   data: goes into the case's. action: which of the stage's the case takes; left out, the stage's "then".
 *   {"outcome": "failed", "error": "…", "retry": true, "wait_ms": 60000}
 *   retry false: there is no use in trying again. wait_ms: in place of the definition's backoff.
 *
 * assigner: chooses who gets a task. Asked once, when the task has just been given to `person` by the
 * definition's own rule, if there was more than one to choose from.
 *   {"case": "noise-7", "definition": "noise", "unit": "north", "stage": "registered", "role": "registrar",
 *    "task": "t3", "name": "hear", "title": "…", "item": …, "person": "ben", "data": {...},
 *    "candidates": [{"person": "li-na", "name": "Li Na", "open_tasks": 4,
 *                    "last": "2026-03-05T09:00:00+08:00"}]}
 *   candidates: those who are there and may have it, `person` among them. last: when they were last given
 *   something; null: never. role: empty when the rule names a person or the owner. item: of a task that
 *   stands for one item of a list.
 *   {"person": "li-na", "reason": "knows the street"}     one of the candidates; the reason is recorded
 *   {"outcome": "failed", "error": "…"}                   then it stays with `person`
 *
 * exporter: is given events, in order, after they are durable.
 *   {"from": 101, "to": 164, "events": [{"seq": 101, "at": "…", "case": "noise-7", "revision": 3,
 *    "actor": "li-na", "definition": "noise", "event": "TaskCompleted", …}]}
 *   Numbers rise and may leave some out. case: one that is no case's has "stream" instead: "$org",
 *   "$definitions", "$duties", "$archive". occurred: is there when it happened before it was recorded. After
 *   a kill the same events may come again, by the same numbers: make taking them twice take them once.
 *   {"outcome": "taken", "to": 164}                       it is kept up to there; the rest comes again
 *   {"outcome": "failed", "error": "…", "wait_ms": 60000}
 *
 * An error is one sentence for the administrator: what went wrong, and what would be right. It is recorded
 * and shown, so it holds no password and nothing about people that is not needed. */
enum reeve_plugin_kind {
    REEVE_PLUGIN_NOTIFIER = 1,
    REEVE_PLUGIN_JOB_HANDLER = 2,
    REEVE_PLUGIN_ASSIGNER = 3,
    REEVE_PLUGIN_EXPORTER = 4
};

/* Copies `size` bytes of `text` as the plugin's word. Given twice in one call, the last counts. `to` is what
 * came in with the call, and good for that call only. */
typedef void (*reeve_give)(void* to, const char* text, size_t size);

typedef struct reeve_plugin_info {
    uint32_t abi;        /* REEVE_PLUGIN_ABI, as this plugin was built; stays first for ever */
    uint32_t kind;       /* an enum reeve_plugin_kind */
    const char* name;    /* "smtp" */
    const char* version; /* its own: "1.2.0" */

    /* Once, before anything else. `settings` is a JSON object, as the office wrote it. Refuse what you do not
     * know or cannot use: give one sentence that names the setting, and return null. Do not connect to
     * anything: an office must start while its mail server is away. Else return what is yours, not null; it
     * comes back as `self`. */
    void* (*open)(const char* settings, size_t size, reeve_give give, void* to);

    /* One request. Give the answer and return 0. Anything else is a fault: give one sentence, which is taken
     * as a failure that may pass. */
    int (*call)(void* self, const char* request, size_t size, reeve_give give, void* to);

    /* Once, at a clean end. No call follows. */
    void (*close)(void* self);
} reeve_plugin_info;

/* What every plugin defines. `host_abi` is the newest that the host speaks; a plugin that speaks several may
 * choose one that is not newer. Null: none of its own is old enough. */
REEVE_PLUGIN_EXPORT const reeve_plugin_info* reeve_plugin(uint32_t host_abi);

#ifdef __cplusplus
}
#endif

#endif
