// An entry or a note that is wrong in one place: -DMAGIC=.. -DSIZE=.. -DKINDS=.. and so on. With -DRAN=.. a
// constructor makes that file.
#include "codec.h"

#include <stdio.h>

#ifndef MAGIC
#define MAGIC SOCH_MAGIC
#endif
#ifndef SIZE
#define SIZE sizeof(soch_plugin)
#endif
#ifndef MAJOR
#define MAJOR SOCH_ABI_MAJOR
#endif
#ifndef NOTE_MAJOR
#define NOTE_MAJOR SOCH_ABI_MAJOR
#endif
#ifndef MINOR
#define MINOR SOCH_ABI_MINOR
#endif
#ifndef MIN_HOST
#define MIN_HOST 0
#endif
#ifndef NOTE_MIN_HOST
#define NOTE_MIN_HOST MIN_HOST
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef NOTE_FLAGS
#define NOTE_FLAGS 0
#endif
#ifndef NAME
#define NAME "wrong_entry"
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef CODEC
#define CODEC &codec
#endif
#ifndef KINDS
#define KINDS SOCH_KIND_COMPRESSION
#endif

#ifndef DESCRIPTION
#define DESCRIPTION NULL
#endif
#ifndef AUTHOR
#define AUTHOR NULL
#endif
#ifndef TABLE_SIZE
#define TABLE_SIZE sizeof(soch_compression)
#endif

#ifdef RAN
static void __attribute__((constructor)) note_that_it_ran(void) {
    FILE *file = fopen(RAN, "w");
    if (file != NULL) fclose(file);
}
#endif

static const soch_compression codec = {
    .size = TABLE_SIZE, .algorithm = algorithm, .compress = copy, .decompress = copy};

#ifdef CAPABILITY
static const char *const ids[] = {CAPABILITY, NULL};
#else
#define ids NULL
#endif

static const soch_note note SOCH_NOTE_PLACE = {
    SOCH_NOTE_OWNER_SIZE, SOCH_NOTE_BODY_SIZE, SOCH_NOTE_TYPE, "SochDB", SOCH_NOTE_VERSION,
    NOTE_MAJOR, SOCH_ABI_MINOR, NOTE_MIN_HOST, 0, NOTE_FLAGS, KINDS, SOCH_LAYOUT_HASH, "wrong_entry", "1.0.0"};
SOCH_EXPORT const soch_plugin soch_plugin_v1;
const soch_plugin soch_plugin_v1 = {
    .magic = MAGIC, .size = SIZE, .abi_major = MAJOR, .abi_minor = MINOR, .min_host_minor = MIN_HOST, .flags = FLAGS,
    .layout_hash = SOCH_LAYOUT_HASH, .name = NAME, .version = VERSION, .description = DESCRIPTION,
    .author = AUTHOR, .capabilities = ids, .compression = CODEC};
