// Landlock: from here on no file can be opened, changed or removed, no TCP port reached, no other process signalled. The
// filter of seccomp denies that too, and more; two walls, as each has gaps that the other has not.
#include "probe.h"

#include <sys/syscall.h>
#include <unistd.h>

// Linux 5.13; the same on all architectures.
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif

// As the kernel's documentation names them (Documentation/userspace-api/landlock.rst); the header may be older.
enum { CREATE_RULESET_VERSION = 1 << 0 };
#define ACCESS_FS_ABI_1 ((1ull << 13) - 1)
#define ACCESS_FS_REFER (1ull << 13)     // ABI 2
#define ACCESS_FS_TRUNCATE (1ull << 14)  // ABI 3
#define ACCESS_NET_TCP 3ull              // ABI 4: bind, connect
#define ACCESS_FS_IOCTL_DEV (1ull << 15) // ABI 5
#define SCOPE_ALL 3ull                   // ABI 6: abstract Unix sockets, signals

struct ruleset_attr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};

uint16_t deny_files(void) {
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
    if (abi < 1) {
        return 0;
    }
    struct ruleset_attr attr = {
        .handled_access_fs = ACCESS_FS_ABI_1 | (abi >= 2 ? ACCESS_FS_REFER : 0) | (abi >= 3 ? ACCESS_FS_TRUNCATE : 0) |
                             (abi >= 5 ? ACCESS_FS_IOCTL_DEV : 0),
        .handled_access_net = abi >= 4 ? ACCESS_NET_TCP : 0,
        .scoped = abi >= 6 ? SCOPE_ALL : 0,
    };
    // What an older kernel does not know is zero, which it accepts.
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (ruleset < 0) {
        return 0;
    }
    long done = syscall(SYS_landlock_restrict_self, ruleset, 0);
    (void)close(ruleset);
    return done == 0 ? (uint16_t)abi : 0;
}
