// A storage whose calls last: `flush` until it is told to stop, `scan` for as many rows as are taken, without asking;
// `compact` says in its error which limits it has.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_plugin.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    return SOCH_NOT_FOUND;
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    return SOCH_OK;
}

static soch_status drop(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    return SOCH_OK;
}

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    soch_status status = SOCH_OK;
    const soch_bytes empty = {NULL, 0};
    for (; limit > 0 && status == SOCH_OK; limit--) status = rows->row(rows->ctx, empty, empty);
    return status;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    if (call == NULL) return soch_fail(error, SOCH_FAILED, 0, "no limits");
    const struct timespec pause = {0, 1000000};
    soch_status status;
    for (uint64_t done = 1; (status = soch_go_on(call)) == SOCH_OK; done++) {
        call->progress(call->ctx, done, 0);
        nanosleep(&pause, NULL);
    }
    return status;
}

static soch_status compact(void *instance, const soch_call *call, soch_error *error) {
    if (call == NULL) return soch_fail(error, SOCH_FAILED, 0, "no limits");
    char text[200];
    snprintf(text, sizeof text, "remaining %" PRIu64 ", trace %02x..%02x, span %02x..%02x", call->remaining_ns(call->ctx),
             call->trace_id[0], call->trace_id[15], call->span_id[0], call->span_id[7]);
    return soch_fail(error, SOCH_FAILED, 0, text);
}

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = drop, .scan = scan, .flush = flush, .compact = compact,
};

SOCH_PLUGIN("long_calls", "1.0.0", SOCH_KIND_STORAGE, .storage = &storage);
