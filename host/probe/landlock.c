// Landlock: from here on no file can be opened, changed or removed, no TCP port reached, no other process signalled.
#include "probe.h"

#include <sys/syscall.h>
#include <unistd.h>

// Linux 5.13; the same on all architectures.
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

// As the kernel's documentation names them (Documentation/userspace-api/landlock.rst); the header may be older.
enum { CREATE_RULESET_VERSION = 1 << 0, RULE_PATH_BENEATH = 1 };
#define ACCESS_FS_READ_FILE (1ull << 2)
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

struct path_beneath_attr {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

// The linker opens a descriptor's file by its path. Memory needs no rule, and gets none: Landlock does not see it.
static void allow_reading(int ruleset, int fd) {
    struct path_beneath_attr rule = {.allowed_access = ACCESS_FS_READ_FILE, .parent_fd = fd};
    (void)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0);
}

uint16_t deny_files(const struct request *request) {
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
    allow_reading(ruleset, request->plugin);
    for (uint32_t i = 0; i < request->head.needed; i++) {
        if (!request->needed[i].path) {
            allow_reading(ruleset, request->needed[i].fd);
        }
    }
    long done = syscall(SYS_landlock_restrict_self, ruleset, 0);
    (void)close(ruleset);
    return done == 0 ? (uint16_t)abi : 0;
}
