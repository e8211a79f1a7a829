// A sink that gives what it is given to the host's log, a line each, with every field; with -DSIMPLE one that has only the
// slots of the first minor version. Its spans have the numbers 1, 2, ... and the same as ids of W3C's Trace Context, all of
// trace 9.
#include "sochdb_plugin.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct sink {
    const soch_host *host;
    uint64_t spans;
} sink;

typedef struct line {
    char text[1024];
    int len;
} line;

static void add(line *made, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    made->len += vsnprintf(made->text + made->len, sizeof made->text - (size_t)made->len, format, arguments);
    va_end(arguments);
}

static soch_status tell(const sink *self, const line *made) {
    self->host->log(self->host->ctx, SOCH_LOG_INFO, soch_text(made->text, (size_t)made->len), NULL, 0);
    return SOCH_OK;
}

static soch_status simple(const sink *self, const char *what, soch_str name, uint64_t number, const soch_label *labels,
                          size_t count) {
    line made = {.len = 0};
    add(&made, "%s %.*s %" PRIu64, what, (int)name.len, name.ptr, number);
    for (size_t i = 0; i < count; i++) {
        add(&made, " %.*s=%.*s", (int)labels[i].name.len, labels[i].name.ptr, (int)labels[i].value.len, labels[i].value.ptr);
    }
    return tell(self, &made);
}

static soch_status span_start(void *instance, soch_str name, uint64_t parent, uint64_t *span) {
    sink *self = instance;
    *span = ++self->spans;
    return simple(self, "span_start", name, parent, NULL, 0);
}

static soch_status span_event(void *instance, uint64_t span, soch_str name, const soch_label *labels, size_t count) {
    return simple(instance, "span_event", name, span, labels, count);
}

static soch_status span_end(void *instance, uint64_t span) {
    return simple(instance, "span_end", SOCH_STR(""), span, NULL, 0);
}

static soch_status take_log(void *instance, int32_t level, soch_str message, const soch_label *fields, size_t count) {
    return simple(instance, "log", message, (uint64_t)level, fields, count);
}

#ifndef SIMPLE
static void add_named(line *made, const char *name, soch_str value) {
    if (value.len > 0) add(made, " %s=%.*s", name, (int)value.len, value.ptr);
}

static void add_attributes(line *made, const soch_attribute *attributes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        soch_attribute it = attributes[i];
        add(made, " %.*s:", (int)it.name.len, it.name.ptr);
        switch (it.kind) {
        case SOCH_ATTRIBUTE_TEXT: add(made, "%.*s", (int)it.text.len, it.text.ptr); break;
        case SOCH_ATTRIBUTE_INTEGER: add(made, "%" PRId64, it.integer); break;
        case SOCH_ATTRIBUTE_NUMBER: add(made, "%g", it.number); break;
        case SOCH_ATTRIBUTE_BOOL: add(made, "%s", it.integer != 0 ? "true" : "false"); break;
        default: add(made, "?"); break;
        }
    }
}

static void add_context(line *made, const char *what, const soch_trace_context *context) {
    if (context == NULL) return;
    add(made, " %s=", what);
    for (size_t i = 0; i < sizeof context->trace_id; i++) add(made, "%02x", context->trace_id[i]);
    add(made, "-");
    for (size_t i = 0; i < sizeof context->span_id; i++) add(made, "%02x", context->span_id[i]);
    add(made, "-%02" PRIx32, context->flags);
    add_named(made, "state", context->state);
}

static soch_status span_record_start(void *instance, const soch_span_start *start, uint64_t *span) {
    sink *self = instance;
    *span = ++self->spans;
    line made = {.len = 0};
    add(&made, "start %.*s kind=%" PRIu32 " parent=%" PRIu64 " time=%" PRIu64, (int)start->name.len, start->name.ptr,
        start->kind, start->parent, start->time);
    add_context(&made, "remote", start->remote_parent);
    add_attributes(&made, start->attributes, start->attribute_count);
    for (size_t i = 0; i < start->link_count; i++) {
        add_context(&made, "link", &start->links[i].context);
        add_attributes(&made, start->links[i].attributes, start->links[i].attribute_count);
    }
    return tell(self, &made);
}

static soch_status span_record_event(void *instance, uint64_t span, const soch_span_event *event) {
    line made = {.len = 0};
    add(&made, "event %.*s span=%" PRIu64 " time=%" PRIu64, (int)event->name.len, event->name.ptr, span, event->time);
    add_attributes(&made, event->attributes, event->attribute_count);
    return tell(instance, &made);
}

static soch_status span_record_end(void *instance, uint64_t span, const soch_span_end *end) {
    line made = {.len = 0};
    add(&made, "end span=%" PRIu64 " status=%" PRIu32 " time=%" PRIu64, span, end->status, end->time);
    add_named(&made, "text", end->text);
    add_attributes(&made, end->attributes, end->attribute_count);
    return tell(instance, &made);
}

static soch_status span_context(void *instance, uint64_t span, soch_trace_context *context, const soch_writer *state) {
    const sink *self = instance;
    if (span == 0 || span > self->spans) return SOCH_NOT_FOUND;
#ifndef ZERO_TRACE
    context->trace_id[15] = 9;
#endif
#ifndef ZERO_SPAN
    context->span_id[7] = (uint8_t)span;
#endif
    context->flags = SOCH_TRACE_SAMPLED;
#ifdef BAD_STATE
    return soch_put(state, "by=c\r\nx: y", 10);
#else
    return soch_put(state, "by=c", 4);
#endif
}

static soch_status log_record(void *instance, const soch_log_record *record) {
    line made = {.len = 0};
    add(&made, "record %.*s level=%" PRId32 " span=%" PRIu64 " time=%" PRIu64, (int)record->message.len,
        record->message.ptr, record->level, record->span, record->time);
    add_named(&made, "target", record->target);
    add_context(&made, "remote", record->remote_span);
    add_attributes(&made, record->attributes, record->attribute_count);
    return tell(instance, &made);
}
#endif

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    sink *self = calloc(1, sizeof *self);
    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory");
    self->host = host;
    *instance = self;
    return SOCH_OK;
}

static const soch_observability table = {
    .size = sizeof(table), .span_start = span_start, .span_event = span_event, .span_end = span_end, .log = take_log,
#ifndef SIMPLE
    .span_record_start = span_record_start, .span_record_event = span_record_event, .span_record_end = span_record_end,
    .span_context = span_context, .log_record = log_record,
#endif
};

SOCH_PLUGIN("takes_records", "1.0.0", SOCH_KIND_OBSERVABILITY, .observability = &table, .create = create, .destroy = free);
