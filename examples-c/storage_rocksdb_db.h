// Opens and closes the RocksDB database of `storage_rocksdb.c`, and knows its tables and whether it can still be trusted.
//
// Configuration: {"path": "/var/lib/rows", "sync": "commit"}
//   path  The directory; made for its user alone if it is missing. Without it, the one that the host gives.
//   sync  When a write is durable: "commit", with itself, if not given; "flush", with the next `flush`. The data outlives a
//         crash of this process with either, and the database is whole after a power failure.
#ifndef STORAGE_ROCKSDB_DB_H
#define STORAGE_ROCKSDB_DB_H

#include "fail.h"
#include "quiet.h"
#include "sochdb_config.h"

#include <errno.h>
#include <limits.h>
#include <rocksdb/c.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// A range to the end of a table ends behind the longest key: RocksDB wants a key there.
enum { BUCKETS = 256, KEY_MOST = 65535 };

// A table is a column family, whose name is the number. It stays until the database is closed.
typedef struct family {
    uint32_t number;
    rocksdb_column_family_handle_t *rows;
    struct family *next;
} family;

typedef struct store {
    rocksdb_optimistictransactiondb_t *db;
    // The same database without transactions.
    rocksdb_t *base;
    rocksdb_options_t *options;
    rocksdb_readoptions_t *read;
    // Writes as the configuration says, and those that wait for the disk.
    rocksdb_writeoptions_t *write, *write_durably;
    rocksdb_optimistictransaction_options_t *begin;
    // Found without a lock, made with it.
    family *tables[BUCKETS];
    pthread_mutex_t making;
    // A key behind all others.
    char behind_all[KEY_MOST + 1];
    // Whether the disk failed: rule 11.
    bool broken;
} store;

static inline soch_bytes bytes_of(const char *ptr, size_t len) {
    soch_bytes bytes = {(const uint8_t *)ptr, len};
    return bytes;
}

// RocksDB takes no NULL, not even for nothing.
static inline const char *text_of(soch_bytes bytes) {
    return bytes.len > 0 ? (const char *)bytes.ptr : "";
}

