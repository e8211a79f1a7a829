// What the parts of the probe tell each other, and what it says to the host (host/src/system/linux/probe/message.rs says the same).
#pragma once

#include <stddef.h>
#include <stdint.h>

#define REQUEST_MAGIC 0x42525053u // "SPRB"
#define REQUEST_MAX 32768         // bytes
#define NEEDED_MAX 64             // libraries
#define TEXT_MAX 1024             // bytes of an error
#define TOKEN 8                   // bytes
#define IMAGE_MAX (1ull << 40)    // bytes; no library is larger

// By this path the linker opens a descriptor.
#define SEALED_PATH "/proc/self/fd/"

// The numbers by which the host knows that the probe came to its end, and that no constructor ended it.
enum { EXIT_PROBED = 83, EXIT_UNABLE = 84 };

// The first byte of a packet to the host: the sandbox is built; the plugin is loaded (token); dlopen refused it (token and
// text); there is no probe (number of an error in the bytes of a token, and text).
enum { SAYS_SANDBOX = 'S', SAYS_LOADED = 'L', SAYS_REFUSED = 'E', SAYS_UNABLE = 'U' };

// How the host's one packet begins. NUL-terminated texts follow: the symbol, then one for each needed library, the
// path of a file or "" for the next descriptor. The first descriptor is the plugin's.
struct request_head {
    uint32_t magic;
    uint32_t needed;
    uint32_t cpu_seconds;
    uint32_t reserved;
    uint64_t address_space; // bytes, beside those of the files in memory
    uint64_t data;          // bytes of it that can be written
    uint8_t token[TOKEN];   // comes back with what the probe says of the plugin
};

struct needed {
    const char *path; // NULL for a sealed library
    int fd;
};

struct request {
    struct request_head head;
    const char *symbol;
    int plugin;
    struct needed needed[NEEDED_MAX];
};

struct sandbox {
    uint8_t says;
    uint8_t seccomp;
    uint16_t landlock; // version of the interface, 0 without
};

// Those that give a text give NULL if all went well, else what did not.

// Leaves the host's settings behind. Gives the socket, and closes what else is open.
const char *settle(int *host);
const char *receive(int host, struct request *request);
const char *set_limits(const struct request *request);

// Bytes of memory that the sealed files are loaded to.
uint64_t image_size(const struct request *request);

// Libraries of the system: to be opened before the sandbox, which opens no file.
const char *load_files(const struct request *request);
const char *load_sealed(const struct request *request);

// A user of its own in place of root, in two steps: for the limits, and for all. Says if there is one.
int take_user(void);
const char *leave_root(void);
// From here on the kernel ends this process with its host. To be said again when the user changed.
const char *die_with_host(int host);

// Landlock's version.
uint16_t deny_files(void);

// Answers what the linker calls under the filter.
int answer_linker(const struct request *request);
uint8_t deny_calls(void);

struct range {
    uintptr_t begin;
    uintptr_t end;
};

// Where the code of the dynamic linker lies.
struct range linker_code(void);
