// A codec over the zstd library. What it writes is one zstd frame with a checksum, which `unzstd` reads as well.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_plugin.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#define ZDICT_STATIC_LINKING_ONLY
#include <zdict.h>
#include <zstd.h>
#include <zstd_errors.h>

// The levels that zstd documents for users; below -7 it hardly compresses.
#define LEAST_LEVEL (-7)
// A block takes 4 bytes at least and stands for 128 KiB at most.
#define MOST_PER_BYTE (32u * 1024u)

// The two contexts of one call. Making them costs more than compressing a small page, so they are kept.
typedef struct worker {
    struct worker *next;
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *decompressor;
} worker;

typedef struct codec {
    pthread_mutex_t lock;
    // Those that no call uses: as many as there were calls at one time.
    worker *idle;
    int level;
} codec;

static void free_worker(worker *self) {
    ZSTD_freeCCtx(self->compressor);
    ZSTD_freeDCtx(self->decompressor);
    free(self);
}

static worker *take_worker(codec *self) {
    pthread_mutex_lock(&self->lock);
    worker *taken = self->idle;
    if (taken != NULL) self->idle = taken->next;
    pthread_mutex_unlock(&self->lock);
    if (taken != NULL) return taken;
    taken = calloc(1, sizeof *taken);
    if (taken == NULL) return NULL;
    taken->compressor = ZSTD_createCCtx();
    taken->decompressor = ZSTD_createDCtx();
    if (taken->compressor != NULL && taken->decompressor != NULL) return taken;
    free_worker(taken);
    return NULL;
}

static void give_back(codec *self, worker *done) {
    // In the midst of a frame, as a call that failed leaves it, zstd takes no dictionary of the next one.
    ZSTD_CCtx_reset(done->compressor, ZSTD_reset_session_only);
    ZSTD_DCtx_reset(done->decompressor, ZSTD_reset_session_only);
    pthread_mutex_lock(&self->lock);
    done->next = self->idle;
    self->idle = done;
    pthread_mutex_unlock(&self->lock);
}

static soch_status no_memory(soch_error *error) {
    return soch_fail(error, SOCH_LIMIT, 0, "no memory for a zstd context");
}

static soch_status too_long(soch_error *error) {
    return soch_fail(error, SOCH_LIMIT, 0, "the result is longer than the caller's limit");
}

static soch_status damaged(soch_error *error, const char *why) {
    return soch_fail(error, SOCH_CORRUPTION, 0, why);
}

// Turns a zstd error into a status; `other` is that of the errors which say nothing about memory or room.
static soch_status report(soch_error *error, size_t result, soch_status other) {
    ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
    bool limit = code == ZSTD_error_dstSize_tooSmall || code == ZSTD_error_memory_allocation ||
                 code == ZSTD_error_frameParameter_windowTooLarge;
    return soch_fail(error, limit ? SOCH_LIMIT : other, (int32_t)code, ZSTD_getErrorName(result));
}

static soch_status algorithm(void *instance, soch_str *name) {
    (void)instance;
    *name = SOCH_STR("zstd");
    return SOCH_OK;
}

static soch_status compress_frame(ZSTD_CCtx *context, int level, soch_bytes input, const soch_writer *output,
                                 soch_error *error) {
    size_t room_len = ZSTD_compressBound(input.len);
    if (ZSTD_isError(room_len)) return report(error, room_len, SOCH_INVALID);
    if (room_len > output->limit) room_len = (size_t)output->limit;
    uint8_t *room = NULL;
    soch_status status = output->reserve(output->ctx, room_len, &room);
    if (status != SOCH_OK) return status;
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t result = ZSTD_compress2(context, room, room_len, input.ptr, input.len);
    if (ZSTD_isError(result)) return report(error, result, SOCH_FAILED);
    return output->commit(output->ctx, result);
}

static soch_status compress(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    codec *self = instance;
    worker *taken = take_worker(self);
    if (taken == NULL) return no_memory(error);
    soch_status status = compress_frame(taken->compressor, self->level, input, output, error);
    give_back(self, taken);
    return status;
}

// One frame that states its length: zstd writes to its final place.
static soch_status decompress_frame(ZSTD_DCtx *context, soch_bytes input, unsigned long long len,
                                    const soch_writer *output, soch_error *error) {
    if (len / MOST_PER_BYTE > input.len) return damaged(error, "the frame states more bytes than its blocks can hold");
    if (len > output->limit || len > SIZE_MAX) return too_long(error);
    uint8_t *room = NULL;
    soch_status status = output->reserve(output->ctx, (size_t)len, &room);
    if (status != SOCH_OK) return status;
    size_t result = ZSTD_decompressDCtx(context, room, (size_t)len, input.ptr, input.len);
    // The room is what the frame states: if it is too small, the frame is wrong.
    if (ZSTD_isError(result) && ZSTD_getErrorCode(result) == ZSTD_error_dstSize_tooSmall) {
        return damaged(error, ZSTD_getErrorName(result));
    }
    if (ZSTD_isError(result)) return report(error, result, SOCH_CORRUPTION);
    return output->commit(output->ctx, result);
}