static inline bool begins_with(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

// Passes on why RocksDB failed, and frees that.
static inline soch_status tell(soch_error *error, char *why) {
    soch_status status = SOCH_FAILED;
    if (begins_with(why, "IO error")) status = SOCH_IO;
    else if (begins_with(why, "Corruption")) status = SOCH_CORRUPTION;
    else if (begins_with(why, "Resource busy") || begins_with(why, "Operation failed. Try again")) status = SOCH_CONFLICT;
    else if (begins_with(why, "Invalid argument")) status = SOCH_INVALID;
    status = soch_fail(error, status, 0, why);
    rocksdb_free(why);
    return status;
}

// The same of its own files. An error of the disk, or of the data, stays.
static inline soch_status report(store *self, soch_error *error, char *why) {
    soch_status status = tell(error, why);
    if (status == SOCH_IO || status == SOCH_CORRUPTION) __atomic_store_n(&self->broken, true, __ATOMIC_RELEASE);
    return status;
}

static inline soch_status check_usable(const store *self, soch_error *error) {
    if (self->db == NULL) return soch_fail(error, SOCH_FAILED, 0, "the database is closed");
    if (!__atomic_load_n(&self->broken, __ATOMIC_ACQUIRE)) return SOCH_OK;
    return soch_fail(error, SOCH_IO, 0, "the database failed before: open it again to see what is there");
}

// What a call needs that may write to a file. RocksDB's own threads are begun in such calls, and have the mask of these.
static inline soch_status begin_writing(const store *self, quiet *signals, soch_error *error) {
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    int failed = quiet_begin(signals);
    return failed == 0 ? SOCH_OK : soch_fail(error, SOCH_FAILED, failed, "signals cannot be blocked");
}

static inline soch_status end_writing(store *self, const quiet *signals, char *why, soch_error *error) {
    quiet_end(signals, why != NULL && begins_with(why, "IO error") ? SIGXFSZ : 0);
    return why != NULL ? report(self, error, why) : SOCH_OK;
}

// The rows of a table; NULL before its first put.
static inline rocksdb_column_family_handle_t *find_rows(const store *self, uint32_t number) {
    const family *found = __atomic_load_n(&self->tables[number % BUCKETS], __ATOMIC_ACQUIRE);
    while (found != NULL && found->number != number) found = found->next;
    return found != NULL ? found->rows : NULL;
}

static inline bool add_table(store *self, uint32_t number, rocksdb_column_family_handle_t *rows) {
    family *made = malloc(sizeof *made);
    if (made == NULL) return false;
    made->number = number;
    made->rows = rows;
    made->next = self->tables[number % BUCKETS];
    __atomic_store_n(&self->tables[number % BUCKETS], made, __ATOMIC_RELEASE);
    return true;
}

// The same, which makes the table if there is none. Signals are blocked.
static inline soch_status make_rows(store *self, uint32_t number, rocksdb_column_family_handle_t **rows,
                                    soch_error *error) {
    soch_status status = SOCH_OK;
    *rows = find_rows(self, number);
    if (*rows != NULL) return SOCH_OK;
    pthread_mutex_lock(&self->making);
    *rows = find_rows(self, number);
    if (*rows == NULL) {
        char name[16], *why = NULL;
        snprintf(name, sizeof name, "%lu", (unsigned long)number);
        *rows = rocksdb_create_column_family(self->base, self->options, name, &why);
        if (why != NULL) {
            status = report(self, error, why);
        } else if (!add_table(self, number, *rows)) {
            rocksdb_column_family_handle_destroy(*rows);
            status = soch_fail(error, SOCH_LIMIT, 0, "no memory for a table");
        }
    }
    pthread_mutex_unlock(&self->making);
    return status;
}

static inline soch_status configure(const soch_host *host, soch_str config, char *path, size_t room, bool *durably,
                                    soch_error *error) {
    static const char *const known[] = {"path", "sync", NULL}, *const syncs[] = {"commit", "flush", NULL};
#if SOCH_TARGET_MINOR >= 1
    const soch_str given = soch_data_dir(host);
#else
    const soch_str given = {NULL, 0};
    (void)host;
#endif
    size_t sync = 0;
    soch_status status = soch_config_only(config, "", known, error);
    if (status == SOCH_OK) status = soch_config_choice(config, "sync", syncs, &sync, error);
    if (given.len > 0 && given.len < room) {
        memcpy(path, given.ptr, given.len);
        path[given.len] = 0;
    } else if (status == SOCH_OK) {
        status = soch_config_need(config, "path", "name the directory of the database", error);
    }
    *durably = sync == 0;
    return status == SOCH_OK ? soch_config_text(config, "path", path, room, error) : status;
}

static inline soch_status open_failed(store *self, const char *path, char *why, soch_error *error) {
    if (!begins_with(why, "IO error") || (strstr(why, "lock ") == NULL && strstr(why, "No locks") == NULL)) {
        return report(self, error, why);
    }
    soch_status status = failf(error, SOCH_BUSY, 0, "%s is open already, here or in another process", path);
    rocksdb_free(why);
    return status;
}

// Opens the database with all column families that it has.
static inline soch_status open_tables(store *self, const char *path, soch_error *error) {
    static const char *const no_others[] = {"default"};
    size_t count = 1;
    char *why = NULL, **names = NULL;
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return failf(error, SOCH_IO, errno, "%s cannot be made: %s", path, strerror(errno));
    }
    names = rocksdb_list_column_families(self->options, path, &count, &why);
    if (why != NULL) {
        // There is no database yet, or `open` says what is wrong with it. A list without names is to be freed as well.
        if (names != NULL) rocksdb_list_column_families_destroy(names, count);
        rocksdb_free(why);
        why = NULL;
        names = NULL;
        count = 1;
    }
    const char *const *all = names != NULL ? (const char *const *)names : no_others;
    const rocksdb_options_t **options = calloc(count, sizeof *options);
    rocksdb_column_family_handle_t **rows = calloc(count, sizeof *rows);
    soch_status status = options != NULL && rows != NULL ? SOCH_OK : soch_fail(error, SOCH_LIMIT, 0, "no memory for tables");
    if (status == SOCH_OK) {
        for (size_t i = 0; i < count; i++) options[i] = self->options;
        self->db = rocksdb_optimistictransactiondb_open_column_families(self->options, path, (int)count, all, options,
                                                                        rows, &why);
        if (why != NULL) self->db = NULL, status = open_failed(self, path, why, error);
    }
    for (size_t i = 0; status == SOCH_OK && i < count; i++) {
        char *end = NULL;
        unsigned long number = strtoul(all[i], &end, 10);
        bool is_table = *all[i] != 0 && *end == 0 && number <= UINT32_MAX;
        // That of the name `default` is always there, and has no rows.
        if (!is_table) rocksdb_column_family_handle_destroy(rows[i]);
        else if (!add_table(self, (uint32_t)number, rows[i])) status = soch_fail(error, SOCH_LIMIT, 0, "no memory for a table");
    }
    if (status == SOCH_OK) self->base = rocksdb_optimistictransactiondb_get_base_db(self->db);
    if (names != NULL) rocksdb_list_column_families_destroy(names, count);
    free(options);
    free(rows);
    return status;
}

