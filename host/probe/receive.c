// The host's one packet: what to load.
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char packet[REQUEST_MAX];

// The descriptors of the packet, at most `most` of them; -1 if there is no such packet.
static int take_descriptors(struct msghdr *message, int *fds, size_t most) {
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    if (control == NULL || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) {
        return -1;
    }
    size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof *fds;
    if (count > most) {
        return -1;
    }
    memcpy(fds, CMSG_DATA(control), count * sizeof *fds);
    return (int)count;
}

// The next text, or NULL if the packet ends before its NUL.
static const char *next_text(const char **at, const char *end) {
    const char *text = *at;
    const char *nul = memchr(text, 0, (size_t)(end - text));
    *at = nul ? nul + 1 : end;
    return nul ? text : NULL;
}

static int read_needed(struct request *request, const char *at, const char *end, const int *fds, int count) {
    int used = 1;
    request->plugin = fds[0];
    request->symbol = next_text(&at, end);
    for (uint32_t i = 0; i < request->head.needed; i++) {
        struct needed *needed = &request->needed[i];
        const char *path = next_text(&at, end);
        if (path == NULL || (path[0] != '/' && strchr(path, '/') != NULL)) {
            return 0;
        }
        needed->path = path[0] ? path : NULL;
        if (needed->path == NULL) {
            if (used == count) {
                return 0;
            }
            needed->fd = fds[used++];
        }
    }
    return request->symbol != NULL && request->symbol[0] && used == count && at == end;
}

// A description of its own, so that the host's position in the file stays. Closed, the number is free for the copy.
static int open_own(int *fd) {
    char path[32];
    (void)snprintf(path, sizeof path, SEALED_PATH "%d", *fd);
    int own = open(path, O_RDONLY | O_CLOEXEC);
    (void)close(*fd);
    *fd = own;
    return own >= 0;
}

static const char *open_all(struct request *request) {
    int all = open_own(&request->plugin);
    for (uint32_t i = 0; i < request->head.needed; i++) {
        all = (request->needed[i].path || open_own(&request->needed[i].fd)) && all;
    }
    return all ? NULL : "the sealed files cannot be opened through /proc/self/fd";
}

const char *receive(int host, struct request *request) {
    int fds[1 + NEEDED_MAX];
    union {
        char bytes[CMSG_SPACE(sizeof fds)];
        struct cmsghdr align;
    } control;
    struct iovec bytes = {.iov_base = packet, .iov_len = sizeof packet};
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t size;
    do {
        size = recvmsg(host, &message, MSG_CMSG_CLOEXEC);
    } while (size < 0 && errno == EINTR);
    if (size == 0) {
        _exit(EXIT_UNABLE); // The host is gone.
    }
    int whole = size >= (ssize_t)sizeof request->head && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    int count = whole ? take_descriptors(&message, fds, 1 + NEEDED_MAX) : -1;
    if (count < 1) {
        // The kernel leaves out descriptors that this process may not have.
        errno = message.msg_flags & MSG_CTRUNC ? EMFILE : errno;
        return "the host's request is incomplete";
    }
    memcpy(&request->head, packet, sizeof request->head);
    if (request->head.magic != REQUEST_MAGIC || request->head.needed > NEEDED_MAX ||
        !read_needed(request, packet + sizeof request->head, packet + size, fds, count)) {
        return "the host's request makes no sense";
    }
    return open_all(request);
}
