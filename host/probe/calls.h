// How a list of system calls is written, and made a filter of.
#pragma once

#include "probe.h"

#include <linux/seccomp.h>

#define CONDITIONS_MAX 3

// What a condition asks of an argument. The kernel looks at the lower half of an int, at both of a pointer and a word.
enum test {
    NO_TEST,        // the end of the conditions
    INT_IS,         // the lower half is this number
    INT_IS_SELF,    // the lower half is the number of this process
    INT_HAS,        // the lower half has all of these bits
    INT_IS_WITHIN,  // the lower half has no bit but these
    WORD_IS_WITHIN, // no bit but these is set, in either half
    FROM_LINKER,    // the call is made by the dynamic linker's own code
};

struct condition {
    uint8_t test;
    uint8_t argument; // from 0
    uint64_t value;
};

// What becomes of a call if all conditions hold. Several lines of one call are tried in their order; if none fits, it
// fails with EPERM, as a call does that the list does not have.
struct rule {
    int call;
    uint32_t answer;
    struct condition conditions[CONDITIONS_MAX];
};

#define PASSES SECCOMP_RET_ALLOW
#define FAILS(error) (SECCOMP_RET_ERRNO | (error))
// The kernel does nothing, and this process's handler (by_name.c) gives the result.
#define HANDLER SECCOMP_RET_TRAP

#define IS(n, number) {INT_IS, n, (uint32_t)(number)}
#define IS_SELF(n) {INT_IS_SELF, n, 0}
#define HAS(n, bits) {INT_HAS, n, (uint32_t)(bits)}
#define INT_WITHIN(n, bits) {INT_IS_WITHIN, n, (uint32_t)(bits)}
#define WITHIN(n, bits) {WORD_IS_WITHIN, n, (bits)}
#define IS_NULL(n) WITHIN(n, 0)
#define BY_LINKER {FROM_LINKER, 0, 0}

// Younger calls than this fail with ENOSYS, as on a kernel that does not have them: what is tried first falls back.
#define NEWEST_CALL 469 // file_setattr, Linux 6.17

extern const struct rule call_rules[];
extern const size_t call_rule_count;
