// A version of a plugin NAME of the kinds of FAULTY that does not work: FAULT says where.
#include "sochdb_plugin.h"

#include <unistd.h>

#define CREATE 1  // `create` fails.
#define LOAD 2    // An index does not load what the version before saved.
#define CALL 3    // The first call fails.
#define PANIC 4   // The first call panics.
#define HANG 5    // `create` does not return.
#define HANG_CALL 6  // The first call does not return.
#define HANG_LOAD 7  // An index does not return from `load`.

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    static int self;
    (void)host, (void)config;
    while (FAULT == HANG) pause();
    if (FAULT == CREATE) return soch_fail(error, SOCH_FAILED, 0, "this version cannot be made");
    *instance = &self;
    return SOCH_OK;
}

static soch_status first_call(soch_error *error) {
    while (FAULT == HANG_CALL) pause();
    if (FAULT == PANIC) return soch_fail(error, SOCH_PANICKED, 0, "this version panics");
    return soch_fail(error, SOCH_CORRUPTION, 0, "this version does not read what is there");
}

#if KIND == SOCH_KIND_STORAGE
static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    (void)instance, (void)table, (void)key, (void)value;
    return first_call(error);
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    (void)instance, (void)table, (void)key, (void)value, (void)txn;
    return first_call(error);
}

static soch_status delete_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    (void)instance, (void)table, (void)key, (void)txn;
    return first_call(error);
}

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    (void)instance, (void)call, (void)table, (void)start, (void)end, (void)limit, (void)rows;
    return first_call(error);
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    (void)instance, (void)call;
    return first_call(error);
}

static const soch_storage table = {
    .size = sizeof(table), .get = get, .put = put, .remove = delete_row, .scan = scan, .flush = flush};
#define TABLE .storage = &table
#elif KIND == SOCH_KIND_INDEX
static soch_status index_type(void *instance, soch_str *name) {
    (void)instance;
    *name = SOCH_STR("sorted");
    return SOCH_OK;
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    (void)instance, (void)call, (void)table, (void)column, (void)entries, (void)count;
    return first_call(error);
}

static soch_status change(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    (void)instance, (void)key, (void)row;
    return first_call(error);
}

static soch_status lookup(void *instance, soch_bytes key, uint64_t *rows, size_t capacity, size_t *count,
                          soch_error *error) {
    (void)instance, (void)key, (void)rows, (void)capacity, (void)count;
    return first_call(error);
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    (void)instance, (void)bytes;
    return first_call(error);
}

static soch_status save(void *instance, const soch_call *call, uint64_t watermark, const soch_writer *output,
                        soch_error *error) {
    (void)instance, (void)call, (void)watermark, (void)output;
    return first_call(error);
}

static soch_status load(void *instance, const soch_call *call, soch_bytes saved, uint64_t *watermark,
                        soch_error *error) {
    (void)instance, (void)call, (void)saved;
    while (FAULT == HANG_LOAD) pause();
    if (FAULT == LOAD) return soch_fail(error, SOCH_CORRUPTION, 0, "this version does not load it");
    *watermark = 0;
    return SOCH_OK;
}

static const soch_index table = {.size = sizeof(table), .index_type = index_type, .build = build, .insert = change,
                                 .remove = change, .lookup = lookup, .size_bytes = size_bytes, .save = save,
                                 .load = load};
#define TABLE .index = &table
#elif KIND == SOCH_KIND_COMPRESSION
static soch_status algorithm(void *instance, soch_str *name) {
    (void)instance;
    *name = SOCH_STR("xor");
    return SOCH_OK;
}

static soch_status compress(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    (void)instance, (void)input, (void)output;
    return first_call(error);
}

static const soch_compression table = {
    .size = sizeof(table), .algorithm = algorithm, .compress = compress, .decompress = compress};
#define TABLE .compression = &table
#elif KIND == SOCH_KIND_OBSERVABILITY
static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    (void)instance, (void)call;
    return first_call(error);
}

static const soch_observability table = {.size = sizeof(table), .flush = flush};
#define TABLE .observability = &table
#endif

SOCH_PLUGIN(NAME, "2.0.0", KIND, TABLE, .create = create, .description = "A version that does not work.");
