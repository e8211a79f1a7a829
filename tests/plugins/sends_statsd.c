// A sink that sends StatsD by UDP, several lines a datagram, with labels as DogStatsD has them. What a datagram holds when it is full,
// or `flush` comes, is sent. Configuration: {"to": "127.0.0.1:8125"}.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_config.h"
#include "sochdb_plugin.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// What passes a network in one piece; a longer line is a datagram of its own.
enum { DATAGRAM = 1400, LONGEST = 60000 };

typedef struct {
    pthread_mutex_t lock;
    int socket, failed;
    size_t len;
    char text[LONGEST];
} sink;

static void send_text(sink *self) {
    if (self->len > 0 && send(self->socket, self->text, self->len, 0) < 0) self->failed = errno;
    self->len = 0;
}

// What separates the parts of a line cannot be in them.
static void add_part(sink *self, soch_str part) {
    for (size_t i = 0; i < part.len && self->len < LONGEST; i++) {
        char byte = part.ptr[i];
        self->text[self->len++] = (byte >= 0 && byte < ' ') || (byte != 0 && strchr(":|@#,", byte)) ? '_' : byte;
    }
}

static void add_text(sink *self, const char *text) {
    for (; *text != 0 && self->len < LONGEST; text++) self->text[self->len++] = *text;
}

static soch_status measured(sink *self, soch_str name, const char *value, const soch_label *labels, size_t count) {
    size_t room = name.len + strlen(value) + 8;
    for (size_t i = 0; i < count; i++) room += labels[i].name.len + labels[i].value.len + 2;
    if (room > LONGEST) return SOCH_LIMIT;
    pthread_mutex_lock(&self->lock);
    if (self->len > 0 && self->len + room > DATAGRAM) send_text(self);
    if (self->len > 0) add_text(self, "\n");
    add_part(self, name);
    add_text(self, value);
    for (size_t i = 0; i < count; i++) {
        add_text(self, i == 0 ? "|#" : ",");
        add_part(self, labels[i].name);
        add_text(self, ":");
        add_part(self, labels[i].value);
    }
    if (self->len > DATAGRAM) send_text(self);
    pthread_mutex_unlock(&self->lock);
    return SOCH_OK;
}

static soch_status counter_inc(void *instance, soch_str name, uint64_t value, const soch_label *labels, size_t count) {
    char text[32];
    snprintf(text, sizeof text, ":%" PRIu64 "|c", value);
    return measured(instance, name, text, labels, count);
}

static soch_status gauge_set(void *instance, soch_str name, double value, const soch_label *labels, size_t count) {
    char text[48];
    snprintf(text, sizeof text, ":%.17g|g", value);
    return measured(instance, name, text, labels, count);
}

static soch_status histogram_observe(void *instance, soch_str name, double value, const soch_label *labels, size_t count) {
    char text[48];
    snprintf(text, sizeof text, ":%.17g|h", value);
    return measured(instance, name, text, labels, count);
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    sink *self = instance;
    (void)call;
    pthread_mutex_lock(&self->lock);
    send_text(self);
    int failed = self->failed;
    self->failed = 0;
    pthread_mutex_unlock(&self->lock);
    return failed == 0 ? SOCH_OK : soch_fail(error, SOCH_IO, failed, strerror(failed));
}

static soch_status shut_down(void *instance, soch_error *error) { return flush(instance, NULL, error); }

static soch_status describe(void *instance, soch_observability_properties *properties, soch_error *error) {
    (void)instance, (void)error;
    properties->flags = SOCH_OBSERVABILITY_NO_SPANS | SOCH_OBSERVABILITY_NO_LOGS;
    return SOCH_OK;
}

static void destroy(void *instance) {
    sink *self = instance;
    close(self->socket);
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    static const char *const known[] = {"to", NULL};
    char to[64], *port;
    (void)host;
    soch_status status = soch_config_only(config, "", known, error);
    if (status == SOCH_OK) status = soch_config_need(config, "to", "name an address and a port", error);
    if (status == SOCH_OK) status = soch_config_text(config, "to", to, sizeof to, error);
    if (status != SOCH_OK) return status;
    struct sockaddr_in address = {.sin_family = AF_INET};
    if ((port = strchr(to, ':')) == NULL) return soch_fail(error, SOCH_INVALID, 0, "`to` has no port");
    *port++ = 0;
    address.sin_port = htons((uint16_t)atoi(port));
    if (inet_pton(AF_INET, to, &address.sin_addr) != 1) return soch_fail(error, SOCH_INVALID, 0, "`to` is no address");
    sink *self = calloc(1, sizeof *self);
    if (self == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for a sink");
    self->socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (self->socket < 0 || connect(self->socket, (struct sockaddr *)&address, sizeof address) != 0) {
        int failed = errno;
        if (self->socket >= 0) close(self->socket);
        free(self);
        return soch_fail(error, SOCH_IO, failed, strerror(failed));
    }
    pthread_mutex_init(&self->lock, NULL);
    *instance = self;
    return SOCH_OK;
}

static const soch_observability lines = {
    .size = sizeof lines, .counter_inc = counter_inc, .gauge_set = gauge_set, .histogram_observe = histogram_observe,
    .flush = flush, .describe = describe};

SOCH_PLUGIN("sends_statsd", "1.0.0", SOCH_KIND_OBSERVABILITY, .observability = &lines, .create = create,
            .shutdown = shut_down, .destroy = destroy);
