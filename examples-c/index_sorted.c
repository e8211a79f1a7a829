// An index as one array, sorted by key and then by row.
#include "sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Entries of a build between two questions whether it is to go on.
#define ASK_EVERY 4096

typedef struct entry {
    uint64_t row;
    size_t len;
    uint8_t *key;
} entry;

typedef struct sorted_index {
    entry *entries;
    size_t count, capacity;
    // Of all keys together.
    uint64_t key_bytes;
} sorted_index;

static int compare_keys(const entry *own, soch_bytes key) {
    size_t least = own->len < key.len ? own->len : key.len;
    int order = least > 0 ? memcmp(own->key, key.ptr, least) : 0;
    return order != 0 ? order : (own->len > key.len) - (own->len < key.len);
}

static int compare(const entry *own, soch_bytes key, uint64_t row) {
    int order = compare_keys(own, key);
    return order != 0 ? order : (own->row > row) - (own->row < row);
}

static int compare_entries(const void *left, const void *right) {
    const entry *other = right;
    soch_bytes key = {other->key, other->len};
    return compare(left, key, other->row);
}

// The place of the first entry that is not before `key` and `row`.
static size_t seek(const sorted_index *self, soch_bytes key, uint64_t row) {
    size_t low = 0, high = self->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&self->entries[middle], key, row) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool is_at(const sorted_index *self, size_t place, soch_bytes key, uint64_t row) {
    return place < self->count && compare(&self->entries[place], key, row) == 0;
}

static bool make(entry *to, soch_bytes key, uint64_t row) {
    to->row = row;
    to->len = key.len;
    to->key = malloc(key.len > 0 ? key.len : 1);
    if (to->key != NULL && key.len > 0) memcpy(to->key, key.ptr, key.len);
    return to->key != NULL;
}

static void clear(sorted_index *self) {
    for (size_t i = 0; i < self->count; i++) free(self->entries[i].key);
    free(self->entries);
    memset(self, 0, sizeof *self);
}

static soch_status no_memory(soch_error *error) {
    return soch_fail(error, SOCH_LIMIT, 0, "no memory for the entry: give the process more, or index fewer rows");
}

static soch_status index_type(void *instance, soch_str *name) {
    (void)instance;
    *name = SOCH_STR("sorted");
    return SOCH_OK;
}

// Makes the new array next to the old one, so that a failure changes nothing.
static soch_status build(void *instance, const soch_call *call, uint32_t table, uint16_t column,
                         const soch_index_entry *entries, size_t count, soch_error *error) {
    sorted_index *self = instance, made = {NULL, 0, 0, 0};
    (void)table, (void)column;
    made.entries = calloc(count > 0 ? count : 1, sizeof *made.entries);
    if (made.entries == NULL) return no_memory(error);
    made.capacity = count > 0 ? count : 1;
    soch_status status = SOCH_OK;
    for (; made.count < count; made.count++) {
        if (made.count % ASK_EVERY == 0) status = soch_go_on(call);
        if (status != SOCH_OK) break;
        if (!make(&made.entries[made.count], entries[made.count].key, entries[made.count].row)) {
            status = no_memory(error);
            break;
        }
    }
    if (status == SOCH_OK) status = sort(made.entries, made.count, sizeof *made.entries, compare_entries, call);
    if (status != SOCH_OK) {
        clear(&made);
        return status;
    }
    size_t kept = 0;
    for (size_t i = 0; i < made.count; i++) {
        if (kept > 0 && compare_entries(&made.entries[kept - 1], &made.entries[i]) == 0) {
            free(made.entries[i].key);
            continue;
        }
        made.entries[kept++] = made.entries[i];
        made.key_bytes += made.entries[i].len;
    }
    made.count = kept;
    clear(self);
    *self = made;
    return SOCH_OK;
}

static soch_status insert(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    sorted_index *self = instance;
    size_t place = seek(self, key, row);
    if (is_at(self, place, key, row)) return SOCH_OK;
    if (self->count == self->capacity) {
        size_t capacity = self->capacity > 0 ? self->capacity * 2 : 16;
        entry *entries = capacity > SIZE_MAX / sizeof(entry) ? NULL : realloc(self->entries, capacity * sizeof(entry));
        if (entries == NULL) return no_memory(error);
        self->entries = entries;
        self->capacity = capacity;
    }
    entry made;
    if (!make(&made, key, row)) return no_memory(error);
    memmove(self->entries + place + 1, self->entries + place, (self->count - place) * sizeof made);
    self->entries[place] = made;
    self->count++;
    self->key_bytes += made.len;
    return SOCH_OK;
}

static soch_status remove_row(void *instance, soch_bytes key, uint64_t row, soch_error *error) {
    sorted_index *self = instance;
    (void)error;
    size_t place = seek(self, key, row);
    if (!is_at(self, place, key, row)) return SOCH_OK;
    self->key_bytes -= self->entries[place].len;
    free(self->entries[place].key);
    self->count--;
    memmove(self->entries + place, self->entries + place + 1, (self->count - place) * sizeof *self->entries);
    return SOCH_OK;
}

static soch_status give(const sorted_index *self, size_t from, size_t found, uint64_t *rows, size_t capacity,
                        size_t *count) {
    for (size_t i = 0; i < found && i < capacity; i++) rows[i] = self->entries[from + i].row;
    *count = found;
    return SOCH_OK;
}

static soch_status lookup(void *instance, soch_bytes key, uint64_t *rows, size_t capacity, size_t *count,
                          soch_error *error) {
    const sorted_index *self = instance;
    (void)error;
    size_t from = seek(self, key, 0), to = seek(self, key, UINT64_MAX);
    if (is_at(self, to, key, UINT64_MAX)) to++;
    return give(self, from, to - from, rows, capacity, count);
}

static soch_status range(void *instance, const soch_call *call, soch_bytes start, soch_bytes end, uint64_t limit,
                         uint64_t *rows, size_t capacity, size_t *count, soch_error *error) {
    const sorted_index *self = instance;
    (void)call, (void)error;
    size_t from = seek(self, start, 0), to = end.len > 0 ? seek(self, end, 0) : self->count;
    size_t found = to > from ? to - from : 0;
    return give(self, from, found < limit ? found : (size_t)limit, rows, capacity, count);
}

static soch_status size_bytes(void *instance, uint64_t *bytes, soch_error *error) {
    const sorted_index *self = instance;
    (void)error;
    *bytes = self->count * sizeof(entry) + self->key_bytes;
    return SOCH_OK;
}

#if SOCH_TARGET_MINOR >= 1
#include "index_sorted_saved.h"
#endif

static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) {
    (void)host, (void)config;
    *instance = calloc(1, sizeof(sorted_index));
    return *instance != NULL ? SOCH_OK : soch_fail(error, SOCH_LIMIT, 0, "no memory for an index");
}

static void destroy(void *instance) {
    clear(instance);
    free(instance);
}

static const soch_index sorted = {
    .size = sizeof(sorted), .index_type = index_type, .build = build, .insert = insert, .remove = remove_row,
    .lookup = lookup, .range = range, .size_bytes = size_bytes,
#if SOCH_TARGET_MINOR >= 1
    .save = save, .load = load,
#endif
};

SOCH_PLUGIN("index_sorted", "1.0.0", SOCH_KIND_INDEX, .index = &sorted, .create = create, .destroy = destroy,
            .description = "Finds rows by key or by range of keys, from a sorted array.");
