// Opens and closes the LMDB environment of `storage_lmdb.c`, and knows whether it can still be trusted.
//
// Configuration: {"path": "/var/lib/rows", "map_size": 1073741824, "sync": "commit"}
//   path      The directory; made for its user alone if it is missing. Without it, the one that the host gives.
//   map_size  The most bytes the database may grow to; 1 GiB if not given.
//   sync      When LMDB waits for the disk. The data outlives a crash of this process with either, because what
//             `write` was given is in the kernel's cache by then, in LMDB's order, and no page in use is overwritten.
//             They differ in a power failure:
//             "commit"  with each write: the database is whole, and all but the very last write is there
//                       (MDB_NOMETASYNC).
//             "flush"   only in `flush`: the kernel may have written the pages in another order, and the whole
//                       database may be lost if power fails between two flushes (MDB_NOSYNC). For bulk loads; `describe`
//                       does not say that it is durable.
#ifndef STORAGE_LMDB_ENV_H
#define STORAGE_LMDB_ENV_H

#include "fail.h"
#include "quiet.h"
#include "sochdb_config.h"
#include "storage_lmdb_semaphores.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Snapshots at a time; LMDB's own default is 126. How long a write waits for a transaction, in milliseconds.
enum { MOST_READERS = 1022, WRITE_WAITS_MS = 1000 };

// Who writes. LMDB has one writer at a time, and lets others wait without end.
typedef enum writer { NOBODY, A_WRITE, A_TRANSACTION } writer;

typedef struct store {
    MDB_env *env;
    MDB_dbi tree;
    uint64_t map_size;
    // What ended it, 0 as long as nothing did.
    int broken;
    // Held wherever LMDB waits for the disk. The kernel tells an error of the disk to one of those who wait: another one
    // must not answer before `broken` is set.
    pthread_mutex_t syncing;
    bool syncs_at_commit;
    // The one who writes, and what others wait for.
    writer writes;
    pthread_mutex_t turn;
    pthread_cond_t turn_ended;
    // The directory, locked: LMDB must not have it open twice in a process, and two copies of this library in one
    // process do not know of each other.
    int directory;
} store;

static inline soch_status report(const store *self, soch_error *error, int code) {
    if (code == MDB_MAP_FULL) {
        return failf(error, SOCH_LIMIT, code, "the database is full: `map_size` is %llu bytes, configure more",
                     (unsigned long long)self->map_size);
    }
    soch_status status = SOCH_FAILED;
    if (code == MDB_NOTFOUND) status = SOCH_NOT_FOUND;
    else if (code == MDB_READERS_FULL) status = SOCH_BUSY;
    else if (code == MDB_BAD_VALSIZE) status = SOCH_INVALID;
    else if (code == MDB_TXN_FULL || code == ENOMEM) status = SOCH_LIMIT;
    else if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_INVALID || code == MDB_VERSION_MISMATCH)
        status = SOCH_CORRUPTION;
    else if (code > 0) status = SOCH_IO;
    return soch_fail(error, status, code, mdb_strerror(code));
}

// Lets `who` be the one that writes. False if a transaction is open, and stays so for so long; a write ends by itself.
static inline bool take_turn(store *self, writer who, uint64_t wait_ms) {
    const uint64_t century = UINT64_C(3155760000000);
    struct timespec until;
    bool late = wait_ms == 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    if (wait_ms > century) wait_ms = century;
    until.tv_sec += (time_t)(wait_ms / 1000);
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_mutex_lock(&self->turn);
    while (self->writes != NOBODY && !(late && self->writes == A_TRANSACTION)) {
        if (late) pthread_cond_wait(&self->turn_ended, &self->turn);
        else late = pthread_cond_timedwait(&self->turn_ended, &self->turn, &until) != 0;
    }
    bool taken = self->writes == NOBODY;
    if (taken) self->writes = who;
    pthread_mutex_unlock(&self->turn);
    return taken;
}

static inline void end_turn(store *self) {
    pthread_mutex_lock(&self->turn);
    self->writes = NOBODY;
    pthread_cond_signal(&self->turn_ended);
    pthread_mutex_unlock(&self->turn);
}

