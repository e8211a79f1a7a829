// A sink that appends one JSON object a line to the file that its configuration names: {"path": "/var/log/db.jsonl"}.
#define _POSIX_C_SOURCE 200809L
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct sink {
    const soch_host *host;
    char *path;
    // Of all that follows.
    pthread_mutex_t lock;
    int file;
    uint64_t spans;
    bool failing;
} sink;

// A line that is being put together. `full` says that memory ran out.
typedef struct line {
    char *text;
    size_t len, capacity;
    bool full;
    char first[512];
} line;

static void add(line *self, const char *text, size_t len) {
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

static void add_text(line *self, const char *text) {
    add(self, text, strlen(text));
}

static void add_integer(line *self, uint64_t value) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, value);
    add_text(self, digits);
}

// JSON knows a point only, and no NaN; the locale of the process may write the point in another way.
static void add_number(line *self, double value) {
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

static void add_string(line *self, soch_str text) {
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

static void add_labels(line *self, const soch_label *labels, size_t count) {
    add_text(self, ",\"labels\":{");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) add_text(self, ",");
        add_string(self, labels[i].name);
        add_text(self, ":");
        add_string(self, labels[i].value);
    }
    add_text(self, "}");
}

static void begin(line *self, const char *kind) {
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

static void add_named(line *self, const char *name, soch_str value) {
    add_text(self, ",\"");
    add_text(self, name);
    add_text(self, "\":");
    add_string(self, value);
}

static void add_counted(line *self, const char *name, uint64_t value) {
    add_text(self, ",\"");
    add_text(self, name);
    add_text(self, "\":");
    add_integer(self, value);
}

// 0, or the errno of what failed.
static int write_all(int file, const char *text, size_t len) {
    while (len > 0) {
        ssize_t written = write(file, text, len);
        if (written == 0) return EIO;
        if (written < 0 && errno != EINTR) return errno;
        if (written > 0) {
            text += written;
            len -= (size_t)written;
        }
    }
    return 0;
}

// Writes the line. Of several failures in a row, the host's log hears of the first one.
static soch_status end(sink *self, line *made) {
    add_text(made, "}\n");
    pthread_mutex_lock(&self->lock);
    int failed = made->full ? ENOMEM : write_all(self->file, made->text, made->len);
    bool news = failed != 0 && !self->failing;
    self->failing = failed != 0;
    pthread_mutex_unlock(&self->lock);
    if (made->text != made->first) free(made->text);
    if (news) {
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
    const char *name = levels[level >= SOCH_LOG_DEBUG && level <= SOCH_LOG_ERROR ? level : SOCH_LOG_ERROR];
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
    char *path;
    soch_status status = config_text(config, known, "path", &path, error);
    if (status == SOCH_NOT_FOUND) {
        status = soch_fail(error, SOCH_INVALID, 0, "configuration: `path` is missing: name the file to append to");
    }
    if (status != SOCH_OK) return status;
    sink *self = calloc(1, sizeof *self);
    // A pipe that nobody reads is refused with ENXIO. Only the opening must not wait: a full pipe is to lose no line.
    int file = self != NULL ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600) : -1;
    int failed = self == NULL ? ENOMEM : file < 0 || fcntl(file, F_SETFL, O_APPEND) != 0 ? errno : 0;
    if (failed == 0) failed = pthread_mutex_init(&self->lock, NULL);
    if (failed != 0) {
        status = config_fail(error, SOCH_IO, failed, "cannot open %s to append: %s", path, strerror(failed));
        if (file >= 0) close(file);
        free(self);
        free(path);
        return status;
    }
    self->host = host;
    self->path = path;
    self->file = file;
    *instance = self;
    return SOCH_OK;
}

// A pipe or a terminal has nothing to bring to a disk, which fsync reports as EINVAL.
static soch_status shut_down(void *instance, soch_error *error) {
    sink *self = instance;
    int failed = fsync(self->file) == 0 || errno == EINVAL || errno == EROFS ? 0 : errno;
    if (close(self->file) != 0 && failed == 0) failed = errno;
    self->file = -1;
    return failed == 0 ? SOCH_OK : soch_fail(error, SOCH_IO, failed, strerror(failed));
}

static void destroy(void *instance) {
    sink *self = instance;
    if (self->file >= 0) close(self->file);
    pthread_mutex_destroy(&self->lock);
    free(self->path);
    free(self);
}

static const soch_observability lines = {
    .size = sizeof(lines), .counter_inc = counter_inc, .gauge_set = gauge_set, .histogram_observe = histogram_observe,
    .span_start = span_start, .span_end = span_end, .span_event = span_event, .log = take_log,
    .report_health = report_health};

SOCH_PLUGIN("observability_json", "1.0.0", SOCH_KIND_OBSERVABILITY, .observability = &lines, .create = create,
            .shutdown = shut_down, .destroy = destroy,
            .description = "Appends metrics, spans and logs to a file of JSON lines.");
