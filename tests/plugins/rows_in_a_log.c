// A durable storage: all rows in memory, and each batch a record at the end of one file, with a checksum. `compact` writes the
// rows to a new file and renames it. Small enough that each of its lines which keeps a promise can be broken: `tests/mutants`.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    uint8_t *at;
    size_t len, room;
} buffer;

// A row as its record has it: the operation, the table, both lengths, the key and the value.
typedef struct {
    uint8_t op, *key, *value;
    uint32_t table, key_len, value_len;
} row;

typedef struct {
    pthread_mutex_t lock;
    int file, directory, broken;
    uint64_t end;
    row *rows;
    size_t count;
    char path[4096], new_path[4104];
} store;

static int add(buffer *to, const void *from, size_t len) {
    if (to->len + len > to->room) {
        size_t room = 2 * (to->len + len);
        uint8_t *at = realloc(to->at, room);
        if (at == NULL) return ENOMEM;
        to->at = at, to->room = room;
    }
    if (len > 0) memcpy(to->at + to->len, from, len);
    to->len += len;
    return 0;
}

static int add_row(buffer *to, const row *it) {
    int failed = add(to, &it->op, 1);
    if (failed == 0) failed = add(to, &it->table, 4);
    if (failed == 0) failed = add(to, &it->key_len, 4);
    if (failed == 0) failed = add(to, &it->value_len, 4);
    if (failed == 0) failed = add(to, it->key, it->key_len);
    return failed == 0 ? add(to, it->value, it->value_len) : failed;
}

static uint64_t checksum(const uint8_t *at, size_t len) {
    uint64_t sum = 14695981039346656037u ^ len;
    for (size_t i = 0; i < len; i++) sum = (sum ^ at[i]) * 1099511628211u;
    return sum;
}

static int compare(const row *it, uint32_t table, soch_bytes key) {
    if (it->table != table) return it->table < table ? -1 : 1;
    size_t least = it->key_len < key.len ? it->key_len : key.len;
    int order = least > 0 ? memcmp(it->key, key.ptr, least) : 0;
    return order != 0 ? order : (it->key_len > key.len) - (it->key_len < key.len);
}

static size_t place(const store *self, uint32_t table, soch_bytes key) {
    size_t from = 0, to = self->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare(&self->rows[middle], table, key) < 0) from = middle + 1;
        else to = middle;
    }
    return from;
}

static int is_at(const store *self, size_t at, uint32_t table, soch_bytes key) {
    return at < self->count && compare(&self->rows[at], table, key) == 0;
}

// Makes room for one more row, so that what was written to the file fails no more.
static int reserve(store *self, size_t more) {
    row *rows = realloc(self->rows, (self->count + more) * sizeof *rows);
    if (rows == NULL) return ENOMEM;
    self->rows = rows;
    return 0;
}

// Applies what a record holds. The rows keep its memory.
static void apply(store *self, uint8_t *at, size_t len) {
    for (uint8_t *end = at + len; at < end;) {
        row it = {.op = *at};
        memcpy(&it.table, at + 1, 4), memcpy(&it.key_len, at + 5, 4), memcpy(&it.value_len, at + 9, 4);
        it.key = at + 13, it.value = it.key + it.key_len;
        at = it.value + it.value_len;
        soch_bytes key = {it.key, it.key_len};
        size_t to = place(self, it.table, key);
        int there = is_at(self, to, it.table, key);
        if (it.op == SOCH_WRITE_PUT) {
            if (!there) memmove(&self->rows[to + 1], &self->rows[to], (self->count++ - to) * sizeof it);
            self->rows[to] = it;
        } else if (there) {
            memmove(&self->rows[to], &self->rows[to + 1], (--self->count - to) * sizeof it);
        }
    }
}

