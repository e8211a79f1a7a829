// A plugin of all four kinds that gives each step of its life to the host's log: its configuration and the step.
// `shutdown` of a configuration with `hang` does not return. `flush` does not return before the file exists whose absolute path was the last value put.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_plugin.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifndef NAME
#define NAME "logs_its_life"
#endif

typedef struct life {
    const soch_host *host;
    char config[64], gate[256];
    uint64_t spans;
} life;

static void tell(const life *self, const char *step) {
    char text[128] = "";
    strncat(text, self->config, 60);
    strncat(text, " ", 2);
    strncat(text, step, 60);
    self->host->log(self->host->ctx, SOCH_LOG_INFO, soch_text(text, strlen(text)), NULL, 0);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    life *self = calloc(1, sizeof *self);
    if (self == NULL || config.len >= sizeof self->config) return soch_fail(error, SOCH_LIMIT, 0, "too long");
    self->host = host;
    memcpy(self->config, config.ptr, config.len);
    *instance = self;
    tell(self, "create");
    return SOCH_OK;
}

static soch_status shutdown_(void *instance, soch_error *error) {
    const life *self = instance;
    tell(self, "shutdown");
    while (strstr(self->config, "hang") != NULL) pause();
    if (strstr(self->config, "fail") != NULL) return soch_fail(error, SOCH_IO, 28, "the disk is full");
    return SOCH_OK;
}

static void destroy(void *instance) {
    tell(instance, "destroy");
    free(instance);
}

static soch_status get(void *instance, uint32_t table, soch_bytes key, const soch_writer *value, soch_error *error) {
    const life *self = instance;
    return soch_put(value, self->config, strlen(self->config));
}

static soch_status put(void *instance, uint32_t table, soch_bytes key, soch_bytes value, uint64_t txn,
                       soch_error *error) {
    life *self = instance;
    if (value.len >= sizeof self->gate) return SOCH_LIMIT;
    memcpy(self->gate, value.ptr, value.len);
    return SOCH_OK;
}

static soch_status delete_row(void *instance, uint32_t table, soch_bytes key, uint64_t txn, soch_error *error) {
    return SOCH_OK;
}

static soch_status scan(void *instance, const soch_call *call, uint32_t table, soch_bytes start, soch_bytes end,
                        uint64_t limit, const soch_row_sink *rows, soch_error *error) {
    return SOCH_OK;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    const life *self = instance;
    struct timespec pause = {0, 1000000};
    tell(self, "flush");
    while (self->gate[0] == '/' && access(self->gate, F_OK) != 0) nanosleep(&pause, NULL);
    return SOCH_OK;
}

static const soch_storage storage = {
    .size = sizeof(storage), .get = get, .put = put, .remove = delete_row, .scan = scan, .flush = flush};

static soch_status index_type(void *instance, soch_str *name) {
    *name = SOCH_STR("life");
    return SOCH_OK;
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    return SOCH_OK;
}

static soch_status change(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    return SOCH_OK;
}

static soch_status lookup(void *instance, soch_bytes key, uint64_t *rows, size_t capacity, size_t *count,
                          soch_error *error) {
    return SOCH_OK;
}

static soch_status range(void *instance, const soch_call *call, soch_bytes start, soch_bytes end, uint64_t limit,
                         uint64_t *rows, size_t capacity, size_t *count, soch_error *error) {
    return SOCH_OK;
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    return SOCH_OK;
}

static const soch_index index_table = {
    .size = sizeof(index_table), .index_type = index_type, .build = build, .insert = change, .remove = change,
    .lookup = lookup, .range = range, .size_bytes = size_bytes};

// Names of calls and spans go to the log, which may call back into the host.
static soch_status tell_name(void *instance, const char *call, soch_str name, uint64_t number) {
    char text[64] = "";
    size_t len = strlen(call);
    memcpy(text, call, len);
    memcpy(text + len, name.ptr, name.len < 30 ? name.len : 30);
    len = strlen(text);
    if (number != 0) text[len] = ' ', text[len + 1] = (char)('0' + number % 10);
    tell(instance, text);
    return SOCH_OK;
}

static soch_status counter_inc(void *instance, soch_str name, uint64_t value, const soch_label *labels, size_t count) {
    return tell_name(instance, "counter ", name, 0);
}

static soch_status gauge_set(void *instance, soch_str name, double value, const soch_label *labels, size_t count) {
    return tell_name(instance, "gauge ", name, 0);
}

static soch_status observe(void *instance, soch_str name, double value, const soch_label *labels, size_t count) {
    return tell_name(instance, "histogram ", name, 0);
}

// The numbers of two instances differ: those of one whose configuration begins with `b` are 5 ahead.
static soch_status span_start(void *instance, soch_str name, uint64_t parent, uint64_t *span) {
    life *self = instance;
    *span = __atomic_add_fetch(&self->spans, 1, __ATOMIC_RELAXED) + (self->config[0] == 'b' ? 5 : 0);
    tell_name(instance, "start ", name, parent);
    return SOCH_OK;
}

static soch_status span_end(void *instance, uint64_t span) {
    return tell_name(instance, "end", SOCH_STR(""), span);
}

static soch_status span_event(void *instance, uint64_t span, soch_str name, const soch_label *attributes, size_t count) {
    return tell_name(instance, "event ", name, span);
}

static soch_status log_line(void *instance, int32_t level, soch_str message, const soch_label *fields, size_t count) {
    return tell_name(instance, "log ", message, (uint64_t)level + 1);
}

static soch_status health(void *instance, const soch_health *health) {
    tell(instance, "health");
    return SOCH_OK;
}

static const soch_observability observability = {
    .size = sizeof(observability), .counter_inc = counter_inc, .gauge_set = gauge_set, .histogram_observe = observe,
    .span_start = span_start, .span_end = span_end, .span_event = span_event, .log = log_line,
    .report_health = health};

static soch_status algorithm(void *instance, soch_str *name) {
    const life *self = instance;
    *name = soch_text(self->config, strlen(self->config));
    return SOCH_OK;
}

static soch_status copy(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    return soch_put(output, input.ptr, input.len);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = copy, .decompress = copy};

#ifdef CODEC_ONLY
SOCH_PLUGIN(NAME, "1.0.0", SOCH_KIND_COMPRESSION, .create = create, .shutdown = shutdown_, .destroy = destroy,
            .compression = &codec);
#elif defined(SINK_ONLY)
SOCH_PLUGIN(NAME, "1.0.0", SOCH_KIND_OBSERVABILITY, .create = create, .shutdown = shutdown_, .destroy = destroy,
            .observability = &observability);
#else
SOCH_PLUGIN(NAME, "1.0.0",
            SOCH_KIND_STORAGE | SOCH_KIND_INDEX | SOCH_KIND_OBSERVABILITY | SOCH_KIND_COMPRESSION,
            .create = create, .shutdown = shutdown_, .destroy = destroy, .storage = &storage, .index = &index_table,
            .observability = &observability, .compression = &codec);
#endif
