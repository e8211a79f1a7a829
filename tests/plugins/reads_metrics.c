// A sink that reads the host's metrics: at each health report, at its shutdown and at its end it gives what it finds to
// the host's log, a line each. Its configuration is a status for `attach` to return, `0` for SOCH_OK; `once` ends each
// collection after the first metric.
#include "sochdb_plugin.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    const soch_host *host;
    const soch_metrics *metrics;
    soch_status answer;
    bool once;
} reader;

static void tell(const reader *self, const char *text) {
    self->host->log(self->host->ctx, SOCH_LOG_INFO, soch_text(text, strlen(text)), NULL, 0);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    reader *self = calloc(1, sizeof *self);
    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory");
    self->host = host;
    for (size_t i = 0; i < config.len && config.ptr[i] >= '0' && config.ptr[i] <= '9'; i++) {
        self->answer = 10 * self->answer + (config.ptr[i] - '0');
    }
    self->once = config.len >= 4 && memcmp(config.ptr, "once", 4) == 0;
    *instance = self;
    return SOCH_OK;
}

static soch_status attach(void *instance, const soch_metrics *metrics, soch_error *error) {
    reader *self = instance;
    tell(self, "attach");
    if (self->answer != SOCH_OK) return soch_fail(error, self->answer, 0, "it does not want them");
    self->metrics = metrics;
    return SOCH_OK;
}

static soch_status take(void *ctx, const soch_metric *metric) {
    const reader *self = ctx;
    char text[512];
    const char *kinds[] = {"counter", "gauge", "histogram", "up-down counter", "exponential histogram"};
    int len = snprintf(text, sizeof text, "%s %.*s", kinds[metric->kind], (int)metric->name.len, metric->name.ptr);
    for (size_t i = 0; i < metric->label_count; i++) {
        soch_str name = metric->labels[i].name, value = metric->labels[i].value;
        len += snprintf(text + len, sizeof text - len, " %.*s=%.*s", (int)name.len, name.ptr, (int)value.len, value.ptr);
    }
    len += snprintf(text + len, sizeof text - len, ": %llu %g", (unsigned long long)metric->count, metric->value);
    for (size_t i = 0; i < metric->bucket_count; i++) {
        soch_bucket bucket = metric->buckets[i];
        len += snprintf(text + len, sizeof text - len, " %g:%llu", bucket.upper, (unsigned long long)bucket.count);
    }
    if ((metric->flags & SOCH_METRIC_ALL_BUCKETS) != 0) len += snprintf(text + len, sizeof text - len, " all");
    if (metric->exponential != NULL) {
        soch_exponential_buckets it = metric->exponential->positive;
        len += snprintf(text + len, sizeof text - len, " scale=%d zero=%llu offset=%d", (int)metric->exponential->scale,
                        (unsigned long long)metric->exponential->zero_count, (int)it.offset);
        for (size_t i = 0; i < it.count; i++) {
            len += snprintf(text + len, sizeof text - len, " %llu", (unsigned long long)it.counts[i]);
        }
    }
    if (metric->unit.len > 0 || metric->description.len > 0) {
        soch_str unit = metric->unit, about = metric->description;
        len += snprintf(text + len, sizeof text - len, " [%.*s] %.*s", (int)unit.len, unit.ptr, (int)about.len, about.ptr);
    }
    if ((metric->start_time == 0) != (metric->kind == SOCH_METRIC_GAUGE)) tell(self, "a wrong start time");
    tell(self, text);
    return self->once ? SOCH_CANCELLED : SOCH_OK;
}

static void read_all(reader *self) {
    if (self->metrics == NULL) return;
    soch_error error;
    soch_metric_sink sink = {self, take};
    soch_status status = self->metrics->collect(self->metrics->ctx, &sink, &error);
    if (status != (self->once ? SOCH_CANCELLED : SOCH_OK)) tell(self, "collect failed");
    soch_metric_sink bad = {self, NULL};
    if (self->metrics->collect(self->metrics->ctx, &bad, &error) != SOCH_INVALID) tell(self, "a bad sink was taken");
    if (self->metrics->collect(self->metrics->ctx, NULL, &error) != SOCH_INVALID) tell(self, "no sink was taken");
}

static soch_status report_health(void *instance, const soch_health *health) {
    read_all(instance);
    return SOCH_OK;
}

static soch_status shutdown_(void *instance, soch_error *error) {
    tell(instance, "shutdown");
    read_all(instance);
    return SOCH_OK;
}

static void destroy(void *instance) {
    tell(instance, "destroy");
    read_all(instance);
    free(instance);
}

static soch_status pushed(void *instance, const char *kind, soch_str name) {
    char text[128];
    snprintf(text, sizeof text, "pushed %s %.*s", kind, (int)name.len, name.ptr);
    tell(instance, text);
    return SOCH_OK;
}

static soch_status counter_inc(void *instance, soch_str name, uint64_t value, const soch_label *labels, size_t count) {
    return pushed(instance, "counter", name);
}

static soch_status gauge_set(void *instance, soch_str name, double value, const soch_label *labels, size_t count) {
    return pushed(instance, "gauge", name);
}

static soch_status observe(void *instance, soch_str name, double value, const soch_label *labels, size_t count) {
    return pushed(instance, "histogram", name);
}

static soch_status span_start(void *instance, soch_str name, uint64_t parent, uint64_t *span) {
    *span = 1;
    return SOCH_OK;
}

static soch_status span_end(void *instance, uint64_t span) {
    return SOCH_OK;
}

static soch_status span_event(void *instance, uint64_t span, soch_str name, const soch_label *attributes, size_t count) {
    return SOCH_OK;
}

static const soch_observability table = {
    .size = sizeof(table), .counter_inc = counter_inc, .gauge_set = gauge_set, .histogram_observe = observe,
    .span_start = span_start, .span_end = span_end, .span_event = span_event, .report_health = report_health,
    .attach = attach};

SOCH_PLUGIN("reads_metrics", "1.0.0", SOCH_KIND_OBSERVABILITY, .create = create, .shutdown = shutdown_,
            .destroy = destroy, .observability = &table);
