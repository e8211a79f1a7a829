// A codec that ends the process at the moment that it is compiled for, by a crash or with an exit code. It logs a dozen
// lines before.
#include "codec.h"

#include <stdlib.h>

static inline void end(void) {
#ifdef LEAVE
    exit(LEAVE);
#else
#ifdef BY_A_CALL
    ((void (*)(void))8)();
#endif
    *(volatile int *)8 = 1;
#endif
}

#ifdef IN_CONSTRUCTOR
__attribute__((constructor)) static void loaded(void) { end(); }
#endif

#ifdef IN_DESTRUCTOR
__attribute__((destructor)) static void unloaded(void) { end(); }
#endif

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    char text[] = "line a";
    for (int line = 0; line < 12; line++, text[5]++)
        host->log(host->ctx, SOCH_LOG_WARN, soch_text(text, sizeof text - 1), NULL, 0);
#ifdef IN_CREATE
    end();
#endif
    return SOCH_OK;
}

static soch_status stop(void *instance, soch_error *error) {
#ifdef IN_SHUTDOWN
    end();
#endif
    return SOCH_OK;
}

static void destroy(void *instance) {
#ifdef IN_DESTROY
    end();
#endif
}

static soch_status compress(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
#ifdef IN_CALL
    end();
#endif
    return copy(instance, input, output, error);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = compress, .decompress = copy};

SOCH_PLUGIN("ends_the_process", "1.0.0", SOCH_KIND_COMPRESSION, .create = create, .shutdown = stop, .destroy = destroy,
            .compression = &codec);
