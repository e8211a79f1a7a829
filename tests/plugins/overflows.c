// A codec that, compiled with BUG, reads one byte beyond what it allocated.
#include "codec.h"

#include <stdlib.h>
#include <string.h>

static soch_status copy_by_way_of_heap(void *self, soch_bytes input, const soch_writer *out, soch_error *error) {
    char *own = malloc(16);
    if (own == NULL) return SOCH_LIMIT;
    memset(own, 'x', 16);
#ifdef BUG
    volatile size_t at = 16;
#else
    volatile size_t at = 15;
#endif
    volatile char last = own[at];
    (void)last;
    free(own);
    return copy(self, input, out, error);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = copy_by_way_of_heap, .decompress = copy};

SOCH_PLUGIN("overflows", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &codec);
