// A storage that finds nothing, and an index for calls that are alone. Each end and each handle is a word of the host's
// log. `get` ends the instance as a panic would.
#include "sochdb_plugin.h"

#include <string.h>

// An instance, and each of its handles, is its host.
static soch_status tell(void *handle, const char *step) {
    const soch_host *host = handle;
    host->log(host->ctx, SOCH_LOG_INFO, soch_text(step, strlen(step)), NULL, 0);
    return SOCH_OK;
}

static soch_status create(const soch_host *own, soch_str config, void **instance, soch_error *error) {
    *instance = (void *)own;
    return SOCH_OK;
}

static soch_status shut_down(void *instance, soch_error *error) {
    return tell(instance, "shutdown");
}

static void destroy(void *instance) {
    tell(instance, "drop");
}

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    tell(instance, "get");
    return soch_fail(error, SOCH_PANICKED, 0, "as a panic");
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    return tell(instance, "put");
}

static soch_status remove_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    return SOCH_OK;
}

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    return SOCH_OK;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    return SOCH_OK;
}

#if SOCH_TARGET_MINOR >= 1
static soch_status open_table(void *instance, uint32_t table, void **handle, soch_error *error) {
    tell(instance, "opentable");
#ifdef NO_HANDLES
    return SOCH_UNSUPPORTED;
#endif
    *handle = instance;
    return SOCH_OK;
}

#ifndef NO_CLOSE
static void close_table(void *handle) {
    tell(handle, "closetable");
}
#endif

static soch_status table_get(void *handle, soch_bytes key, const soch_writer *value, soch_error *error) {
    tell(handle, "tableget");
    return SOCH_NOT_FOUND;
}

static soch_status table_put(void *handle, soch_bytes key, soch_bytes value, uint64_t txn, soch_error *error) {
    return tell(handle, "tableput");
}

static soch_status open_reader(void *instance, void **reader, soch_error *error) {
    *reader = instance;
    return tell(instance, "openreader");
}

static void close_reader(void *reader) {
    tell(reader, "closereader");
}

static soch_status reader_get(void *reader, uint32_t table, soch_bytes key, soch_bytes *value, soch_error *error) {
    return SOCH_NOT_FOUND;
}

static soch_status open_cursor(void *reader, uint32_t table, const soch_cursor_options *options, void **cursor,
                               soch_error *error) {
    *cursor = reader;
    return tell(reader, "opencursor");
}

static soch_status cursor_next(void *cursor, const soch_call *call, soch_row *rows, size_t capacity, size_t *count, soch_error *error) {
    *count = 0;
    return SOCH_OK;
}

static void close_cursor(void *cursor) {
    tell(cursor, "closecursor");
}
#endif

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = remove_row, .scan = scan, .flush = flush,
#if SOCH_TARGET_MINOR >= 1
    .open_table = open_table, .table_get = table_get, .table_put = table_put,
#ifndef NO_CLOSE
    .close_table = close_table,
#endif
    .open_reader = open_reader, .close_reader = close_reader, .reader_get = reader_get, .open_cursor = open_cursor,
    .cursor_next = cursor_next, .close_cursor = close_cursor,
#endif
};

static soch_status index_type(void *instance, soch_str *name) {
    *name = SOCH_STR("nothing");
    return SOCH_OK;
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    return SOCH_OK;
}

static soch_status change(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    return SOCH_OK;
}

static soch_status lookup(void *instance, soch_bytes key, uint64_t *rows, size_t capacity, size_t *count,
                          soch_error *error) {
    return SOCH_OK;
}

static soch_status range(void *instance, const soch_call *call, soch_bytes start, soch_bytes end, uint64_t limit,
                         uint64_t *rows, size_t capacity, size_t *count, soch_error *error) {
    return SOCH_OK;
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    return SOCH_OK;
}

static const soch_index index_table = {
    .size = sizeof(index_table), .index_type = index_type, .build = build, .insert = change, .remove = change,
    .lookup = lookup, .range = range, .size_bytes = size_bytes};

SOCH_PLUGIN("opens_handles", "1.0.0", SOCH_KIND_STORAGE | SOCH_KIND_INDEX, .create = create, .shutdown = shut_down,
            .destroy = destroy, .storage = &storage, .index = &index_table);
