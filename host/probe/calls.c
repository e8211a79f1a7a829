// The system calls that the code of a plugin can make in the probe: all that glibc's and musl's dynamic linkers need, and
// what constructors of C, C++, Rust and Go do to their own process. None of them has a name for anything outside: no path,
// no number of another process, no key, no address. One line a call, and why.
//
// How the list is kept. A new libc or runtime tries a new call first and falls back at ENOSYS, so that it works before the
// list knows the call: numbers above NEWEST_CALL, and those that fail with ENOSYS below. The tests hold the list from two
// sides: `sweep.rs` tries every number and sees that nothing outside differs, `honest.rs` loads libraries of C, C++, Rust and
// Go with the libc of the machine that runs it, so a distribution's next libc is tried by running the tests there. What a
// library misses is found by
//     strace -f -Z sochdb-plugin verify --probe FILE
// which prints the calls that failed, those of the probe among them. A line may be added if no argument of the call names
// anything outside of the process, or if the conditions see to that; numbers above NEWEST_CALL need no line as long as
// they have a fallback. musl: the linker is libc, and opens by `open`; all its calls by name come to the handler.
#include "calls.h"

#if defined(__x86_64__) || (defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

#include <errno.h>
#include <fcntl.h>
#include <linux/membarrier.h>
#include <linux/prctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

// Younger than some headers; the same on all architectures.
#ifndef SYS_rseq
#ifdef __x86_64__
#define SYS_rseq 334
#else
#define SYS_rseq 293
#endif
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441
#endif
#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef F_GET_SEALS
#define F_GET_SEALS 1034
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif
#define MAP_FIXED_NOREPLACE_BIT 0x100000
#define MADV_GUARD_INSTALL_NUMBER 102
#define MADV_GUARD_REMOVE_NUMBER 103

// Not those that take of what the whole machine has: huge pages, locked memory. Nor shared memory: what is unmapped of it
// but for one page stays, and no limit of the process counts it.
#ifdef MAP_32BIT
#define LOW_ADDRESSES MAP_32BIT
#else
#define LOW_ADDRESSES 0
#endif
#define MAP_BITS                                                                                                       \
    (MAP_PRIVATE | MAP_FIXED | MAP_FIXED_NOREPLACE_BIT | MAP_ANONYMOUS | MAP_DENYWRITE | MAP_EXECUTABLE |               \
     MAP_NORESERVE | MAP_POPULATE | MAP_STACK | LOW_ADDRESSES)

// What makes a thread and nothing else, and what a libc may add.
#define THREAD_BITS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)
#define THREAD_MORE (CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED)

