// A durable storage: all rows in memory, and each batch a record at the end of one file, with a checksum. `compact` writes the
// rows to a new file and renames it, `checkpoint` to one in a new directory. A row may have a time to live, which goes on while nobody has the file open.
#include "log.h"

#include <pthread.h>
#include <sys/stat.h>
#include <time.h>

// A row as its record has it: the operation, the table, both lengths, when it ends, the key and the value.
typedef struct {
    uint8_t op, *key, *value;
    uint32_t table, key_len, value_len;
    uint64_t until;
} row;

typedef struct {
    pthread_mutex_t lock;
    record_log log;
    row *rows;
    size_t count;
} store;

enum { HEAD = 21 };

// The file of the records.
static const char NAME[] = "rows";

// Milliseconds of the clock that all processes have.
static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

// When a row ends that is put now, 0 for never.
static uint64_t end_of(uint64_t ttl_ms) {
    uint64_t begin = now();
    return ttl_ms == 0 || ttl_ms > UINT64_MAX - begin ? 0 : begin + ttl_ms;
}

static int is_over(const row *it) {
    return it->until != 0 && it->until <= now();
}

static int add_row(buffer *to, const row *it) {
    int failed = add(to, &it->op, 1);
    if (failed == 0) failed = add(to, &it->table, 4);
    if (failed == 0) failed = add(to, &it->key_len, 4);
    if (failed == 0) failed = add(to, &it->value_len, 4);
    if (failed == 0) failed = add(to, &it->until, 8);
    if (failed == 0) failed = add(to, it->key, it->key_len);
    return failed == 0 ? add(to, it->value, it->value_len) : failed;
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

// Applies what a record holds. Each row has memory of its own, for its key and its value.
static int apply(store *self, uint8_t *at, size_t len) {
    for (uint8_t *end = at + len; at < end;) {
        row it = {.op = *at};
        memcpy(&it.table, at + 1, 4), memcpy(&it.key_len, at + 5, 4), memcpy(&it.value_len, at + 9, 4);
        memcpy(&it.until, at + 13, 8);
        it.key = at + HEAD, it.value = it.key + it.key_len;
        at = it.value + it.value_len;
        soch_bytes key = {it.key, it.key_len};
        size_t to = place(self, it.table, key);
        int there = is_at(self, to, it.table, key);
        if (it.op == SOCH_WRITE_PUT) {
            uint8_t *own = malloc((size_t)it.key_len + it.value_len + 1);
            if (own == NULL) return ENOMEM;
            memcpy(own, it.key, (size_t)it.key_len + it.value_len);
            it.key = own, it.value = own + it.key_len;
            if (there) free(self->rows[to].key);
            if (!there) memmove(&self->rows[to + 1], &self->rows[to], (self->count++ - to) * sizeof it);
            self->rows[to] = it;
        } else if (there) {
            free(self->rows[to].key);
            memmove(&self->rows[to], &self->rows[to + 1], (--self->count - to) * sizeof it);
        }
    }
    return 0;
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
    int failed = self->log.broken;
    if (failed == 0) failed = reserve(self, count);
    for (size_t i = 0; i < count && failed == 0; i++) {
        const soch_write *write = &writes[i];
        row it = {(uint8_t)write->op, (uint8_t *)write->key.ptr, (uint8_t *)write->value.ptr, write->table,
                  (uint32_t)write->key.len, write->op == SOCH_WRITE_PUT ? (uint32_t)write->value.len : 0,
                  end_of(write->ttl_ms)};
        failed = add_row(&what, &it);
    }
    if (failed == 0 && count > 0) failed = append(&self->log, &what);
    // What is in the file and not in memory is there when it is opened again.
    if (failed == 0) failed = self->log.broken = apply(self, what.at, what.len);
    free(what.at);
    if (failed == 0 && (options->flags & SOCH_BATCH_DURABLE) != 0) failed = flush_file(&self->log);
    pthread_mutex_unlock(&self->lock);
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn, soch_error *error) {
    const soch_batch_options options = {sizeof options, 0, txn};
    const soch_write write = {SOCH_WRITE_PUT, table, key, value, 0};
    return write_batch(instance, NULL, &write, 1, &options, error);
}

static soch_status remove_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    const soch_batch_options options = {sizeof options, 0, txn};
    const soch_write write = {SOCH_WRITE_DELETE, table, key, {NULL, 0}, 0};
    return write_batch(instance, NULL, &write, 1, &options, error);
}

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    store *self = instance;
    soch_status status = SOCH_NOT_FOUND;
    pthread_mutex_lock(&self->lock);
    size_t at = place(self, table, key);
    if (self->log.broken != 0) status = fail(error, self->log.broken);
    else if (is_at(self, at, table, key) && !is_over(&self->rows[at])) {
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
    soch_status status = self->log.broken != 0 ? fail(error, self->log.broken) : SOCH_OK;
    for (size_t at = place(self, table, start); at < self->count && limit > 0 && status == SOCH_OK; at++) {
        const row *it = &self->rows[at];
        if (it->table != table || (end.len > 0 && compare(it, table, end) >= 0)) break;
        if (is_over(it)) continue;
        limit--;
        status = rows->row(rows->ctx, (soch_bytes){it->key, it->key_len}, (soch_bytes){it->value, it->value_len});
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    store *self = instance;
    (void)call;
    pthread_mutex_lock(&self->lock);
    int failed = self->log.broken;
    if (failed == 0) failed = flush_file(&self->log);
    pthread_mutex_unlock(&self->lock);
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

// What a record of all rows holds.
static int all_rows(const store *self, buffer *all) {
    int failed = self->log.broken;
    for (size_t at = 0; at < self->count && failed == 0; at++) {
        if (!is_over(&self->rows[at])) failed = add_row(all, &self->rows[at]);
    }
    return failed;
}

static soch_status compact(void *instance, const soch_call *call, soch_error *error) {
    store *self = instance;
    buffer all = {0};
    (void)call;
    pthread_mutex_lock(&self->lock);
    int failed = all_rows(self, &all);
    if (failed == 0) failed = replace(&self->log, &all);
    free(all.at);
    pthread_mutex_unlock(&self->lock);
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

// Syncs the names in the directory that has this one.
static int sync_parent(const char *path) {
    char parent[4096];
    record_log names = {0};
    snprintf(parent, sizeof parent, "%s", path);
    strrchr(parent, '/')[1] = 0;
    names.directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = names.directory < 0 ? errno : sync_names(&names);
    if (names.directory >= 0) close(names.directory);
    return failed;
}

// Makes the directory, and in it a log of one record, which are on the disk then. Leaves nothing if that fails.
static int write_copy(soch_str directory, const buffer *all) {
    char path[4096];
    record_log copy = {0};
    if (directory.len == 0 || directory.len > 4000 || directory.ptr[0] != '/') return EINVAL;
    snprintf(path, sizeof path, "%.*s", (int)directory.len, directory.ptr);
    if (mkdir(path, 0700) != 0) return errno;
    int failed = open_log(&copy, directory, NAME);
    if (failed == 0 && all->len > 0) failed = append(&copy, all);
    if (failed == 0) failed = sync_file(copy.file);
    if (failed == 0) failed = sync_parent(path);
    close_log(&copy);
    if (failed != 0) unlink(copy.path), rmdir(path);
    return failed;
}

static soch_status checkpoint(void *instance, const soch_call *call, soch_str directory, soch_error *error) {
    store *self = instance;
    buffer all = {0};
    (void)call;
    pthread_mutex_lock(&self->lock);
    int failed = all_rows(self, &all);
    pthread_mutex_unlock(&self->lock);
    if (failed == 0) failed = write_copy(directory, &all);
    free(all.at);
    return failed == 0 ? SOCH_OK : fail(error, failed);
}

static soch_status describe(void *instance, soch_storage_properties *properties, soch_error *error) {
    (void)instance, (void)error;
    properties->flags = SOCH_STORAGE_DURABLE | SOCH_STORAGE_TIME_TO_LIVE;
    return SOCH_OK;
}

static int load(store *self) {
    uint8_t *what;
    size_t len = 0;
    int failed;
    while ((failed = read_record(&self->log, &what, &len)) == 0 && what != NULL) {
        failed = reserve(self, len / HEAD + 1);
        if (failed == 0) failed = apply(self, what, len);
        free(what);
        if (failed != 0) return failed;
    }
    return failed == 0 ? end_log(&self->log) : failed;
}

static void destroy(void *instance) {
    store *self = instance;
    close_log(&self->log);
    for (size_t at = 0; at < self->count; at++) free(self->rows[at].key);
    free(self->rows);
    free(self);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    store *self = calloc(1, sizeof *self);
    (void)config;
    if (self == NULL) return fail(error, ENOMEM);
    pthread_mutex_init(&self->lock, NULL);
    int failed = open_log(&self->log, soch_data_dir(host), NAME);
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
    .compact = compact, .describe = describe, .write_batch = write_batch, .checkpoint = checkpoint,
};

SOCH_PLUGIN("rows_in_a_log", "1.0.0", SOCH_KIND_STORAGE, .storage = &table, .create = create, .destroy = destroy);
