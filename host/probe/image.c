// How much memory a library takes when it is loaded. The host's reader made sure that its headers make sense.
#include "probe.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>

static uint64_t image_of(int fd) {
    ElfW(Ehdr) head;
    uint64_t end = 0;
    if (pread(fd, &head, sizeof head, 0) != sizeof head || head.e_phentsize != sizeof(ElfW(Phdr))) {
        return 0;
    }
    for (uint32_t i = 0; i < head.e_phnum; i++) {
        ElfW(Phdr) part;
        off_t at = (off_t)(head.e_phoff + i * sizeof part);
        if (pread(fd, &part, sizeof part, at) == sizeof part && part.p_type == PT_LOAD) {
            uint64_t last = (uint64_t)part.p_vaddr + part.p_memsz;
            end = last > end ? last : end;
        }
    }
    return end < IMAGE_MAX ? end : IMAGE_MAX;
}

uint64_t image_size(const struct request *request) {
    uint64_t size = image_of(request->plugin);
    for (uint32_t i = 0; i < request->head.needed; i++) {
        size += request->needed[i].path ? 0 : image_of(request->needed[i].fd);
    }
    return size;
}
