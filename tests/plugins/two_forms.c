// A codec whose versions write two forms, and read both: -DFORM=1 or 2, with -DVERSION="1.0.0".
#include "sochdb_plugin.h"

static const uint8_t masks[3] = {0, 0x5A, 0xC3};

static soch_status algorithm(void *instance, soch_str *name) {
    (void)instance;
    *name = SOCH_STR("two-forms");
    return SOCH_OK;
}

static soch_status compress(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    (void)instance, (void)error;
    uint8_t *room;
    soch_status status = output->reserve(output->ctx, input.len + 1, &room);
    if (status != SOCH_OK) return status;
    room[0] = FORM;
    for (size_t i = 0; i < input.len; i++) room[i + 1] = input.ptr[i] ^ masks[FORM];
    return output->commit(output->ctx, input.len + 1);
}

static soch_status decompress(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    (void)instance;
    if (input.len == 0 || input.ptr[0] < 1 || input.ptr[0] > 2) return soch_fail(error, SOCH_CORRUPTION, 0, "no form");
    uint8_t *room;
    soch_status status = output->reserve(output->ctx, input.len - 1, &room);
    if (status != SOCH_OK) return status;
    for (size_t i = 1; i < input.len; i++) room[i - 1] = input.ptr[i] ^ masks[input.ptr[0]];
    return output->commit(output->ctx, input.len - 1);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = compress, .decompress = decompress};

SOCH_PLUGIN("two_forms", VERSION, SOCH_KIND_COMPRESSION, .compression = &codec);
