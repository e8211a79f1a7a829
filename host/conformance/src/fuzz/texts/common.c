// It makes the calls below of a plugin, and fails where the plugin does not do what the contract says. `sochdb-plugin check
// --fuzz` wrote it. FILE is this one, and sochdb_plugin.h is in the directory `include`; without PLUGIN it takes the one that was
// checked:
//
//     cc -std=c99 -I include FILE -ldl -o found && ./found [PLUGIN]
#define _XOPEN_SOURCE 700
#include "sochdb_plugin.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const soch_plugin *plugin;
static void *instance;
static soch_error error;

static void fail(int step, const char *what) {
    fprintf(stderr, "step %d: %s: %s\n", step, what, error.message);
    exit(1);
}

// A slot that the plugin need not have.
#define HAS(table, type, slot) (offsetof(type, slot) < (table)->size && (table)->slot != NULL)

static inline void done(int step, soch_status status) {
    if (status != SOCH_OK) fail(step, "it must be done, and fails");
}

static inline void refused(int step, soch_status status) {
    if (status == SOCH_OK || status == SOCH_NOT_FOUND) fail(step, "it must be refused, and is done");
}

static inline soch_bytes literal(const char *text, size_t len) {
    soch_bytes bytes = {(const uint8_t *)text, len};
    return bytes;
}

static uint8_t *room(size_t len) {
    uint8_t *made = malloc(len > 0 ? len : 1);
    if (made == NULL) fail(0, "no memory");
    return made;
}

static inline soch_bytes same(size_t len, uint8_t first) {
    uint8_t *made = room(len);
    memset(made, first, len);
    soch_bytes bytes = {made, len};
    return bytes;
}

static inline soch_bytes pattern(size_t len, uint8_t first) {
    uint8_t *made = room(len);
    for (size_t at = 0; at < len; at++) made[at] = (uint8_t)(first + at * 7 + (at >> 8));
    soch_bytes bytes = {made, len};
    return bytes;
}

static inline soch_bytes noise(size_t len, uint8_t first) {
    uint8_t *made = room(len);
    uint32_t state = (uint32_t)first << 24;
    for (size_t at = 0; at < len; at++, state = state * 1664525u + 1013904223u) made[at] = (uint8_t)(state >> 24);
    soch_bytes bytes = {made, len};
    return bytes;
}

// What a call gave back: bytes, of which those before `at` were looked at.
static uint8_t *out;
static size_t out_len, at;

static inline soch_status append(void *ctx, soch_bytes bytes) {
    (void)ctx;
    out = realloc(out, out_len + bytes.len + 1);
    if (out == NULL) return SOCH_LIMIT;
    if (bytes.len > 0) memcpy(out + out_len, bytes.ptr, bytes.len);
    out_len += bytes.len;
    return SOCH_OK;
}

static uint8_t *reserved;
static inline soch_status reserve(void *ctx, size_t len, uint8_t **room_for) {
    (void)ctx;
    *room_for = reserved = room(len);
    return SOCH_OK;
}

static inline soch_status commit(void *ctx, size_t len) {
    soch_bytes bytes = {reserved, len};
    return append(ctx, bytes);
}

static inline const soch_writer *begin(void) {
    static const soch_writer writer = {NULL, UINT64_MAX, append, reserve, commit};
    out_len = at = 0;
    return &writer;
}

static inline soch_bytes number_of(const uint64_t *number) {
    soch_bytes bytes = {(const uint8_t *)number, sizeof *number};
    return bytes;
}

static inline void no_more(int step) {
    if (at != out_len) fail(step, "it gives more than there is");
}

static void no_log(void *ctx, int32_t level, soch_str message, const soch_label *fields, size_t count) {
    (void)ctx, (void)level, (void)message, (void)fields, (void)count;
}
static void no_count(void *ctx, soch_str name, uint64_t value, const soch_label *labels, size_t count) {
    (void)ctx, (void)name, (void)value, (void)labels, (void)count;
}
static void no_number(void *ctx, soch_str name, double value, const soch_label *labels, size_t count) {
    (void)ctx, (void)name, (void)value, (void)labels, (void)count;
}
static const void *no_service(void *ctx, soch_str id) {
    (void)ctx, (void)id;
    return NULL;
}
static void no_memory_used(void *ctx, uint64_t bytes) {
    (void)ctx, (void)bytes;
}

static void no_description(void *ctx, soch_str name, soch_str unit, soch_str description) {
    (void)ctx, (void)name, (void)unit, (void)description;
}

static soch_str text(const char *of) {
    soch_str made = {of, strlen(of)};
    return made;
}

static char config[4096], data_dir[256], directory[] = "/tmp/found-XXXXXX";
static soch_host host;

static void create(void) {
    error.message[0] = 0;
    done(0, plugin->create != NULL ? plugin->create(&host, text(config), &instance, &error) : SOCH_OK);
}

static void end(void) {
    if (plugin->shutdown != NULL) done(0, plugin->shutdown(instance, &error));
    if (plugin->destroy != NULL) plugin->destroy(instance);
}

// Makes the configuration of the next instance from this one.
static void configure(const char *with) {
    config[0] = 0;
    for (const char *dir; (dir = strstr(with, "{dir}")) != NULL; with = dir + 5) {
        size_t len = strlen(config);
        snprintf(config + len, sizeof config - len, "%.*s%s", (int)(dir - with), with, directory);
    }
    strncat(config, with, sizeof config - strlen(config) - 1);
}

static void load(const char *file, const char *with) {
    void *library = dlopen(file, RTLD_NOW);
    if (library == NULL || mkdtemp(directory) == NULL) fail(0, library == NULL ? dlerror() : "no directory");
    plugin = (const soch_plugin *)dlsym(library, "soch_plugin_v1");
    if (plugin == NULL) fail(0, "it is no plugin");
    snprintf(data_dir, sizeof data_dir, "%s/data_dir", directory);
    mkdir(data_dir, 0700);
    configure(with);
    host.size = sizeof host;
    host.abi_minor = plugin->abi_minor < SOCH_ABI_MINOR ? plugin->abi_minor : SOCH_ABI_MINOR;
    host.log_level = SOCH_LOG_ERROR;
    host.product = text("found by sochdb-plugin check");
    host.data_dir = text(data_dir);
    host.log = no_log;
    host.counter_inc = no_count;
    host.gauge_set = host.histogram_observe = no_number;
    host.get_service = no_service;
    host.memory_used = no_memory_used;
    host.describe_metric = no_description;
    create();
}
