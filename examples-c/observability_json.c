// A sink that appends one JSON object a line to the file that its configuration names: {"path": "/var/log/db.jsonl"}.
#define _POSIX_C_SOURCE 200809L
#include "fail.h"
#include "observability_json_file.h"
#include "sochdb_config.h"

#include <limits.h>
#include <pthread.h>
#include <string.h>

typedef struct sink {
    const soch_host *host;
    char *path;
    // Of all that follows.
    pthread_mutex_t lock;
    output output;
    uint64_t spans;
} sink;

// Writes the line. Of several failures in a row, the host's log hears of the first one.
static soch_status end(sink *self, line *made) {
    bool is_news;
    add_text(made, "}\n");
    pthread_mutex_lock(&self->lock);
    int failed = append(&self->output, made, &is_news);
    pthread_mutex_unlock(&self->lock);
    if (made->text != made->first) free(made->text);
    if (is_news) {
        const char *why = strerror(failed);
        soch_label fields[] = {{SOCH_STR("path"), soch_text(self->path, strlen(self->path))},
                               {SOCH_STR("error"), soch_text(why, strlen(why))}};
        self->host->log(self->host->ctx, SOCH_LOG_ERROR, SOCH_STR("lines are lost"), fields, 2);
    }
    return failed == 0 ? SOCH_OK : failed == ENOMEM ? SOCH_LIMIT : SOCH_IO;
}

static soch_status counter_inc(void *instance, soch_str name, uint64_t value, const soch_label *labels, size_t count) {
    line made;
    begin(&made, "counter");
    add_named(&made, "name", name);
    add_counted(&made, "value", value);
    add_labels(&made, labels, count);
    return end(instance, &made);
}

static soch_status measured(void *instance, const char *kind, soch_str name, double value, const soch_label *labels,
                            size_t count) {
    line made;
    begin(&made, kind);
    add_named(&made, "name", name);
    add_text(&made, ",\"value\":");
    add_number(&made, value);
    add_labels(&made, labels, count);
    return end(instance, &made);
}

static soch_status gauge_set(void *instance, soch_str name, double value, const soch_label *labels, size_t count) {
    return measured(instance, "gauge", name, value, labels, count);
}

static soch_status histogram_observe(void *instance, soch_str name, double value, const soch_label *labels,
                                     size_t count) {
    return measured(instance, "histogram", name, value, labels, count);
}

static soch_status span_start(void *instance, soch_str name, uint64_t parent, uint64_t *span) {
    sink *self = instance;
    pthread_mutex_lock(&self->lock);
    *span = ++self->spans;
    pthread_mutex_unlock(&self->lock);
    line made;
    begin(&made, "span_start");
    add_named(&made, "name", name);
    add_counted(&made, "span", *span);
    add_counted(&made, "parent", parent);
    return end(self, &made);
}

static soch_status span_end(void *instance, uint64_t span) {
    line made;
    begin(&made, "span_end");
    add_counted(&made, "span", span);
    return end(instance, &made);
}

static soch_status span_event(void *instance, uint64_t span, soch_str name, const soch_label *attributes,
                              size_t count) {
    line made;
    begin(&made, "span_event");
    add_named(&made, "name", name);
    add_counted(&made, "span", span);
    add_labels(&made, attributes, count);
    return end(instance, &made);
}

static soch_status take_log(void *instance, int32_t level, soch_str message, const soch_label *fields, size_t count) {
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    const char *name = levels[level < SOCH_LOG_DEBUG ? SOCH_LOG_DEBUG : level > SOCH_LOG_ERROR ? SOCH_LOG_ERROR : level];
    line made;
    begin(&made, "log");
    add_named(&made, "level", soch_text(name, strlen(name)));
    add_named(&made, "message", message);
    add_labels(&made, fields, count);
    return end(instance, &made);
}

static soch_status report_health(void *instance, const soch_health *health) {
    line made;
    begin(&made, "health");
    add_text(&made, health->operational != 0 ? ",\"operational\":true" : ",\"operational\":false");
    add_counted(&made, "wal_size_bytes", health->wal_size_bytes);
    add_counted(&made, "active_txns", health->active_txns);
    add_text(&made, ",\"buffer_pool_usage\":");
    add_number(&made, health->buffer_pool_usage);
    add_counted(&made, "checkpoint_age_secs", health->checkpoint_age_secs);
    return end(instance, &made);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    static const char *const known[] = {"path", NULL};
    char path[PATH_MAX];
    soch_status status = soch_config_only(config, "", known, error);
    if (status == SOCH_OK) status = soch_config_need(config, "path", "name the file to append to", error);
    if (status == SOCH_OK) status = soch_config_text(config, "path", path, sizeof path, error);
    if (status != SOCH_OK) return status;
    sink *self = calloc(1, sizeof *self);
    char *kept = strdup(path);
    int failed = self == NULL || kept == NULL ? ENOMEM : pthread_mutex_init(&self->lock, NULL);
    if (failed == 0) {
        failed = open_output(&self->output, path);
        if (failed != 0) pthread_mutex_destroy(&self->lock);
    }
    if (failed != 0) {
        free(self);
        free(kept);
        return failf(error, SOCH_IO, failed, "cannot open %s to append: %s", path, strerror(failed));
    }
    self->host = host;
    self->path = kept;
    *instance = self;
    return SOCH_OK;
}

// Lost lines are an error also when there was room again: they are missing.
static soch_status report(const sink *self, int failed, soch_error *error) {
    const output *output = &self->output;
    if (output->lost_in_all > 0) {
        return failf(error, SOCH_IO, output->error, "%" PRIu64 " lines of %s are lost: %s", output->lost_in_all,
                     self->path, strerror(output->error));
    }
    return failed == 0 ? SOCH_OK : soch_fail(error, SOCH_IO, failed, strerror(failed));
}

#if SOCH_TARGET_MINOR >= 1
static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    sink *self = instance;
    (void)call;
    pthread_mutex_lock(&self->lock);
    soch_status status = report(self, sync_output(&self->output), error);
    pthread_mutex_unlock(&self->lock);
    return status;
}
#endif

static soch_status shut_down(void *instance, soch_error *error) {
    sink *self = instance;
    return report(self, close_output(&self->output), error);
}

static void destroy(void *instance) {
    sink *self = instance;
    if (self->output.file >= 0) close(self->output.file);
    pthread_mutex_destroy(&self->lock);
    free(self->path);
    free(self);
}

static const soch_observability lines = {
    .size = sizeof(lines), .counter_inc = counter_inc, .gauge_set = gauge_set, .histogram_observe = histogram_observe,
    .span_start = span_start, .span_end = span_end, .span_event = span_event, .log = take_log,
    .report_health = report_health,
#if SOCH_TARGET_MINOR >= 1
    .flush = flush,
#endif
};

SOCH_PLUGIN("observability_json", "1.0.0", SOCH_KIND_OBSERVABILITY, .observability = &lines, .create = create,
            .shutdown = shut_down, .destroy = destroy,
            .description = "Appends metrics, spans and logs to a file of JSON lines.");
