// Says as which file it was compiled: -DWHICH=1 or -DWHICH=2. Every byte of a table says so too, from the first page of
// the file to the last, so that a mixture of two files shows.
#include "sochdb_plugin.h"

#include <string.h>

#define SIZE (1 << 16)

static const volatile uint8_t table[SIZE] = {[0 ... SIZE - 1] = WHICH};

SOCH_EXPORT const char *which(void);
SOCH_EXPORT const char *which(void) {
    for (int at = 0; at < SIZE; at++) {
        if (table[at] != WHICH) return "mixed";
    }
    return WHICH == 1 ? "good" : "evil";
}

static soch_status algorithm(void *instance, soch_str *name) {
    const char *text = which();
    *name = soch_text(text, strlen(text));
    return SOCH_OK;
}

static soch_status copy(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    return soch_put(output, input.ptr, input.len);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = copy, .decompress = copy};

SOCH_PLUGIN("which", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &codec);
