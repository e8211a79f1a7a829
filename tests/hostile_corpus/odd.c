// The codec of examples-c/codec_xor.c, or its note alone, with one thing that a plugin must not have or do.
#define _GNU_SOURCE
#include "sochdb_plugin.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined SECOND_NOTE || defined NO_ENTRY || defined FUNCTION_ENTRY
static const soch_note other SOCH_NOTE_PLACE = {SOCH_NOTE_OWNER_SIZE, SOCH_NOTE_BODY_SIZE, SOCH_NOTE_TYPE, "SochDB",
    SOCH_NOTE_VERSION, SOCH_ABI_MAJOR, SOCH_ABI_MINOR, 0, 0, 0, SOCH_KIND_COMPRESSION, SOCH_LAYOUT_HASH, "x", "1"};
#endif

#ifdef FUNCTION_ENTRY
SOCH_EXPORT void soch_plugin_v1(void) {}
#endif

#if !defined NO_ENTRY && !defined FUNCTION_ENTRY && !defined NOTE_ALONE
#include "../../examples-c/codec_xor.c"
#endif

#ifdef CONSTRUCTOR
__attribute__((constructor)) static void at_load(void) { CONSTRUCTOR; }
#endif

// What whoever loaded this calls, as it would call a plugin.
SOCH_EXPORT void soch_corpus_call(void);

#ifdef UNDEFINED
extern void soch_corpus_undefined(void);
void soch_corpus_call(void) { soch_corpus_undefined(); }
#elif defined TLS
__thread char mine[TLS] __attribute__((tls_model("initial-exec")));
void soch_corpus_call(void) { mine[TLS - 1] = 1; }
#elif defined IFUNC
static int one(void) { return 1; }
static int (*pick(void))(void) { return one; }
__attribute__((ifunc("pick"))) int chosen(void);
int (*by_relocation)(void) = chosen;
void soch_corpus_call(void) { by_relocation(); }
#else
void soch_corpus_call(void) {}
#endif

#ifdef TEXTREL
__asm__(".text\n.balign 8\n.quad soch_corpus_call\n");
#endif
