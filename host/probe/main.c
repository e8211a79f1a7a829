// The probe: loads a plugin as its host would, in a sandbox, so that a constructor that crashes, hangs or exits hurts
// nobody else. The host starts it with a socket as standard input.
#include "probe.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(int host, const void *packet, size_t size) {
    // Nothing can be done if it fails; the host then misses the packet.
    (void)!write(host, packet, size);
}

// `mark` is the token, or the number of an error in as many bytes.
static void say_text(int host, char says, const uint8_t *mark, const char *text) {
    char packet[1 + TOKEN + TEXT_MAX];
    size_t size = strnlen(text, TEXT_MAX);
    packet[0] = says;
    memcpy(packet + 1, mark, TOKEN);
    memcpy(packet + 1 + TOKEN, text, size);
    say(host, packet, 1 + TOKEN + size);
}

// The host looks at the number of the error: it says whether something ran short.
static void unable(int host, const char *why) {
    if (why) {
        uint8_t number[TOKEN] = {0};
        int error = errno;
        memcpy(number, &error, sizeof error);
        say_text(host, SAYS_UNABLE, number, why);
        _exit(EXIT_UNABLE);
    }
    errno = 0;
}

// A wall that the kernel has and cannot build now is no wall that it lacks.
static const char *ran_short(const char *what) {
    return errno == ENOMEM || errno == EMFILE || errno == ENFILE || errno == ENOBUFS ? what : NULL;
}

static int has_host(void) {
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

int main(void) {
    static struct request request;
    int host = STDIN_FILENO;
    if (!has_host()) {
        static const char line[] = "sochdb-plugin-probe: a SochDB host starts this program; it does nothing alone\n";
        (void)!write(STDERR_FILENO, line, sizeof line - 1);
        return 2;
    }
    errno = 0;
    unable(host, settle(&host));
    unable(host, receive(host, &request));
    unable(host, set_limits(&request));
    const char *wrong = load_files(&request);
    unable(host, leave_root());
    unable(host, die_with_host(host));
    struct sandbox sandbox = {.says = SAYS_SANDBOX, .landlock = deny_files()};
    unable(host, sandbox.landlock ? NULL : ran_short("Landlock cannot be set up"));
    sandbox.seccomp = answer_linker(&request) && deny_calls();
    unable(host, sandbox.seccomp ? NULL : ran_short("the filter of system calls cannot be set up"));
    say(host, &sandbox, sizeof sandbox);
    wrong = wrong ? wrong : load_sealed(&request);
    say_text(host, wrong ? SAYS_REFUSED : SAYS_LOADED, request.head.token, wrong ? wrong : "");
    // Not `exit`: destructors are no business of the probe.
    _exit(EXIT_PROBED);
}
