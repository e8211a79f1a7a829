// It makes the calls below of a plugin, and fails where the plugin does not do what the contract says. `sochdb-plugin check
// --fuzz` wrote it. Compile it beside sochdb_plugin.h, and run it:
//
//     cc -std=c99 -I include found.c -ldl -o found && ./found [PLUGIN]
#define _XOPEN_SOURCE 700
#include "sochdb_plugin.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const soch_plugin *plugin;
static void *instance;
static soch_error error;

static void fail(int step, const char *what) {
    fprintf(stderr, "step %d: %s: %s\n", step, what, error.message);
    exit(1);
}

// A slot that the plugin need not have.
#define HAS(table, type, slot) (offsetof(type, slot) < (table)->size && (table)->slot != NULL)

static inline void done(int step, soch_status status) {
    if (status != SOCH_OK) fail(step, "it must be done, and fails");
}

static inline void refused(int step, soch_status status) {
    if (status == SOCH_OK || status == SOCH_NOT_FOUND) fail(step, "it must be refused, and is done");
}

static inline soch_bytes literal(const char *text, size_t len) {
    soch_bytes bytes = {(const uint8_t *)text, len};
    return bytes;
}

static uint8_t *room(size_t len) {
    uint8_t *made = malloc(len > 0 ? len : 1);
    if (made == NULL) fail(0, "no memory");
    return made;
}

static inline soch_bytes same(size_t len, uint8_t first) {
    uint8_t *made = room(len);
    memset(made, first, len);
    soch_bytes bytes = {made, len};
    return bytes;
}

static inline soch_bytes pattern(size_t len, uint8_t first) {
    uint8_t *made = room(len);
    for (size_t at = 0; at < len; at++) made[at] = (uint8_t)(first + at * 7 + (at >> 8));
    soch_bytes bytes = {made, len};
    return bytes;
}

static inline soch_bytes noise(size_t len, uint8_t first) {
    uint8_t *made = room(len);
    uint32_t state = (uint32_t)first << 24;
    for (size_t at = 0; at < len; at++, state = state * 1664525u + 1013904223u) made[at] = (uint8_t)(state >> 24);
    soch_bytes bytes = {made, len};
    return bytes;
}

// What a call gave back: bytes, of which those before `at` were looked at.
static uint8_t *out;
static size_t out_len, at;

static inline soch_status append(void *ctx, soch_bytes bytes) {
    (void)ctx;
    out = realloc(out, out_len + bytes.len + 1);
    if (out == NULL) return SOCH_LIMIT;
    if (bytes.len > 0) memcpy(out + out_len, bytes.ptr, bytes.len);
    out_len += bytes.len;
    return SOCH_OK;
}

static uint8_t *reserved;
static inline soch_status reserve(void *ctx, size_t len, uint8_t **room_for) {
    (void)ctx;
    *room_for = reserved = room(len);
    return SOCH_OK;
}

static inline soch_status commit(void *ctx, size_t len) {
    soch_bytes bytes = {reserved, len};
    return append(ctx, bytes);
}

static inline const soch_writer *begin(void) {
    static const soch_writer writer = {NULL, UINT64_MAX, append, reserve, commit};
    out_len = at = 0;
    return &writer;
}

static inline soch_bytes number_of(const uint64_t *number) {
    soch_bytes bytes = {(const uint8_t *)number, sizeof *number};
    return bytes;
}

static inline void no_more(int step) {
    if (at != out_len) fail(step, "it gives more than there is");
}

static void no_log(void *ctx, int32_t level, soch_str message, const soch_label *fields, size_t count) {
    (void)ctx, (void)level, (void)message, (void)fields, (void)count;
}
static void no_count(void *ctx, soch_str name, uint64_t value, const soch_label *labels, size_t count) {
    (void)ctx, (void)name, (void)value, (void)labels, (void)count;
}
static void no_number(void *ctx, soch_str name, double value, const soch_label *labels, size_t count) {
    (void)ctx, (void)name, (void)value, (void)labels, (void)count;
}
static const void *no_service(void *ctx, soch_str id) {
    (void)ctx, (void)id;
    return NULL;
}
static void no_memory_used(void *ctx, uint64_t bytes) {
    (void)ctx, (void)bytes;
}

static soch_str text(const char *of) {
    soch_str made = {of, strlen(of)};
    return made;
}

static char config[4096], data_dir[256];
static soch_host host;

