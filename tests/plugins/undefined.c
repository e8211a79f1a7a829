// A codec that counts too far: nothing happens but under a sanitizer of undefined behaviour.
#include "codec.h"

static soch_status counts(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    int most = 0x7fffffff;
    most += (int)input.len;
    return most == 3 ? SOCH_FAILED : copy(instance, input, output, error);
}

static const soch_compression table = {
    .size = sizeof(table), .algorithm = algorithm, .compress = counts, .decompress = copy};

SOCH_PLUGIN("undefined", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &table);
