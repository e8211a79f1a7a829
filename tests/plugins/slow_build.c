// An index whose build takes 400 ms, and says at once that it is under way.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_plugin.h"

#include <time.h>

static soch_status index_type(void *instance, soch_str *name) {
    *name = SOCH_STR("slow");
    return SOCH_OK;
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    const struct timespec pause = {0, 400000000};
    if (call != NULL) call->progress(call->ctx, 0, 1);
    nanosleep(&pause, NULL);
    return SOCH_OK;
}

static soch_status change(void *instance, soch_bytes key, uint64_t row, soch_error *error) { return SOCH_OK; }

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    *bytes = 1;
    return SOCH_OK;
}

static const soch_index table = {.size = sizeof(table), .index_type = index_type, .build = build, .insert = change,
                                 .remove = change, .size_bytes = size_bytes};

SOCH_PLUGIN("slow_build", "1.0.0", SOCH_KIND_INDEX, .index = &table);