static void create(void) {
    error.message[0] = 0;
    done(0, plugin->create != NULL ? plugin->create(&host, text(config), &instance, &error) : SOCH_OK);
}

static void end(void) {
    if (plugin->shutdown != NULL) done(0, plugin->shutdown(instance, &error));
    if (plugin->destroy != NULL) plugin->destroy(instance);
}

static void load(const char *file, const char *with) {
    static char directory[] = "/tmp/found-XXXXXX";
    void *library = dlopen(file, RTLD_NOW);
    if (library == NULL || mkdtemp(directory) == NULL) fail(0, library == NULL ? dlerror() : "no directory");
    plugin = (const soch_plugin *)dlsym(library, "soch_plugin_v1");
    if (plugin == NULL) fail(0, "it is no plugin");
    snprintf(data_dir, sizeof data_dir, "%s/data_dir", directory);
    mkdir(data_dir, 0700);
    for (const char *dir; (dir = strstr(with, "{dir}")) != NULL; with = dir + 5) {
        size_t len = strlen(config);
        snprintf(config + len, sizeof config - len, "%.*s%s", (int)(dir - with), with, directory);
    }
    strncat(config, with, sizeof config - strlen(config) - 1);
    host.size = sizeof host;
    host.abi_minor = plugin->abi_minor < SOCH_ABI_MINOR ? plugin->abi_minor : SOCH_ABI_MINOR;
    host.log_level = SOCH_LOG_ERROR;
    host.product = text("found by sochdb-plugin check");
    host.data_dir = text(data_dir);
    host.log = no_log;
    host.counter_inc = no_count;
    host.gauge_set = host.histogram_observe = no_number;
    host.get_service = no_service;
    host.memory_used = no_memory_used;
    create();
}

#define PLUGIN "/tmp/sochdb-test-ILPpB4/storage_memory.so"
#define CONFIG "{}"

#define STORAGE(slot, arguments) (HAS(storage, soch_storage, slot) ? storage->slot arguments : SOCH_UNSUPPORTED)
static const soch_storage *storage;
static void *readers[3], *txns[3];

static inline void got(int step, soch_status status, soch_bytes value) {
    done(step, status);
    if (out_len != value.len || (value.len > 0 && memcmp(out, value.ptr, value.len) != 0)) fail(step, "it gives another value");
}

static inline void none(int step, soch_status status) {
    if (status != SOCH_NOT_FOUND) fail(step, "it finds what is not there");
}

static soch_status put_row(void *ctx, soch_bytes key, soch_bytes value) {
    uint64_t lengths[2] = {key.len, value.len};
    soch_bytes head = {(const uint8_t *)lengths, sizeof lengths};
    append(ctx, head);
    append(ctx, key);
    return append(ctx, value);
}

static inline const soch_row_sink *rows(void) {
    static const soch_row_sink sink = {NULL, put_row};
    out_len = at = 0;
    return &sink;
}

static inline void row(int step, soch_bytes key, soch_bytes value) {
    uint64_t lengths[2];
    if (out_len - at < sizeof lengths) fail(step, "it lacks a row");
    memcpy(lengths, out + at, sizeof lengths);
    const uint8_t *found = out + at + sizeof lengths;
    at += sizeof lengths + lengths[0] + lengths[1];
    int equal = lengths[0] == key.len && lengths[1] == value.len && (key.len == 0 || memcmp(found, key.ptr, key.len) == 0) &&
                (value.len == 0 || memcmp(found + key.len, value.ptr, value.len) == 0);
    if (!equal) fail(step, "it gives another row");
}

// `get` of a reader, whose value is lent.
static inline soch_status reader_get(int reader, uint32_t table, soch_bytes key) {
    soch_bytes value = {NULL, 0};
    soch_status status = STORAGE(reader_get, (readers[reader], table, key, &value, &error));
    begin();
    return status == SOCH_OK ? append(NULL, value) : status;
}

static inline const soch_bytes *to(soch_bytes key) {
    static soch_bytes kept;
    kept = key;
    return &kept;
}

