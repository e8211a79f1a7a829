
#define STORAGE(slot, arguments) (HAS(storage, soch_storage, slot) ? storage->slot arguments : SOCH_UNSUPPORTED)
static const soch_storage *storage;
static void *readers[3], *txns[3];

static inline void got(int step, soch_status status, soch_bytes value) {
    done(step, status);
    if (out_len != value.len || (value.len > 0 && memcmp(out, value.ptr, value.len) != 0)) fail(step, "it gives another value");
}

static inline void none(int step, soch_status status) {
    if (status != SOCH_NOT_FOUND) fail(step, "it finds what is not there");
}

static soch_status put_row(void *ctx, soch_bytes key, soch_bytes value) {
    uint64_t lengths[2] = {key.len, value.len};
    soch_bytes head = {(const uint8_t *)lengths, sizeof lengths};
    append(ctx, head);
    append(ctx, key);
    return append(ctx, value);
}

static inline const soch_row_sink *rows(void) {
    static const soch_row_sink sink = {NULL, put_row};
    out_len = at = 0;
    return &sink;
}

static inline void row(int step, soch_bytes key, soch_bytes value) {
    uint64_t lengths[2];
    if (out_len - at < sizeof lengths) fail(step, "it lacks a row");
    memcpy(lengths, out + at, sizeof lengths);
    const uint8_t *found = out + at + sizeof lengths;
    at += sizeof lengths + lengths[0] + lengths[1];
    int equal = lengths[0] == key.len && lengths[1] == value.len && (key.len == 0 || memcmp(found, key.ptr, key.len) == 0) &&
                (value.len == 0 || memcmp(found + key.len, value.ptr, value.len) == 0);
    if (!equal) fail(step, "it gives another row");
}

// `get` of a reader, whose value is lent.
static inline soch_status reader_get(int reader, uint32_t table, soch_bytes key) {
    soch_bytes value = {NULL, 0};
    soch_status status = STORAGE(reader_get, (readers[reader], table, key, &value, &error));
    begin();
    return status == SOCH_OK ? append(NULL, value) : status;
}

static inline const soch_bytes *to(soch_bytes key) {
    static soch_bytes kept;
    kept = key;
    return &kept;
}

static int is_before(soch_bytes one, soch_bytes other) {
    size_t len = one.len < other.len ? one.len : other.len;
    int order = len > 0 ? memcmp(one.ptr, other.ptr, len) : 0;
    return order < 0 || (order == 0 && one.len < other.len);
}

static inline soch_status walk(int reader, uint32_t table, uint64_t flags, soch_bytes start, soch_bytes end_before, const soch_bytes *seek) {
    // A cursor that cannot be moved begins there.
    if (seek != NULL && !HAS(storage, soch_storage, cursor_seek)) {
        uint8_t *behind = room(seek->len + 1);
        if (seek->len > 0) memcpy(behind, seek->ptr, seek->len);
        behind[seek->len] = 0;
        soch_bytes own_end = {behind, seek->len + 1};
        if (flags == 0 && is_before(start, *seek)) start = *seek;
        if (flags != 0 && (end_before.len == 0 || is_before(own_end, end_before))) end_before = own_end;
        seek = NULL;
        begin();
        if (end_before.len > 0 && !is_before(start, end_before)) return SOCH_OK;
    }
    const soch_cursor_options options = {sizeof options, flags, start, end_before};
    soch_row lent[64];
    size_t count = 0;
    void *cursor;
    rows();
    soch_status status = STORAGE(open_cursor, (readers[reader], table, &options, &cursor, &error));
    if (status != SOCH_OK) return status;
    if (seek != NULL) status = STORAGE(cursor_seek, (cursor, NULL, *seek, &error));
    do {
        if (status == SOCH_OK) status = storage->cursor_next(cursor, NULL, lent, 64, &count, &error);
        for (size_t i = 0; i < count && status == SOCH_OK; i++) status = put_row(NULL, lent[i].key, lent[i].value);
    } while (status == SOCH_OK && count > 0);
    storage->close_cursor(cursor);
    return status;
}

// A table's handle, for one call.
static inline soch_status table_get(uint32_t table, soch_bytes key) {
    void *handle;
    soch_status status = STORAGE(open_table, (instance, table, &handle, &error));
    if (status == SOCH_UNSUPPORTED) return storage->get(instance, table, key, begin(), &error);
    if (status != SOCH_OK) return status;
    status = storage->table_get(handle, key, begin(), &error);
    storage->close_table(handle);
    return status;
}

