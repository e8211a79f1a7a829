// The smallest plugin: a codec that keeps no state.
#include "sochdb_plugin.h"

static soch_status algorithm(void *instance, soch_str *name) {
    (void)instance;
    *name = SOCH_STR("xor");
    return SOCH_OK;
}

static soch_status flip(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    (void)instance, (void)error;
    uint8_t *room;
    soch_status status = output->reserve(output->ctx, input.len, &room);
    if (status != SOCH_OK) return status;
    for (size_t i = 0; i < input.len; i++) room[i] = input.ptr[i] ^ 0x5A;
    return output->commit(output->ctx, input.len);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = flip, .decompress = flip};

SOCH_PLUGIN("codec_xor", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &codec);
