// A sink that keeps spans until they end, and writes each as one line of JSON with its attributes and events; lines of the log it
// writes at once. Configuration: {"path": "/var/log/spans.jsonl"}.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_config.h"
#include "sochdb_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *ptr;
    size_t len, room;
} text;

static void add(text *self, const char *bytes, size_t len) {
    if (self->room - self->len < len) {
        size_t room = 2 * (self->len + len);
        char *grown = realloc(self->ptr, room);
        if (grown == NULL) return;
        self->ptr = grown;
        self->room = room;
    }
    if (len > 0) memcpy(self->ptr + self->len, bytes, len);
    self->len += len;
}

static void add_text(text *self, const char *what) { add(self, what, strlen(what)); }

static void add_string(text *self, soch_str value) {
    add_text(self, "\"");
    for (size_t i = 0; i < value.len; i++) {
        unsigned char byte = (unsigned char)value.ptr[i];
        char escape[8];
        if (byte < 0x20 || byte == '"' || byte == '\\') {
            snprintf(escape, sizeof escape, "\\u%04x", byte);
            add_text(self, escape);
        } else {
            add(self, value.ptr + i, 1);
        }
    }
    add_text(self, "\"");
}

static void add_value(text *self, const soch_attribute *from) {
    char digits[40];
    switch (from->kind) {
    case SOCH_ATTRIBUTE_TEXT: add_string(self, from->text); return;
    case SOCH_ATTRIBUTE_INTEGER: snprintf(digits, sizeof digits, "%" PRId64, from->integer); break;
    case SOCH_ATTRIBUTE_BOOL: snprintf(digits, sizeof digits, "%s", from->integer != 0 ? "true" : "false"); break;
    default: snprintf(digits, sizeof digits, isfinite(from->number) ? "%.17g" : "null", from->number);
    }
    add_text(self, digits);
}

static bool is_known(const soch_attribute *from) { return from->kind <= SOCH_ATTRIBUTE_BOOL; }

static void add_attributes(text *self, const soch_attribute *from, size_t count) {
    const char *before = ",\"attributes\":{";
    SOCH_EACH(soch_attribute, each, from, count) {
        if (!is_known(each)) continue;
        add_text(self, before);
        add_string(self, each->name);
        add_text(self, ":");
        add_value(self, each);
        before = ",";
    }
    add_text(self, *before == ',' && before[1] == 0 ? "}" : "");
}

typedef struct pair {
    text name, value;
} pair;

typedef struct span {
    struct span *next;
    uint64_t number, parent;
    uint8_t trace_id[SOCH_TRACE_ID_SIZE];
    text name, state, events;
    pair *pairs;
    size_t count;
} span;

typedef struct {
    pthread_mutex_t lock;
    int file, failed;
    uint64_t last;
    span *open;
} sink;

static void write_line(sink *self, text *line) {
    add_text(line, "}\n");
    pthread_mutex_lock(&self->lock);
    if (write(self->file, line->ptr, line->len) != (ssize_t)line->len) self->failed = errno;
    pthread_mutex_unlock(&self->lock);
    free(line->ptr);
}

static void free_span(span *self) {
    for (size_t i = 0; i < self->count; i++) {
        free(self->pairs[i].name.ptr);
        free(self->pairs[i].value.ptr);
    }
    free(self->pairs);
    free(self->name.ptr);
    free(self->state.ptr);
    free(self->events.ptr);
    free(self);
}

static void keep(span *self, const soch_attribute *from, size_t count) {
    SOCH_EACH(soch_attribute, each, from, count) {
        if (!is_known(each)) continue;
        text name = {0}, value = {0};
        add_string(&name, each->name);
        add_value(&value, each);
        size_t at = 0;
        while (at < self->count && (self->pairs[at].name.len != name.len || memcmp(self->pairs[at].name.ptr, name.ptr, name.len) != 0)) at++;
        if (at == self->count) {
            pair *grown = realloc(self->pairs, (at + 1) * sizeof *grown);
            if (grown == NULL) return;
            self->pairs = grown;
            self->count++;
        } else {
            free(self->pairs[at].name.ptr);
            free(self->pairs[at].value.ptr);
        }
        self->pairs[at] = (pair){name, value};
    }
}

