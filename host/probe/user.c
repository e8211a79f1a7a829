// Root's probe is nobody: a number that no system gives to a user or group, one for each probe. The files, processes and
// limits of others are out of its reach, and the kernel counts its threads, which it does not do for root.
#include "probe.h"

#include <grp.h>
#include <sys/types.h>
#include <unistd.h>

// Above 2^31 no number is assigned (systemd's "Users, Groups, UIDs and GIDs"); a process has at most 22 bits.
#define UNASSIGNED 0xF0000000u

static int taken;

int take_user(void) {
    uid_t nobody = UNASSIGNED | (uid_t)getpid();
    // The libraries of the system are opened as root yet. In a user namespace the number may not exist.
    taken = geteuid() == 0 && setgroups(0, NULL) == 0 && setresgid(nobody, (gid_t)-1, (gid_t)-1) == 0 &&
            setresuid(nobody, (uid_t)-1, (uid_t)-1) == 0;
    return taken;
}

// By libc's functions, which change all threads that there are.
const char *leave_root(void) {
    uid_t nobody = getuid();
    if (taken && (setresgid(getgid(), getgid(), getgid()) != 0 || setresuid(nobody, nobody, nobody) != 0)) {
        return "the rights of root cannot be given up";
    }
    return NULL;
}
