// A codec that breaks the contract in the way that the first byte of its input names.
#include "sochdb_plugin.h"

#include <string.h>

static soch_status algorithm(void *instance, soch_str *name) {
#if defined(ALGORITHM_NOT_TEXT)
    *name = SOCH_STR("\xff\xfe");
#elif defined(ALGORITHM_EMPTY)
    *name = SOCH_STR("");
#elif defined(ALGORITHM_NULL)
    *name = soch_text(NULL, 5);
#elif defined(ALGORITHM_HUGE)
    *name = soch_text("liar", (size_t)1 << 60);
#else
    *name = SOCH_STR("liar");
#endif
    return SOCH_OK;
}

static soch_status lie(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    uint8_t *room = NULL;
    soch_bytes null = {NULL, 5};
    switch (input.len == 0 ? 0 : input.ptr[0]) {
    case 'u': return 12345;
    case 'n': return -1;
    case 'm': return SOCH_NOT_FOUND;
    case 't': // An error text that is not UTF-8 and has control characters.
        return soch_fail(error, SOCH_IO, 5, "bad \xff\xfe text\n\x1b[31m");
    case 'f': // An error text without NUL.
        memset(error->message, 'x', sizeof error->message);
        return SOCH_IO;
    case 'p': // Writes past what it reserved.
        if (output->reserve(output->ctx, 10, &room) != SOCH_OK) return SOCH_FAILED;
        memset(room, 'p', 11);
        return output->commit(output->ctx, 10);
    case 'c': // Commits more than it reserved, and goes on.
        if (output->reserve(output->ctx, 10, &room) != SOCH_OK) return SOCH_FAILED;
        memset(room, 'c', 10);
        output->commit(output->ctx, 11);
        return SOCH_OK;
    case 'w': // Commits without a reservation.
        return output->commit(output->ctx, 1);
    case 'd': // Commits twice.
        if (output->reserve(output->ctx, 10, &room) != SOCH_OK) return SOCH_FAILED;
        memset(room, 'd', 10);
        output->commit(output->ctx, 10);
        return output->commit(output->ctx, 10);
    case 'o': // Success after the writer refused.
        for (int i = 0; i < 100; i++) {
            if (soch_put(output, "more than the limit", 19) != SOCH_OK) continue;
        }
        return SOCH_OK;
    case 'l': // Writes from NULL.
        output->write(output->ctx, null);
        return SOCH_OK;
    case 'h': // More than there is.
        return output->reserve(output->ctx, SIZE_MAX, &room);
    default: return soch_put(output, input.ptr, input.len);
    }
}

static const soch_compression codec = {
    .size = sizeof(codec), .algorithm = algorithm, .compress = lie, .decompress = lie};

SOCH_PLUGIN("lying_codec", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &codec);