static inline soch_status table_put(uint32_t table, soch_bytes key, soch_bytes value) {
    void *handle;
    soch_status status = STORAGE(open_table, (instance, table, &handle, &error));
    if (status == SOCH_UNSUPPORTED) return storage->put(instance, table, key, value, 0, &error);
    if (status != SOCH_OK) return status;
    status = storage->table_put(handle, key, value, 0, &error);
    storage->close_table(handle);
    return status;
}

static soch_bytes keys[64], values[64];
static int has_value[64];
static size_t key_count;
static inline void wanted(soch_bytes key) {
    keys[key_count++] = key;
}

static soch_status take_value(void *ctx, size_t place, soch_bytes value) {
    (void)ctx;
    if (place >= key_count) fail(0, "it gives a value of a key that was not asked for");
    uint8_t *copy = room(value.len);
    if (value.len > 0) memcpy(copy, value.ptr, value.len);
    values[place].ptr = copy, values[place].len = value.len, has_value[place] = 1;
    return SOCH_OK;
}

// The keys that are there, with their values.
static inline soch_status multi_get(uint32_t table) {
    const soch_value_sink taken = {NULL, take_value};
    memset(has_value, 0, sizeof has_value);
    soch_status status = STORAGE(multi_get, (instance, NULL, table, keys, key_count, &taken, &error));
    if (status == SOCH_UNSUPPORTED) {
        status = SOCH_OK;
        for (size_t i = 0; i < key_count && (status == SOCH_OK || status == SOCH_NOT_FOUND); i++) {
            status = storage->get(instance, table, keys[i], begin(), &error);
            soch_bytes value = {out, out_len};
            if (status == SOCH_OK) take_value(NULL, i, value);
        }
        if (status == SOCH_NOT_FOUND) status = SOCH_OK;
    }
    begin();
    for (size_t i = 0; i < key_count && status == SOCH_OK; i++) {
        if (has_value[i]) put_row(NULL, keys[i], values[i]);
    }
    key_count = 0;
    return status;
}

static inline soch_status fill(uint32_t table, int count) {
    soch_status status = SOCH_OK;
    for (int i = 0; i < count && status == SOCH_OK; i++) {
        uint8_t key[3] = {0x40, (uint8_t)(i >> 8), (uint8_t)i}, value = (uint8_t)i;
        soch_bytes key_of = {key, 3}, value_of = {&value, 1};
        status = storage->put(instance, table, key_of, value_of, 0, &error);
    }
    return status;
}

static soch_write writes[64];
static size_t write_count;
static inline void write_of(uint32_t op, uint32_t table, soch_bytes key, soch_bytes value) {
    soch_write made = {op, table, key, value, 0};
    writes[write_count++] = made;
}

static inline soch_status batch(void) {
    const soch_batch_options options = {sizeof options, 0, 0};
    soch_status status = STORAGE(write_batch, (instance, NULL, writes, write_count, &options, &error));
    write_count = 0;
    return status;
}

static inline void number(int step, uint64_t wanted) {
    if (out_len - at < sizeof wanted || memcmp(out + at, &wanted, sizeof wanted) != 0) fail(step, "it gives another number");
    at += sizeof wanted;
}

static inline soch_status list_tables(void) {
    uint32_t tables[64];
    size_t count = 0;
    soch_status status = STORAGE(list_tables, (instance, tables, 64, &count, &error));
    begin();
    for (size_t i = 0; i < count && i < 64 && status == SOCH_OK; i++) {
        uint64_t one = tables[i];
        append(NULL, number_of(&one));
    }
    return status;
}

static inline soch_status count_rows(void) {
    soch_storage_stats stats;
    memset(&stats, 0, sizeof stats);
    stats.size = sizeof stats;
    soch_status status = STORAGE(stats, (instance, &stats, &error));
    begin();
    append(NULL, number_of(&stats.key_count));
    return status;
}

static inline soch_status begin_txn(int txn) {
    const soch_transaction_options options = {sizeof options, 0, 0};
    return STORAGE(begin_txn, (instance, &options, &txns[txn], &error));
}

static inline soch_status reopen(void) {
    soch_status status = storage->flush(instance, NULL, &error);
    end();
    create();
    return status;
}

static void close_all(void) {
    for (int i = 0; i < 3; i++) {
        if (readers[i] != NULL) storage->close_reader(readers[i]);
        if (txns[i] != NULL) storage->abort_txn(txns[i]);
    }
}

int main(int argc, char **argv) {
    load(argc > 1 ? argv[1] : PLUGIN, CONFIG);
    storage = plugin->storage;
    if (storage == NULL) fail(0, "it is no storage");
