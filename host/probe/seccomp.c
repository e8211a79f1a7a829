// seccomp: no other program, no other process, no socket. Landlock does not deny these.
#include "probe.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH (243u | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE)
#elif defined(__loongarch64)
#define ARCH (258u | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE)
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#elif defined(__i386__)
#define ARCH AUDIT_ARCH_I386
#elif defined(__arm__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_ARM
#endif

// Younger than some headers; the same on all architectures.
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif

#ifdef __s390x__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LOW_HALF 4
#else
#define LOW_HALF 0
#endif

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define LOAD_ARGUMENT(n) LOAD(offsetof(struct seccomp_data, args) + 8 * (n) + LOW_HALF)
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (uint32_t)(what))
#define FAIL(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define UNLESS(test, value, skip) BPF_JUMP(BPF_JMP | (test) | BPF_K, (uint32_t)(value), 0, skip)
#define DENY(call, error) UNLESS(BPF_JEQ, call, 1), FAIL(error)
// The call only passes if this argument has the value, or the bit.
#define ONLY_IF(call, argument, test, value)                                                                           \
    UNLESS(BPF_JEQ, call, 4), LOAD_ARGUMENT(argument), UNLESS(test, value, 1), RETURN(SECCOMP_RET_ALLOW), FAIL(EPERM)

uint8_t deny_processes(void) {
#ifdef ARCH
    pid_t self = getpid();
    struct sock_filter filter[] = {
        LOAD(offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
        FAIL(EPERM),
        LOAD(offsetof(struct seccomp_data, nr)),
#ifdef __x86_64__
        UNLESS(BPF_JGE, 0x40000000, 1), // x32
        FAIL(EPERM),
#endif
#ifdef SYS_fork
        DENY(SYS_fork, EPERM),
        DENY(SYS_vfork, EPERM),
#endif
        DENY(SYS_execve, EPERM),
        DENY(SYS_execveat, EPERM),
        // Its flags are behind a pointer; the C library falls back to clone.
        DENY(SYS_clone3, ENOSYS),
        DENY(SYS_setpgid, EPERM),
        DENY(SYS_ptrace, EPERM),
        DENY(SYS_process_vm_writev, EPERM),
        DENY(SYS_pidfd_send_signal, EPERM),
        DENY(SYS_io_uring_setup, EPERM),
#ifdef SYS_socket
        DENY(SYS_socket, EPERM),
#endif
        ONLY_IF(SYS_clone, CLONE_FLAGS, BPF_JSET, CLONE_THREAD),
        // A constructor may kill itself: abort does.
        ONLY_IF(SYS_kill, 0, BPF_JEQ, self),
        ONLY_IF(SYS_tgkill, 0, BPF_JEQ, self),
        ONLY_IF(SYS_tkill, 0, BPF_JEQ, self),
        ONLY_IF(SYS_rt_sigqueueinfo, 0, BPF_JEQ, self),
        ONLY_IF(SYS_rt_tgsigqueueinfo, 0, BPF_JEQ, self),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
#else
    return 0;
#endif
}
