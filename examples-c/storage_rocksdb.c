// A storage on disk over RocksDB: a directory, with a column family for each table. `storage_rocksdb_db.h` says how it is
// configured and what survives which failure. It is built by `.ci/engines`:
//   cc -O2 -shared -fPIC -fvisibility=hidden -Iinclude examples-c/storage_rocksdb.c -lrocksdb -pthread -o storage_rocksdb.so
#define _POSIX_C_SOURCE 200809L
#include "storage_rocksdb_rows.h"
#if SOCH_TARGET_MINOR >= 1
#include "storage_rocksdb_batch.h"
#include "storage_rocksdb_operator.h"
#include "storage_rocksdb_transaction.h"
#endif

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    store *self = instance;
    quiet signals;
    rocksdb_column_family_handle_t *rows;
    char *why = NULL;
    (void)txn;
    soch_status status = begin_writing(self, &signals, error);
    if (status != SOCH_OK) return status;
    status = make_rows(self, table, &rows, error);
    if (status == SOCH_OK) {
        rocksdb_put_cf(self->base, self->write, rows, text_of(key), key.len, text_of(value), value.len, &why);
    }
    soch_status ended = end_writing(self, &signals, why, error);
    return status != SOCH_OK ? status : ended;
}

static soch_status remove_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    store *self = instance;
    quiet signals;
    char *why = NULL;
    (void)txn;
    soch_status status = begin_writing(self, &signals, error);
    if (status != SOCH_OK) return status;
    rocksdb_column_family_handle_t *rows = find_rows(self, table);
    if (rows != NULL) rocksdb_delete_cf(self->base, self->write, rows, text_of(key), key.len, &why);
    return end_writing(self, &signals, why, error);
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    store *self = instance;
    quiet signals;
    char *why = NULL;
    (void)call;
    soch_status status = begin_writing(self, &signals, error);
    if (status != SOCH_OK) return status;
    rocksdb_flush_wal(self->base, 1, &why);
    return end_writing(self, &signals, why, error);
}

static soch_status compact(void *instance, const soch_call *call, soch_error *error) {
    store *self = instance;
    quiet signals;
    soch_status status = begin_writing(self, &signals, error);
    if (status != SOCH_OK) return status;
    for (size_t i = 0; i < BUCKETS && status == SOCH_OK; i++) {
        for (const family *at = __atomic_load_n(&self->tables[i], __ATOMIC_ACQUIRE); at != NULL; at = at->next) {
            status = soch_go_on(call);
            if (status != SOCH_OK) break;
            rocksdb_compact_range_cf(self->base, at->rows, NULL, 0, NULL, 0);
        }
    }
    quiet_end(&signals, 0);
    return status;
}

static uint64_t figure(store *self, const family *of, const char *name) {
    uint64_t value = 0;
    return rocksdb_property_int_cf(self->base, of->rows, name, &value) == 0 ? value : 0;
}

static soch_status stats(void *instance, soch_storage_stats *stats, soch_error *error) {
    store *self = instance;
    soch_status status = check_usable(self, error);
    for (size_t i = 0; i < BUCKETS && status == SOCH_OK; i++) {
        for (const family *at = __atomic_load_n(&self->tables[i], __ATOMIC_ACQUIRE); at != NULL; at = at->next) {
            stats->key_count += figure(self, at, "rocksdb.estimate-num-keys");
            stats->bytes_stored += figure(self, at, "rocksdb.estimate-live-data-size");
            stats->bytes_stored += figure(self, at, "rocksdb.size-all-mem-tables");
            stats->pending_compaction_bytes += figure(self, at, "rocksdb.estimate-pending-compaction-bytes");
        }
    }
    return status;
}

#if SOCH_TARGET_MINOR >= 1
static int by_number(const void *left, const void *right) {
    uint32_t one = *(const uint32_t *)left, other = *(const uint32_t *)right;
    return (one > other) - (one < other);
}

// A column family stays, also without rows.
static soch_status list_tables(void *instance, uint32_t *tables, size_t capacity, size_t *count, soch_error *error) {
    store *self = instance;
    char *why = NULL;
    soch_status status = check_usable(self, error);
    *count = 0;
    for (size_t i = 0; i < BUCKETS && status == SOCH_OK; i++) {
        for (const family *at = __atomic_load_n(&self->tables[i], __ATOMIC_ACQUIRE); at != NULL; at = at->next) {
            rocksdb_iterator_t *rows = rocksdb_create_iterator_cf(self->base, self->read, at->rows);
            rocksdb_iter_seek_to_first(rows);
            rocksdb_iter_get_error(rows, &why);
            if (why == NULL && rocksdb_iter_valid(rows)) {
                if (*count < capacity) tables[*count] = at->number;
                ++*count;
            }
            rocksdb_iter_destroy(rows);
            if (why != NULL) return report(self, error, why);
        }
    }
    if (*count <= capacity) qsort(tables, *count, sizeof *tables, by_number);
    return status;
}
#endif

static soch_status describe(void *instance, soch_storage_properties *properties, soch_error *error) {
    (void)instance, (void)error;
    properties->flags = SOCH_STORAGE_DURABLE | SOCH_PROPERTY_FILES | SOCH_PROPERTY_THREADS;
#if SOCH_TARGET_MINOR >= 1
    properties->flags |= SOCH_STORAGE_TRANSACTIONS | SOCH_STORAGE_DELETE_RANGE | SOCH_STORAGE_EXPECT;
#endif
    properties->max_key = KEY_MOST;
    return SOCH_OK;
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    store *self = NULL;
    soch_status status = open_store(host, config, &self, error);
    if (status == SOCH_OK) *instance = self;
    return status;
}

static soch_status shut_down(void *instance, soch_error *error) {
    soch_status status = flush(instance, NULL, error);
    close_store(instance);
    return status;
}

static void destroy(void *instance) {
    close_store(instance);
    free_store(instance);
}

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = remove_row, .scan = scan, .flush = flush,
    .compact = compact, .stats = stats, .describe = describe,
#if SOCH_TARGET_MINOR >= 1
    .write_batch = write_batch, .open_reader = open_reader,
    .close_reader = close_reader, .reader_get = reader_get, .open_cursor = open_cursor, .cursor_next = cursor_next,
    .close_cursor = close_cursor, .cursor_seek = cursor_seek, .begin_txn = begin_txn, .txn_get = txn_get,
    .txn_put = txn_put, .txn_remove = txn_remove, .txn_scan = txn_scan, .commit_txn = commit_txn, .abort_txn = abort_txn,
    .list_tables = list_tables, .drop_table = drop_table, .checkpoint = checkpoint, .property = property, .multi_get = multi_get,
    .txn_set_savepoint = txn_set_savepoint, .txn_rollback_to_savepoint = txn_rollback_to_savepoint,
#endif
};

SOCH_PLUGIN("storage_rocksdb", "1.0.0", SOCH_KIND_STORAGE, .storage = &storage, .create = create, .shutdown = shut_down,
            .destroy = destroy, .description = "Keeps rows on disk with RocksDB.");
