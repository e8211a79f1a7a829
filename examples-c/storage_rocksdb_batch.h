// Batches of `storage_rocksdb.c`: RocksDB's own, and an optimistic transaction for one that expects something, as RocksDB's
// batches look at nothing. Its transactions delete no ranges.
#ifndef STORAGE_ROCKSDB_BATCH_H
#define STORAGE_ROCKSDB_BATCH_H

#include "storage_rocksdb_db.h"

// How often a batch begins again because others changed its rows meanwhile.
enum { MOST_TRIES = 1000 };

static soch_status add_write(store *self, rocksdb_writebatch_t *batch, const soch_write *write, soch_error *error) {
    rocksdb_column_family_handle_t *rows = find_rows(self, write->table);
    soch_bytes key = write->key, value = write->value;
    if (write->op == SOCH_WRITE_PUT) {
        soch_status status = make_rows(self, write->table, &rows, error);
        if (status != SOCH_OK) return status;
        rocksdb_writebatch_put_cf(batch, rows, text_of(key), key.len, text_of(value), value.len);
    } else if (rows != NULL && write->op == SOCH_WRITE_DELETE) {
        rocksdb_writebatch_delete_cf(batch, rows, text_of(key), key.len);
    } else if (rows != NULL && value.len > 0) {
        rocksdb_writebatch_delete_range_cf(batch, rows, text_of(key), key.len, text_of(value), value.len);
    } else if (rows != NULL && key.len <= KEY_MOST) {
        rocksdb_writebatch_delete_range_cf(batch, rows, text_of(key), key.len, self->behind_all, sizeof self->behind_all);
    }
    return SOCH_OK;
}

static soch_status write_plainly(store *self, const soch_write *writes, size_t count, const rocksdb_writeoptions_t *how,
                                 soch_error *error) {
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
    soch_status status = SOCH_OK;
    char *why = NULL;
    for (size_t i = 0; i < count && status == SOCH_OK; i++) status = add_write(self, batch, &writes[i], error);
    if (status == SOCH_OK) {
        rocksdb_write(self->base, how, batch, &why);
        if (why != NULL) status = report(self, error, why);
    }
    rocksdb_writebatch_destroy(batch);
    return status;
}

// Whether a row is as the batch expects it. The transaction will not commit if somebody changes it until then.
static soch_status check_expected(store *self, rocksdb_transaction_t *txn, const soch_write *write, soch_error *error) {
    rocksdb_column_family_handle_t *rows = NULL;
    size_t len = 0;
    char *why = NULL;
    soch_status status = make_rows(self, write->table, &rows, error);
    if (status != SOCH_OK) return status;
    char *found = rocksdb_transaction_get_for_update_cf(txn, self->read, rows, text_of(write->key), write->key.len, &len, 1, &why);
    if (why != NULL) return report(self, error, why);
    bool as_expected = write->op == SOCH_WRITE_EXPECT_ABSENT
                           ? found == NULL
                           : found != NULL && len == write->value.len && memcmp(found, text_of(write->value), len) == 0;
    if (found != NULL) rocksdb_free(found);
    return as_expected ? SOCH_OK : soch_fail(error, SOCH_CONFLICT, 0, "a row is not as the batch expects it");
}

static soch_status write_inside(store *self, rocksdb_transaction_t *txn, const soch_write *write, soch_error *error) {
    rocksdb_column_family_handle_t *rows = find_rows(self, write->table);
    char *why = NULL;
    if (write->op == SOCH_WRITE_PUT) {
        soch_status status = make_rows(self, write->table, &rows, error);
        if (status != SOCH_OK) return status;
        rocksdb_transaction_put_cf(txn, rows, text_of(write->key), write->key.len, text_of(write->value), write->value.len,
                                   &why);
    } else if (write->op == SOCH_WRITE_DELETE && rows != NULL) {
        rocksdb_transaction_delete_cf(txn, rows, text_of(write->key), write->key.len, &why);
    }
    return why != NULL ? report(self, error, why) : SOCH_OK;
}

// One try. SOCH_BUSY if others were first, which say nothing of what is expected: it has to be looked at again.
static soch_status try_to_write(store *self, rocksdb_transaction_t *txn, const soch_write *writes, size_t count,
                                soch_error *error) {
    soch_status status = SOCH_OK;
    char *why = NULL;
    for (size_t i = 0; i < count && status == SOCH_OK; i++) {
        if (writes[i].op >= SOCH_WRITE_EXPECT) status = check_expected(self, txn, &writes[i], error);
    }
    for (size_t i = 0; i < count && status == SOCH_OK; i++) status = write_inside(self, txn, &writes[i], error);
    if (status != SOCH_OK) return status;
    rocksdb_transaction_commit(txn, &why);
    if (why == NULL) return SOCH_OK;
    status = report(self, error, why);
    return status == SOCH_CONFLICT ? soch_fail(error, SOCH_BUSY, 0, "others change the same rows all the time") : status;
}

static soch_status write_expecting(store *self, const soch_call *call, const soch_write *writes, size_t count,
                                   const rocksdb_writeoptions_t *how, soch_error *error) {
    rocksdb_transaction_t *txn = NULL;
    soch_status status = SOCH_BUSY;
    for (int i = 0; i < MOST_TRIES && status == SOCH_BUSY; i++) {
        status = soch_go_on(call);
        if (status != SOCH_OK) break;
        txn = rocksdb_optimistictransaction_begin(self->db, how, self->begin, txn);
        status = try_to_write(self, txn, writes, count, error);
    }
    if (txn != NULL) rocksdb_transaction_destroy(txn);
    return status;
}

static soch_status write_batch(void *instance, const soch_call *call, const soch_write *writes, size_t count,
                               const soch_batch_options *options, soch_error *error) {
    store *self = instance;
    quiet signals;
    bool expects = false, deletes_range = false;
    if (!soch_batch_is_known(writes, count, SOCH_WRITE_EXPECT_ABSENT, options, SOCH_BATCH_DURABLE)) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a batch with this operation or flag");
    }
    for (size_t i = 0; i < count; i++) {
        expects = expects || writes[i].op >= SOCH_WRITE_EXPECT;
        deletes_range = deletes_range || writes[i].op == SOCH_WRITE_DELETE_RANGE;
    }
    if (expects && deletes_range) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "RocksDB's transactions delete no ranges: expect and delete in two batches");
    }
    soch_status status = begin_writing(self, &signals, error);
    if (status != SOCH_OK) return status;
    const rocksdb_writeoptions_t *how = (options->flags & SOCH_BATCH_DURABLE) != 0 ? self->write_durably : self->write;
    status = expects ? write_expecting(self, call, writes, count, how, error) : write_plainly(self, writes, count, how, error);
    quiet_end(&signals, status == SOCH_IO ? SIGXFSZ : 0);
    return status;
}

// By a range that has all keys, so that snapshots and transactions find it as any write.
static soch_status drop_table(void *instance, const soch_call *call, uint32_t table, soch_error *error) {
    const soch_write all = {SOCH_WRITE_DELETE_RANGE, table, {NULL, 0}, {NULL, 0}, 0};
    const soch_batch_options options = {sizeof options, 0, 0};
    return write_batch(instance, call, &all, 1, &options, error);
}

#endif
