// What operators ask of `storage_rocksdb.c`: a copy, and what RocksDB tells of itself.
#ifndef STORAGE_ROCKSDB_OPERATOR_H
#define STORAGE_ROCKSDB_OPERATOR_H

#include "storage_rocksdb_db.h"

// RocksDB links its files, which never change, to the directory, where that is on the same disk, and copies them elsewhere.
static soch_status checkpoint(void *instance, const soch_call *call, soch_str directory, soch_error *error) {
    store *self = instance;
    quiet signals;
    char path[PATH_MAX], *why = NULL;
    if (directory.len >= sizeof path) return soch_fail(error, SOCH_LIMIT, ENAMETOOLONG, "the path is too long");
    memcpy(path, directory.ptr, directory.len);
    path[directory.len] = 0;
    soch_status status = soch_go_on(call);
    if (status == SOCH_OK) status = begin_writing(self, &signals, error);
    if (status != SOCH_OK) return status;
    rocksdb_checkpoint_t *made = rocksdb_checkpoint_object_create(self->base, &why);
    // Its log is part of the copy, so that rows in memory need not be written first: but this disk has them then.
    if (why == NULL) rocksdb_checkpoint_create(made, path, 0, &why);
    if (made != NULL) rocksdb_checkpoint_object_destroy(made);
    // For its user alone, as the directory of the database.
    if (why == NULL) (void)chmod(path, 0700);
    quiet_end(&signals, why != NULL && begins_with(why, "IO error") ? SIGXFSZ : 0);
    // The other directory may fail; if its own does, RocksDB says so in its next write.
    return why != NULL ? tell(error, why) : SOCH_OK;
}

// The names are those of RocksDB; `7/rocksdb.stats` is that of table 7.
static soch_status property(void *instance, soch_str name, const soch_writer *output, soch_error *error) {
    store *self = instance;
    char text[256], *of = text, *value = NULL;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    if (name.len == 0 || name.len >= sizeof text) return SOCH_NOT_FOUND;
    memcpy(text, name.ptr, name.len);
    text[name.len] = 0;
    unsigned long number = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &of, 10) : 0;
    if (of == text) {
        value = rocksdb_property_value(self->base, text);
    } else if (*of == '/' && number <= UINT32_MAX) {
        rocksdb_column_family_handle_t *rows = find_rows(self, (uint32_t)number);
        if (rows != NULL) value = rocksdb_property_value_cf(self->base, rows, of + 1);
    }
    if (value == NULL) return SOCH_NOT_FOUND;
    status = soch_put(output, value, strlen(value));
    rocksdb_free(value);
    return status;
}

#endif
