// Whole tables of `storage_lmdb.c`.
#ifndef STORAGE_LMDB_TABLES_H
#define STORAGE_LMDB_TABLES_H

#include "storage_lmdb_rows.h"

#if SOCH_TARGET_MINOR >= 1
// Steps from the first row of each table to that of the next.
static soch_status list_tables(void *instance, uint32_t *tables, size_t capacity, size_t *count, soch_error *error) {
    const store *self = instance;
    const soch_bytes first = {NULL, 0};
    MDB_txn *txn;
    MDB_cursor *rows;
    MDB_val key, value;
    stored_key next;
    *count = 0;
    soch_status status = begin_lmdb(self, MDB_RDONLY, &txn, error);
    if (status != SOCH_OK) return status;
    int code = mdb_cursor_open(txn, self->tree, &rows);
    if (code == MDB_SUCCESS) {
        code = mdb_cursor_get(rows, &key, &value, MDB_FIRST);
        while (code == MDB_SUCCESS) {
            uint32_t table = table_of(&key);
            if (*count < capacity) tables[*count] = table;
            ++*count;
            if (table == UINT32_MAX) break;
            key = *store_key(&next, table + 1, first);
            code = mdb_cursor_get(rows, &key, &value, MDB_SET_RANGE);
        }
        mdb_cursor_close(rows);
    }
    mdb_txn_abort(txn);
    return code == MDB_SUCCESS || code == MDB_NOTFOUND ? SOCH_OK : report(self, error, code);
}

static soch_status drop_table(void *instance, const soch_call *call, uint32_t table, soch_error *error) {
    store *self = instance;
    MDB_txn *txn;
    quiet signals;
    soch_status status = check_usable(self, error), ended = SOCH_OK;
    if (status != SOCH_OK) return status;
    if (!take_turn(self, A_WRITE, WRITE_WAITS_MS)) {
        return soch_fail(error, SOCH_BUSY, 0, "a transaction is open: end it before");
    }
    int code = quiet_begin(&signals);
    if (code != 0) {
        end_turn(self);
        return report(self, error, code);
    }
    status = begin_lmdb(self, 0, &txn, error);
    if (status == SOCH_OK) {
        const soch_write all = {SOCH_WRITE_DELETE_RANGE, table, {NULL, 0}, {NULL, 0}, 0};
        code = delete_rows(self, txn, call, &all, &ended);
        if (code == MDB_SUCCESS && ended == SOCH_OK) {
            code = commit(self, txn);
        } else {
            mdb_txn_abort(txn);
            remember(self, code);
        }
        status = code != MDB_SUCCESS ? report(self, error, code) : ended;
    }
    end_turn(self);
    quiet_end(&signals, code == MDB_SUCCESS ? 0 : SIGXFSZ);
    return status;
}
#endif

#endif
