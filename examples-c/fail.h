// `soch_fail` with a format.
#ifndef FAIL_H
#define FAIL_H

#include "sochdb_plugin.h"

#include <stdarg.h>
#include <stdio.h>

SOCH_NODISCARD static inline soch_status failf(soch_error *error, soch_status status, int32_t code, const char *format, ...) {
    char message[2 * SOCH_ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return soch_fail(error, status, code, message);
}

#endif
