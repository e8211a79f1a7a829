// A codec whose name comes from another library, which it needs.
#include "sochdb_plugin.h"

const char *library_name(void);

static soch_status algorithm(void *instance, soch_str *name) {
    const char *text = library_name();
    size_t len = 0;
    (void)instance;
    while (text[len]) len++;
    name->ptr = text;
    name->len = len;
    return SOCH_OK;
}

static soch_status copy(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    (void)instance, (void)error;
    return soch_put(output, input.ptr, input.len);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = copy, .decompress = copy};

SOCH_PLUGIN("needs_library", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &codec);