// Whether this storage still keeps what it says. After a disk that failed, the kernel may take pages that it has lost
// for written, so that the next try succeeds: only who opens the files again sees what is there.
static inline soch_status check_usable(const store *self, soch_error *error) {
    int code = __atomic_load_n(&self->broken, __ATOMIC_ACQUIRE);
    if (code == 0) return SOCH_OK;
    return failf(error, SOCH_IO, code, "an earlier error cannot be undone: %s; open the storage again",
                 mdb_strerror(code));
}

// Remembers an error that cannot be undone. LMDB names one only to the next transaction.
static inline void remember(store *self, int code) {
    MDB_txn *txn;
    if (code == MDB_SUCCESS) return;
    int lasting = code == EIO || code == MDB_PANIC;
    if (!lasting) {
        int now = mdb_txn_begin(self->env, NULL, MDB_RDONLY, &txn);
        if (now == MDB_SUCCESS) mdb_txn_abort(txn);
        lasting = now == MDB_PANIC;
    }
    if (lasting && __atomic_load_n(&self->broken, __ATOMIC_ACQUIRE) == 0) __atomic_store_n(&self->broken, code, __ATOMIC_RELEASE);
}

// Ends the transaction, also when it fails.
static inline int commit(store *self, MDB_txn *txn) {
    if (self->syncs_at_commit) pthread_mutex_lock(&self->syncing);
    int code = __atomic_load_n(&self->broken, __ATOMIC_ACQUIRE);
    if (code == 0) code = mdb_txn_commit(txn);
    else mdb_txn_abort(txn);
    remember(self, code);
    if (self->syncs_at_commit) pthread_mutex_unlock(&self->syncing);
    return code;
}

static inline int sync_to_disk(store *self) {
    quiet signals;
    int code = quiet_begin(&signals);
    if (code != 0) return code;
    pthread_mutex_lock(&self->syncing);
    code = __atomic_load_n(&self->broken, __ATOMIC_ACQUIRE);
    if (code == 0) code = mdb_env_sync(self->env, 1);
    remember(self, code);
    pthread_mutex_unlock(&self->syncing);
    quiet_end(&signals, code == MDB_SUCCESS ? 0 : SIGXFSZ);
    return code;
}

// Makes the directory, and locks it for as long as it stays open.
static inline soch_status claim(store *self, const char *path, soch_error *error) {
    int failed = mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : errno;
    if (failed == 0) {
        self->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        failed = self->directory < 0 || flock(self->directory, LOCK_EX | LOCK_NB) != 0 ? errno : 0;
    }
    if (failed == 0) return SOCH_OK;
    if (self->directory >= 0) close(self->directory);
    if (failed == EWOULDBLOCK) {
        return failf(error, SOCH_BUSY, failed, "%s is in use: give each instance a directory of its own", path);
    }
    return failf(error, SOCH_IO, failed, "directory %s: %s", path, strerror(failed));
}

