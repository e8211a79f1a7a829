// A codec that changes one thing of its process at one moment of its life. The thing and the moment come from the variable
// SOCH_TEST_CHANGE for the constructor, and from the configuration for all others: "MOMENT THING", alone or in JSON.
#define _GNU_SOURCE
#include "sochdb_plugin.h"
#include <fcntl.h>
#include <fenv.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static char stack[1 << 16];

static void handler(int number) { (void)number; }

static void flush_small_numbers(void) {
#if defined(__x86_64__)
    _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
    unsigned long control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    __asm__ volatile("msr fpcr, %0" : : "r"(control | 1ul << 24));
#endif
}

static void block(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static void limit(void) {
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur -= 1;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void processors(void) {
    cpu_set_t set;
    int found = 0;
    sched_getaffinity(0, sizeof set, &set);
    for (int at = 0; at < CPU_SETSIZE; at++)
        if (CPU_ISSET(at, &set) && found++ > 0) CPU_CLR(at, &set);
    sched_setaffinity(0, sizeof set, &set);
}

static void alarm_clock(void) {
    struct itimerval value = {{3600, 0}, {3600, 0}};
    setitimer(ITIMER_REAL, &value, NULL);
}

static void unusual_locale(void) {
    // A name for the C locale that is there on every system.
    setlocale(LC_NUMERIC, "C.UTF-8");
}

// One capability less, of those that are in force.
static void renounce(void) {
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    syscall(SYS_capget, &head, sets);
    sets[0].effective &= ~(1u << CAP_NET_RAW);
    syscall(SYS_capset, &head, sets);
}

static void filter(void) {
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog all = {1, &allow};
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all, 0, 0);
}

static void change(const char *thing) {
    if (!strcmp(thing, "small-numbers")) flush_small_numbers();
    if (!strcmp(thing, "rounding")) fesetround(FE_DOWNWARD);
    if (!strcmp(thing, "trapping")) feenableexcept(FE_DIVBYZERO);
    if (!strcmp(thing, "mask")) block();
    if (!strcmp(thing, "stack")) sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    if (!strcmp(thing, "thread-locale")) uselocale(newlocale(LC_ALL_MASK, "C.UTF-8", (locale_t)0));
    if (!strcmp(thing, "processors")) processors();
    if (!strcmp(thing, "policy")) sched_setscheduler(0, SCHED_BATCH, &(struct sched_param){0});
    if (!strcmp(thing, "slack")) prctl(PR_SET_TIMERSLACK, 77777, 0, 0, 0);
    if (!strcmp(thing, "death")) prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
    if (!strcmp(thing, "personality")) personality(PER_LINUX32);
    if (!strcmp(thing, "privileges")) prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!strcmp(thing, "nice")) setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 1);
    if (!strcmp(thing, "handler")) signal(SIGTERM, handler);
    if (!strcmp(thing, "handlers")) for (int at = 1; at < 65; at++) signal(at, handler);
    if (!strcmp(thing, "ignored")) signal(SIGUSR1, SIG_IGN);
    if (!strcmp(thing, "directory") && chdir("/proc")) abort();
    if (!strcmp(thing, "umask")) umask(0111);
    if (!strcmp(thing, "locale")) unusual_locale();
    if (!strcmp(thing, "variable")) setenv("TZ", "Asia/Tokyo", 1);
    if (!strcmp(thing, "new-variable")) setenv("SOCH_TEST_NEW", "secret", 1);
    if (!strcmp(thing, "no-variable")) unsetenv("SOCH_TEST_GONE");
    if (!strcmp(thing, "limit")) limit();
    if (!strcmp(thing, "flags")) fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
    if (!strcmp(thing, "closed")) close(0);
    if (!strcmp(thing, "timer")) alarm_clock();
    // The saved ones alone: with the effective ones the kernel changes more.
    if (!strcmp(thing, "user") && setresuid((uid_t)-1, (uid_t)-1, 65534)) abort();
    if (!strcmp(thing, "nobody") && setuid(65534)) abort();
    if (!strcmp(thing, "group") && setresgid((gid_t)-1, (gid_t)-1, 65534)) abort();
    if (!strcmp(thing, "groups") && setgroups(1, (gid_t[]){65534})) abort();
    if (!strcmp(thing, "capability")) renounce();
    if (!strcmp(thing, "filter")) filter();
    if (!strcmp(thing, "dumpable")) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (!strcmp(thing, "subreaper")) prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static void change_at(const char *moment, const char *said) {
    const char *there = said ? strstr(said, moment) : NULL;
    char thing[32] = "";
    if (there && sscanf(there + strlen(moment), " %31[^\"]", thing) == 1) change(thing);
}

__attribute__((constructor)) static void constructor(void) { change_at("constructor", getenv("SOCH_TEST_CHANGE")); }

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    (void)host;
    char *said = calloc(1, config.len + 1);
    memcpy(said, config.ptr, config.len);
    change_at("create", said);
    change_at("refused-create", said);
    if (!strncmp(said, "refused-create", 14)) {
        free(said);
        return soch_fail(error, SOCH_INVALID, 0, "asked to");
    }
    *instance = said;
    return SOCH_OK;
}

static soch_status end(void *instance, soch_error *error) {
    (void)error;
    change_at("shutdown", instance);
    return SOCH_OK;
}

static void destroy(void *instance) {
    change_at("destroy", instance);
    free(instance);
}

static soch_status algorithm(void *instance, soch_str *name) {
    (void)instance;
    *name = SOCH_STR("changes");
    return SOCH_OK;
}

static soch_status copy(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    (void)error;
    change_at("call", instance);
    return soch_put(output, input.ptr, input.len);
}

static const soch_compression codec = {
    .size = sizeof codec, .algorithm = algorithm, .compress = copy, .decompress = copy};

#ifdef WITHOUT_A_KIND
#define KINDS SOCH_KIND_COMPRESSION | SOCH_KIND_CUSTOM
#else
#define KINDS SOCH_KIND_COMPRESSION
#endif
SOCH_PLUGIN("changes_process", "1.0.0", KINDS, .create = create, .shutdown = end, .destroy = destroy,
            .compression = &codec);
