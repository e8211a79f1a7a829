// A codec that takes no configuration but `{}`.
#include "codec.h"

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    if (config.len == 2) return SOCH_OK;
    return soch_fail(error, SOCH_INVALID, 0, "no such level: write {}");
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = copy, .decompress = copy};

SOCH_PLUGIN("picky", "1.0.0", SOCH_KIND_COMPRESSION, .create = create, .compression = &codec);
