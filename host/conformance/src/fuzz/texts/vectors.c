static soch_index_properties described;
static struct {
    uint64_t row;
    soch_bytes key;
} kept[65536];
static size_t kept_count;

static void describe(void) {
    described.size = sizeof described;
    done(0, HAS(table, soch_index, describe) ? table->describe(instance, &described, &error) : SOCH_UNSUPPORTED);
}

// The vector that repeats these numbers. None of them is 0.
static inline soch_bytes vector(soch_bytes numbers) {
    size_t each = described.element == SOCH_ELEMENT_F32 ? 4 : described.element == SOCH_ELEMENT_F16 ? 2 : 1;
    size_t count = (size_t)described.dimensions / (described.element == SOCH_ELEMENT_BIT ? 8 : 1);
    uint8_t *made = room(count * each);
    if (made == NULL || numbers.len == 0) fail(0, "no vector");
    for (size_t i = 0; i < count; i++) {
        int number_of = (int8_t)numbers.ptr[i % numbers.len];
        if (number_of == 0) number_of = 1;
        float whole = (float)number_of;
        unsigned size = (unsigned)(number_of < 0 ? -number_of : number_of), exponent = 0;
        while (size >> (exponent + 1) != 0) exponent++;
        uint16_t half = (uint16_t)((number_of < 0 ? 0x8000u : 0) | (15 + exponent) << 10 | ((size << (10 - exponent)) & 0x3FF));
        if (each == 4) memcpy(made + i * 4, &whole, 4);
        if (each == 2) memcpy(made + i * 2, &half, 2);
        if (each == 1) made[i] = (uint8_t)number_of;
    }
    soch_bytes bytes = {made, count * each};
    return bytes;
}

static double number_at(soch_bytes key, size_t i) {
    float whole;
    uint16_t half;
    switch (described.element) {
    case SOCH_ELEMENT_F32: memcpy(&whole, key.ptr + i * 4, 4); return whole;
    case SOCH_ELEMENT_F16:
        memcpy(&half, key.ptr + i * 2, 2);
        whole = (float)(0x400 | (half & 0x3FF)) / 1024;
        for (int power = (half >> 10 & 31) - 15; power > 0; power--) whole *= 2;
        return half & 0x8000 ? -whole : whole;
    case SOCH_ELEMENT_BIT: return key.ptr[i / 8] >> i % 8 & 1;
    default: return (int8_t)key.ptr[i];
    }
}

static double root(double square) {
    double found_root = square > 1 ? square : 1;
    for (int i = 0; i < 200; i++) found_root = (found_root + square / found_root) / 2;
    return square > 0 ? found_root : 0;
}

static double distance(soch_bytes a, soch_bytes b) {
    double square = 0, dot = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < described.dimensions; i++) {
        double x = number_at(a, i), y = number_at(b, i);
        square += (x - y) * (x - y), dot += x * y, aa += x * x, bb += y * y;
    }
    switch (described.metric) {
    case SOCH_DISTANCE_L2: return root(square);
    case SOCH_DISTANCE_L2_SQUARED: return square;
    case SOCH_DISTANCE_COSINE: return 1 - dot / root(aa * bb);
    case SOCH_DISTANCE_INNER_PRODUCT: return -dot;
    default: return 0;
    }
}

static int tells(double given, double wanted) {
    int is_f32 = described.element == SOCH_ELEMENT_F32;
    double far = given > wanted ? given - wanted : wanted - given, size = wanted < 0 ? -wanted : wanted;
    return described.metric == SOCH_DISTANCE_OTHER || far <= (is_f32 ? 1e-3 : 0.05) * size + (is_f32 ? 1e-3 : 0.02);
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static inline soch_status insert_vector(soch_bytes numbers, uint64_t row) {
    soch_bytes key = vector(numbers);
    soch_status status = table->insert(instance, key, row, &error);
    if (status == SOCH_OK) kept[kept_count].row = row, kept[kept_count++].key = key;
    return status;
}

static inline soch_status remove_vector(soch_bytes numbers, uint64_t row) {
    soch_bytes key = vector(numbers);
    soch_status status = table->remove(instance, key, row, &error);
    for (size_t i = kept_count; i-- > 0 && status == SOCH_OK;) {
        if (kept[i].row == row && memcmp(kept[i].key.ptr, key.ptr, key.len) == 0) kept[i] = kept[--kept_count];
    }
    return status;
}

static inline soch_status build_vectors(void) {
    kept_count = 0;
    for (; kept_count < entry_count; kept_count++) {
        kept[kept_count].row = entries[kept_count].row, kept[kept_count].key = entries[kept_count].key;
    }
    return build();
}

// Looks at the `count` rows that came, by all that there are.
static void look(int step, soch_bytes query, size_t k, size_t count, int is_exact) {
    static uint64_t rows[65536];
    static double near[65536];
    size_t row_count = 0;
    for (size_t i = 0; i < kept_count; i++) {
        double here = distance(query, kept[i].key);
        size_t place = 0;
        while (place < row_count && rows[place] != kept[i].row) place++;
        if (place == row_count) rows[row_count++] = kept[i].row, near[place] = here;
        if (here < near[place]) near[place] = here;
    }
    size_t wanted = k < row_count ? k : row_count;
    if (count > wanted || count < (is_exact ? wanted : wanted > 0)) fail(step, "it gives too few rows, or too many");
    for (size_t i = 0; i < count; i++) {
        size_t place = 0;
        while (place < row_count && rows[place] != found[i]) place++;
        if (place == row_count) fail(step, "it gives a row that is not there");
        if (i > 0 && distances[i] < distances[i - 1]) fail(step, "the distances do not ascend");
        for (size_t j = 0; j < i; j++) {
            if (found[j] == found[i]) fail(step, "it gives a row twice");
        }
        if (!tells(distances[i], near[place])) fail(step, "it gives another distance");
    }
    qsort(near, row_count, sizeof *near, by_size);
    for (size_t i = 0; i < count && is_exact; i++) {
        if (!tells(distances[i], near[i])) fail(step, "it misses a nearer row");
    }
}

static inline void nearest_vectors(int step, soch_bytes numbers, size_t k) {
    soch_bytes query = vector(numbers);
    for (int is_exact = 0; is_exact < 2; is_exact++) {
        size_t count = 0;
        soch_status status = nearest(query, k, is_exact ? SOCH_SEARCH_EXACT : 0, &count);
        if (status == SOCH_UNSUPPORTED || status == SOCH_LIMIT) continue;
        done(step, status);
        look(step, query, k, count, none_is_missing);
    }
}

