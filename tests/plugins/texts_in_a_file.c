// An index of texts in one file of its own, which shows changes after a flush and has `nearest` alone: the more words of a query
// a text has, the nearer it is. -DFORGETS: a flush shows what it does not write. -DEARLY: a change is written before its flush.
// -DHIDES: a flush writes what it does not show. -DLEAVES: a drop leaves the file. -DNO_FLUSH: it lacks the group that it needs.
#define _POSIX_C_SOURCE 200809L
#include "sochdb_plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    uint64_t row;
    size_t len;
    char *text;
} entry;

typedef struct {
    entry *entries;
    size_t count;
} list;

typedef struct {
    char path[4096], new_path[4104];
    int directory;
    uint64_t watermark;
    list changed, seen;
} texts;

static void clear(list *self) {
    while (self->count > 0) free(self->entries[--self->count].text);
    free(self->entries);
    *self = (list){0};
}

static size_t find(const list *self, soch_bytes key, uint64_t row) {
    size_t at;
    for (at = 0; at < self->count; at++) {
        const entry *one = &self->entries[at];
        if (one->row == row && one->len == key.len && memcmp(one->text, key.ptr, key.len) == 0) break;
    }
    return at;
}

static soch_status add(list *self, soch_bytes key, uint64_t row) {
    entry made = {row, key.len, malloc(key.len + 1)};
    entry *entries = realloc(self->entries, (self->count + 1) * sizeof *entries);
    if (entries != NULL) self->entries = entries;
    if (entries == NULL || made.text == NULL) {
        free(made.text);
        return SOCH_LIMIT;
    }
    if (key.len > 0) memcpy(made.text, key.ptr, key.len);
    self->entries[self->count++] = made;
    return SOCH_OK;
}

static soch_status copy(list *self, const list *from) {
    soch_status status = SOCH_OK;
    clear(self);
    for (size_t at = 0; status == SOCH_OK && at < from->count; at++) {
        const entry *one = &from->entries[at];
        status = add(self, (soch_bytes){(const uint8_t *)one->text, one->len}, one->row);
    }
    return status;
}

static int is_text(soch_bytes key) {
    for (size_t at = 0; at < key.len; at++) {
        if (key.ptr[at] >= 0xF5) return 0;
    }
    return 1;
}

// The new file replaces the old one when it is on the disk.
static soch_status save(const texts *self, const list *what, uint64_t watermark) {
    FILE *file = fopen(self->new_path, "wb");
    int failed = file == NULL;
    if (failed) return SOCH_IO;
    failed |= fwrite(&watermark, sizeof watermark, 1, file) != 1;
    for (size_t at = 0; at < what->count; at++) {
        const entry *one = &what->entries[at];
        failed |= fwrite(&one->row, sizeof one->row, 1, file) != 1;
        failed |= fwrite(&one->len, sizeof one->len, 1, file) != 1;
        failed |= fwrite(one->text, 1, one->len, file) != one->len;
    }
    failed |= fflush(file) != 0 || fsync(fileno(file)) != 0;
    failed |= fclose(file) != 0;
    failed = failed || rename(self->new_path, self->path) != 0 || fsync(self->directory) != 0;
    return failed ? SOCH_IO : SOCH_OK;
}

static int load(texts *self) {
    FILE *file = fopen(self->path, "rb");
    uint64_t row;
    size_t len;
    if (file == NULL) return errno == ENOENT ? 0 : errno;
    if (fread(&self->watermark, sizeof self->watermark, 1, file) != 1) self->watermark = 0;
    while (fread(&row, sizeof row, 1, file) == 1 && fread(&len, sizeof len, 1, file) == 1) {
        uint8_t *text = malloc(len + 1);
        int whole = text != NULL && fread(text, 1, len, file) == len;
        if (whole) whole = add(&self->changed, (soch_bytes){text, len}, row) == SOCH_OK;
        free(text);
        if (!whole) break;
    }
    // What cannot be read is not the end.
    int failed = ferror(file) ? EIO : 0;
    fclose(file);
    return failed;
}

static soch_status written(texts *self) {
#ifdef EARLY
    return save(self, &self->changed, self->watermark);
#else
    return self == NULL ? SOCH_FAILED : SOCH_OK;
#endif
}

static soch_status insert(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    texts *self = instance;
    soch_status status = SOCH_OK;
    if (!is_text(key)) return soch_fail(error, SOCH_INVALID, 0, "a key is a text");
    if (find(&self->changed, key, row) == self->changed.count) status = add(&self->changed, key, row);
    return status == SOCH_OK ? written(self) : status;
}

static soch_status remove_row(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    texts *self = instance;
    size_t at;
    // A build may have added it twice.
    while ((at = find(&self->changed, key, row)) < self->changed.count) {
        free(self->changed.entries[at].text);
        self->changed.entries[at] = self->changed.entries[--self->changed.count];
    }
    return written(self);
}

static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    texts *self = instance, made = {.watermark = 0};
    for (size_t at = 0; at < count; at++) {
        soch_status status = soch_go_on(call);
        if (status == SOCH_OK && !is_text(entries[at].key)) status = SOCH_INVALID;
        if (status == SOCH_OK) status = add(&made.changed, entries[at].key, entries[at].row);
        if (status != SOCH_OK) {
            clear(&made.changed);
            return status;
        }
    }
    clear(&self->changed);
    self->changed = made.changed;
    return written(self);
}

