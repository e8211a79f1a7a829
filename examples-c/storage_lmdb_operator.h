// What operators ask of `storage_lmdb.c`: a copy, and what LMDB tells of itself.
#ifndef STORAGE_LMDB_OPERATOR_H
#define STORAGE_LMDB_OPERATOR_H

#include "storage_lmdb_env.h"

#include <inttypes.h>
#include <stdio.h>

#if SOCH_TARGET_MINOR >= 1
// Waits for the disk; LMDB does not, for a copy.
static int sync_path(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC), failed = 0;
    if (file < 0) return errno;
    if (fsync(file) != 0) failed = errno;
    close(file);
    return failed;
}

// As a snapshot of its own sees the rows, without the pages that are free: no writer waits for it.
static int copy_to(const store *self, const char *directory, const char *file, const char *above) {
    if (mkdir(directory, 0700) != 0) return errno;
    int code = mdb_env_copy2(self->env, directory, MDB_CP_COMPACT);
    if (code == MDB_SUCCESS) code = sync_path(file);
    if (code == MDB_SUCCESS) code = sync_path(directory);
    if (code == MDB_SUCCESS) code = sync_path(above);
    if (code != MDB_SUCCESS) {
        unlink(file);
        rmdir(directory);
    }
    return code;
}

static soch_status checkpoint(void *instance, const soch_call *call, soch_str directory, soch_error *error) {
    static const char data[] = "/data.mdb";
    const store *self = instance;
    char path[PATH_MAX], file[PATH_MAX + sizeof data], above[PATH_MAX];
    quiet signals;
    soch_status status = check_usable(self, error);
    if (status == SOCH_OK) status = soch_go_on(call);
    if (status != SOCH_OK) return status;
    if (directory.len >= sizeof path) return soch_fail(error, SOCH_LIMIT, ENAMETOOLONG, "the path is too long");
    memcpy(path, directory.ptr, directory.len);
    path[directory.len] = 0;
    for (size_t len = directory.len; len > 1 && path[len - 1] == '/'; len--) path[len - 1] = 0;
    snprintf(file, sizeof file, "%s%s", path, data);
    size_t name = (size_t)(strrchr(path, '/') - path) + 1;
    memcpy(above, path, name);
    above[name] = 0;
    int code = quiet_begin(&signals);
    if (code != 0) return report(self, error, code);
    code = copy_to(self, path, file, above);
    quiet_end(&signals, code == MDB_SUCCESS ? 0 : SIGXFSZ);
    return code == MDB_SUCCESS ? SOCH_OK : report(self, error, code);
}

// What `mdb_stat` prints, by these names.
static soch_status property(void *instance, soch_str name, const soch_writer *output, soch_error *error) {
    const store *self = instance;
    MDB_stat stat;
    MDB_envinfo info;
    soch_status status = check_usable(self, error);
    if (status != SOCH_OK) return status;
    int code = mdb_env_stat(self->env, &stat);
    if (code == MDB_SUCCESS) code = mdb_env_info(self->env, &info);
    if (code != MDB_SUCCESS) return report(self, error, code);
    const struct { const char *name; uint64_t value; } all[] = {
        {"lmdb.page_size", stat.ms_psize}, {"lmdb.depth", stat.ms_depth}, {"lmdb.branch_pages", stat.ms_branch_pages},
        {"lmdb.leaf_pages", stat.ms_leaf_pages}, {"lmdb.overflow_pages", stat.ms_overflow_pages},
        {"lmdb.entries", stat.ms_entries}, {"lmdb.map_size", info.me_mapsize}, {"lmdb.last_page", info.me_last_pgno},
        {"lmdb.last_transaction", info.me_last_txnid}, {"lmdb.max_readers", info.me_maxreaders},
        {"lmdb.readers", info.me_numreaders},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[24];
        if (name.len != strlen(all[i].name) || memcmp(name.ptr, all[i].name, name.len) != 0) continue;
        int len = snprintf(text, sizeof text, "%" PRIu64, all[i].value);
        return soch_put(output, text, (size_t)len);
    }
    return SOCH_NOT_FOUND;
}
#endif

#endif
