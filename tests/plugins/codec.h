// The functions of a codec that does what it should, for plugins that misbehave in one other place.
#include "sochdb_plugin.h"

static inline soch_status algorithm(void *instance, soch_str *name) {
    *name = SOCH_STR("copy");
    return SOCH_OK;
}

static inline soch_status copy(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    return soch_put(output, input.ptr, input.len);
}
