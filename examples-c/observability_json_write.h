// A write that fails with EPIPE or EFBIG without the signal that comes with it, which ends a host that does not ignore it.
#ifndef OBSERVABILITY_JSON_WRITE_H
#define OBSERVABILITY_JSON_WRITE_H

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

// As `write`. The signals are blocked in this thread meanwhile: how a process takes them is the host's to say.
static inline ssize_t write_quietly(int file, const void *bytes, size_t len) {
    const struct timespec now = {0, 0};
    sigset_t both, before, pending;
    sigemptyset(&both);
    sigaddset(&both, SIGPIPE);
    sigaddset(&both, SIGXFSZ);
    int failed = pthread_sigmask(SIG_BLOCK, &both, &before);
    if (failed != 0) {
        errno = failed;
        return -1;
    }
    sigpending(&pending);
    ssize_t written = write(file, bytes, len);
    failed = written < 0 ? errno : 0;
    int sent = failed == EPIPE ? SIGPIPE : failed == EFBIG ? SIGXFSZ : 0;
    // One that was there before is not this write's.
    if (sent != 0 && !sigismember(&pending, sent)) {
        sigset_t own;
        sigemptyset(&own);
        sigaddset(&own, sent);
        while (sigtimedwait(&own, NULL, &now) < 0 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = failed;
    return written;
}

#endif
