// What the probe may use up.
#include "probe.h"

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

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

const char *set_limits(const struct request_head *head) {
    rlim_t space = (rlim_t)head->address_space;
    space = space == head->address_space ? space : RLIM_INFINITY;
    int all = limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_FSIZE, 0, 0) && limit(RLIMIT_NOFILE, 256, 256) &&
              limit(RLIMIT_CPU, head->cpu_seconds, (rlim_t)head->cpu_seconds + 1) && limit(RLIMIT_AS, space, space);
    return all && drop_capabilities() ? NULL : "the limits of the sandbox cannot be set";
}
