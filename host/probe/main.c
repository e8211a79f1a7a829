// The probe: loads a plugin as its host would, in a sandbox, so that a constructor that crashes, hangs or exits hurts
// nobody else. The host starts it with a socket as standard input.
#include "probe.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(int host, const void *packet, size_t size) {
    // Nothing can be done if it fails; the host then misses the packet.
    (void)!write(host, packet, size);
}

static void say_text(int host, char says, const uint8_t *token, const char *text) {
    char packet[1 + TOKEN + TEXT_MAX];
    size_t before = 1, size = strnlen(text, TEXT_MAX);
    packet[0] = says;
    if (token) {
        memcpy(packet + before, token, TOKEN);
        before += TOKEN;
    }
    memcpy(packet + before, text, size);
    say(host, packet, before + size);
}

static void unable(int host, const char *why) {
    if (why) {
        say_text(host, SAYS_UNABLE, NULL, why);
        _exit(EXIT_UNABLE);
    }
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
    unable(host, settle(&host));
    unable(host, receive(host, &request));
    unable(host, set_limits(&request));
    const char *wrong = load_files(&request);
    unable(host, leave_root());
    unable(host, die_with_host(host));
    struct sandbox sandbox = {.says = SAYS_SANDBOX, .landlock = deny_files()};
    sandbox.seccomp = answer_linker(&request) && deny_calls();
    say(host, &sandbox, sizeof sandbox);
    wrong = wrong ? wrong : load_sealed(&request);
    say_text(host, wrong ? SAYS_REFUSED : SAYS_LOADED, request.head.token, wrong ? wrong : "");
    // Not `exit`: destructors are no business of the probe.
    _exit(EXIT_PROBED);
}