// Frames of unknown length, or several.
static soch_status decompress_stream(ZSTD_DCtx *context, soch_bytes input, const soch_writer *output,
                                     soch_error *error) {
    ZSTD_inBuffer from = {input.ptr, input.len, 0};
    uint64_t left = output->limit;
    size_t hint = 1, written = 1;
    ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
    while (from.pos < from.size || (hint != 0 && written != 0)) {
        // At the limit, one byte of our own shows whether there is more.
        uint8_t beyond, *room = &beyond;
        size_t room_len = ZSTD_DStreamOutSize();
        if (room_len > left) room_len = (size_t)left;
        soch_status status = room_len > 0 ? output->reserve(output->ctx, room_len, &room) : SOCH_OK;
        if (status != SOCH_OK) return status;
        ZSTD_outBuffer to = {room, room_len > 0 ? room_len : 1, 0};
        hint = ZSTD_decompressStream(context, &to, &from);
        if (ZSTD_isError(hint)) return report(error, hint, SOCH_CORRUPTION);
        if (to.pos > room_len) return too_long(error);
        if (room_len > 0) status = output->commit(output->ctx, to.pos);
        if (status != SOCH_OK) return status;
        left -= to.pos;
        written = to.pos;
    }
    return hint == 0 ? SOCH_OK : damaged(error, "the input is cut short");
}

static soch_status decompress_any(ZSTD_DCtx *context, soch_bytes input, const soch_writer *output, soch_error *error) {
    if (input.len == 0) return damaged(error, "the input is empty: even nothing has a frame");
    unsigned long long len = ZSTD_getFrameContentSize(input.ptr, input.len);
    if (len == ZSTD_CONTENTSIZE_ERROR) return damaged(error, "the input does not begin with a zstd frame");
    size_t frame = ZSTD_findFrameCompressedSize(input.ptr, input.len);
    if (ZSTD_isError(frame)) return report(error, frame, SOCH_CORRUPTION);
    bool one = len != ZSTD_CONTENTSIZE_UNKNOWN && frame == input.len;
    return one ? decompress_frame(context, input, len, output, error)
               : decompress_stream(context, input, output, error);
}

static soch_status decompress(void *instance, soch_bytes input, const soch_writer *output, soch_error *error) {
    codec *self = instance;
    worker *taken = take_worker(self);
    if (taken == NULL) return no_memory(error);
    soch_status status = decompress_any(taken->decompressor, input, output, error);
    give_back(self, taken);
    return status;
}

static soch_status check_level(int32_t level, soch_error *error) {
    if (level >= LEAST_LEVEL && level <= ZSTD_maxCLevel()) return SOCH_OK;
    return soch_fail(error, SOCH_INVALID, level, "a level of zstd is -7 to 22; 0 is its default");
}

static soch_status set_level(void *instance, int32_t level, soch_error *error) {
    codec *self = instance;
    soch_status status = check_level(level, error);
    if (status == SOCH_OK) self->level = level;
    return status;
}

static soch_status describe(void *instance, soch_compression_properties *properties, soch_error *error) {
    (void)instance, (void)error;
    properties->flags = SOCH_COMPRESSION_LEVELS | SOCH_PROPERTY_STATELESS;
    properties->min_level = LEAST_LEVEL;
    properties->max_level = ZSTD_maxCLevel();
    return SOCH_OK;
}

#if SOCH_TARGET_MINOR >= 1
static soch_status bound(void *instance, size_t len, size_t *most, soch_error *error) {
    (void)instance;
    size_t result = ZSTD_compressBound(len);
    if (ZSTD_isError(result)) return report(error, result, SOCH_INVALID);
    *most = result;
    return SOCH_OK;
}

static soch_status check_options(const soch_compression_options *options, soch_error *error) {
    if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_COMPRESS_AT_LEVEL) == 0) return SOCH_OK;
    return soch_fail(error, SOCH_UNSUPPORTED, 0, "zstd has a level and a dictionary, and no other option");
}

static soch_status compress_with(void *instance, soch_bytes input, const soch_compression_options *options,
                                 const soch_writer *output, soch_error *error) {
    codec *self = instance;
    bool has_level = (options->flags & SOCH_COMPRESS_AT_LEVEL) != 0;
    int level = has_level ? options->level : self->level;
    soch_status status = check_options(options, error);
    if (status == SOCH_OK) status = check_level(level, error);
    if (status != SOCH_OK) return status;
    worker *taken = take_worker(self);
    if (taken == NULL) return no_memory(error);
    size_t loaded = ZSTD_CCtx_loadDictionary(taken->compressor, options->dictionary.ptr, options->dictionary.len);
    status = ZSTD_isError(loaded) ? report(error, loaded, SOCH_INVALID)
                                  : compress_frame(taken->compressor, level, input, output, error);
    // Also in the midst of a frame that failed, where zstd takes no other dictionary.
    ZSTD_CCtx_reset(taken->compressor, ZSTD_reset_session_and_parameters);
    give_back(self, taken);
    return status;
}

