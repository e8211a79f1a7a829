// A sink that tells the host's log what it was given, and leaves a file in its directory. It needs a budget of 1000 bytes,
// tells the half of it at each health report, and more than there is at its shutdown.
#include "sochdb_plugin.h"

#include <stdio.h>
#include <string.h>

static const soch_host *host_of(void *instance) {
    return instance;
}

static void tell(const soch_host *host, const char *what, soch_str text) {
    char line[512];
    int length = snprintf(line, sizeof line, "%s %.*s", what, (int)text.len, text.ptr != NULL ? text.ptr : "");
    host->log(host->ctx, SOCH_LOG_INFO, soch_text(line, (size_t)length), NULL, 0);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    soch_host older = *host;
    soch_str directory = soch_data_dir(host);
    char path[512];
    (void)config;
    older.size = offsetof(soch_host, data_dir);
    tell(host, "of an older host", soch_data_dir(&older));
    tell(host, "data_dir", directory);
    if (host->memory_budget > 0 && host->memory_budget < 1000) {
        return soch_fail(error, SOCH_LIMIT, 0, "it needs a budget of 1000 bytes");
    }
    if (directory.len > 0) {
        snprintf(path, sizeof path, "%.*s/runs", (int)directory.len, directory.ptr);
        FILE *file = fopen(path, "a");
        if (file == NULL) return soch_fail(error, SOCH_IO, 0, "no file in the directory");
        fputs("run\n", file);
        fclose(file);
    }
    *instance = (void *)(uintptr_t)host;
    return SOCH_OK;
}

static soch_status report_health(void *instance, const soch_health *health) {
    const soch_host *host = host_of(instance);
    (void)health;
    host->memory_used(host->ctx, host->memory_budget / 2);
    return SOCH_OK;
}

static soch_status shut_down(void *instance, soch_error *error) {
    const soch_host *host = host_of(instance);
    (void)error;
    host->memory_used(host->ctx, UINT64_MAX);
    return SOCH_OK;
}

static const soch_observability sink = {.size = sizeof(sink), .report_health = report_health};

SOCH_PLUGIN("uses_resources", "1.0.0", SOCH_KIND_OBSERVABILITY, .observability = &sink, .create = create,
            .shutdown = shut_down);
