// The rows of storage_memory: for each table a skip list in which a row stays, dead, as long as a snapshot may see it.
// A writer calls with the store's lock to write, a reader with the one to read.
#ifndef STORAGE_MEMORY_ROWS_H
#define STORAGE_MEMORY_ROWS_H
#include "sochdb_plugin.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 24, BUCKETS = 256 };

#define ALIVE UINT64_MAX

// Rows or writes between two questions whether the call is to go on.
#define ASK_EVERY 256

// A row. Its key and then its value follow the links; all but the links and `death` stay as they are. Among a transaction's
// own there are such that remove one.
typedef struct node {
    struct table *table;
    size_t key_len, value_len;
    // The numbers of the writes that made it and ended it.
    uint64_t birth, death;
    struct node *next_dead;
    int height;
    bool removes;
    struct node *next[];
} node;

typedef struct table {
    struct store *owner;
    struct table *next;
    uint32_t number;
    node *first[LEVELS];
} table;

// What it sees was born at `seen` or before, and did not die so early.
typedef struct snapshot {
    struct store *owner;
    struct snapshot *older, *newer;
    uint64_t seen;
} snapshot;

typedef struct store {
    pthread_rwlock_t lock;
    table *tables[BUCKETS];
    snapshot *oldest, *newest;
    // Those that a snapshot may see, in the order of their deaths.
    node *first_dead, *last_dead;
    uint64_t writes, random, bytes, count;
} store;

// The links that lead past a place in the list, one a level.
typedef struct place {
    node **links[LEVELS];
} place;

static soch_bytes key_of(const node *row) {
    soch_bytes key = {(const uint8_t *)(row->next + row->height), row->key_len};
    return key;
}

static soch_bytes value_of(const node *row) {
    soch_bytes value = {key_of(row).ptr + row->key_len, row->value_len};
    return value;
}

static int compare(soch_bytes left, soch_bytes right) {
    size_t least = left.len < right.len ? left.len : right.len;
    int order = least > 0 ? memcmp(left.ptr, right.ptr, least) : 0;
    return order != 0 ? order : (left.len > right.len) - (left.len < right.len);
}

// Rows are in the order of their keys, those of one key from the last to the first.
static bool is_before(const node *row, soch_bytes key, uint64_t birth) {
    int order = compare(key_of(row), key);
    return order < 0 || (order == 0 && row->birth > birth);
}

// Finds the first row of `key` born at `birth` or before, or the first one after it, and the links that lead there.
static node *seek(table *in, soch_bytes key, uint64_t birth, place *found) {
    node **links = in->first;
    for (int level = LEVELS - 1; level >= 0; level--) {
        while (links[level] != NULL && is_before(links[level], key, birth)) links = links[level]->next;
        if (found != NULL) found->links[level] = &links[level];
    }
    return links[0];
}

// The row of `key` that is seen at `seen`, or NULL.
static node *find(table *in, soch_bytes key, uint64_t seen, place *found) {
    node *row = in != NULL ? seek(in, key, seen, found) : NULL;
    return row != NULL && row->death > seen && compare(key_of(row), key) == 0 ? row : NULL;
}

// The first row from `row` on that is seen at `seen`, or NULL.
static const node *first_seen(const node *row, uint64_t seen) {
    while (row != NULL && (row->birth > seen || row->death <= seen)) row = row->next[0];
    return row;
}

// The last row before `before`, or of all if that is NULL, that is seen at `seen`, or NULL.
static const node *last_seen(table *in, const soch_bytes *before, uint64_t seen) {
    soch_bytes key;
    for (;;) {
        node **links = in->first, *last = NULL;
        for (int level = LEVELS - 1; level >= 0; level--) {
            while (links[level] != NULL && (before == NULL || compare(key_of(links[level]), *before) < 0)) {
                last = links[level];
                links = last->next;
            }
        }
        const node *row = last != NULL ? find(in, key_of(last), seen, NULL) : NULL;
        if (row != NULL || last == NULL) return row;
        // No version of this key is seen: the one before it may be.
        key = key_of(last);
        before = &key;
    }
}