static inline soch_status walk(int reader, uint32_t table, uint64_t flags, soch_bytes start, soch_bytes end_before, const soch_bytes *seek) {
    const soch_cursor_options options = {sizeof options, flags, start, end_before};
    soch_row lent[64];
    size_t count = 0;
    void *cursor;
    rows();
    soch_status status = STORAGE(open_cursor, (readers[reader], table, &options, &cursor, &error));
    if (status != SOCH_OK) return status;
    if (seek != NULL) status = STORAGE(cursor_seek, (cursor, *seek, &error));
    do {
        if (status == SOCH_OK) status = storage->cursor_next(cursor, lent, 64, &count, &error);
        for (size_t i = 0; i < count && status == SOCH_OK; i++) status = put_row(NULL, lent[i].key, lent[i].value);
    } while (status == SOCH_OK && count > 0);
    storage->close_cursor(cursor);
    return status;
}

// A table's handle, for one call.
static inline soch_status table_get(uint32_t table, soch_bytes key) {
    void *handle;
    soch_status status = STORAGE(open_table, (instance, table, &handle, &error));
    if (status == SOCH_UNSUPPORTED) return storage->get(instance, table, key, begin(), &error);
    if (status != SOCH_OK) return status;
    status = storage->table_get(handle, key, begin(), &error);
    storage->close_table(handle);
    return status;
}

static inline soch_status table_put(uint32_t table, soch_bytes key, soch_bytes value) {
    void *handle;
    soch_status status = STORAGE(open_table, (instance, table, &handle, &error));
    if (status == SOCH_UNSUPPORTED) return storage->put(instance, table, key, value, 0, &error);
    if (status != SOCH_OK) return status;
    status = storage->table_put(handle, key, value, 0, &error);
    storage->close_table(handle);
    return status;
}

static inline soch_status fill(uint32_t table, int count) {
    soch_status status = SOCH_OK;
    for (int i = 0; i < count && status == SOCH_OK; i++) {
        uint8_t key[3] = {0x40, (uint8_t)(i >> 8), (uint8_t)i}, value = (uint8_t)i;
        soch_bytes key_of = {key, 3}, value_of = {&value, 1};
        status = storage->put(instance, table, key_of, value_of, 0, &error);
    }
    return status;
}

static soch_write writes[64];
static size_t write_count;
static inline void write_of(uint32_t op, uint32_t table, soch_bytes key, soch_bytes value) {
    soch_write made = {op, table, key, value};
    writes[write_count++] = made;
}

static inline soch_status batch(void) {
    const soch_batch_options options = {sizeof options, 0, 0};
    soch_status status = STORAGE(write_batch, (instance, NULL, writes, write_count, &options, &error));
    write_count = 0;
    return status;
}

static inline void number(int step, uint64_t wanted) {
    if (out_len - at < sizeof wanted || memcmp(out + at, &wanted, sizeof wanted) != 0) fail(step, "it gives another number");
    at += sizeof wanted;
}

static inline soch_status list_tables(void) {
    uint32_t tables[64];
    size_t count = 0;
    soch_status status = STORAGE(list_tables, (instance, tables, 64, &count, &error));
    begin();
    for (size_t i = 0; i < count && i < 64 && status == SOCH_OK; i++) {
        uint64_t one = tables[i];
        append(NULL, number_of(&one));
    }
    return status;
}

static inline soch_status count_rows(void) {
    soch_storage_stats stats;
    memset(&stats, 0, sizeof stats);
    stats.size = sizeof stats;
    soch_status status = STORAGE(stats, (instance, &stats, &error));
    begin();
    append(NULL, number_of(&stats.key_count));
    return status;
}

static inline soch_status begin_txn(int txn) {
    const soch_transaction_options options = {sizeof options, 0, 0};
    return STORAGE(begin_txn, (instance, &options, &txns[txn], &error));
}

static inline soch_status reopen(void) {
    soch_status status = storage->flush(instance, NULL, &error);
    end();
    create();
    return status;
}

static void close_all(void) {
    for (int i = 0; i < 3; i++) {
        if (readers[i] != NULL) storage->close_reader(readers[i]);
        if (txns[i] != NULL) storage->abort_txn(txns[i]);
    }
}

int main(int argc, char **argv) {
    load(argc > 1 ? argv[1] : PLUGIN, CONFIG);
    storage = plugin->storage;
    if (storage == NULL) fail(0, "it is no storage");
    done(0, storage->put(instance, 1u, literal("\x61", 1), literal("\x61", 1), 0, &error));
    done(1, begin_txn(0));
    done(2, STORAGE(txn_remove, (txns[0], 1u, literal("\x61", 1), &error)));
    none(3, STORAGE(txn_get, (txns[0], 1u, literal("\x61", 1), begin(), &error)));
    close_all();
    end();
    return 0;
}
