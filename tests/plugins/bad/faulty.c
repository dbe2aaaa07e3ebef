/* A plugin that does wrong what its settings (when it is opened) or a message's address say. In C11, so that
 * the header is held to that. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "reeve_plugin.h"

static int asked(const char *json, const char *what) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\":\"%s\"", what);
    return strstr(json, wanted) != NULL;
}

static void hang(void) {
    for (;;) pause();
}

static void crash(void) { raise(SIGSEGV); }

/* Shared memory, which no limit on what a process may write to counts. */
static void eat(void) {
    const size_t piece = 16u << 20;
    for (int i = 0; i < 256; ++i) {
        void *more = mmap(NULL, piece, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (more == MAP_FAILED) break;
        memset(more, 1, piece);
    }
    hang();
}

static void say(reeve_give give, void *to, const char *text) { give(to, text, strlen(text)); }

static int count_files(void) {
    int open = 0;
    for (int file = 0; file < 1024; ++file)
        if (dup2(file, file) == file) ++open;
    return open;
}

static void *open_it(const char *settings, size_t size, reeve_give give, void *to) {
    static int self;
    (void)size;
    if (asked(settings, "hang")) hang();
    if (asked(settings, "crash")) crash();
    if (asked(settings, "exit")) _exit(4);
    if (asked(settings, "refuse")) {
        say(give, to, "settings: \"do\": expected something that can be done");
        return NULL;
    }
    return &self;
}

static int call_it(void *self, const char *request, size_t size, reeve_give give, void *to) {
    char text[256];
    (void)self;
    (void)size;
    if (asked(request, "exit")) _exit(3);
    if (asked(request, "hang")) hang();
    if (asked(request, "crash")) crash();
    if (asked(request, "eat")) eat();
    if (asked(request, "write")) {
        for (int i = 0; i < 1000; ++i)
            if (write(3, "rubbish!", 8) < 0) break;
        hang();
    }
    if (asked(request, "hang-up")) {
        close(3);
        hang();
    }
    if (asked(request, "brood")) { /* a process of its own that would outlive it */
        const pid_t child = fork();
        if (child == 0) hang();
        fprintf(stderr, "brood %d\n", (int)child);
        hang();
    }
    if (asked(request, "huge")) {
        static char huge[4 << 20];
        memset(huge, ' ', sizeof huge);
        give(to, huge, sizeof huge);
        return 0;
    }
    if (asked(request, "later")) {
        const struct itimerval soon = {{0, 0}, {0, 20000}};
        setitimer(ITIMER_REAL, &soon, NULL);
    }
    if (asked(request, "fault")) {
        say(give, to, "the tray\nis empty");
        return 1;
    }
    if (asked(request, "files")) {
        snprintf(text, sizeof text, "{\"outcome\":\"failed\",\"error\":\"files %d\"}", count_files());
        say(give, to, text);
    } else if (asked(request, "pid")) {
        snprintf(text, sizeof text, "{\"outcome\":\"failed\",\"error\":\"%d\"}", (int)getpid());
        say(give, to, text);
    } else if (asked(request, "secret")) {
        snprintf(text, sizeof text, "{\"outcome\":\"failed\",\"error\":\"secret is %s\"}",
                 getenv("REEVE_TEST_SECRET") ? "seen" : "not seen");
        say(give, to, text);
    } else if (asked(request, "rubbish")) {
        say(give, to, "no JSON\xff at all");
    } else if (asked(request, "list")) {
        say(give, to, "[1]");
    } else if (asked(request, "shrug")) {
        say(give, to, "{\"outcome\":\"maybe\"}");
    } else if (asked(request, "wait")) {
        say(give, to, "{\"outcome\":\"failed\",\"error\":\"later, please\",\"wait_ms\":5000}");
    } else if (asked(request, "refuse")) {
        say(give, to, "{\"outcome\":\"refused\",\"error\":\"never\"}");
    } else if (!asked(request, "silent")) {
        say(give, to, "{\"outcome\":\"sent\"}");
    }
    return 0;
}

static void close_it(void *self) { (void)self; }

const reeve_plugin_info *reeve_plugin(uint32_t host_abi) {
    static const reeve_plugin_info info = {REEVE_PLUGIN_ABI, REEVE_PLUGIN_NOTIFIER, "faulty", "1.0", open_it, call_it, close_it};
    return host_abi >= REEVE_PLUGIN_ABI ? &info : NULL;
}
