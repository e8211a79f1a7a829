// Maps libraries with the dynamic linker of the system, each in a process of its own, and says what it finds in memory.
//
// Standard input: for each library its length (32 bits) and its bytes. Standard output: for each the length of a text and
// the text: "loaded" and what the memory says, "refused" and why, or "died" and where. It looks at headers and dynamic
// section in memory only.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

enum { TEXT = 1 << 16, STACK = 1 << 16, SECONDS = 3, PATIENCE = 30 };
static struct reply {
    uint32_t length;
    char text[TEXT];
} *reply;
static uintptr_t linker[2], libc[2];

static void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(reply->text + reply->length, TEXT - reply->length, format, arguments);
    va_end(arguments);
    if (written > 0) reply->length += (uint32_t)written;
    if (reply->length >= TEXT) reply->length = TEXT - 1;
}

static void hex(const char *name, const unsigned char *bytes, size_t length) {
    say("%s=", name);
    for (size_t at = 0; at < length; at++) say("%02x", bytes[at]);
    say("\n");
}

static void died(int signal, siginfo_t *info, void *context) {
    (void)info;
#if defined __x86_64__
    uintptr_t at = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#else
    uintptr_t at = (uintptr_t)((ucontext_t *)context)->uc_mcontext.pc;
#endif
    reply->length = 0;
    int inside = at >= linker[0] && at < linker[1], below = at >= libc[0] && at < libc[1];
    say("died: signal %d in %s", signal, inside ? "the linker" : below ? "libc" : "other code");
    _exit(0);
}

static int places(struct dl_phdr_info *library, size_t size, void *data) {
    (void)size, (void)data;
    uintptr_t *place = strstr(library->dlpi_name, "ld-linux") ? linker : strstr(library->dlpi_name, "libc.so") ? libc : NULL;
    for (int at = 0; place && at < library->dlpi_phnum; at++) {
        const ElfW(Phdr) *header = &library->dlpi_phdr[at];
        if (header->p_type != PT_LOAD) continue;
        if (!place[0]) place[0] = library->dlpi_addr + header->p_vaddr;
        place[1] = library->dlpi_addr + header->p_vaddr + header->p_memsz;
    }
    return 0;
}

static const struct link_map *wanted;
static void strings(const char *name, const char *text) {
    if (text) hex(name, (const unsigned char *)text, strlen(text));
}

static void dynamic(void) {
    const char *table = NULL;
    uint64_t flags = 0, more = 0, first = 0, size = 0;
    int textrel = 0, path = 0;
    for (const ElfW(Dyn) *entry = wanted->l_ld; entry->d_tag != DT_NULL; entry++) {
        uint64_t value = entry->d_un.d_val;
        if (entry->d_tag == DT_STRTAB) table = (const char *)(value < wanted->l_addr ? value + wanted->l_addr : value);
        if (entry->d_tag == DT_FLAGS) flags = value;
        if (entry->d_tag == DT_FLAGS_1) more = value;
        if (entry->d_tag == DT_INIT) first = 1;
        if (entry->d_tag == DT_INIT_ARRAYSZ) size = value;
        textrel |= entry->d_tag == DT_TEXTREL;
        path |= entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH;
    }
    for (const ElfW(Dyn) *entry = wanted->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_SONAME) strings("soname", table + entry->d_un.d_val);
    for (const ElfW(Dyn) *entry = wanted->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_NEEDED) strings("needed", table + entry->d_un.d_val);
    say("text relocations=%d\npath=%d\n", textrel || flags & DF_TEXTREL, path);
    say("interposes=%d\nprogram=%d\n", (more & DF_1_INTERPOSE) != 0, (more & DF_1_PIE) != 0);
    say("constructors=%llu\n", (unsigned long long)(first + size / sizeof(ElfW(Addr))));
}

static void notes(const ElfW(Phdr) *header, int *count) {
    const unsigned char *start = (const unsigned char *)wanted->l_addr + header->p_vaddr;
    size_t align = header->p_align == 8 ? 8 : 4, at = 0, end = header->p_memsz;
    while (at + 12 <= end) {
        const uint32_t *words = (const uint32_t *)(start + at);
        if (header->p_align > 8 && words[0] == 0) {
            at += 4;
            continue;
        }
        size_t body = (at + 12 + words[0] + align - 1) & ~(align - 1);
        if (words[0] == 7 && !memcmp(words + 3, "SochDB", 7) && words[2] == 0x53444201 && ++*count == 1) {
            unsigned char copy[132];
            memcpy(copy, start + body, sizeof copy);
            memset(copy + 10, 0, 2);
            hex("note", copy, sizeof copy);
        }
        at = body + ((words[1] + align - 1) & ~(align - 1));
    }
}

