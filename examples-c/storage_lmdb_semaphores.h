// The two semaphores of LMDB for `storage_lmdb.c`, in this process's memory instead of under a name.
//
// LMDB's lock of the writer is a mutex, which only the thread that took it can give back; with semaphores
// (MDB_USE_POSIX_SEM) any thread may end a transaction. LMDB gives them names, so that other processes find them, and
// what has a name outlives a process that is killed: the next user whose file gets that inode could not open it.
// Nobody else has to find them here, as `claim` keeps the directory for one instance. `examples-c/compile.rs` renames
// LMDB's calls to these.
#ifndef STORAGE_LMDB_SEMAPHORES_H
#define STORAGE_LMDB_SEMAPHORES_H

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdlib.h>

sem_t *storage_lmdb_sem_open(const char *name, int flags, ...);
int storage_lmdb_sem_close(sem_t *semaphore);
int storage_lmdb_sem_unlink(const char *name);

// A new semaphore that is free. To open one that is there fails: then a program that has not asked for the directory,
// such as `mdb_stat`, has LMDB open, and the two would not wait for each other.
sem_t *storage_lmdb_sem_open(const char *name, int flags, ...) {
    (void)name;
    if ((flags & O_CREAT) == 0) {
        errno = EBUSY;
        return SEM_FAILED;
    }
    sem_t *made = malloc(sizeof *made);
    if (made == NULL) return SEM_FAILED;
    if (sem_init(made, 0, 1) == 0) return made;
    free(made);
    return SEM_FAILED;
}

int storage_lmdb_sem_close(sem_t *semaphore) {
    int failed = sem_destroy(semaphore);
    free(semaphore);
    return failed;
}

int storage_lmdb_sem_unlink(const char *name) {
    (void)name;
    return 0;
}

#endif
