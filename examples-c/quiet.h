// Writes that fail with EPIPE or EFBIG without the signal that comes with it, which ends a host that does not ignore it.
#ifndef QUIET_H
#define QUIET_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

// What was so before.
typedef struct quiet {
    sigset_t mask, pending;
} quiet;

// Blocks the two signals in this thread: how a process takes them is the host's to say. 0, or why not.
static inline int quiet_begin(quiet *self) {
    sigset_t both;
    sigemptyset(&both);
    sigaddset(&both, SIGPIPE);
    sigaddset(&both, SIGXFSZ);
    int failed = pthread_sigmask(SIG_BLOCK, &both, &self->mask);
    if (failed == 0) sigpending(&self->pending);
    return failed;
}

// Takes `sent`, if a write of this thread that failed has sent it, and lets signals through again. Keeps `errno`.
static inline void quiet_end(const quiet *self, int sent) {
    const struct timespec now = {0, 0};
    int failed = errno;
    // One that was there before is not this thread's.
    if (sent != 0 && !sigismember(&self->pending, sent)) {
        sigset_t own;
        sigemptyset(&own);
        sigaddset(&own, sent);
        while (sigtimedwait(&own, NULL, &now) < 0 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &self->mask, NULL);
    errno = failed;
}

// As `write`.
static inline ssize_t write_quietly(int file, const void *bytes, size_t len) {
    quiet signals;
    int failed = quiet_begin(&signals);
    if (failed != 0) {
        errno = failed;
        return -1;
    }
    ssize_t written = write(file, bytes, len);
    failed = written < 0 ? errno : 0;
    quiet_end(&signals, failed == EPIPE ? SIGPIPE : failed == EFBIG ? SIGXFSZ : 0);
    return written;
}

#endif
