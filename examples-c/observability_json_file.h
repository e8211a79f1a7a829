// The file of `observability_json.c`: it holds whole lines, also after a disk that was full, and says how many are missing.
#ifndef OBSERVABILITY_JSON_FILE_H
#define OBSERVABILITY_JSON_FILE_H

#include "observability_json_line.h"
#include "quiet.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct output {
    int file;
    // Whether half a line can be taken back: a pipe or a terminal keeps it.
    bool is_regular;
    // Whether the file ends in half a line.
    bool is_broken;
    // Lines that are lost since the last one that is there, and in all.
    uint64_t lost, lost_in_all;
    // Why the last one was.
    int error;
} output;

// Whether somebody who was killed, or an older sink, has left half a line at the end.
static inline bool ends_within_a_line(const char *path, off_t size) {
    char last = '\n';
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return false;
    bool is_read = pread(file, &last, 1, size - 1) == 1;
    close(file);
    return is_read && last != '\n';
}

// 0, or the errno of what failed; then nothing is open. A pipe that nobody reads is refused with ENXIO. Only the opening
// must not wait: a full pipe is to lose no line.
static inline int open_output(output *self, const char *path) {
    struct stat stat;
    memset(self, 0, sizeof *self);
    self->file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
    if (self->file < 0) return errno;
    if (fcntl(self->file, F_SETFL, O_APPEND) != 0 || fstat(self->file, &stat) != 0) {
        int failed = errno;
        close(self->file);
        return failed;
    }
    self->is_regular = S_ISREG(stat.st_mode);
    self->is_broken = self->is_regular && stat.st_size > 0 && ends_within_a_line(path, stat.st_size);
    return 0;
}

// Takes back the last `len` bytes, unless another process has written since. One that writes at this very moment may
// lose lines, but whole ones.
static inline bool cut(const output *self, size_t len) {
    struct stat stat;
    off_t end = lseek(self->file, 0, SEEK_CUR);
    if (!self->is_regular || fstat(self->file, &stat) != 0 || stat.st_size != end || end < (off_t)len) return false;
    return ftruncate(self->file, end - (off_t)len) == 0;
}

// Writes all or nothing, where that can be. 0, or the errno of what failed.
static inline int write_whole(output *self, const char *text, size_t len) {
    size_t done = 0;
    while (done < len) {
        ssize_t written = write_quietly(self->file, text + done, len - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            int failed = written < 0 ? errno : EIO;
            if (done > 0 && !cut(self, done)) self->is_broken = true;
            return failed;
        }
        done += (size_t)written;
    }
    self->is_broken = false;
    return 0;
}

// Writes the line, which may be NULL, and before it how many were lost, if any were.
static inline int write_line(output *self, const line *made) {
    if (self->lost == 0 && !self->is_broken && made != NULL) return write_whole(self, made->text, made->len);
    line all;
    begin(&all, "lost");
    add_counted(&all, "lines", self->lost);
    add_text(&all, "}\n");
    if (self->lost == 0) all.len = 0;
    if (made != NULL) add(&all, made->text, made->len);
    int failed = all.full ? ENOMEM : 0;
    // Half a line gets an end of its own, so that it takes no other with it.
    if (failed == 0 && self->is_broken) failed = write_whole(self, "\n", 1);
    if (failed == 0) failed = write_whole(self, all.text, all.len);
    if (failed == 0) self->lost = 0;
    if (all.text != all.first) free(all.text);
    return failed;
}

// Writes a line, or counts it as lost. `is_news` says whether it is the first of several in a row.
static inline int append(output *self, const line *made, bool *is_news) {
    int failed = made->full ? ENOMEM : write_line(self, made);
    *is_news = failed != 0 && self->lost == 0;
    if (failed != 0) {
        self->error = failed;
        self->lost++;
        self->lost_in_all++;
    }
    return failed;
}

// Brings the lines to the disk. A pipe or a terminal has nothing to bring there, which fsync reports as EINVAL.
static inline int sync_output(output *self) {
    // What cannot be said in the file is said by who calls this.
    if (self->lost > 0) (void)write_line(self, NULL);
    return fsync(self->file) == 0 || errno == EINVAL || errno == EROFS ? 0 : errno;
}

static inline int close_output(output *self) {
    int failed = sync_output(self);
    if (close(self->file) != 0 && failed == 0) failed = errno;
    self->file = -1;
    return failed;
}

#endif
