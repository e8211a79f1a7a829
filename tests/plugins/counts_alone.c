// A sink that takes counters alone, or with -DNOTHING nothing at all: no other slot is there. With -DNO_SPANS it describes that too.
#include "sochdb_plugin.h"

#ifndef NOTHING
static soch_status counter_inc(void *instance, soch_str name, uint64_t value, const soch_label *labels, size_t count) {
    return SOCH_OK;
}
#endif

#ifdef NO_SPANS
static soch_status describe(void *instance, soch_observability_properties *properties, soch_error *error) {
    properties->flags = SOCH_OBSERVABILITY_NO_SPANS;
    return SOCH_OK;
}
#endif

static const soch_observability sink = {
    .size = sizeof(sink),
#ifndef NOTHING
    .counter_inc = counter_inc,
#endif
#ifdef NO_SPANS
    .describe = describe,
#endif
};

SOCH_PLUGIN("counts_alone", "1.0.0", SOCH_KIND_OBSERVABILITY, .observability = &sink);
