// A storage that alone may have its directory, and an index that is saved and loaded: each waits as many milliseconds in a call as
// -DGET=, -DSAVE= and -DLOAD= say. A storage has KIND STORAGE, an index INDEX; VERSION tells one library from the other.
#define _DEFAULT_SOURCE
#include "sochdb_plugin.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#ifndef GET
#define GET 0
#endif
#ifndef SAVE
#define SAVE 0
#endif
#ifndef LOAD
#define LOAD 0
#endif

static void wait_ms(unsigned ms) {
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

typedef struct self {
    int directory;
    uint64_t rows[64];
    uint64_t count;
} self;

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    char path[4096];
    const soch_str given = soch_data_dir(host);
    self *made = calloc(1, sizeof *made);
    if (made == NULL) return SOCH_LIMIT;
    made->directory = -1;
    if (given.len > 0 && given.len < sizeof path) {
        memcpy(path, given.ptr, given.len);
        path[given.len] = 0;
        made->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (made->directory < 0 || flock(made->directory, LOCK_EX | LOCK_NB) != 0) {
            if (made->directory >= 0) close(made->directory);
            free(made);
            return soch_fail(error, SOCH_BUSY, 0, "the directory is in use");
        }
    }
    *instance = made;
    return SOCH_OK;
}

static void destroy(void *instance) {
    self *gone = instance;
    if (gone->directory >= 0) close(gone->directory);
    free(gone);
}

#define STORAGE 1
#define INDEX 2
#if KIND == STORAGE
static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    wait_ms(GET);
    return soch_put(value, VERSION, strlen(VERSION));
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn, soch_error *error) {
    return SOCH_OK;
}

static soch_status delete_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    return SOCH_OK;
}

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    return SOCH_OK;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    return SOCH_OK;
}

static soch_status describe(void *instance, soch_storage_properties *properties, soch_error *error) {
    properties->flags = SOCH_STORAGE_DURABLE;
    return SOCH_OK;
}

static const soch_storage table = {.size = sizeof(table), .get = get, .put = put, .remove = delete_row, .scan = scan,
                                   .flush = flush, .describe = describe};
#define TABLE .storage = &table
#define BIT SOCH_KIND_STORAGE
#else
static soch_status index_type(void *instance, soch_str *name) {
    *name = SOCH_STR("slow");
    return SOCH_OK;
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    self *to = instance;
    to->count = 0;
    for (size_t i = 0; i < count && i < 64; i++) to->rows[to->count++] = entries[i].row;
    return SOCH_OK;
}

static soch_status insert(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    self *to = instance;
    if (to->count < 64) to->rows[to->count++] = row;
    return SOCH_OK;
}

static soch_status delete_row(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    return SOCH_OK;
}

static soch_status lookup(void *instance, soch_bytes key, uint64_t *rows, size_t capacity, size_t *count, soch_error *error) {
    const self *from = instance;
    for (*count = 0; *count < from->count; ++*count) {
        if (*count < capacity) rows[*count] = from->rows[*count];
    }
    return SOCH_OK;
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    return SOCH_OK;
}

static soch_status save(void *instance, const soch_call *call, uint64_t watermark, const soch_writer *output, soch_error *error) {
    const self *from = instance;
    wait_ms(SAVE);
    return soch_put(output, from->rows, sizeof from->rows[0] * from->count);
}

static soch_status load(void *instance, const soch_call *call, soch_bytes saved, uint64_t *watermark, soch_error *error) {
    self *to = instance;
    wait_ms(LOAD);
    to->count = saved.len / sizeof to->rows[0];
    if (saved.len > 0) memcpy(to->rows, saved.ptr, saved.len);
    *watermark = 0;
    return SOCH_OK;
}

static const soch_index table = {.size = sizeof(table), .index_type = index_type, .build = build, .insert = insert,
                                 .remove = delete_row, .lookup = lookup, .size_bytes = size_bytes,
                                 .save = save, .load = load};
#define TABLE .index = &table
#define BIT SOCH_KIND_INDEX
#endif

SOCH_PLUGIN("takes_its_time", VERSION, BIT, TABLE, .create = create, .destroy = destroy);