static int headers(struct dl_phdr_info *library, size_t size, void *data) {
    (void)size, (void)data;
    if (strcmp(library->dlpi_name, wanted->l_name)) return 0;
    const unsigned char *bytes = (const unsigned char *)library->dlpi_phdr;
    uint64_t sum = 0xcbf29ce484222325u, local = 0;
    for (size_t at = 0; at < library->dlpi_phnum * sizeof *library->dlpi_phdr; at++)
        sum = (sum ^ bytes[at]) * 0x100000001b3u;
    say("headers=%016llx\n", (unsigned long long)sum);
    int count = 0;
    for (int at = 0; at < library->dlpi_phnum; at++) {
        if (library->dlpi_phdr[at].p_type == PT_TLS) local += library->dlpi_phdr[at].p_memsz;
        if (library->dlpi_phdr[at].p_type == PT_NOTE) notes(&library->dlpi_phdr[at], &count);
    }
    say("notes=%d\nthread-local=%llu\n", count, (unsigned long long)local);
    return 1;
}

static void protection(void) {
    char line[512];
    int stack = 0, code = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps && fgets(line, sizeof line, maps)) {
        const char *mode = strchr(line, ' ');
        int both = mode && mode[2] == 'w' && mode[3] == 'x';
        if (strstr(line, "[stack]")) stack |= both;
        else code |= both;
    }
    if (maps) fclose(maps);
    say("executable stack=%d\nwritable code=%d\n", stack, code);
}

static void map(const char *bytes, size_t length) {
    struct rlimit seconds = {SECONDS, SECONDS + 1}, none = {0, 0};
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_CORE, &none);
    alarm(PATIENCE);
    char path[64];
    int fd = memfd_create("mutant", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, length) != (ssize_t)length) _exit(9);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!library) {
        say("refused: %s", dlerror());
        _exit(0);
    }
    if (dlinfo(library, RTLD_DI_LINKMAP, &wanted)) _exit(8);
    say("loaded\n");
    dynamic();
    const unsigned char *entry = dlsym(library, "soch_plugin_v1");
    say("entry=%llx\n", (unsigned long long)((uintptr_t)entry - wanted->l_addr));
    if (entry) {
        unsigned char head[40];
        memcpy(head, entry, sizeof head);
        memset(head + 18, 0, 2);
        hex("head", head, sizeof head);
    }
    dl_iterate_phdr(headers, NULL);
    protection();
    _exit(0);
}

// Damaged code must do nothing to anybody else.
static int confine(void) {
#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        ALLOW(read), ALLOW(write), ALLOW(close), ALLOW(openat), ALLOW(fstat), ALLOW(newfstatat), ALLOW(lseek), ALLOW(pread64),
        ALLOW(mmap), ALLOW(mprotect), ALLOW(munmap), ALLOW(brk), ALLOW(mremap), ALLOW(madvise), ALLOW(getcwd), ALLOW(readlinkat),
        ALLOW(rt_sigaction), ALLOW(rt_sigprocmask), ALLOW(rt_sigreturn), ALLOW(sigaltstack), ALLOW(futex), ALLOW(getrandom),
        ALLOW(clone), ALLOW(set_robust_list), ALLOW(rseq), ALLOW(wait4), ALLOW(memfd_create), ALLOW(prlimit64), ALLOW(setitimer),
        ALLOW(exit), ALLOW(exit_group), ALLOW(gettid), ALLOW(getpid),
#ifdef SYS_alarm
        ALLOW(alarm), ALLOW(readlink), ALLOW(access),
#endif
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int whole(void *bytes, size_t length) {
    for (size_t at = 0; at < length;) {
        ssize_t got = read(0, (char *)bytes + at, length - at);
        if (got <= 0) return 0;
        at += (size_t)got;
    }
    return 1;
}

int main(void) {
    static char buffer[1 << 24];
    reply = mmap(NULL, sizeof *reply, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    dl_iterate_phdr(places, NULL);
    stack_t stack = {.ss_sp = malloc(STACK), .ss_size = STACK};
    sigaltstack(&stack, NULL);
    struct sigaction action = {.sa_sigaction = died, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGXCPU, SIGALRM};
    for (size_t at = 0; at < sizeof signals / sizeof *signals; at++) sigaction(signals[at], &action, NULL);
    if (reply == MAP_FAILED || !linker[1] || !libc[1] || confine()) return 2;
    uint32_t length;
    while (whole(&length, sizeof length)) {
        if (length > sizeof buffer || !whole(buffer, length)) return 3;
        reply->length = 0;
        pid_t child = fork();
        if (child < 0) return 4;
        if (child == 0) map(buffer, length);
        int status;
        while (waitpid(child, &status, 0) != child)
            if (errno != EINTR) return 5;
        if (!WIFEXITED(status) || WEXITSTATUS(status)) {
            reply->length = 0;
            say("died: status %x in the linker", status);
        }
        size_t size = sizeof reply->length + reply->length;
        for (size_t at = 0; at < size;) {
            ssize_t put = write(1, (char *)reply + at, size - at);
            if (put <= 0) return 6;
            at += (size_t)put;
        }
    }
    return 0;
}