static soch_status decompress_with(void *instance, soch_bytes input, const soch_compression_options *options,
                                   const soch_writer *output, soch_error *error) {
    codec *self = instance;
    soch_status status = check_options(options, error);
    if (status != SOCH_OK) return status;
    worker *taken = take_worker(self);
    if (taken == NULL) return no_memory(error);
    size_t loaded = ZSTD_DCtx_loadDictionary(taken->decompressor, options->dictionary.ptr, options->dictionary.len);
    status = ZSTD_isError(loaded) ? report(error, loaded, SOCH_INVALID)
                                  : decompress_any(taken->decompressor, input, output, error);
    ZSTD_DCtx_reset(taken->decompressor, ZSTD_reset_session_and_parameters);
    give_back(self, taken);
    return status;
}

static soch_status decompressed_size(void *instance, soch_bytes input, uint64_t *len, soch_error *error) {
    (void)instance;
    unsigned long long size = ZSTD_getFrameContentSize(input.ptr, input.len);
    if (size == ZSTD_CONTENTSIZE_ERROR) return damaged(error, "the input does not begin with a zstd frame");
    // More frames may follow.
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || ZSTD_findFrameCompressedSize(input.ptr, input.len) != input.len) {
        return SOCH_NOT_FOUND;
    }
    *len = size;
    return SOCH_OK;
}

// zstd wants the samples one behind the other.
static soch_status train(void *instance, const soch_call *call, const soch_bytes *samples, size_t count, size_t most,
                         const soch_writer *output, soch_error *error) {
    size_t all = 0, end = 0;
    (void)instance;
    if (count > UINT32_MAX) return soch_fail(error, SOCH_LIMIT, 0, "zstd takes at most 4294967295 samples");
    for (size_t i = 0; i < count; i++) all += samples[i].len;
    uint8_t *joined = malloc(all + 1);
    size_t *sizes = calloc(count + 1, sizeof *sizes);
    uint8_t *room = NULL;
    soch_status status = joined == NULL || sizes == NULL ? no_memory(error) : SOCH_OK;
    if (status == SOCH_OK) status = output->reserve(output->ctx, most, &room);
    if (status == SOCH_OK) {
        for (size_t i = 0; i < count; i++) {
            if (samples[i].len > 0) memcpy(joined + end, samples[i].ptr, samples[i].len);
            end += sizes[i] = samples[i].len;
        }
        status = soch_go_on(call);
    }
    if (status == SOCH_OK) {
        // Once: ZDICT_trainFromBuffer does it for many values of `k`, and neither can be asked to stop.
        ZDICT_fastCover_params_t parameters = {.k = most < 200 ? (unsigned)most : 200, .d = 8, .f = 20, .splitPoint = 1, .accel = 1};
        size_t made = ZDICT_trainFromBuffer_fastCover(room, most, joined, sizes, (unsigned)count, parameters);
        status = ZDICT_isError(made) ? soch_fail(error, SOCH_INVALID, 0, ZDICT_getErrorName(made))
                                     : output->commit(output->ctx, made);
    }
    free(joined);
    free(sizes);
    return status;
}
#endif

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    (void)host, (void)config;
    codec *self = calloc(1, sizeof *self);
    if (self == NULL) return no_memory(error);
    int failed = pthread_mutex_init(&self->lock, NULL);
    if (failed != 0) {
        free(self);
        return soch_fail(error, SOCH_LIMIT, failed, "the system has no lock left");
    }
    *instance = self;
    return SOCH_OK;
}

static void destroy(void *instance) {
    codec *self = instance;
    for (worker *idle = self->idle, *next; idle != NULL; idle = next) {
        next = idle->next;
        free_worker(idle);
    }
    pthread_mutex_destroy(&self->lock);
    free(self);
}

static const soch_compression zstd = {
    .size = sizeof(zstd), .algorithm = algorithm, .compress = compress, .decompress = decompress,
    .set_level = set_level, .describe = describe,
#if SOCH_TARGET_MINOR >= 1
    .bound = bound, .decompressed_size = decompressed_size, .compress_with = compress_with,
    .decompress_with = decompress_with, .train = train,
#endif
};

SOCH_PLUGIN("compression_zstd", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &zstd, .create = create,
            .destroy = destroy, .description = "Compresses with zstd.");