static span **find(sink *self, uint64_t number) {
    span **at = &self->open;
    while (*at != NULL && (*at)->number != number) at = &(*at)->next;
    return at;
}

static soch_status span_record_start(void *instance, const soch_span_start *from, uint64_t *number) {
    sink *self = instance;
    span *made = calloc(1, sizeof *made);
    if (made == NULL) return SOCH_LIMIT;
    made->parent = from->parent;
    add_string(&made->name, from->name);
    keep(made, from->attributes, from->attribute_count);
    memset(made->trace_id, 9, sizeof made->trace_id);
    pthread_mutex_lock(&self->lock);
    const span *parent = from->parent != 0 ? *find(self, from->parent) : NULL;
    if (parent != NULL) {
        memcpy(made->trace_id, parent->trace_id, sizeof made->trace_id);
        add(&made->state, parent->state.ptr, parent->state.len);
    } else if (from->parent == 0 && from->remote_parent != NULL) {
        memcpy(made->trace_id, from->remote_parent->trace_id, sizeof made->trace_id);
        add(&made->state, from->remote_parent->state.ptr, from->remote_parent->state.len);
    }
    *number = made->number = ++self->last;
    made->next = self->open;
    self->open = made;
    pthread_mutex_unlock(&self->lock);
    return SOCH_OK;
}

static soch_status note(sink *self, uint64_t number, text *event) {
    pthread_mutex_lock(&self->lock);
    span *of = *find(self, number);
    if (of != NULL) {
        add_text(&of->events, of->events.len > 0 ? "," : "");
        add(&of->events, event->ptr, event->len);
    }
    pthread_mutex_unlock(&self->lock);
    free(event->ptr);
    return SOCH_OK;
}

static soch_status span_record_event(void *instance, uint64_t number, const soch_span_event *from) {
    text event = {0};
    add_text(&event, "{\"name\":");
    add_string(&event, from->name);
    add_attributes(&event, from->attributes, from->attribute_count);
    add_text(&event, "}");
    return note(instance, number, &event);
}

static soch_status span_record_end(void *instance, uint64_t number, const soch_span_end *end) {
    sink *self = instance;
    pthread_mutex_lock(&self->lock);
    span **at = find(self, number), *done = *at;
    if (done != NULL) *at = done->next;
    pthread_mutex_unlock(&self->lock);
    if (done == NULL) return SOCH_OK;
    keep(done, end->attributes, end->attribute_count);
    text line = {0};
    char id[80];
    snprintf(id, sizeof id, "\",\"id\":\"%016" PRIx64 "\",\"parent\":\"%016" PRIx64 "\"", number, done->parent);
    add_text(&line, "{\"kind\":\"span");
    add_text(&line, id);
    add_text(&line, ",\"name\":");
    add(&line, done->name.ptr, done->name.len);
    add_text(&line, ",\"attributes\":{");
    for (size_t i = 0; i < done->count; i++) {
        add_text(&line, i > 0 ? "," : "");
        add(&line, done->pairs[i].name.ptr, done->pairs[i].name.len);
        add_text(&line, ":");
        add(&line, done->pairs[i].value.ptr, done->pairs[i].value.len);
    }
    add_text(&line, "},\"events\":[");
    add(&line, done->events.ptr, done->events.len);
    add_text(&line, "],\"error\":");
    add_string(&line, end->text);
    free_span(done);
    write_line(self, &line);
    return SOCH_OK;
}

static soch_status span_start(void *instance, soch_str name, uint64_t parent, uint64_t *number) {
    soch_span_start from = {.size = sizeof from, .name = name, .parent = parent};
    return span_record_start(instance, &from, number);
}

static soch_status span_event(void *instance, uint64_t number, soch_str name, const soch_label *labels, size_t count) {
    text event = {0};
    add_text(&event, "{\"name\":");
    add_string(&event, name);
    add_text(&event, ",\"labels\":{");
    SOCH_EACH(soch_label, each, labels, count) {
        if (each != labels) add_text(&event, ",");
        add_string(&event, each->name);
        add_text(&event, ":");
        add_string(&event, each->value);
    }
    add_text(&event, "}}");
    return note(instance, number, &event);
}