static inline void free_store(store *self) {
    rocksdb_options_destroy(self->options);
    rocksdb_readoptions_destroy(self->read);
    rocksdb_writeoptions_destroy(self->write);
    rocksdb_writeoptions_destroy(self->write_durably);
    rocksdb_optimistictransaction_options_destroy(self->begin);
    pthread_mutex_destroy(&self->making);
    free(self);
}

// Closes what `open_store` opened. A second call does nothing.
static inline void close_store(store *self) {
    quiet signals;
    if (self->db == NULL) return;
    bool blocked = quiet_begin(&signals) == 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        for (family *at = self->tables[i], *next; at != NULL; at = next) {
            next = at->next;
            rocksdb_column_family_handle_destroy(at->rows);
            free(at);
        }
        self->tables[i] = NULL;
    }
    rocksdb_optimistictransactiondb_close_base_db(self->base);
    rocksdb_optimistictransactiondb_close(self->db);
    self->db = NULL;
    if (blocked) quiet_end(&signals, SIGXFSZ);
}

// Opens what `config` says. On failure nothing is left behind.
static inline soch_status open_store(const soch_host *host, soch_str config, store **opened, soch_error *error) {
    char path[PATH_MAX];
    bool durably;
    soch_status status = configure(host, config, path, sizeof path, &durably, error);
    if (status != SOCH_OK) return status;
    store *self = calloc(1, sizeof *self);
    if (self == NULL || pthread_mutex_init(&self->making, NULL) != 0) {
        free(self);
        return soch_fail(error, SOCH_LIMIT, 0, "no memory for a storage");
    }
    memset(self->behind_all, 0xFF, sizeof self->behind_all);
    self->options = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(self->options, 1);
    self->read = rocksdb_readoptions_create();
    self->write = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(self->write, durably);
    self->write_durably = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(self->write_durably, 1);
    // Reads what was there when it began, and finds who else wrote since.
    self->begin = rocksdb_optimistictransaction_options_create();
    rocksdb_optimistictransaction_options_set_set_snapshot(self->begin, 1);
    quiet signals;
    int failed = quiet_begin(&signals);
    status = failed == 0 ? open_tables(self, path, error) : soch_fail(error, SOCH_FAILED, failed, "signals cannot be blocked");
    if (failed == 0) quiet_end(&signals, status == SOCH_OK ? 0 : SIGXFSZ);
    if (status == SOCH_OK) {
        *opened = self;
    } else {
        if (self->db != NULL) self->base = rocksdb_optimistictransactiondb_get_base_db(self->db);
        close_store(self);
        free_store(self);
    }
    return status;
}

#endif
