// What the probe may use up: of its own, and of what all processes share.
#include "probe.h"

#include <linux/capability.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Threads of a plugin and of what it needs: a numerical library starts one for each processor.
#define THREADS 256
#define NONE_KNOWN 4096

// What Linux gives to a program where nobody says otherwise, in bytes.
#define STACK (8u << 20)

static int limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) {
        return 0;
    }
    limit.rlim_max = hard < limit.rlim_max ? hard : limit.rlim_max;
    limit.rlim_cur = soft < limit.rlim_max ? soft : limit.rlim_max;
    return setrlimit(resource, &limit) == 0;
}

// Without them root keeps to the limits too, and a constructor cannot set the clock or restart the machine.
static int drop_capabilities(void) {
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};
    return syscall(SYS_capset, &head, none) == 0;
}

// Threads of all users of the machine, or NONE_KNOWN.
static rlim_t all_threads(void) {
    unsigned long all = 0;
    FILE *load = fopen("/proc/loadavg", "re");
    if (load == NULL || fscanf(load, "%*s %*s %*s %*u/%lu", &all) != 1) {
        all = 0;
    }
    if (load) {
        (void)fclose(load);
    }
    return all ? all : NONE_KNOWN;
}

// The kernel compares the limit with what the user has in all, so that one who is not counted alone gets what there is
// and THREADS more.
static rlim_t threads(int counted_alone) {
    return THREADS + (counted_alone ? 0 : all_threads());
}

// The stack grows as far as the host's hard limit lets it: the soft one is the host's own affair.
static int raise_stack(void) {
    struct rlimit now;
    if (getrlimit(RLIMIT_STACK, &now) != 0 || now.rlim_cur >= STACK) {
        return 1;
    }
    return limit(RLIMIT_STACK, STACK, now.rlim_max);
}

const char *set_limits(const struct request *request) {
    const struct request_head *head = &request->head;
    uint64_t image = image_size(request);
    rlim_t space = (rlim_t)(head->address_space + image), data = (rlim_t)(head->data + image);
    rlim_t most = threads(take_user());
    int all = raise_stack() && limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_FSIZE, 0, 0) && limit(RLIMIT_NOFILE, 256, 256) &&
              limit(RLIMIT_CPU, head->cpu_seconds, (rlim_t)head->cpu_seconds + 1) && limit(RLIMIT_AS, space, space) &&
              limit(RLIMIT_DATA, data, data) && limit(RLIMIT_NPROC, most, most) && limit(RLIMIT_MEMLOCK, 0, 0) &&
              limit(RLIMIT_MSGQUEUE, 0, 0) && limit(RLIMIT_SIGPENDING, 64, 64) && limit(RLIMIT_NICE, 0, 0) &&
              limit(RLIMIT_RTPRIO, 0, 0);
    return all && drop_capabilities() ? NULL : "the limits of the sandbox cannot be set";
}
