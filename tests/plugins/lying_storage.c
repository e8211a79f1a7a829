// A storage that breaks the contract in the way that the first byte of the key names.
#include "sochdb_plugin.h"

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    soch_bytes null = {NULL, 5};
    if (key.ptr[0] == 'l') value->write(value->ctx, null);
    if (key.ptr[0] == 'b' && soch_put(value, "a value that is not there", 25) != SOCH_OK) return SOCH_FAILED;
    return key.ptr[0] == 'b' ? SOCH_NOT_FOUND : SOCH_OK;
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    return SOCH_NOT_FOUND;
}

static soch_status delete_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    return SOCH_NOT_FOUND;
}

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    soch_bytes key = {(const uint8_t *)"key", 3}, null = {NULL, 5};
    switch (start.ptr[0]) {
    case 'k': return rows->row(rows->ctx, null, key);
    case 'v': return rows->row(rows->ctx, key, null);
    case 'm': // Does not look at the limit.
        for (int i = 0; i < 1000 && rows->row(rows->ctx, key, key) == SOCH_OK; i++) continue;
        return SOCH_OK;
    case 'n': // Does not look at what the sink says.
        for (int i = 0; i < 1000; i++) rows->row(rows->ctx, key, key);
        return SOCH_OK;
    default: return SOCH_OK;
    }
}

// The first key of two names the way.
static soch_status multi_get(void *instance, const soch_call *call, uint32_t table, const soch_bytes *keys, size_t count,
                             const soch_value_sink *values, soch_error *error) {
    soch_bytes value = {(const uint8_t *)"value", 5}, null = {NULL, 5};
    switch (keys[0].ptr[0]) {
    case 'v': return values->value(values->ctx, 0, null);
    case 'o': return values->value(values->ctx, count, value);
    case 't': // The same key twice.
        values->value(values->ctx, 1, value);
        return values->value(values->ctx, 1, value);
    case 'n': // Does not look at what the sink says.
        values->value(values->ctx, 1, value);
        values->value(values->ctx, 0, value);
        return SOCH_OK;
    case 'u': // Says so when it is too late.
        values->value(values->ctx, 1, value);
        return SOCH_UNSUPPORTED;
    case 'd': return SOCH_UNSUPPORTED;
    default: return SOCH_NOT_FOUND;
    }
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    return SOCH_OK;
}

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = delete_row, .scan = scan, .flush = flush,
    .multi_get = multi_get};

SOCH_PLUGIN("lying_storage", "1.0.0", SOCH_KIND_STORAGE, .storage = &storage);