// How many of the words of `query` are words of the text.
static float score(soch_bytes query, const entry *one) {
    float words = 0;
    size_t at = 0, end, place;
    for (; at < query.len; at = end + 1) {
        for (end = at; end < query.len && query.ptr[end] != ' '; end++) continue;
        for (place = 0; end > at && place + (end - at) <= one->len; place++) {
            size_t after = place + (end - at);
            if ((place == 0 || one->text[place - 1] == ' ') && (after == one->len || one->text[after] == ' ') &&
                memcmp(one->text + place, query.ptr + at, end - at) == 0) {
                words++;
                break;
            }
        }
    }
    return words;
}

static soch_status nearest(void *instance, soch_bytes query, size_t k, uint64_t *rows, float *distances, size_t *count,
                           soch_error *error) {
    const texts *self = instance;
    size_t at, place;
    *count = 0;
    for (at = 0; at < self->seen.count; at++) {
        float far = -score(query, &self->seen.entries[at]);
        uint64_t row = self->seen.entries[at].row;
        if (far == 0) continue;
        for (place = 0; place < *count && rows[place] != row; place++) continue;
        if (place < *count) {
            if (distances[place] <= far) continue;
            for (; place + 1 < *count; place++) rows[place] = rows[place + 1], distances[place] = distances[place + 1];
            --*count;
        }
        for (place = *count; place > 0 && distances[place - 1] > far; place--) {
            if (place < k) rows[place] = rows[place - 1], distances[place] = distances[place - 1];
        }
        if (place < k) rows[place] = row, distances[place] = far;
        if (*count < k) ++*count;
    }
    return SOCH_OK;
}

static soch_status flush_index(void *instance, const soch_call *call, uint64_t watermark, soch_error *error) {
    texts *self = instance;
    soch_status status = soch_go_on(call);
    if (status != SOCH_OK) return status;
#ifdef FORGETS
    status = save(self, &self->seen, watermark);
#else
    status = save(self, &self->changed, watermark);
#endif
    if (status == SOCH_OK) self->watermark = watermark;
#ifdef HIDES
    return status;
#else
    return status == SOCH_OK ? copy(&self->seen, &self->changed) : status;
#endif
}

static soch_status flushed(void *instance, uint64_t *watermark, soch_error *error) {
    *watermark = ((texts *)instance)->watermark;
    return SOCH_OK;
}

static soch_status drop_index(void *instance, const soch_call *call, soch_error *error) {
#ifndef LEAVES
    remove(((texts *)instance)->path);
#endif
    return SOCH_OK;
}

static soch_status describe(void *instance, soch_index_properties *properties, soch_error *error) {
    properties->element = SOCH_ELEMENT_TEXT;
    properties->flags = SOCH_INDEX_VISIBLE_AFTER_FLUSH;
    return SOCH_OK;
}

static soch_status index_type(void *instance, soch_str *name) {
    *name = SOCH_STR("texts");
    return SOCH_OK;
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    const texts *self = instance;
    *bytes = sizeof *self;
    for (size_t at = 0; at < self->changed.count; at++) *bytes += sizeof(entry) + self->changed.entries[at].len;
    return SOCH_OK;
}

static void destroy(void *instance) {
    texts *self = instance;
    clear(&self->changed);
    clear(&self->seen);
    close(self->directory);
    free(self);
}

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    texts *self = calloc(1, sizeof *self);
    if (self == NULL || host->data_dir.len == 0 || host->data_dir.len > 4000) {
        free(self);
        return soch_fail(error, SOCH_INVALID, 0, "it needs memory and a `data_dir`");
    }
    snprintf(self->path, sizeof self->path, "%.*s", (int)host->data_dir.len, host->data_dir.ptr);
    self->directory = open(self->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (self->directory < 0) {
        free(self);
        return soch_fail(error, SOCH_IO, 0, "it cannot open its `data_dir`");
    }
    snprintf(self->path, sizeof self->path, "%.*s/texts", (int)host->data_dir.len, host->data_dir.ptr);
    snprintf(self->new_path, sizeof self->new_path, "%s.new", self->path);
    int failed = load(self);
    if (failed != 0) {
        destroy(self);
        return soch_fail(error, SOCH_IO, failed, "it cannot read its file");
    }
    *instance = self;
    return copy(&self->seen, &self->changed);
}

#ifdef NO_FLUSH
#define SIZE offsetof(soch_index, flush_index)
#else
#define SIZE sizeof(soch_index)
#endif
static const soch_index table = {
    .size = SIZE, .index_type = index_type, .build = build, .insert = insert, .remove = remove_row,
    .size_bytes = size_bytes, .nearest = nearest, .describe = describe, .flush_index = flush_index,
    .flushed = flushed, .drop_index = drop_index,
};

SOCH_PLUGIN("texts_in_a_file", "1.0.0", SOCH_KIND_INDEX, .index = &table, .create = create, .destroy = destroy);
