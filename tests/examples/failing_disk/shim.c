// Preloaded: makes chosen calls on the file data.mdb of this process fail, as a disk does. LMDB's two meta pages are
// at the begin of the file.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SYNC = 1, DATA = 2, META = 3, META_BYTES = 2 * 4096 };
static int what, with, times;

// The next `count` calls of a kind fail with `error`.
void soch_fail_next(int kind, int error, int count) {
    what = kind;
    with = error;
    times = count;
}

static int fails(int kind, int file) {
    char link[64], path[4096];
    if (kind != what || times == 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t len = readlink(link, path, sizeof path - 1);
    if (len < 0) return 0;
    path[len] = 0;
    if (strstr(path, "data.mdb") == NULL) return 0;
    times--;
    errno = with;
    return 1;
}

#define REAL(TYPE, NAME, ...) ((TYPE(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #NAME))

int fdatasync(int file) { return fails(SYNC, file) ? -1 : REAL(int, fdatasync, int)(file); }
int fsync(int file) { return fails(SYNC, file) ? -1 : REAL(int, fsync, int)(file); }
ssize_t write(int file, const void *bytes, size_t len) {
    return fails(DATA, file) ? -1 : REAL(ssize_t, write, int, const void *, size_t)(file, bytes, len);
}
ssize_t pwrite(int file, const void *bytes, size_t len, off_t at) {
    if (fails(at < META_BYTES ? META : DATA, file)) return -1;
    return REAL(ssize_t, pwrite, int, const void *, size_t, off_t)(file, bytes, len, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t len, off_t at) { return pwrite(file, bytes, len, at); }
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
    if (fails(at < META_BYTES ? META : DATA, file)) return -1;
    return REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t)(file, parts, count, at);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t at) { return pwritev(file, parts, count, at); }
ssize_t writev(int file, const struct iovec *parts, int count) {
    return fails(DATA, file) ? -1 : REAL(ssize_t, writev, int, const struct iovec *, int)(file, parts, count);
}
