// seccomp: the list of calls.c as a filter of the kernel, for all threads of the process.
#include "calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH

// Both machines have the lower half of a word first.
#define LOW 0
#define HIGH 4
#define ARGUMENT(n) (offsetof(struct seccomp_data, args) + 8 * (n))
#define CODE_MAX 2048
#define RULES_MAX 512
#define FALSE_MAX (3 * CONDITIONS_MAX)

static struct sock_filter code[CODE_MAX];
static size_t size;
static const struct rule *rules[RULES_MAX];

// An instruction that does not fit any more makes the program one that the kernel refuses.
static size_t add(uint16_t operation, uint32_t value, uint8_t if_true, uint8_t if_false) {
    if (size < CODE_MAX) {
        code[size] = (struct sock_filter){.code = operation, .jt = if_true, .jf = if_false, .k = value};
    }
    return size++;
}

static void load(size_t offset) {
    (void)add(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void answer(uint32_t what) {
    (void)add(BPF_RET | BPF_K, what, 0, 0);
}

// The jumps of one line to where the next one begins.
struct jumps {
    size_t at[FALSE_MAX];
    size_t count;
};

// Goes on if the test holds, and else jumps.
static void unless(uint16_t test, uint32_t value, struct jumps *jumps) {
    jumps->at[jumps->count++] = add(BPF_JMP | test | BPF_K, value, 0, 0);
}

// Jumps if the test holds.
static void when(uint16_t test, uint32_t value, struct jumps *jumps) {
    (void)add(BPF_JMP | test | BPF_K, value, 0, 1);
    jumps->at[jumps->count++] = add(BPF_JMP | BPF_JA, 0, 0, 0);
}

static void land(const struct jumps *jumps) {
    for (size_t i = 0; i < jumps->count && size <= CODE_MAX; i++) {
        struct sock_filter *jump = &code[jumps->at[i]];
        size_t distance = size - jumps->at[i] - 1;
        if (jump->code == (BPF_JMP | BPF_JA)) {
            jump->k = (uint32_t)distance;
        } else {
            jump->jf = (uint8_t)distance; // A line is short.
        }
    }
}

static void from_linker(struct jumps *jumps) {
    struct range linker = linker_code();
    if (linker.begin >> 32 != linker.end >> 32) {
        // Across a border of 4 GiB, which is rare, the handler answers whoever calls.
        return;
    }
    load(offsetof(struct seccomp_data, instruction_pointer) + HIGH);
    unless(BPF_JEQ, (uint32_t)(linker.begin >> 32), jumps);
    load(offsetof(struct seccomp_data, instruction_pointer) + LOW);
    unless(BPF_JGE, (uint32_t)linker.begin, jumps);
    when(BPF_JGT, (uint32_t)linker.end, jumps);
}

static void test(const struct condition *condition, struct jumps *jumps) {
    uint32_t value = (uint32_t)condition->value;
    if (condition->test == FROM_LINKER) {
        from_linker(jumps);
        return;
    }
    load(ARGUMENT(condition->argument) + LOW);
    switch (condition->test) {
    case INT_IS:
        unless(BPF_JEQ, value, jumps);
        break;
    case INT_IS_SELF:
        unless(BPF_JEQ, (uint32_t)getpid(), jumps);
        break;
    case INT_HAS:
        (void)add(BPF_ALU | BPF_AND | BPF_K, value, 0, 0);
        unless(BPF_JEQ, value, jumps);
        break;
    case WORD_IS_WITHIN:
        when(BPF_JSET, ~value, jumps);
        load(ARGUMENT(condition->argument) + HIGH);
        unless(BPF_JEQ, 0, jumps);
        break;
    default: // INT_IS_WITHIN
        when(BPF_JSET, ~value, jumps);
    }
}

// The lines of one call, from `first` on. Gives the index behind the last.
static size_t add_call(size_t first) {
    size_t next = first;
    int open_end = 1;
    for (; next < call_rule_count && rules[next]->call == rules[first]->call; next++) {
        struct jumps jumps = {.count = 0};
        for (size_t i = 0; i < CONDITIONS_MAX && rules[next]->conditions[i].test != NO_TEST; i++) {
            test(&rules[next]->conditions[i], &jumps);
        }
        answer(rules[next]->answer);
        land(&jumps);
        open_end = jumps.count > 0;
    }
    if (open_end) {
        answer(FAILS(EPERM));
    }
    return next;
}

// A tree, as the kernel runs the program for each number once when it is installed.
static void add_calls(size_t first, size_t end) {
    size_t middle = first + (end - first) / 2;
    while (middle < end && middle > first && rules[middle]->call == rules[middle - 1]->call) {
        middle++;
    }
    if (end - first > 6 && middle < end) {
        struct jumps right = {.count = 0};
        when(BPF_JGE, (uint32_t)rules[middle]->call, &right);
        add_calls(first, middle);
        land(&right);
        add_calls(middle, end);
        return;
    }
    while (first < end) {
        struct jumps other = {.count = 0};
        (void)add(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rules[first]->call, 1, 0);
        other.at[other.count++] = add(BPF_JMP | BPF_JA, 0, 0, 0);
        first = add_call(first);
        land(&other);
    }
    answer(FAILS(EPERM));
}

// By their number; lines of one call keep their order.
static void sort_rules(void) {
    for (size_t i = 0; i < call_rule_count; i++) {
        size_t at = i;
        for (; at > 0 && rules[at - 1]->call > call_rules[i].call; at--) {
            rules[at] = rules[at - 1];
        }
        rules[at] = &call_rules[i];
    }
}

uint8_t deny_calls(void) {
    if (call_rule_count > RULES_MAX) {
        return 0;
    }
    sort_rules();
    load(offsetof(struct seccomp_data, arch));
    (void)add(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
    answer(FAILS(EPERM));
    load(offsetof(struct seccomp_data, nr));
    // The numbers of x32 are greater too.
    (void)add(BPF_JMP | BPF_JGT | BPF_K, NEWEST_CALL, 0, 1);
    answer(FAILS(ENOSYS));
    add_calls(0, call_rule_count);
    struct sock_fprog program = {.len = (unsigned short)size, .filter = code};
    // What a library of the system started before must not be a way out.
    return size <= CODE_MAX &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}

#else

uint8_t deny_calls(void) {
    return 0;
}

#endif
