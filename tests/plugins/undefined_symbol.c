// A codec that calls a function that no library has. Only a linker that does not look lets it be built.
#include "codec.h"

extern void sochdb_no_library_has_this_function(void);

static soch_status call(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    sochdb_no_library_has_this_function();
    return copy(instance, input, output, error);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = call, .decompress = copy};

SOCH_PLUGIN("undefined_symbol", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &codec);