static table *find_table(const store *self, uint32_t number) {
    table *found = self->tables[number % BUCKETS];
    while (found != NULL && found->number != number) found = found->next;
    return found;
}

// Makes the table if there is none; NULL without memory.
static table *make_table(store *self, uint32_t number) {
    table *made = find_table(self, number);
    if (made != NULL) return made;
    made = calloc(1, sizeof *made);
    if (made == NULL) return NULL;
    made->owner = self;
    made->number = number;
    made->next = self->tables[number % BUCKETS];
    self->tables[number % BUCKETS] = made;
    return made;
}

// A quarter of the rows of one level is on the next one.
static int random_height(store *self) {
    self->random ^= self->random << 13;
    self->random ^= self->random >> 7;
    self->random ^= self->random << 17;
    int height = 1;
    for (uint64_t bits = self->random; height < LEVELS && (bits & 3) == 0; bits >>= 2) height++;
    return height;
}

static node *make_row(table *in, soch_bytes key, soch_bytes value) {
    int height = in != NULL ? random_height(in->owner) : 0;
    node *row = in != NULL ? malloc(sizeof *row + (size_t)height * sizeof(node *) + key.len + value.len) : NULL;
    if (row == NULL) return NULL;
    row->table = in;
    row->key_len = key.len;
    row->value_len = value.len;
    row->death = ALIVE;
    row->next_dead = NULL;
    row->height = height;
    row->removes = false;
    uint8_t *bytes = (uint8_t *)(row->next + height);
    if (key.len > 0) memcpy(bytes, key.ptr, key.len);
    if (value.len > 0) memcpy(bytes + key.len, value.ptr, value.len);
    return row;
}

static void take_out(node *row, const place *at) {
    for (int level = 0; level < row->height; level++) *at->links[level] = row->next[level];
    free(row);
}

// Ends a row that is alive, to which `at` leads; without `at` it stays where it is, for `bury`.
static void end_row(store *self, node *row, const place *at) {
    self->bytes -= row->key_len + row->value_len;
    self->count--;
    if (at != NULL && (self->newest == NULL || row->birth > self->newest->seen)) {
        take_out(row, at);
        return;
    }
    row->death = self->writes;
    if (self->last_dead != NULL) self->last_dead->next_dead = row;
    else self->first_dead = row;
    self->last_dead = row;
}

// Puts `row` in place of the one with its key, if there is one. Cannot fail.
static void put_in(node *row) {
    store *self = row->table->owner;
    place at;
    row->birth = ++self->writes;
    node *old = find(row->table, key_of(row), row->birth, &at);
    if (old != NULL) end_row(self, old, &at);
    for (int level = 0; level < row->height; level++) {
        row->next[level] = *at.links[level];
        *at.links[level] = row;
    }
    self->bytes += row->key_len + row->value_len;
    self->count++;
}

static void drop(store *self, uint32_t number, soch_bytes key) {
    place at;
    node *row = find(find_table(self, number), key, self->writes, &at);
    if (row == NULL) return;
    self->writes++;
    end_row(self, row, &at);
}

// The rows with `start <= key < end`; an empty `end` is that of the table.
static inline void drop_range(store *self, uint32_t number, soch_bytes start, soch_bytes end) {
    table *in = find_table(self, number);
    const uint64_t now = self->writes + 1;
    // Each takes a few nanoseconds, as this cannot be cancelled. What takes longer `bury` does.
    for (node *row = in != NULL ? seek(in, start, now, NULL) : NULL; row != NULL; row = row->next[0]) {
        if (end.len > 0 && compare(key_of(row), end) >= 0) return;
        if (row->death != ALIVE) continue;
        self->writes = now;
        end_row(self, row, NULL);
    }
}