const struct rule call_rules[] = {
    // Its memory.
    {SYS_brk, PASSES, {{0}}},                    // malloc
    {SYS_mmap, PASSES, {WITHIN(3, MAP_BITS)}},   // the linker, malloc, stacks; a descriptor is its own or sealed
    {SYS_munmap, PASSES, {{0}}},                 // as above
    {SYS_mprotect, PASSES, {{0}}},               // the linker after relocation, stacks, compilers at run time
    {SYS_mremap, PASSES, {{0}}},                 // realloc
    {SYS_mincore, PASSES, {{0}}},                // unwinders ask if an address is there
    {SYS_msync, PASSES, {{0}}},                  // as above; nothing that is shared can be written
    {SYS_madvise, PASSES, {IS(2, MADV_NORMAL)}}, // allocators and stacks; not what asks for work on others' pages
    {SYS_madvise, PASSES, {IS(2, MADV_RANDOM)}},
    {SYS_madvise, PASSES, {IS(2, MADV_SEQUENTIAL)}},
    {SYS_madvise, PASSES, {IS(2, MADV_WILLNEED)}},
    {SYS_madvise, PASSES, {IS(2, MADV_DONTNEED)}},
    {SYS_madvise, PASSES, {IS(2, MADV_FREE)}},
    {SYS_madvise, PASSES, {IS(2, MADV_DONTFORK)}},
    {SYS_madvise, PASSES, {IS(2, MADV_HUGEPAGE)}},
    {SYS_madvise, PASSES, {IS(2, MADV_NOHUGEPAGE)}},
    {SYS_madvise, PASSES, {IS(2, MADV_DONTDUMP)}},
    {SYS_madvise, PASSES, {IS(2, MADV_DODUMP)}},
    {SYS_madvise, PASSES, {IS(2, MADV_GUARD_INSTALL_NUMBER)}},
    {SYS_madvise, PASSES, {IS(2, MADV_GUARD_REMOVE_NUMBER)}},
    {SYS_madvise, FAILS(EINVAL), {{0}}},
    {SYS_membarrier, PASSES, {IS(0, MEMBARRIER_CMD_QUERY)}}, // lock-free lists; only what is private to the process
    {SYS_membarrier, PASSES, {IS(0, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)}},
    {SYS_membarrier, PASSES, {IS(0, MEMBARRIER_CMD_PRIVATE_EXPEDITED)}},
    {SYS_membarrier, FAILS(EINVAL), {{0}}},

    // Its threads.
    {SYS_clone, PASSES, {HAS(0, THREAD_BITS), WITHIN(0, THREAD_BITS | THREAD_MORE)}}, // pthread_create, Go
    {SYS_clone3, FAILS(ENOSYS), {{0}}},       // its flags lie behind a pointer; libc takes clone instead
    {SYS_futex, PASSES, {{0}}},               // locks
    {SYS_futex_waitv, FAILS(ENOSYS), {{0}}},  // locks of the future
    {SYS_set_robust_list, PASSES, {{0}}},     // start of a thread
    {SYS_set_tid_address, PASSES, {{0}}},     // start of a thread
    {SYS_rseq, PASSES, {{0}}},                // start of a thread, glibc 2.35
    {SYS_sched_yield, PASSES, {{0}}},         // locks that spin
    {SYS_sched_getaffinity, PASSES, {{0}}},   // how many threads to start; it tells, and changes nothing
    {SYS_sched_getparam, PASSES, {{0}}},      // pthread_getattr_np, as above
    {SYS_sched_getscheduler, PASSES, {{0}}},  // as above
    {SYS_sched_get_priority_max, PASSES, {{0}}},
    {SYS_sched_get_priority_min, PASSES, {{0}}},
    {SYS_getcpu, PASSES, {{0}}},              // allocators
    {SYS_exit, PASSES, {{0}}},                // end of a thread
    {SYS_exit_group, PASSES, {{0}}},          // the end
    {SYS_restart_syscall, PASSES, {{0}}},     // what the kernel makes of a call that was interrupted
#ifdef SYS_arch_prctl
    {SYS_arch_prctl, PASSES, {{0}}},          // registers and shadow stack of the thread
#endif

    // Signals of its own; a constructor may end itself, as abort does.
    {SYS_rt_sigaction, PASSES, {IS_NULL(1)}},         // what is set
    {SYS_rt_sigaction, FAILS(EINVAL), {IS(0, SIGSYS)}}, // as for SIGKILL: the linker lives on this handler
    {SYS_rt_sigaction, PASSES, {{0}}},                // runtimes handle faults
    {SYS_rt_sigprocmask, PASSES, {{0}}},              // start of a thread
    {SYS_rt_sigreturn, PASSES, {{0}}},                // end of a handler
    {SYS_rt_sigpending, PASSES, {{0}}},
    {SYS_rt_sigsuspend, PASSES, {{0}}},
    {SYS_rt_sigtimedwait, PASSES, {{0}}},
    {SYS_sigaltstack, PASSES, {{0}}},                 // Rust and Go find stacks that overflow
    {SYS_kill, PASSES, {IS_SELF(0)}},
    {SYS_tkill, PASSES, {IS_SELF(0)}},
    {SYS_tgkill, PASSES, {IS_SELF(0)}},               // raise, abort; Go interrupts its threads
    {SYS_rt_sigqueueinfo, PASSES, {IS_SELF(0)}},
    {SYS_rt_tgsigqueueinfo, PASSES, {IS_SELF(0)}},
#ifdef SYS_pause
    {SYS_pause, PASSES, {{0}}},
    {SYS_alarm, PASSES, {{0}}},
#endif
    {SYS_getitimer, PASSES, {{0}}},
    {SYS_setitimer, PASSES, {{0}}}, // its signal comes to this process

    // Time and chance.
#ifdef SYS_time
    {SYS_time, PASSES, {{0}}},
#endif
    {SYS_gettimeofday, PASSES, {{0}}},
    {SYS_clock_gettime, PASSES, {{0}}},
    {SYS_clock_getres, PASSES, {{0}}},
    {SYS_clock_nanosleep, PASSES, {{0}}},
    {SYS_nanosleep, PASSES, {{0}}},
    {SYS_getrandom, PASSES, {{0}}},

    // What it and its machine are.
    {SYS_getpid, PASSES, {{0}}},
    {SYS_gettid, PASSES, {{0}}},
    {SYS_getppid, PASSES, {{0}}},
    {SYS_getuid, PASSES, {{0}}},
    {SYS_geteuid, PASSES, {{0}}},
    {SYS_getgid, PASSES, {{0}}},
    {SYS_getegid, PASSES, {{0}}},
    {SYS_getresuid, PASSES, {{0}}},
    {SYS_getresgid, PASSES, {{0}}},
    {SYS_getgroups, PASSES, {{0}}},
#ifdef SYS_getpgrp
    {SYS_getpgrp, PASSES, {{0}}},
#endif
    {SYS_getpgid, PASSES, {{0}}},
    {SYS_getsid, PASSES, {{0}}},
    {SYS_capget, PASSES, {{0}}}, // libcap
    {SYS_getcwd, PASSES, {{0}}},
    {SYS_umask, PASSES, {{0}}},  // of this process alone, which makes no file
    {SYS_uname, PASSES, {{0}}},
    {SYS_sysinfo, PASSES, {{0}}}, // how much memory there is
    {SYS_times, PASSES, {{0}}},
    {SYS_getrusage, PASSES, {{0}}},
#ifdef SYS_getrlimit
    {SYS_getrlimit, PASSES, {{0}}},
#endif
    {SYS_prlimit64, PASSES, {IS(0, 0), IS_NULL(2)}}, // getrlimit: size of a stack
    {SYS_prlimit64, PASSES, {IS_SELF(0), IS_NULL(2)}},
    {SYS_prctl, PASSES, {IS(0, PR_SET_NAME)}}, // names of threads
    {SYS_prctl, PASSES, {IS(0, PR_GET_NAME)}},
    {SYS_prctl, PASSES, {IS(0, PR_SET_VMA)}},  // names of memory, glibc 2.40
    {SYS_prctl, PASSES, {IS(0, PR_GET_DUMPABLE)}},
    {SYS_prctl, PASSES, {IS(0, PR_GET_NO_NEW_PRIVS)}},
    {SYS_prctl, PASSES, {IS(0, PR_GET_SECCOMP)}},
    {SYS_prctl, PASSES, {IS(0, PR_CAPBSET_READ)}}, // libcap

    // Descriptors that it has: /dev/null, the socket to the host, sealed memory; and pipes of its own.
    {SYS_read, PASSES, {{0}}},
    {SYS_pread64, PASSES, {{0}}}, // the linker
    {SYS_readv, PASSES, {{0}}},
    {SYS_lseek, PASSES, {{0}}},
    {SYS_write, PASSES, {{0}}},   // what the probe says; messages
    {SYS_writev, PASSES, {{0}}},  // messages
    {SYS_close, PASSES, {{0}}},   // the linker
    {SYS_dup, PASSES, {{0}}},
#ifdef SYS_dup2
    {SYS_dup2, PASSES, {{0}}},
#endif
    {SYS_dup3, PASSES, {{0}}},
    {SYS_fstat, PASSES, {{0}}},                    // the linker, stdio
    {SYS_fcntl, PASSES, {IS(1, F_DUPFD)}},
    {SYS_fcntl, PASSES, {IS(1, F_DUPFD_CLOEXEC)}}, // the handler
    {SYS_fcntl, PASSES, {IS(1, F_GETFD)}},
    {SYS_fcntl, PASSES, {IS(1, F_SETFD)}},
    {SYS_fcntl, PASSES, {IS(1, F_GETFL)}},         // Go asks the standard descriptors
    {SYS_fcntl, PASSES, {IS(1, F_SETFL), INT_WITHIN(2, O_ACCMODE | O_NONBLOCK | 0100000 /* O_LARGEFILE */)}},
    {SYS_fcntl, PASSES, {IS(1, F_GETPIPE_SZ)}},
    {SYS_fcntl, PASSES, {IS(1, F_GET_SEALS)}},
    {SYS_ioctl, FAILS(ENOTTY), {{0}}},             // isatty: there is no terminal
#ifdef SYS_pipe
    {SYS_pipe, PASSES, {{0}}},
    {SYS_poll, PASSES, {{0}}},
    {SYS_select, PASSES, {{0}}},
    {SYS_eventfd, PASSES, {{0}}},
    {SYS_epoll_create, PASSES, {{0}}},
    {SYS_epoll_wait, PASSES, {{0}}},
#endif
    {SYS_pipe2, PASSES, {INT_WITHIN(1, O_CLOEXEC | O_NONBLOCK)}}, // Go, event loops; unwinders ask for an address
    {SYS_eventfd2, PASSES, {{0}}},                            // Go, event loops
    {SYS_epoll_create1, PASSES, {{0}}},                       // as above
    {SYS_epoll_ctl, PASSES, {{0}}},
    {SYS_epoll_pwait, PASSES, {{0}}},
    {SYS_epoll_pwait2, FAILS(ENOSYS), {{0}}},
    {SYS_ppoll, PASSES, {{0}}},
    {SYS_pselect6, PASSES, {{0}}},

    // What takes a path. Only the linker is answered, and only by the handler: no path gets to the kernel. A path does
    // more than show a file: a FIFO wakes its writer, a device acts, a directory mounts, a lease breaks.
    {SYS_openat, HANDLER, {BY_LINKER}},
    {SYS_openat, FAILS(EACCES), {{0}}},
    {SYS_newfstatat, HANDLER, {HAS(3, AT_EMPTY_PATH)}}, // fstat of glibc 2.33 to 2.38
    {SYS_newfstatat, FAILS(EACCES), {{0}}},
#ifdef SYS_open
    {SYS_open, HANDLER, {BY_LINKER}}, // musl
    {SYS_open, FAILS(EACCES), {{0}}},
    {SYS_stat, FAILS(EACCES), {{0}}},
    {SYS_lstat, FAILS(EACCES), {{0}}},
    {SYS_access, FAILS(EACCES), {{0}}},
    {SYS_readlink, FAILS(EACCES), {{0}}},
#endif
    {SYS_faccessat, FAILS(EACCES), {{0}}},
    {SYS_faccessat2, FAILS(EACCES), {{0}}},
    {SYS_readlinkat, FAILS(EACCES), {{0}}},
    {SYS_statx, FAILS(ENOSYS), {{0}}},   // falls back to the calls above
    {SYS_openat2, FAILS(ENOSYS), {{0}}}, // as above

    // What is tried first, and done without.
    {SYS_memfd_create, FAILS(ENOSYS), {{0}}}, // memory for code; it falls back to mmap
    {SYS_pkey_alloc, FAILS(ENOSYS), {{0}}},
};

const size_t call_rule_count = sizeof call_rules / sizeof *call_rules;

#endif