static soch_status span_end(void *instance, uint64_t number) {
    soch_span_end end = {.size = sizeof end};
    return span_record_end(instance, number, &end);
}

static soch_status span_context(void *instance, uint64_t number, soch_trace_context *context, const soch_writer *state) {
    sink *self = instance;
    soch_status status = SOCH_NOT_FOUND;
    pthread_mutex_lock(&self->lock);
    const span *of = *find(self, number);
    if (of != NULL) {
        memcpy(context->trace_id, of->trace_id, sizeof of->trace_id);
        for (int i = 0; i < SOCH_SPAN_ID_SIZE; i++) context->span_id[i] = (uint8_t)(number >> (8 * (7 - i)));
        status = of->state.len > 0 ? soch_put(state, of->state.ptr, of->state.len) : SOCH_OK;
    }
    pthread_mutex_unlock(&self->lock);
    return status;
}

static soch_status log_record(void *instance, const soch_log_record *record) {
    text line = {0};
    add_text(&line, "{\"kind\":\"log\",\"message\":");
    add_string(&line, record->message);
    add_attributes(&line, record->attributes, record->attribute_count);
    write_line(instance, &line);
    return SOCH_OK;
}

static soch_status take_log(void *instance, int32_t level, soch_str message, const soch_label *fields, size_t count) {
    text line = {0};
    (void)level;
    add_text(&line, "{\"kind\":\"log\",\"message\":");
    add_string(&line, message);
    SOCH_EACH(soch_label, each, fields, count) {
        add_text(&line, ",");
        add_string(&line, each->name);
        add_text(&line, ":");
        add_string(&line, each->value);
    }
    write_line(instance, &line);
    return SOCH_OK;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    sink *self = instance;
    (void)call;
    pthread_mutex_lock(&self->lock);
    int failed = self->failed;
    pthread_mutex_unlock(&self->lock);
    return failed == 0 ? SOCH_OK : soch_fail(error, SOCH_IO, failed, strerror(failed));
}

static soch_status shut_down(void *instance, soch_error *error) { return flush(instance, NULL, error); }

static soch_status describe(void *instance, soch_observability_properties *properties, soch_error *error) {
    (void)instance, (void)error;
    properties->flags = SOCH_OBSERVABILITY_NO_METRICS | SOCH_PROPERTY_FILES;
    return SOCH_OK;
}

static void destroy(void *instance) {
    sink *self = instance;
    for (span *open = self->open, *next; open != NULL; open = next) {
        next = open->next;
        free_span(open);
    }
    close(self->file);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    static const char *const known[] = {"path", NULL};
    char path[PATH_MAX];
    (void)host;
    soch_status status = soch_config_only(config, "", known, error);
    if (status == SOCH_OK) status = soch_config_need(config, "path", "name the file to append to", error);
    if (status == SOCH_OK) status = soch_config_text(config, "path", path, sizeof path, error);
    if (status != SOCH_OK) return status;
    sink *self = calloc(1, sizeof *self);
    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a sink");
    self->file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (self->file < 0) {
        int failed = errno;
        free(self);
        return soch_fail(error, SOCH_IO, failed, strerror(failed));
    }
    // Half a line may be there, of a process that was killed. Where there is no room, the next line says so.
    if (lseek(self->file, 0, SEEK_END) > 0 && write(self->file, "\n", 1) != 1) errno = 0;
    pthread_mutex_init(&self->lock, NULL);
    *instance = self;
    return SOCH_OK;
}

static const soch_observability spans = {
    .size = sizeof spans, .span_start = span_start, .span_end = span_end, .span_event = span_event, .log = take_log,
    .describe = describe, .span_record_start = span_record_start, .span_record_event = span_record_event,
    .span_record_end = span_record_end, .span_context = span_context, .log_record = log_record, .flush = flush};

SOCH_PLUGIN("keeps_spans", "1.0.0", SOCH_KIND_OBSERVABILITY, .observability = &spans, .create = create,
            .shutdown = shut_down, .destroy = destroy);