// Takes back all that was written behind `seen`, which a snapshot sees.
static inline void undo(store *self, uint64_t seen) {
    node **link = &self->first_dead;
    for (self->last_dead = NULL; *link != NULL && (*link)->death <= seen; link = &(*link)->next_dead) self->last_dead = *link;
    *link = NULL;
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        for (table *in = self->tables[bucket]; in != NULL; in = in->next) {
            for (node *row = in->first[0], *next; row != NULL; row = next) {
                place at;
                next = row->next[0];
                if (row->birth > seen) {
                    seek(in, key_of(row), row->birth, &at);
                    take_out(row, &at);
                } else if (row->death > seen) {
                    row->death = ALIVE;
                    row->next_dead = NULL;
                }
            }
        }
    }
    self->writes = seen;
}

static soch_status begin_store(store *self, soch_error *error) {
    int failed = pthread_rwlock_init(&self->lock, NULL);
    self->random = 0x9E3779B97F4A7C15u;
    return failed == 0 ? SOCH_OK : soch_fail(error, SOCH_LIMIT, failed, "the system has no lock left");
}

static void end_store(store *self) {
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
        for (table *in = self->tables[bucket], *next_table; in != NULL; in = next_table) {
            next_table = in->next;
            for (node *row = in->first[0], *next; row != NULL; row = next) {
                next = row->next[0];
                free(row);
            }
            free(in);
        }
    }
    pthread_rwlock_destroy(&self->lock);
}

static void begin_snapshot(store *self, snapshot *made) {
    pthread_rwlock_wrlock(&self->lock);
    made->owner = self;
    made->seen = self->writes;
    made->newer = NULL;
    made->older = self->newest;
    *(self->newest != NULL ? &self->newest->newer : &self->oldest) = made;
    self->newest = made;
    pthread_rwlock_unlock(&self->lock);
}

// Frees some dead rows that no snapshot sees. False if none is left.
static bool bury_some(store *self) {
    for (int i = 0; i < 64; i++) {
        node *row = self->first_dead;
        if (row == NULL || (self->oldest != NULL && row->death > self->oldest->seen)) return false;
        self->first_dead = row->next_dead;
        if (row->next_dead == NULL) self->last_dead = NULL;
        place at;
        seek(row->table, key_of(row), row->birth, &at);
        take_out(row, &at);
    }
    return true;
}

// Frees the dead rows that no snapshot sees, as long as `call` goes on: whoever comes next frees the others.
static void bury(store *self, const soch_call *call) {
    while (bury_some(self) && soch_go_on(call) == SOCH_OK) {
        // Others need not wait for all of them.
        pthread_rwlock_unlock(&self->lock);
        pthread_rwlock_wrlock(&self->lock);
    }
}

static void end_snapshot(snapshot *made, const soch_call *call) {
    store *self = made->owner;
    pthread_rwlock_wrlock(&self->lock);
    *(made->older != NULL ? &made->older->newer : &self->oldest) = made->newer;
    *(made->newer != NULL ? &made->newer->older : &self->newest) = made->older;
    bury(self, call);
    pthread_rwlock_unlock(&self->lock);
}

// The row of `key` that the snapshot sees, or NULL.
static inline const node *find_in(const snapshot *self, uint32_t number, soch_bytes key) {
    pthread_rwlock_rdlock(&self->owner->lock);
    const node *row = find(find_table(self->owner, number), key, self->seen, NULL);
    pthread_rwlock_unlock(&self->owner->lock);
    return row;
}

static soch_status no_memory(soch_error *error) {
    return soch_fail(error, SOCH_LIMIT, 0, "no memory for the row: give the process more, or remove rows");
}

// Gives `value` the row that was found.
static soch_status write_found(const node *row, const soch_writer *value) {
    return row != NULL ? value->write(value->ctx, value_of(row)) : SOCH_NOT_FOUND;
}

#endif
