// Transactions of `storage_lmdb.c`: LMDB's own, of which there is one at a time. Any thread may go on with one and end
// it: `storage_lmdb_semaphores.h`.
#ifndef STORAGE_LMDB_TRANSACTION_H
#define STORAGE_LMDB_TRANSACTION_H

#include "storage_lmdb_rows.h"

#if SOCH_TARGET_MINOR >= 1
// A transaction of LMDB's inside of another one, `outer`.
typedef struct savepoint {
    MDB_txn *outer;
    struct savepoint *before;
} savepoint;

typedef struct transaction {
    // First, so that what reads a snapshot reads a transaction as well. It is the innermost one.
    reader inside;
    // All are in this one, and end with it.
    MDB_txn *outermost;
    savepoint *last;
    bool durable;
} transaction;

static soch_status begin_txn(void *instance, const soch_transaction_options *options, void **txn, soch_error *error) {
    store *self = instance;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_TRANSACTION_DURABLE) != 0) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a transaction with this flag");
    }
    transaction *made = malloc(sizeof *made);
    if (made == NULL) return report(self, error, ENOMEM);
    if (!take_turn(self, A_TRANSACTION, options->wait_ms)) {
        free(made);
        return soch_fail(error, SOCH_BUSY, 0, "another transaction is open, and LMDB has one at a time");
    }
    made->inside.owner = self;
    made->durable = (options->flags & SOCH_TRANSACTION_DURABLE) != 0;
    status = begin_lmdb(self, 0, &made->inside.txn, error);
    if (status == SOCH_OK) {
        made->outermost = made->inside.txn;
        made->last = NULL;
        *txn = made;
    } else {
        end_turn(self);
        free(made);
    }
    return status;
}

static soch_status txn_get(void *txn, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    const reader *self = txn;
    soch_bytes found;
    soch_status status = check_usable(self->owner, error);
    if (status == SOCH_OK) status = find(self->owner, self->txn, table, key, &found, error);
    return status == SOCH_OK ? value->write(value->ctx, found) : status;
}

static soch_status txn_write(const reader *self, const soch_write *write, soch_error *error) {
    quiet signals;
    soch_status status = check_usable(self->owner, error);
    if (status != SOCH_OK) return status;
    int code = quiet_begin(&signals);
    if (code != 0) return report(self->owner, error, code);
    code = write_row(self->owner, self->txn, write);
    remember(self->owner, code);
    quiet_end(&signals, code == MDB_SUCCESS ? 0 : SIGXFSZ);
    return code == MDB_SUCCESS ? SOCH_OK : report(self->owner, error, code);
}

static soch_status txn_put(void *txn, uint32_t table, soch_bytes key, soch_bytes value, soch_error *error) {
    soch_write write = {SOCH_WRITE_PUT, table, key, value, 0};
    soch_status status = check_key(key, error);
    return status == SOCH_OK ? txn_write(txn, &write, error) : status;
}

static soch_status txn_remove(void *txn, uint32_t table, soch_bytes key, soch_error *error) {
    soch_write write = {SOCH_WRITE_DELETE, table, key, {NULL, 0}, 0};
    return txn_write(txn, &write, error);
}

static soch_status txn_scan(void *txn, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                            uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    (void)call;
    return scan_rows(txn, call, table, start, end, limit, rows, error);
}

static soch_status txn_set_savepoint(void *txn, soch_error *error) {
    transaction *self = txn;
    soch_status status = check_usable(self->inside.owner, error);
    if (status != SOCH_OK) return status;
    savepoint *made = malloc(sizeof *made);
    if (made == NULL) return report(self->inside.owner, error, ENOMEM);
    made->outer = self->inside.txn;
    made->before = self->last;
    int code = mdb_txn_begin(self->inside.owner->env, made->outer, 0, &self->inside.txn);
    if (code == MDB_SUCCESS) {
        self->last = made;
        return SOCH_OK;
    }
    self->inside.txn = made->outer;
    free(made);
    return report(self->inside.owner, error, code);
}

static void end_savepoint(transaction *self) {
    savepoint *last = self->last;
    self->last = last->before;
    free(last);
}

static soch_status txn_rollback_to_savepoint(void *txn, soch_error *error) {
    transaction *self = txn;
    (void)error;
    mdb_txn_abort(self->inside.txn);
    self->inside.txn = self->last->outer;
    end_savepoint(self);
    return SOCH_OK;
}

static void free_txn(transaction *self) {
    while (self->last != NULL) end_savepoint(self);
    free(self);
}

static void abort_txn(void *txn) {
    transaction *self = txn;
    mdb_txn_abort(self->outermost);
    end_turn(self->inside.owner);
    free_txn(self);
}

static soch_status commit_txn(void *txn, const soch_call *call, soch_error *error) {
    transaction *self = txn;
    store *owner = self->inside.owner;
    bool durable = self->durable;
    quiet signals;
    soch_status status = soch_go_on(call);
    if (status != SOCH_OK) {
        abort_txn(txn);
        return status;
    }
    int code = quiet_begin(&signals);
    if (code != 0) {
        abort_txn(txn);
        return report(owner, error, code);
    }
    code = commit(owner, self->outermost);
    end_turn(owner);
    quiet_end(&signals, code == MDB_SUCCESS ? 0 : SIGXFSZ);
    free_txn(self);
    if (code == MDB_SUCCESS && durable) code = sync_to_disk(owner);
    return code == MDB_SUCCESS ? SOCH_OK : report(owner, error, code);
}
#endif

#endif
