// A codec that takes the process with it when it compresses nothing at all, in the way that it is compiled for.
#define _POSIX_C_SOURCE 200809L
#include "codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef WHY
#define WHY "nothing \x1b[31m to compress"
#endif

static soch_status fall(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    if (input.len > 0) return copy(instance, input, output, error);
#if defined(CRASH)
    *(volatile int *)8 = 1;
#elif defined(HANG)
    for (;;) pause();
#elif defined(LEAVE)
    fputs("leaving\n", stderr);
    exit(0);
#endif
    return soch_fail(error, SOCH_FAILED, 0, WHY);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = fall, .decompress = copy};

SOCH_PLUGIN("unstable_codec", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &codec);
