// What index_sorted.c writes when it is saved: the name of the format, the watermark, how many entries there are, for each
// its row, the length of its key and the key, and a checksum (FNV-1a). Numbers have 8 bytes, the lowest first. The index in
// Rust of the same name reads and writes the same.

// Entries, or as many bytes, between two questions whether a save or a load is to go on.
#define ENTRIES_BETWEEN 1024
#define BYTES_BETWEEN 65536

static const uint64_t FIRST_SUM = 0xcbf29ce484222325u;
static const uint8_t format[8] = {'s', 'o', 'r', 't', 'e', 'd', '0', '1'};

typedef struct saving {
    const soch_writer *output;
    uint64_t sum;
} saving;

static uint64_t sum_of(uint64_t before, const uint8_t *bytes, size_t len) {
    for (size_t i = 0; i < len; i++) before = (before ^ bytes[i]) * 0x100000001b3u;
    return before;
}

static soch_status add(saving *self, const void *bytes, size_t len) {
    self->sum = sum_of(self->sum, bytes, len);
    return soch_put(self->output, bytes, len);
}

static soch_status add_number(saving *self, uint64_t number) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(number >> (8 * i));
    return add(self, bytes, sizeof bytes);
}

static soch_status save(void *instance, const soch_call *call, uint64_t watermark, const soch_writer *output,
                        soch_error *error) {
    const sorted_index *self = instance;
    saving to = {output, FIRST_SUM};
    (void)error;
    soch_status status = add(&to, format, sizeof format);
    if (status == SOCH_OK) status = add_number(&to, watermark);
    if (status == SOCH_OK) status = add_number(&to, self->count);
    for (size_t i = 0; status == SOCH_OK && i < self->count; i++) {
        const entry *one = &self->entries[i];
        if (i % ENTRIES_BETWEEN == 0 && (status = soch_go_on(call)) != SOCH_OK) break;
        status = add_number(&to, one->row);
        if (status == SOCH_OK) status = add_number(&to, one->len);
        if (status == SOCH_OK) status = add(&to, one->key, one->len);
    }
    return status == SOCH_OK ? add_number(&to, to.sum) : status;
}

static uint64_t number_at(const uint8_t *bytes) {
    uint64_t number = 0;
    for (int i = 7; i >= 0; i--) number = number << 8 | bytes[i];
    return number;
}

static soch_status damaged(soch_error *error) {
    return soch_fail(error, SOCH_CORRUPTION, 0, "the index is not as it was saved: build it anew");
}

// Reads entries from `at` to `end` into an empty index. They ascend, each once, or the index would find nothing.
static soch_status read_entries(sorted_index *made, uint64_t count, const uint8_t *at, const uint8_t *end,
                                const soch_call *call, soch_error *error) {
    if (count > (size_t)(end - at) / 16) return damaged(error);
    made->entries = calloc(count > 0 ? (size_t)count : 1, sizeof *made->entries);
    if (made->entries == NULL) return no_memory(error);
    made->capacity = count > 0 ? (size_t)count : 1;
    while (made->count < count) {
        if (made->count % ENTRIES_BETWEEN == 0) {
            soch_status status = soch_go_on(call);
            if (status != SOCH_OK) return status;
        }
        if (end - at < 16 || number_at(at + 8) > (size_t)(end - at) - 16) return damaged(error);
        soch_bytes key = {at + 16, (size_t)number_at(at + 8)};
        uint64_t row = number_at(at);
        if (made->count > 0 && compare(&made->entries[made->count - 1], key, row) >= 0) return damaged(error);
        if (!make(&made->entries[made->count], key, row)) return no_memory(error);
        made->count++;
        made->key_bytes += key.len;
        at = key.ptr + key.len;
    }
    return at == end ? SOCH_OK : damaged(error);
}

// Whether the bytes before the sum at their end are those that were summed.
static soch_status check_sum(soch_bytes saved, const soch_call *call, soch_error *error) {
    const uint8_t *end = saved.ptr + saved.len - 8;
    uint64_t sum = FIRST_SUM;
    for (const uint8_t *at = saved.ptr; at < end;) {
        soch_status status = soch_go_on(call);
        if (status != SOCH_OK) return status;
        size_t len = (size_t)(end - at) < BYTES_BETWEEN ? (size_t)(end - at) : BYTES_BETWEEN;
        sum = sum_of(sum, at, len);
        at += len;
    }
    return sum == number_at(end) ? SOCH_OK : damaged(error);
}

static soch_status load(void *instance, const soch_call *call, soch_bytes saved, uint64_t *watermark,
                        soch_error *error) {
    sorted_index *self = instance, made = {NULL, 0, 0, 0};
    if (saved.len < 32) return damaged(error);
    if (memcmp(saved.ptr, format, sizeof format) != 0) {
        return soch_fail(error, SOCH_UNSUPPORTED, 0, "saved in another format, or by a newer version");
    }
    soch_status status = check_sum(saved, call, error);
    if (status != SOCH_OK) return status;
    const uint8_t *end = saved.ptr + saved.len - 8;
    status = read_entries(&made, number_at(saved.ptr + 16), saved.ptr + 24, end, call, error);
    if (status != SOCH_OK) {
        clear(&made);
        return status;
    }
    clear(self);
    *self = made;
    *watermark = number_at(saved.ptr + 8);
    return SOCH_OK;
}
