// A line of JSON that `observability_json.c` puts together field by field.
#ifndef OBSERVABILITY_JSON_LINE_H
#define OBSERVABILITY_JSON_LINE_H

#include "sochdb_plugin.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// A line that is being put together. `full` says that memory ran out.
typedef struct line {
    char *text;
    size_t len, capacity;
    bool full;
    char first[512];
} line;

static inline void add(line *self, const char *text, size_t len) {
    if (self->full) return;
    if (len > self->capacity - self->len) {
        size_t capacity = self->capacity;
        while (capacity - self->len < len && capacity <= SIZE_MAX / 2) capacity *= 2;
        bool fits = capacity - self->len >= len;
        char *text_now = fits ? realloc(self->text == self->first ? NULL : self->text, capacity) : NULL;
        if (text_now == NULL) {
            self->full = true;
            return;
        }
        if (self->text == self->first) memcpy(text_now, self->first, self->len);
        self->text = text_now;
        self->capacity = capacity;
    }
    if (len > 0) memcpy(self->text + self->len, text, len);
    self->len += len;
}

static inline void add_text(line *self, const char *text) {
    add(self, text, strlen(text));
}

static inline void add_integer(line *self, uint64_t value) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    add_text(self, digits);
}

// JSON knows a point only, and no NaN; the locale of the process may write the point in another way.
static inline void add_number(line *self, double value) {
    char digits[64];
    if (!isfinite(value)) {
        add_text(self, "null");
        return;
    }
    snprintf(digits, sizeof digits, "%.17g", value);
    for (const char *at = digits; *at != 0;) {
        size_t plain = strspn(at, "+-0123456789e");
        add(self, at, plain);
        at += plain;
        if (*at == 0) break;
        add_text(self, ".");
        at += strcspn(at, "+-0123456789e");
    }
}

static inline void add_string(line *self, soch_str text) {
    add_text(self, "\"");
    size_t done = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        char escape[8];
        if (byte < 0x20) snprintf(escape, sizeof escape, "\\u%04x", byte);
        else snprintf(escape, sizeof escape, "\\%c", byte);
        add(self, text.ptr + done, i - done);
        add_text(self, escape);
        done = i + 1;
    }
    if (text.len > done) add(self, text.ptr + done, text.len - done);
    add_text(self, "\"");
}

static inline void add_labels(line *self, const soch_label *labels, size_t count) {
    add_text(self, ",\"labels\":{");
    SOCH_EACH(soch_label, label, labels, count) {
        if (label != labels) add_text(self, ",");
        add_string(self, label->name);
        add_text(self, ":");
        add_string(self, label->value);
    }
    add_text(self, "}");
}

static inline void begin(line *self, const char *kind) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    self->text = self->first;
    self->capacity = sizeof self->first;
    self->len = 0;
    self->full = false;
    add_text(self, "{\"time_ms\":");
    add_integer(self, (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u);
    add_text(self, ",\"kind\":\"");
    add_text(self, kind);
    add_text(self, "\"");
}

static inline void add_named(line *self, const char *name, soch_str value) {
    add_text(self, ",\"");
    add_text(self, name);
    add_text(self, "\":");
    add_string(self, value);
}

static inline void add_counted(line *self, const char *name, uint64_t value) {
    add_text(self, ",\"");
    add_text(self, name);
    add_text(self, "\":");
    add_integer(self, value);
}

#endif
