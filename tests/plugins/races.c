// A codec that counts its inputs, on all threads at once. -DATOMIC: without a race.
#include "codec.h"

static uint64_t inputs;

static soch_status counts(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
#ifdef ATOMIC
    __atomic_add_fetch(&inputs, 1, __ATOMIC_RELAXED);
#else
    inputs++;
#endif
    return copy(instance, input, output, error);
}

static const soch_compression table = {
    .size = sizeof(table), .algorithm = algorithm, .compress = counts, .decompress = copy};

SOCH_PLUGIN("races", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &table);
