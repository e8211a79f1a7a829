// A table whose slot -DNULL_SLOT=.. is NULL: -DSTORAGE, -DINDEX, -DOBSERVABILITY or -DCOMPRESSION. The slots that are there
// count their calls, and answer that the plugin is busy; only `describe` answers, as there is no instance without.
#include "sochdb_plugin.h"

#include <string.h>

#if defined(STORAGE)
#define TABLE soch_storage
#define KIND SOCH_KIND_STORAGE
#define FIELD storage
#define PROPERTIES soch_storage_properties
#elif defined(INDEX)
#define TABLE soch_index
#define KIND SOCH_KIND_INDEX
#define FIELD index
#define NAMED index_type
#define PROPERTIES soch_index_properties
#elif defined(OBSERVABILITY)
#define TABLE soch_observability
#define KIND SOCH_KIND_OBSERVABILITY
#define FIELD observability
#define PROPERTIES soch_observability_properties
#else
#define TABLE soch_compression
#define KIND SOCH_KIND_COMPRESSION
#define FIELD compression
#define NAMED algorithm
#define PROPERTIES soch_compression_properties
#endif

static TABLE table;
// Those of `describe`, which the host makes by itself, and of `log`, which it makes for want of `log_record`, apart from all
// others.
static size_t calls[4];
// Whether readers, cursors and transactions open, so that there is one for its slots. The test sets it.
#define OPENS calls[3]

static soch_status busy(void) {
    calls[0]++;
    return SOCH_BUSY;
}

static const void *get_interface(void *instance, soch_str id) {
    return calls;
}

#if defined(STORAGE) && SOCH_TARGET_MINOR >= 1
static soch_status open_reader(void *instance, void **reader, soch_error *error) {
    *reader = calls;
    return OPENS ? SOCH_OK : busy();
}

static soch_status open_cursor(void *reader, uint32_t number, const soch_cursor_options *options, void **cursor,
                               soch_error *error) {
    *cursor = calls;
    return SOCH_OK;
}

static soch_status begin_txn(void *instance, const soch_transaction_options *options, void **txn, soch_error *error) {
    *txn = calls;
    return OPENS ? SOCH_OK : busy();
}

static void close_handle(void *handle) {
}
#endif

#ifdef NAMED
static soch_status named(void *instance, soch_str *name) {
    *name = SOCH_STR("none");
    return SOCH_OK;
}
#endif

#ifdef PROPERTIES
static soch_status describe(void *instance, PROPERTIES *properties, soch_error *error) {
    calls[1]++;
    return SOCH_OK;
}
#endif

#ifdef OBSERVABILITY
static soch_status take_log(void *instance, int32_t level, soch_str message, const soch_label *fields, size_t count) {
    calls[2]++;
    return SOCH_BUSY;
}
#endif

// Before the host looks at the table: all slots but one lead somewhere.
static void __attribute__((constructor)) fill(void) {
    soch_status (*slot)(void) = busy;
    for (size_t at = sizeof(size_t); at + sizeof slot <= sizeof table; at += sizeof slot) {
        memcpy((char *)&table + at, &slot, sizeof slot);
    }
#ifdef NAMED
    table.NAMED = named;
#endif
#if defined(STORAGE) && SOCH_TARGET_MINOR >= 1
    table.open_reader = open_reader;
    table.open_cursor = open_cursor;
    table.begin_txn = begin_txn;
    table.close_reader = table.close_cursor = table.abort_txn = close_handle;
#endif
#ifdef PROPERTIES
    table.describe = describe;
#endif
#ifdef OBSERVABILITY
    table.log = take_log;
#endif
#ifdef NULL_SLOT
    table.NULL_SLOT = NULL;
#ifdef INDEX
    // In the place of `nearest`, the host would call `search`, and in that of `build` those of a builder.
    if (table.nearest == NULL) table.search = NULL;
#if SOCH_TARGET_MINOR >= 1
    if (table.build == NULL) table.begin_build = NULL;
#endif
#endif
#endif
#ifdef SIZE
    table.size = SIZE;
#else
    table.size = sizeof table;
#endif
}

static const char *const ids[] = {"com.example.calls/1", NULL};

SOCH_PLUGIN("null_slot", "1.0.0", KIND | SOCH_KIND_CUSTOM, .FIELD = &table, .capabilities = ids, .get_interface = get_interface)
;
