// A file of records, each with its length and its checksum, that lasts when it is synced. What replaces it as a whole is a new
// file that is renamed. Small enough that each line which keeps a promise can be broken: `tests/mutants`.
#define _POSIX_C_SOURCE 200809L
#include "quiet.h"
#include "sochdb_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    uint8_t *at;
    size_t len, room;
} buffer;

typedef struct {
    int file, directory, broken;
    uint64_t end;
    char path[4096], new_path[4104];
} record_log;

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

static uint64_t checksum(const uint8_t *at, size_t len) {
    uint64_t sum = 14695981039346656037u ^ len;
    for (size_t i = 0; i < len; i++) sum = (sum ^ at[i]) * 1099511628211u;
    return sum;
}

static int write_all(int file, const uint8_t *from, size_t len, uint64_t at) {
    quiet signals;
    int failed = quiet_begin(&signals);
    if (failed != 0) return failed;
    while (len > 0 && failed == 0) {
        ssize_t written = pwrite(file, from, len, (off_t)at);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) failed = written < 0 ? errno : ENOSPC;
        else from += written, len -= (size_t)written, at += (uint64_t)written;
    }
    quiet_end(&signals, failed == EFBIG ? SIGXFSZ : 0);
    return failed;
}

static int sync_file(int file) {
    int failed;
    do failed = fdatasync(file) == 0 ? 0 : errno;
    while (failed == EINTR);
    return failed;
}

static int sync_names(const record_log *self) {
    int failed;
    do failed = fsync(self->directory) == 0 ? 0 : errno;
    while (failed == EINTR);
    return failed;
}

// Puts a record at the end of the file: its length, its checksum, and what it holds.
static int append(record_log *self, const buffer *what) {
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

static int flush_file(record_log *self) {
    int failed = sync_file(self->file);
    if (failed != 0) self->broken = failed;
    return failed;
}

// Replaces all records by one, or by none. The new file comes in place of the old one when it is on the disk.
static int replace(record_log *self, const buffer *all) {
    int old = self->file, made = open(self->new_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), failed = 0;
    uint64_t end = self->end;
    if (made < 0) return errno;
    self->file = made, self->end = 0;
    if (all->len > 0) failed = append(self, all);
    if (failed == 0) failed = sync_file(made);
    if (failed == 0 && rename(self->new_path, self->path) != 0) failed = errno;
    if (failed != 0) self->file = old, self->end = end, self->broken = 0, close(made);
    else close(old);
    // Which of both files has the name, nobody knows after this.
    if (failed == 0) failed = self->broken = sync_names(self);
    return failed;
}

static int open_log(record_log *self, soch_str directory, const char *name) {
    self->file = self->directory = -1;
    if (directory.len == 0 || directory.len > 4000) return EINVAL;
    snprintf(self->path, sizeof self->path, "%.*s", (int)directory.len, directory.ptr);
    self->directory = open(self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(self->path, sizeof self->path, "%.*s/%s", (int)directory.len, directory.ptr, name);
    snprintf(self->new_path, sizeof self->new_path, "%s.new", self->path);
    self->file = self->directory < 0 ? -1 : open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return self->file < 0 ? errno : sync_names(self);
}

// Reads the next record, which the caller frees; NULL behind the last one that is whole.
static int read_record(record_log *self, uint8_t **what, size_t *len) {
    uint64_t head[2];
    *what = NULL;
    ssize_t there = pread(self->file, head, sizeof head, (off_t)self->end);
    // What cannot be read is not the end.
    if (there < 0) return errno;
    if (there != sizeof head || head[0] >= 1u << 30) return 0;
    uint8_t *read = malloc(head[0] + 1);
    if (read == NULL) return ENOMEM;
    there = pread(self->file, read, head[0], (off_t)(self->end + sizeof head));
    int failed = there < 0 ? errno : 0;
    if (failed != 0 || there != (ssize_t)head[0] || checksum(read, head[0]) != head[1]) {
        free(read);
        return failed;
    }
    self->end += sizeof head + head[0];
    *what = read, *len = head[0];
    return 0;
}

// What is behind the last record goes, so that the next one comes there.
static int end_log(record_log *self) {
    return ftruncate(self->file, (off_t)self->end) == 0 ? 0 : errno;
}

static void close_log(record_log *self) {
    if (self->file >= 0) close(self->file);
    if (self->directory >= 0) close(self->directory);
}

static soch_status fail(soch_error *error, int code) {
    soch_status status = code == ENOMEM ? SOCH_LIMIT : code == EINVAL ? SOCH_INVALID : SOCH_IO;
    return soch_fail(error, status, code, code == EINVAL ? "it needs a `data_dir`" : strerror(code));
}