static int write_all(int file, const uint8_t *from, size_t len, uint64_t at) {
    while (len > 0) {
        ssize_t written = pwrite(file, from, len, (off_t)at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return written < 0 ? errno : ENOSPC;
        from += written, len -= (size_t)written, at += (uint64_t)written;
    }
    return 0;
}

static int sync_file(int file) {
    int failed;
    do failed = fdatasync(file) == 0 ? 0 : errno;
    while (failed == EINTR);
    return failed;
}

static int sync_names(const store *self) {
    int failed;
    do failed = fsync(self->directory) == 0 ? 0 : errno;
    while (failed == EINTR);
    return failed;
}

// Puts a record at the end of the file: its length, its checksum, and what it holds.
static int append(store *self, const buffer *what) {
    uint64_t head[2] = {what->len, checksum(what->at, what->len)};
    buffer record = {0};
    int failed = add(&record, head, sizeof head);
    if (failed == 0) failed = add(&record, what->at, what->len);
    if (failed == 0) failed = write_all(self->file, record.at, record.len, self->end);
    if (failed == 0) self->end += record.len;
    // A part that stayed would be in the way of the next one.
    else if (ftruncate(self->file, (off_t)self->end) != 0) self->broken = errno;
    free(record.at);
    return failed;
}

static soch_status fail(soch_error *error, int code) {
    return soch_fail(error, code == ENOMEM ? SOCH_LIMIT : SOCH_IO, code, strerror(code));
}

static int flush_file(store *self) {
    int failed = sync_file(self->file);
    if (failed != 0) self->broken = failed;
    return failed;
}

static soch_status write_batch(void *instance, const soch_call *call, const soch_write *writes, size_t count,
                               const soch_batch_options *options, soch_error *error) {
    store *self = instance;
    buffer what = {0};
    (void)call;
    if (!soch_batch_is_known(writes, count, SOCH_WRITE_DELETE, options, SOCH_BATCH_DURABLE)) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "a batch with this operation or flag");
    }
    pthread_mutex_lock(&self->lock);
    int failed = self->broken;
    if (failed == 0) failed = reserve(self, count);
    for (size_t i = 0; i < count && failed == 0; i++) {
        const soch_write *write = &writes[i];
        row it = {(uint8_t)write->op, (uint8_t *)write->key.ptr, (uint8_t *)write->value.ptr, write->table,
                  (uint32_t)write->key.len, write->op == SOCH_WRITE_PUT ? (uint32_t)write->value.len : 0};
        failed = add_row(&what, &it);
    }
    if (failed == 0 && count > 0) failed = append(self, &what);
    if (failed == 0) apply(self, what.at, what.len);
    else free(what.at);
    if (failed == 0 && (options->flags & SOCH_BATCH_DURABLE) != 0) failed = flush_file(self);
    pthread_mutex_unlock(&self->lock);
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn, soch_error *error) {
    const soch_batch_options options = {sizeof options, 0, txn};
    const soch_write write = {SOCH_WRITE_PUT, table, key, value};
    return write_batch(instance, NULL, &write, 1, &options, error);
}