// LMDB brings its files to the disk, but not their names. Whoever may not read the directory above has not made this one.
static inline int sync_names(const store *self) {
    int above = openat(self->directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = above >= 0 ? fsync(above) : errno == EACCES ? 0 : -1;
    if (failed == 0) failed = fsync(self->directory);
    int code = failed == 0 ? 0 : errno;
    if (above >= 0) close(above);
    return code;
}

// Closing alone would not unlock it: a child that this process has just forked holds the same lock until it runs
// another program.
static inline void release(store *self) {
    flock(self->directory, LOCK_UN);
    close(self->directory);
}

// LMDB lets programs that the process starts have the file of its rows.
static inline int keep_from_programs(MDB_env *env) {
    int file = -1, code = mdb_env_get_fd(env, &file);
    if (code != MDB_SUCCESS) return code;
    return fcntl(file, F_SETFD, FD_CLOEXEC) == 0 ? MDB_SUCCESS : errno;
}

static inline soch_status open_env(store *self, const char *path, unsigned flags, soch_error *error) {
    MDB_txn *txn;
    quiet signals;
    int dead, code = quiet_begin(&signals);
    if (code != 0) {
        release(self);
        return report(self, error, code);
    }
    code = mdb_env_create(&self->env);
    if (code == MDB_SUCCESS) code = mdb_env_set_mapsize(self->env, (size_t)self->map_size);
    if (code == MDB_SUCCESS) code = mdb_env_set_maxreaders(self->env, MOST_READERS);
    if (code == MDB_SUCCESS) code = mdb_env_open(self->env, path, flags | MDB_NOTLS, 0600);
    if (code == MDB_SUCCESS) code = keep_from_programs(self->env);
    if (code == MDB_SUCCESS) code = sync_names(self);
    // A process that was killed has left its snapshots behind; they would keep old pages for ever.
    if (code == MDB_SUCCESS) code = mdb_reader_check(self->env, &dead);
    if (code == MDB_SUCCESS) code = mdb_txn_begin(self->env, NULL, MDB_RDONLY, &txn);
    if (code == MDB_SUCCESS) {
        code = mdb_dbi_open(txn, NULL, 0, &self->tree);
        mdb_txn_abort(txn);
    }
    quiet_end(&signals, code == MDB_SUCCESS ? 0 : SIGXFSZ);
    if (code == MDB_SUCCESS) return SOCH_OK;
    soch_error why = {0, {0}};
    soch_status status = report(self, &why, code);
    mdb_env_close(self->env);
    release(self);
    return failf(error, status, code, "cannot open %s: %s", path, why.message);
}

static inline soch_status configure(store *self, const soch_host *host, soch_str config, char *path, size_t room,
                                    unsigned *flags, soch_error *error) {
    static const char *const known[] = {"path", "map_size", "sync", NULL}, *const syncs[] = {"commit", "flush", NULL};
#if SOCH_TARGET_MINOR >= 1
    const soch_str given = soch_data_dir(host);
#else
    const soch_str given = {NULL, 0};
    (void)host;
#endif
    size_t sync = 0;
    self->map_size = (uint64_t)1 << 30;
    soch_status status = soch_config_only(config, "", known, error);
    if (status == SOCH_OK) status = soch_config_unsigned(config, "map_size", 1, SIZE_MAX / 2, &self->map_size, error);
    if (status == SOCH_OK) status = soch_config_choice(config, "sync", syncs, &sync, error);
    if (given.len > 0 && given.len < room) {
        memcpy(path, given.ptr, given.len);
        path[given.len] = 0;
    } else if (status == SOCH_OK) {
        status = soch_config_need(config, "path", "name the directory of the database", error);
    }
    self->syncs_at_commit = sync == 0;
    *flags = sync == 0 ? MDB_NOMETASYNC : MDB_NOSYNC;
    return status == SOCH_OK ? soch_config_text(config, "path", path, room, error) : status;
}

static inline int make_locks(store *self) {
    pthread_condattr_t monotonic;
    int failed = pthread_condattr_init(&monotonic);
    if (failed != 0) return failed;
    failed = pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    if (failed == 0) failed = pthread_cond_init(&self->turn_ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (failed == 0) failed = pthread_mutex_init(&self->syncing, NULL);
    return failed == 0 ? pthread_mutex_init(&self->turn, NULL) : failed;
}

static inline void free_store(store *self) {
    pthread_mutex_destroy(&self->syncing);
    pthread_mutex_destroy(&self->turn);
    pthread_cond_destroy(&self->turn_ended);
    free(self);
}

// Opens what `config` says. On failure nothing is left behind.
static inline soch_status open_store(const soch_host *host, soch_str config, store **opened, soch_error *error) {
    char path[PATH_MAX];
    unsigned flags;
    store *self = calloc(1, sizeof *self);
    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a storage");
    self->directory = -1;
    if (make_locks(self) != 0) {
        free(self);
        return soch_fail(error, SOCH_LIMIT, 0, "no memory for a lock");
    }
    soch_status status = configure(self, host, config, path, sizeof path, &flags, error);
    if (status == SOCH_OK) status = claim(self, path, error);
    if (status == SOCH_OK) status = open_env(self, path, flags, error);
    if (status == SOCH_OK) *opened = self;
    else free_store(self);
    return status;
}

// Closes what `open_store` opened. A second call does nothing.
static inline void close_store(store *self) {
    if (self->env == NULL) return;
    mdb_env_close(self->env);
    release(self);
    self->env = NULL;
}

#endif
