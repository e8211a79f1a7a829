// What the probe inherits from the host, and gives up.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436 // on all architectures
#endif

static void close_from(unsigned first) {
    struct rlimit open;
    if (syscall(SYS_close_range, first, ~0u, 0) == 0) {
        return;
    }
    // Before Linux 5.9. The host's own descriptors close on exec; these are what a library of it forgot.
    rlim_t end = getrlimit(RLIMIT_NOFILE, &open) == 0 && open.rlim_cur < 65536 ? open.rlim_cur : 65536;
    for (unsigned fd = first; fd < end; fd++) {
        (void)close((int)fd);
    }
}

static void default_signals(void) {
    sigset_t none;
    for (int number = 1; number < NSIG; number++) {
        (void)signal(number, SIG_DFL);
    }
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

// When memory runs out, the kernel ends this process before others.
static void be_first_to_go(void) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!write(fd, "1000", 4);
        (void)close(fd);
    }
}

const char *die_with_host(int host) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
        return "the probe could outlive its host (PR_SET_PDEATHSIG)";
    }
    // A host that died before that line closed its end.
    struct pollfd end = {.fd = host};
    if (poll(&end, 1, 0) > 0 && end.revents & POLLHUP) {
        _exit(EXIT_UNABLE);
    }
    return prctl(PR_SET_DUMPABLE, 0) == 0 ? NULL : "the kernel does not hide a process from others (PR_SET_DUMPABLE)";
}

const char *settle(int *host) {
    close_from(3);
    // A constructor that reads standard input must find nothing there.
    int moved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    if (moved < 0 && errno == EINVAL) {
        errno = EMFILE; // So the kernel calls a number beyond the limit.
    }
    if (moved < 0 || dup2(STDOUT_FILENO, STDIN_FILENO) < 0) {
        return "the socket cannot be moved";
    }
    *host = moved;
    default_signals();
    be_first_to_go();
    if (setsid() < 0 || chdir("/") != 0) {
        return "the probe cannot leave its host's session and directory";
    }
    (void)umask(077);
    (void)prctl(PR_SET_NAME, "sochdb-probe");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return "the kernel does not let a process give up rights (PR_SET_NO_NEW_PRIVS)";
    }
    return die_with_host(moved);
}
