// A table whose slot -DNULL_SLOT=.. is NULL: -DSTORAGE, -DINDEX, -DOBSERVABILITY or -DCOMPRESSION. Nothing is called.
#include "sochdb_plugin.h"

static soch_status nothing(void) {
    return SOCH_OK;
}

#if defined(STORAGE)
#define TABLE soch_storage
#define KIND SOCH_KIND_STORAGE
#define FIELD storage
#elif defined(INDEX)
#define TABLE soch_index
#define KIND SOCH_KIND_INDEX
#define FIELD index
#elif defined(OBSERVABILITY)
#define TABLE soch_observability
#define KIND SOCH_KIND_OBSERVABILITY
#define FIELD observability
#else
#define TABLE soch_compression
#define KIND SOCH_KIND_COMPRESSION
#define FIELD compression
#endif

static TABLE table;

// Before the host looks at the table: all slots but one lead somewhere.
static void __attribute__((constructor)) fill(void) {
    soch_status (*slot)(void) = nothing;
    for (size_t at = sizeof(size_t); at + sizeof slot <= sizeof table; at += sizeof slot) {
        memcpy((char *)&table + at, &slot, sizeof slot);
    }
#ifdef NULL_SLOT
    table.NULL_SLOT = NULL;
#endif
#ifdef SIZE
    table.size = SIZE;
#else
    table.size = sizeof table;
#endif
}

SOCH_PLUGIN("null_slot", "1.0.0", KIND, .FIELD = &table)
;
