// A plugin with a table of its vendor's, as it is compiled for: one that does all it should, one that has no such table
// (NO_TABLE), one that frees nothing of its instances (LEAK).
#include "codec.h"

#include <stdlib.h>
#include <string.h>

#define STATE 2048

static const char *const ids[] = {"org.example.thing/1", NULL};

static const void *get_interface(void *instance, soch_str id) {
    static const int table = 1;
#ifdef NO_TABLE
    return NULL;
#endif
    return &table;
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    *instance = malloc(STATE);
    if (*instance == NULL) return SOCH_LIMIT;
    memset(*instance, 1, STATE);
    return SOCH_OK;
}

static void destroy(void *instance) {
#ifndef LEAK
    free(instance);
#endif
}

#ifdef CODEC
static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = copy, .decompress = copy};

SOCH_PLUGIN("careless", "1.0.0", SOCH_KIND_COMPRESSION | SOCH_KIND_CUSTOM, .create = create, .destroy = destroy,
            .capabilities = ids, .get_interface = get_interface, .compression = &codec);
#else
SOCH_PLUGIN("careless", "1.0.0", SOCH_KIND_CUSTOM, .create = create, .destroy = destroy, .capabilities = ids,
            .get_interface = get_interface);
#endif
