// The probe: loads a plugin as its host would, in a sandbox, so that a constructor that crashes, hangs or exits hurts
// nobody else. The host starts it with a socket as standard input.
#include "probe.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(int host, const void *packet, size_t size) {
    // Nothing can be done if it fails; the host then misses the packet.
    (void)send(host, packet, size, MSG_NOSIGNAL);
}

static void say_text(int host, char says, const char *text) {
    char packet[1 + TEXT_MAX];
    size_t size = strnlen(text, TEXT_MAX);
    packet[0] = says;
    memcpy(packet + 1, text, size);
    say(host, packet, 1 + size);
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
    const char *wrong = settle(&host);
    wrong = wrong ? wrong : receive(host, &request);
    wrong = wrong ? wrong : set_limits(&request.head);
    if (wrong) {
        say_text(host, SAYS_UNABLE, wrong);
        _exit(EXIT_UNABLE);
    }
    wrong = load_files(&request);
    struct sandbox sandbox = {.says = SAYS_SANDBOX, .landlock = deny_files(&request), .seccomp = deny_processes()};
    say(host, &sandbox, sizeof sandbox);
    wrong = wrong ? wrong : load_sealed(&request);
    if (wrong) {
        say_text(host, SAYS_REFUSED, wrong);
    } else {
        say(host, (char[]){SAYS_LOADED}, 1);
    }
    // Not `exit`: destructors are no business of the probe.
    _exit(EXIT_PROBED);
}
