// An instance that is never made: the configuration says with which text, `{}` without one.
#include "codec.h"

#include <string.h>

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    char text[64] = "";
    memcpy(text, config.ptr, config.len < sizeof text ? config.len : sizeof text - 1);
    if (strcmp(text, "{}") == 0) return SOCH_FAILED;
    return soch_fail(error, SOCH_IO, 28, text);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = copy, .decompress = copy};

SOCH_PLUGIN("create_fails", "1.0.0", SOCH_KIND_COMPRESSION, .create = create, .compression = &codec);
