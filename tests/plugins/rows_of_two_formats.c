// A durable storage of keys and values of 8 bytes, whose versions write two formats: -DFORMAT=1 or 2. What it finds in the other
// one it writes again in its own when it is made, with -DCONVERTS, and else it refuses it.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OTHER (3 - FORMAT)
#define STRINGS(number) #number
#define TEXT(number) STRINGS(number)

// A place for each key, from the first on. In format 1 it holds the value, in format 2 the value with all its bits turned, twice.
enum { WIDTH = 9 + 8 * (FORMAT == 2), OTHER_WIDTH = 9 + 8 * (OTHER == 2) };

typedef struct {
    int file;
} store;

static void turn(uint8_t *value) {
    for (size_t i = 0; i < 8; i++) value[i] = (uint8_t)~value[i];
}

// The bytes of a value in a format. The first says that there is one.
static void pack(int format, const uint8_t *value, uint8_t *place) {
    place[0] = 1;
    memcpy(place + 1, value, 8);
    if (format == 1) return;
    turn(place + 1);
    memcpy(place + 9, place + 1, 8);
}

static soch_status unpack(int format, const uint8_t *place, uint8_t *value) {
    if (place[0] == 0) return SOCH_NOT_FOUND;
    if (place[0] != 1 || (format == 2 && memcmp(place + 1, place + 9, 8) != 0)) return SOCH_CORRUPTION;
    memcpy(value, place + 1, 8);
    if (format == 2) turn(value);
    return SOCH_OK;
}

static soch_status failed(soch_error *error, const char *what) {
    return soch_fail(error, SOCH_IO, errno, what);
}

static soch_status place_of(soch_bytes key, off_t *place, soch_error *error) {
    uint64_t number = 0;
    if (key.len != 8) return soch_fail(error, SOCH_UNSUPPORTED, 0, "a key has 8 bytes");
    for (size_t i = 0; i < 8; i++) number = number << 8 | key.ptr[i];
    *place = (off_t)(number * WIDTH);
    return SOCH_OK;
}

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    const store *self = instance;
    uint8_t packed[WIDTH] = {0}, unpacked[8];
    off_t place;
    (void)table;
    soch_status status = place_of(key, &place, error);
    if (status != SOCH_OK) return status;
    if (pread(self->file, packed, WIDTH, place) < 0) return failed(error, "read");
    status = unpack(FORMAT, packed, unpacked);
    return status == SOCH_OK ? value->write(value->ctx, (soch_bytes){unpacked, 8}) : status;
}

static soch_status write_place(const store *self, soch_bytes key, const uint8_t *packed, soch_error *error) {
    off_t place;
    soch_status status = place_of(key, &place, error);
    if (status != SOCH_OK) return status;
    return pwrite(self->file, packed, WIDTH, place) == WIDTH ? SOCH_OK : failed(error, "write");
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn, soch_error *error) {
    uint8_t packed[WIDTH];
    (void)table, (void)txn;
    if (value.len != 8) return soch_fail(error, SOCH_UNSUPPORTED, 0, "a value has 8 bytes");
    pack(FORMAT, value.ptr, packed);
    return write_place(instance, key, packed, error);
}

static soch_status delete_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    const uint8_t none[WIDTH] = {0};
    (void)table, (void)txn;
    return write_place(instance, key, none, error);
}

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    (void)instance, (void)call, (void)table, (void)start, (void)end, (void)limit, (void)rows;
    return soch_fail(error, SOCH_UNSUPPORTED, 0, "nobody scans it");
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    const store *self = instance;
    (void)call;
    return fsync(self->file) == 0 ? SOCH_OK : failed(error, "sync");
}

static soch_status describe(void *instance, soch_storage_properties *properties, soch_error *error) {
    (void)instance, (void)error;
    properties->flags = SOCH_STORAGE_DURABLE;
    return SOCH_OK;
}

// Writes all rows of the other file to its own, and removes that.
static soch_status convert(const store *self, int from, const char *path, soch_error *error) {
    uint8_t packed[256][OTHER_WIDTH], value[8], out[256][WIDTH];
    for (off_t at = 0;; at += 256) {
        ssize_t found = pread(from, packed, sizeof packed, at * OTHER_WIDTH);
        if (found < 0) return failed(error, "read");
        size_t count = (size_t)found / OTHER_WIDTH;
        memset(out, 0, sizeof out);
        for (size_t i = 0; i < count; i++) {
            soch_status status = unpack(OTHER, packed[i], value);
            if (status == SOCH_CORRUPTION) return soch_fail(error, status, 0, "a row that nobody wrote");
            if (status == SOCH_OK) pack(FORMAT, value, out[i]);
        }
        ssize_t wanted = (ssize_t)(count * WIDTH);
        if (pwrite(self->file, out, (size_t)wanted, at * WIDTH) != wanted) return failed(error, "write");
        if (count < 256) break;
    }
    return fsync(self->file) == 0 && unlink(path) == 0 ? SOCH_OK : failed(error, "convert");
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    char own[4096], other[4096];
    soch_str directory = soch_data_dir(host);
    soch_status status = SOCH_OK;
    (void)config;
    snprintf(own, sizeof own, "%.*s/rows." TEXT(FORMAT), (int)directory.len, directory.ptr);
    snprintf(other, sizeof other, "%.*s/rows.%d", (int)directory.len, directory.ptr, OTHER);
    int from = open(other, O_RDONLY | O_CLOEXEC);
#ifndef CONVERTS
    if (from >= 0) close(from);
    if (from >= 0) return soch_fail(error, SOCH_CORRUPTION, 0, "its rows are in the format of another version");
#endif
    store *self = calloc(1, sizeof *self);
    if (self != NULL) self->file = open(own, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (self == NULL || self->file < 0) status = failed(error, "open");
    else if (from >= 0) status = convert(self, from, other, error);
    if (from >= 0) close(from);
    if (status == SOCH_OK) *instance = self;
    else free(self);
    return status;
}

static void destroy(void *instance) {
    store *self = instance;
    close(self->file);
    free(self);
}

static const soch_storage table = {.size = sizeof(table), .get = get, .put = put, .remove = delete_row, .scan = scan,
                                   .flush = flush, .describe = describe};

SOCH_PLUGIN("rows_of_two_formats", TEXT(FORMAT) ".0.0", SOCH_KIND_STORAGE, .storage = &table, .create = create,
            .destroy = destroy);