static soch_status remove_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    const soch_batch_options options = {sizeof options, 0, txn};
    const soch_write write = {SOCH_WRITE_DELETE, table, key, {NULL, 0}};
    return write_batch(instance, NULL, &write, 1, &options, error);
}

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    store *self = instance;
    soch_status status = SOCH_NOT_FOUND;
    pthread_mutex_lock(&self->lock);
    size_t at = place(self, table, key);
    if (self->broken != 0) status = fail(error, self->broken);
    else if (is_at(self, at, table, key)) {
        status = value->write(value->ctx, (soch_bytes){self->rows[at].value, self->rows[at].value_len});
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    store *self = instance;
    (void)call;
    pthread_mutex_lock(&self->lock);
    soch_status status = self->broken != 0 ? fail(error, self->broken) : SOCH_OK;
    for (size_t at = place(self, table, start); at < self->count && limit > 0 && status == SOCH_OK; at++, limit--) {
        const row *it = &self->rows[at];
        if (it->table != table || (end.len > 0 && compare(it, table, end) >= 0)) break;
        status = rows->row(rows->ctx, (soch_bytes){it->key, it->key_len}, (soch_bytes){it->value, it->value_len});
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    store *self = instance;
    (void)call;
    pthread_mutex_lock(&self->lock);
    int failed = self->broken;
    if (failed == 0) failed = flush_file(self);
    pthread_mutex_unlock(&self->lock);
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

// The new file replaces the old one when it is on the disk.
static soch_status compact(void *instance, const soch_call *call, soch_error *error) {
    store *self = instance;
    buffer all = {0};
    (void)call;
    pthread_mutex_lock(&self->lock);
    int failed = self->broken, old = self->file;
    uint64_t end = self->end;
    for (size_t at = 0; at < self->count && failed == 0; at++) failed = add_row(&all, &self->rows[at]);
    int made = failed == 0 ? open(self->new_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (failed == 0 && made < 0) failed = errno;
    if (failed == 0) {
        self->file = made, self->end = 0;
        if (all.len > 0) failed = append(self, &all);
        if (failed == 0) failed = sync_file(made);
        if (failed == 0 && rename(self->new_path, self->path) != 0) failed = errno;
        if (failed != 0) self->file = old, self->end = end, self->broken = 0, close(made);
        else close(old);
        // Which of both files has the name, nobody knows after this.
        if (failed == 0) failed = self->broken = sync_names(self);
    }
    free(all.at);
    pthread_mutex_unlock(&self->lock);
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

static soch_status describe(void *instance, soch_storage_properties *properties, soch_error *error) {
    (void)instance, (void)error;
    properties->flags = SOCH_STORAGE_DURABLE;
    return SOCH_OK;
}

// Reads the records until the first that is not whole, which is cut off.
static int load(store *self) {
    uint64_t head[2];
    while (pread(self->file, head, sizeof head, (off_t)self->end) == sizeof head && head[0] < 1u << 30) {
        uint8_t *what = malloc(head[0] + 1);
        if (what == NULL) return ENOMEM;
        ssize_t len = pread(self->file, what, head[0], (off_t)(self->end + sizeof head));
        if (len != (ssize_t)head[0] || checksum(what, head[0]) != head[1]) {
            free(what);
            break;
        }
        if (reserve(self, head[0] / 13 + 1) != 0) return ENOMEM;
        apply(self, what, head[0]);
        self->end += sizeof head + head[0];
    }
    return ftruncate(self->file, (off_t)self->end) == 0 ? 0 : errno;
}

static void destroy(void *instance) {
    store *self = instance;
    if (self->file >= 0) close(self->file);
    if (self->directory >= 0) close(self->directory);
    free(self->rows);
    free(self);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    store *self = calloc(1, sizeof *self);
    soch_str directory = soch_data_dir(host);
    (void)config;
    if (self == NULL || directory.len == 0 || directory.len > 4000) {
        free(self);
        return soch_fail(error, SOCH_INVALID, 0, "it needs memory and a `data_dir`");
    }
    snprintf(self->path, sizeof self->path, "%.*s", (int)directory.len, directory.ptr);
    pthread_mutex_init(&self->lock, NULL);
    self->directory = open(self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(self->path, sizeof self->path, "%.*s/rows", (int)directory.len, directory.ptr);
    snprintf(self->new_path, sizeof self->new_path, "%s.new", self->path);
    self->file = self->directory < 0 ? -1 : open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int failed = self->file < 0 ? errno : sync_names(self);
    if (failed == 0) failed = load(self);
    if (failed == 0) {
        *instance = self;
        return SOCH_OK;
    }
    destroy(self);
    return fail(error, failed);
}

static const soch_storage table = {
    .size = sizeof(soch_storage), .get = get, .put = put, .remove = remove_row, .scan = scan, .flush = flush,
    .compact = compact, .describe = describe, .write_batch = write_batch,
};

SOCH_PLUGIN("rows_in_a_log", "1.0.0", SOCH_KIND_STORAGE, .storage = &table, .create = create, .destroy = destroy);
