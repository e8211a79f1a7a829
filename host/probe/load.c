// The loading itself: what the host's dynamic linker would do.
#include "probe.h"

#include <dlfcn.h>
#include <stdio.h>

static char error[TEXT_MAX];

static const char *refused(void) {
    const char *words = dlerror();
    (void)snprintf(error, sizeof error, "%s", words ? words : "dlopen gave no reason");
    return error;
}

static void *open_sealed(int fd) {
    char path[32];
    (void)snprintf(path, sizeof path, SEALED_PATH "%d", fd);
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

const char *load_files(const struct request *request) {
    for (uint32_t i = 0; i < request->head.needed; i++) {
        const char *path = request->needed[i].path;
        if (path && dlopen(path, RTLD_NOW | RTLD_LOCAL) == NULL) {
            return refused();
        }
    }
    return NULL;
}

const char *load_sealed(const struct request *request) {
    for (uint32_t i = 0; i < request->head.needed; i++) {
        if (!request->needed[i].path && open_sealed(request->needed[i].fd) == NULL) {
            return refused();
        }
    }
    void *plugin = open_sealed(request->plugin);
    return plugin && dlsym(plugin, request->symbol) ? NULL : refused();
}
