// A storage on disk over LMDB: a directory with one B+tree, mapped into memory. `storage_lmdb_env.h` says how it is
// configured and what survives which failure.
//
// All tables are in LMDB's main tree, a row's key being the table's number and the key. So a table costs nothing,
// the empty key is allowed, and a read-only transaction is never changed by reading, whichever thread reads.
#define _POSIX_C_SOURCE 200809L
#include "storage_lmdb_operator.h"
#include "storage_lmdb_tables.h"
#include "storage_lmdb_transaction.h"

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    const store *self = instance;
    MDB_txn *txn;
    soch_bytes found;
    soch_status status = begin_lmdb(self, MDB_RDONLY, &txn, error);
    if (status != SOCH_OK) return status;
    status = find(self, txn, table, key, &found, error);
    if (status == SOCH_OK) status = value->write(value->ctx, found);
    mdb_txn_abort(txn);
    return status;
}

// Applies the writes if all is as they expect it; the caller ends the transaction.
static soch_status apply(const store *self, MDB_txn *txn, const soch_call *call, const soch_write *writes, size_t count,
                         int *code, soch_error *error) {
    soch_status status = SOCH_OK;
    for (size_t i = 0; i < count && status == SOCH_OK; i++) {
        if (writes[i].op >= SOCH_WRITE_EXPECT) status = check_expected(self, txn, &writes[i], error);
    }
    for (size_t i = 0; i < count && status == SOCH_OK; i++) {
        const soch_write *write = &writes[i];
        if (i % 256 == 0 && (status = soch_go_on(call)) != SOCH_OK) break;
        if (write->op < SOCH_WRITE_DELETE_RANGE) *code = write_row(self, txn, write);
        else if (write->op == SOCH_WRITE_DELETE_RANGE) *code = delete_rows(self, txn, call, write, &status);
        if (*code != MDB_SUCCESS) status = report(self, error, *code);
    }
    return status;
}

static soch_status write_batch(void *instance, const soch_call *call, const soch_write *writes, size_t count,
                               const soch_batch_options *options, soch_error *error) {
    store *self = instance;
    MDB_txn *txn;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    if (!soch_batch_is_known(writes, count, SOCH_WRITE_EXPECT_ABSENT, options, SOCH_BATCH_DURABLE)) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a batch with this operation or flag");
    }
    for (size_t i = 0; i < count && status == SOCH_OK; i++) {
        if (writes[i].op == SOCH_WRITE_PUT) status = check_key(writes[i].key, error);
    }
    if (status != SOCH_OK) return status;
    if (!take_turn(self, A_WRITE, WRITE_WAITS_MS)) {
        return soch_fail(error, SOCH_BUSY, 0, "a transaction is open: end it before, or write inside of it");
    }
    // A large batch is written before its end, too.
    quiet signals;
    int code = quiet_begin(&signals);
    if (code != 0) {
        end_turn(self);
        return report(self, error, code);
    }
    status = begin_lmdb(self, 0, &txn, error);
    if (status == SOCH_OK) {
        status = apply(self, txn, call, writes, count, &code, error);
        if (status == SOCH_OK) {
            code = commit(self, txn);
            if (code != MDB_SUCCESS) status = report(self, error, code);
        } else {
            mdb_txn_abort(txn);
            remember(self, code);
        }
    }
    end_turn(self);
    quiet_end(&signals, code == MDB_SUCCESS ? 0 : SIGXFSZ);
    if (status == SOCH_OK && (options->flags & SOCH_BATCH_DURABLE) != 0) {
        code = sync_to_disk(self);
        if (code != MDB_SUCCESS) status = report(self, error, code);
    }
    return status;
}

static soch_status write_one(void *instance, const soch_write *write, uint64_t txn, soch_error *error) {
    const soch_batch_options options = {sizeof options, 0, txn};
    return write_batch(instance, NULL, write, 1, &options, error);
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    soch_write write = {SOCH_WRITE_PUT, table, key, value, 0};
    return write_one(instance, &write, txn, error);
}

static soch_status remove_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    soch_write write = {SOCH_WRITE_DELETE, table, key, {NULL, 0}, 0};
    return write_one(instance, &write, txn, error);
}

#if SOCH_TARGET_MINOR >= 1
static soch_status open_reader(void *instance, void **handle, soch_error *error) {
    store *self = instance;
    reader *made = malloc(sizeof *made);
    if (made == NULL) return report(self, error, ENOMEM);
    made->owner = self;
    soch_status status = begin_lmdb(self, MDB_RDONLY, &made->txn, error);
    if (status == SOCH_OK) *handle = made;
    else free(made);
    return status;
}

static void close_reader(void *handle) {
    reader *self = handle;
    mdb_txn_abort(self->txn);
    free(self);
}

static soch_status reader_get(void *handle, uint32_t table, soch_bytes key, soch_bytes *value, soch_error *error) {
    const reader *self = handle;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK) return status;
    return find(self->owner, self->txn, table, key, value, error);
}
#endif

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    reader snapshot = {instance, NULL};
    soch_status status = begin_lmdb(instance, MDB_RDONLY, &snapshot.txn, error);
    if (status != SOCH_OK) return status;
    status = scan_rows(&snapshot, call, table, start, end, limit, rows, error);
    mdb_txn_abort(snapshot.txn);
    return status;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    store *self = instance;
    (void)call;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    int code = sync_to_disk(self);
    return code == MDB_SUCCESS ? SOCH_OK : report(self, error, code);
}

// LMDB uses free pages again by itself.
static soch_status compact(void *instance, const soch_call *call, soch_error *error) {
    (void)call;
    return check_usable(instance, error);
}

static soch_status stats(void *instance, soch_storage_stats *stats, soch_error *error) {
    const store *self = instance;
    MDB_stat stat;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    int code = mdb_env_stat(self->env, &stat);
    if (code != MDB_SUCCESS) return report(self, error, code);
    uint64_t pages = (uint64_t)stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    stats->bytes_stored = stat.ms_psize * pages;
    stats->key_count = stat.ms_entries;
    return SOCH_OK;
}

static soch_status describe(void *instance, soch_storage_properties *properties, soch_error *error) {
    const store *self = instance;
    (void)error;
    properties->flags = SOCH_STORAGE_EXACT_COUNT | SOCH_PROPERTY_FILES;
    if (self->syncs_at_commit) properties->flags |= SOCH_STORAGE_DURABLE;
#if SOCH_TARGET_MINOR >= 1
    properties->flags |= SOCH_STORAGE_TRANSACTIONS | SOCH_STORAGE_SERIALIZABLE | SOCH_STORAGE_DELETE_RANGE | SOCH_STORAGE_EXPECT;
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
    .write_batch = write_batch, .open_reader = open_reader, .close_reader = close_reader, .reader_get = reader_get,
    .open_cursor = open_cursor, .cursor_next = cursor_next, .close_cursor = close_cursor, .cursor_seek = cursor_seek, .begin_txn = begin_txn, .txn_get = txn_get,
    .txn_put = txn_put, .txn_remove = txn_remove, .txn_scan = txn_scan, .commit_txn = commit_txn, .abort_txn = abort_txn,
    .txn_set_savepoint = txn_set_savepoint, .txn_rollback_to_savepoint = txn_rollback_to_savepoint,
    .list_tables = list_tables, .drop_table = drop_table, .checkpoint = checkpoint, .property = property,
#endif
};

SOCH_PLUGIN("storage_lmdb", "1.0.0", SOCH_KIND_STORAGE, .storage = &storage, .create = create, .shutdown = shut_down,
            .destroy = destroy, .description = "Keeps rows on disk with LMDB.");
