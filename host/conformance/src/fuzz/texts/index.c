
#define INDEX(slot, arguments) (HAS(table, soch_index, slot) ? table->slot arguments : SOCH_UNSUPPORTED)
static const soch_index *table;
static uint64_t found[65536];
static soch_index_entry entries[256];
static size_t entry_count;

static inline void number(int step, uint64_t wanted) {
    if (out_len - at < sizeof wanted || memcmp(out + at, &wanted, sizeof wanted) != 0) fail(step, "it gives another row");
    at += sizeof wanted;
}

static inline soch_status visible(void) {
    return HAS(table, soch_index, flush_index) ? table->flush_index(instance, NULL, 0, &error) : SOCH_OK;
}

static inline soch_status keep(soch_status status, size_t count) {
    begin();
    for (size_t i = 0; i < count && status == SOCH_OK; i++) append(NULL, number_of(&found[i]));
    return status;
}

static inline soch_status lookup(soch_bytes key) {
    size_t count = 0;
    visible();
    soch_status status = INDEX(lookup, (instance, key, found, 65536, &count, &error));
    return keep(status, count);
}

static inline soch_status range(soch_bytes start, soch_bytes end_before, uint64_t limit) {
    size_t count = 0;
    visible();
    soch_status status = INDEX(range, (instance, NULL, start, end_before, limit, found, 65536, &count, &error));
    return keep(status, count);
}

static int by_number(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

// The nearest rows are in `found`, their distances in `distances`.
static float distances[65536];
static int none_is_missing;
static inline soch_status nearest(soch_bytes query, size_t k, uint64_t flags, size_t *count) {
    soch_search search;
    soch_search_result result;
    memset(&search, 0, sizeof search);
    memset(&result, 0, sizeof result);
    search.size = sizeof search;
    search.query = query;
    search.k = k;
    search.flags = flags;
    result.size = sizeof result;
    visible();
    none_is_missing = 0;
    if (flags == 0 && HAS(table, soch_index, nearest)) return table->nearest(instance, query, k, found, distances, count, &error);
    soch_status status = INDEX(search, (instance, NULL, &search, found, distances, &result, &error));
    *count = result.count;
    none_is_missing = (result.flags & SOCH_SEARCH_IS_EXACT) != 0;
    return status;
}

static inline soch_status find(soch_bytes word) {
    size_t count = 0;
    soch_status status = nearest(word, 100, 0, &count);
    qsort(found, count, sizeof *found, by_number);
    return keep(status, count);
}

static inline void entry(uint64_t row, soch_bytes key) {
    soch_index_entry made = {row, key};
    entries[entry_count++] = made;
}

static inline soch_status build(void) {
    soch_status status;
    void *builder = NULL;
    if (table->build != NULL) {
        status = table->build(instance, NULL, 1, 1, entries, entry_count, &error);
    } else if ((status = table->begin_build(instance, NULL, 1, 1, &builder, &error)) == SOCH_OK) {
        status = table->build_add(builder, NULL, entries, entry_count, &error);
        if (status == SOCH_OK) status = table->finish_build(builder, NULL, &error);
        else table->abandon_build(builder);
    }
    entry_count = 0;
    return status;
}

