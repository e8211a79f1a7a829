// What the benchmarks call in C: one slot of a table of its own, the twin of `StepTable` in bench_rust.
#include "sochdb_plugin.h"

#include <string.h>

typedef struct step_table {
    size_t size;
    const void *state;
    uint64_t (*step)(const void *state, uint64_t x);
} step_table;

static uint64_t step(const void *state, uint64_t x) {
    return (x << 5 | x >> 59) ^ *(const uint64_t *)state;
}

static const uint64_t field = 0x9E3779B97F4A7C15;
static const step_table table = {sizeof table, &field, step};
static const char *const ids[] = {"sochdb.bench.step/1", NULL};

static const void *get_interface(void *instance, soch_str id) {
    (void)instance;
    return id.len == strlen(ids[0]) && memcmp(id.ptr, ids[0], id.len) == 0 ? &table : NULL;
}

SOCH_PLUGIN("bench_c", "1.0.0", SOCH_KIND_CUSTOM, .capabilities = ids, .get_interface = get_interface);
