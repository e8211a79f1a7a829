// Transactions of `storage_rocksdb.c`: optimistic ones, which wait for nobody and find at their end who was first.
#ifndef STORAGE_ROCKSDB_TRANSACTION_H
#define STORAGE_ROCKSDB_TRANSACTION_H

#include "storage_rocksdb_rows.h"

typedef struct transaction {
    store *owner;
    rocksdb_transaction_t *writes;
    // As of its beginning.
    const rocksdb_snapshot_t *snapshot;
    rocksdb_readoptions_t *read;
} transaction;

static soch_status begin_txn(void *instance, const soch_transaction_options *options, void **txn, soch_error *error) {
    store *self = instance;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_TRANSACTION_DURABLE) != 0) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a transaction with this flag");
    }
    bool durable = (options->flags & SOCH_TRANSACTION_DURABLE) != 0;
    transaction *made = malloc(sizeof *made);
    if (made == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a transaction");
    made->owner = self;
    made->writes = rocksdb_optimistictransaction_begin(self->db, durable ? self->write_durably : self->write, self->begin,
                                                       NULL);
    made->snapshot = rocksdb_transaction_get_snapshot(made->writes);
    made->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_snapshot(made->read, made->snapshot);
    *txn = made;
    return SOCH_OK;
}

static soch_status txn_get(void *txn, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    transaction *self = txn;
    soch_bytes bytes;
    char *why = NULL;
    soch_status status = check_usable(self->owner, error);
    rocksdb_column_family_handle_t *rows = status == SOCH_OK ? find_rows(self->owner, table) : NULL;
    if (rows == NULL) return status == SOCH_OK ? SOCH_NOT_FOUND : status;
    rocksdb_pinnableslice_t *found =
        rocksdb_transaction_get_pinned_cf(self->writes, self->read, rows, text_of(key), key.len, &why);
    status = look_at(self->owner, found, why, &bytes, error);
    if (status == SOCH_OK) status = value->write(value->ctx, bytes);
    if (found != NULL) rocksdb_pinnableslice_destroy(found);
    return status;
}

// A column family is made at once, and is there without rows if the transaction is aborted.
static soch_status txn_rows(store *self, uint32_t table, rocksdb_column_family_handle_t **rows, soch_error *error) {
    quiet signals;
    *rows = find_rows(self, table);
    if (*rows != NULL) return check_usable(self, error);
    soch_status status = begin_writing(self, &signals, error);
    if (status != SOCH_OK) return status;
    status = make_rows(self, table, rows, error);
    quiet_end(&signals, status == SOCH_IO ? SIGXFSZ : 0);
    return status;
}

static soch_status txn_put(void *txn, uint32_t table, soch_bytes key, soch_bytes value, soch_error *error) {
    transaction *self = txn;
    rocksdb_column_family_handle_t *rows;
    char *why = NULL;
    soch_status status = txn_rows(self->owner, table, &rows, error);
    if (status != SOCH_OK) return status;
    rocksdb_transaction_put_cf(self->writes, rows, text_of(key), key.len, text_of(value), value.len, &why);
    return why != NULL ? report(self->owner, error, why) : SOCH_OK;
}

static soch_status txn_remove(void *txn, uint32_t table, soch_bytes key, soch_error *error) {
    transaction *self = txn;
    rocksdb_column_family_handle_t *rows;
    char *why = NULL;
    soch_status status = txn_rows(self->owner, table, &rows, error);
    if (status != SOCH_OK) return status;
    rocksdb_transaction_delete_cf(self->writes, rows, text_of(key), key.len, &why);
    return why != NULL ? report(self->owner, error, why) : SOCH_OK;
}

static soch_status txn_scan(void *txn, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                            uint64_t limit, const soch_row_sink *sink, soch_error *error) {
    transaction *self = txn;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK) return status;
    rocksdb_column_family_handle_t *rows = find_rows(self->owner, table);
    rocksdb_iterator_t *iterator =
        rows != NULL ? rocksdb_transaction_create_iterator_cf(self->writes, self->read, rows) : NULL;
    return scan_rows(self->owner, call, iterator, start, end, limit, sink, error);
}

static soch_status txn_set_savepoint(void *txn, soch_error *error) {
    transaction *self = txn;
    soch_status status = check_usable(self->owner, error);
    if (status == SOCH_OK) rocksdb_transaction_set_savepoint(self->writes);
    return status;
}

static soch_status txn_rollback_to_savepoint(void *txn, soch_error *error) {
    transaction *self = txn;
    char *why = NULL;
    rocksdb_transaction_rollback_to_savepoint(self->writes, &why);
    return why != NULL ? report(self->owner, error, why) : SOCH_OK;
}

// RocksDB forgets the writes of one that was not committed.
static void abort_txn(void *txn) {
    transaction *self = txn;
    rocksdb_readoptions_destroy(self->read);
    rocksdb_transaction_destroy(self->writes);
    // The snapshot is the transaction's own; what leads to it is not.
    rocksdb_free((void *)self->snapshot);
    free(self);
}

static soch_status commit_txn(void *txn, const soch_call *call, soch_error *error) {
    transaction *self = txn;
    store *owner = self->owner;
    quiet signals;
    char *why = NULL;
    soch_status status = soch_go_on(call);
    if (status == SOCH_OK) status = begin_writing(owner, &signals, error);
    if (status == SOCH_OK) {
        rocksdb_transaction_commit(self->writes, &why);
        status = end_writing(owner, &signals, why, error);
    }
    abort_txn(txn);
    return status;
}

#endif
