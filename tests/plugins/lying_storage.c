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

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    return SOCH_OK;
}

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = delete_row, .scan = scan, .flush = flush};

SOCH_PLUGIN("lying_storage", "1.0.0", SOCH_KIND_STORAGE, .storage = &storage);
