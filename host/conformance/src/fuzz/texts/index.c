
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
    soch_status status = INDEX(range, (instance, start, end_before, limit, found, 65536, &count, &error));
    return keep(status, count);
}

static inline void entry(uint64_t row, soch_bytes key) {
    soch_index_entry made = {row, key};
    entries[entry_count++] = made;
}

static inline soch_status build(void) {
    soch_status status = table->build(instance, NULL, 1, 1, entries, entry_count, &error);
    entry_count = 0;
    return status;
}

static void close_all(void) {}

int main(int argc, char **argv) {
    load(argc > 1 ? argv[1] : PLUGIN, CONFIG);
    table = plugin->index;
    if (table == NULL) fail(0, "it is no index");
