// A codec whose constructor cannot do without a socket, which a host's probe forbids.
#include "codec.h"

#include <sys/socket.h>
#include <unistd.h>

__attribute__((constructor)) static void loaded(void) {
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    if (listening < 0) _exit(3);
    close(listening);
}

static const soch_compression table = {.size = sizeof(table), .algorithm = algorithm, .compress = copy, .decompress = copy};

SOCH_PLUGIN("listens", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &table);
