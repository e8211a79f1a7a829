// Transactions of storage_memory: a snapshot, and a store of what was written inside. It waits for nobody, and nobody for it:
// of two that change anything, the second to commit has to begin again.
#ifndef STORAGE_MEMORY_TRANSACTION_H
#define STORAGE_MEMORY_TRANSACTION_H
#include "storage_memory_rows.h"

#if SOCH_TARGET_MINOR >= 1
// What was written inside until then.
typedef struct savepoint {
    snapshot own;
    struct savepoint *outer;
} savepoint;

typedef struct transaction {
    snapshot before;
    store own;
    savepoint *last;
} transaction;

static soch_status begin_txn(void *instance, const soch_transaction_options *options, void **txn, soch_error *error) {
    if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_TRANSACTION_DURABLE) != 0) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a transaction with this flag");
    }
    transaction *made = calloc(1, sizeof *made);
    if (made == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a transaction");
    soch_status status = begin_store(&made->own, error);
    if (status != SOCH_OK) {
        free(made);
        return status;
    }
    begin_snapshot(instance, &made->before);
    // The heights of its rows are not those of every other transaction's.
    made->own.random *= 2 * made->before.seen + 1;
    *txn = made;
    return SOCH_OK;
}

static void end_savepoint(transaction *self) {
    savepoint *last = self->last;
    self->last = last->outer;
    end_snapshot(&last->own, NULL);
    free(last);
}

static void abort_txn(void *txn) {
    transaction *self = txn;
    while (self->last != NULL) end_savepoint(self);
    end_snapshot(&self->before, NULL);
    end_store(&self->own);
    free(self);
}

// The row that is seen inside, or NULL.
static const node *txn_find(const transaction *self, uint32_t number, soch_bytes key) {
    const node *own = find(find_table(&self->own, number), key, self->own.writes, NULL);
    if (own == NULL) return find_in(&self->before, number, key);
    return own->removes ? NULL : own;
}

static soch_status txn_get(void *txn, uint32_t number, soch_bytes key, const soch_writer *value, soch_error *error) {
    (void)error;
    return write_found(txn_find(txn, number, key), value);
}

static soch_status txn_write(transaction *self, uint32_t number, soch_bytes key, soch_bytes value, bool removes,
                             soch_error *error) {
    node *row = make_row(make_table(&self->own, number), key, value);
    if (row == NULL) return no_memory(error);
    row->removes = removes;
    put_in(row);
    return SOCH_OK;
}

static soch_status txn_put(void *txn, uint32_t number, soch_bytes key, soch_bytes value, soch_error *error) {
    return txn_write(txn, number, key, value, false, error);
}

static soch_status txn_remove(void *txn, uint32_t number, soch_bytes key, soch_error *error) {
    const soch_bytes none = {NULL, 0};
    return txn_find(txn, number, key) != NULL ? txn_write(txn, number, key, none, true, error) : SOCH_OK;
}

// The row behind `row`, or without one the first from `key` on, that a snapshot sees before `end`, or NULL.
static const node *walk(const snapshot *self, uint32_t number, const node *row, soch_bytes key, soch_bytes end) {
    pthread_rwlock_rdlock(&self->owner->lock);
    table *in = find_table(self->owner, number);
    if (row != NULL) row = row->next[0];
    else if (in != NULL) row = seek(in, key, self->seen, NULL);
    row = first_seen(row, self->seen);
    pthread_rwlock_unlock(&self->owner->lock);
    return row == NULL || (end.len > 0 && compare(key_of(row), end) >= 0) ? NULL : row;
}

// Walks over both at once; of two rows with one key, its own counts.
static soch_status txn_scan(void *txn, const soch_call *call, uint32_t number, soch_bytes start, soch_bytes end,
                            uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    transaction *self = txn;
    const snapshot inside = {&self->own, NULL, NULL, self->own.writes};
    const node *before = walk(&self->before, number, NULL, start, end);
    const node *own = walk(&inside, number, NULL, start, end);
    soch_status status = SOCH_OK;
    (void)error;
    for (size_t looked = 0; status == SOCH_OK && limit > 0 && (before != NULL || own != NULL); looked++) {
        if (looked % ASK_EVERY == 0 && (status = soch_go_on(call)) != SOCH_OK) break;
        int order = own == NULL ? -1 : before == NULL ? 1 : compare(key_of(before), key_of(own));
        const node *row = order < 0 ? before : own;
        if (order <= 0) before = walk(&self->before, number, before, start, end);
        if (order >= 0) own = walk(&inside, number, own, start, end);
        if (row->removes) continue;
        status = rows->row(rows->ctx, key_of(row), value_of(row));
        limit--;
    }
    return status;
}

static soch_status txn_set_savepoint(void *txn, soch_error *error) {
    transaction *self = txn;
    savepoint *made = malloc(sizeof *made);
    if (made == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a savepoint");
    begin_snapshot(&self->own, &made->own);
    made->outer = self->last;
    self->last = made;
    return SOCH_OK;
}

static soch_status txn_rollback_to_savepoint(void *txn, soch_error *error) {
    transaction *self = txn;
    (void)error;
    undo(&self->own, self->last->own.seen);
    end_savepoint(self);
    return SOCH_OK;
}

// Its rows move to the store that everybody sees. Every table is there before the first row does: from there on nothing can
// fail.
static soch_status move_rows(transaction *self, store *to, soch_error *error) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        for (const table *in = self->own.tables[bucket]; in != NULL; in = in->next) {
            if (make_table(to, in->number) == NULL) return no_memory(error);
        }
    }
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        for (table *in = self->own.tables[bucket]; in != NULL; in = in->next) {
            for (node *row = in->first[0], *next; row != NULL; row = next) {
                next = row->next[0];
                if (row->removes) {
                    drop(to, in->number, key_of(row));
                    free(row);
                } else {
                    row->table = find_table(to, in->number);
                    put_in(row);
                }
            }
            in->first[0] = NULL;
        }
    }
    // Also if all that it wrote was removed again.
    to->writes++;
    return SOCH_OK;
}

static soch_status commit_txn(void *txn, const soch_call *call, soch_error *error) {
    transaction *self = txn;
    store *owner = self->before.owner;
    // Only a savepoint keeps rows that are dead.
    while (self->last != NULL) end_savepoint(self);
    pthread_rwlock_wrlock(&owner->lock);
    // With the lock, which another commit may have held for long.
    soch_status status = soch_go_on(call);
    if (status == SOCH_OK && self->own.writes > 0) {
        status = owner->writes == self->before.seen
                     ? move_rows(self, owner, error)
                     : soch_fail(error, SOCH_CONFLICT, 0, "something else was written first: begin again");
    }
    pthread_rwlock_unlock(&owner->lock);
    abort_txn(self);
    return status;
}
#endif

#endif
