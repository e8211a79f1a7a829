// A sink whose versions write two forms of a line, to two files: -DFORMAT=1 or 2. Both are configured alike: {"path": "/srv/lines"}.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_config.h"
#include "sochdb_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STRINGS(number) #number
#define TEXT(number) STRINGS(number)

typedef struct {
    int file;
} sink;

static soch_status take_log(void *instance, int32_t level, soch_str message, const soch_label *fields, size_t count) {
    const sink *self = instance;
    (void)level, (void)fields, (void)count;
    char line[256];
#if FORMAT == 1
    int length = snprintf(line, sizeof line, "%.*s\n", (int)message.len, message.ptr);
#else
    int length = snprintf(line, sizeof line, "{\"level\":%d,\"message\":\"%.*s\"}\n", level, (int)message.len, message.ptr);
#endif
    return write(self->file, line, (size_t)length) == length ? SOCH_OK : SOCH_IO;
}

static soch_status flush(void *instance, const soch_call *call, soch_error *error) {
    const sink *self = instance;
    (void)call;
    return fsync(self->file) == 0 ? SOCH_OK : soch_fail(error, SOCH_IO, errno, "sync");
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    char base[4000], path[4096];
    (void)host;
    soch_status status = soch_config_text(config, "path", base, sizeof base, error);
    if (status != SOCH_OK) return status;
    snprintf(path, sizeof path, "%s." TEXT(FORMAT), base);
    sink *self = calloc(1, sizeof *self);
    if (self != NULL) self->file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (self == NULL || self->file < 0) {
        free(self);
        return soch_fail(error, SOCH_IO, errno, "open");
    }
    *instance = self;
    return SOCH_OK;
}

static void destroy(void *instance) {
    sink *self = instance;
    close(self->file);
    free(self);
}

static const soch_observability table = {.size = sizeof(table), .log = take_log, .flush = flush};

SOCH_PLUGIN("lines_of_two_formats", TEXT(FORMAT) ".0.0", SOCH_KIND_OBSERVABILITY, .observability = &table,
            .create = create, .destroy = destroy);
