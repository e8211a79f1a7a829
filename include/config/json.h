// Where a walk through a text stands. Names with `soch_json` are this header's own.
typedef struct soch_json {
    const char *at, *end;
    // What is wrong at `at`; NULL as long as nothing is.
    const char *fault;
} soch_json;

static inline soch_json soch_json_of(soch_str text) {
    soch_json json;
    json.at = text.len > 0 ? text.ptr : "";
    json.end = json.at + text.len;
    json.fault = NULL;
    return json;
}

static inline int soch_json_wrong(soch_json *json, const char *fault) {
    if (json->fault == NULL) json->fault = fault;
    return 0;
}

static inline void soch_json_blanks(soch_json *json) {
    while (json->at < json->end && (*json->at == ' ' || *json->at == '\t' || *json->at == '\n' || *json->at == '\r'))
        json->at++;
}

// Whether this byte is the next one behind blanks.
static inline int soch_json_ahead(soch_json *json, char byte) {
    soch_json_blanks(json);
    return json->at < json->end && *json->at == byte;
}

static inline int soch_json_take(soch_json *json, char byte) {
    if (!soch_json_ahead(json, byte)) return 0;
    json->at++;
    return 1;
}

// Reads the four digits of a \u escape.
static inline int soch_json_unit(soch_json *json, uint32_t *unit) {
    int i;
    *unit = 0;
    for (i = 0; i < 4; i++, json->at++) {
        unsigned char byte = json->at < json->end ? (unsigned char)*json->at : 0;
        uint32_t digit = byte - (uint32_t)'0', letter = (byte | 0x20u) - (uint32_t)'a';
        if (digit > 9 && letter > 5) return soch_json_wrong(json, "four hexadecimal digits are missing");
        *unit = *unit << 4 | (digit <= 9 ? digit : letter + 10);
    }
    return 1;
}

// Reads one character of a text behind its first quote, as one to four bytes. 0 behind its last quote, and if it is wrong.
static inline size_t soch_json_character(soch_json *json, char *bytes) {
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    uint32_t code, low;
    size_t i, more;
    if (json->at == json->end) return (size_t)soch_json_wrong(json, "the text does not end");
    if ((unsigned char)*json->at < 0x20) return (size_t)soch_json_wrong(json, "a control character is not escaped");
    bytes[0] = *json->at++;
    if (bytes[0] != '\\') return bytes[0] != '"';
    if (json->at == json->end) return (size_t)soch_json_wrong(json, "the text does not end");
    for (i = 0; names[i] != 0; i++) {
        if (*json->at != names[i]) continue;
        json->at++;
        bytes[0] = values[i];
        return 1;
    }
    if (*json->at != 'u') return (size_t)soch_json_wrong(json, "there is no such escape");
    json->at++;
    if (!soch_json_unit(json, &code)) return 0;
    if (code >= 0xD800 && code <= 0xDFFF) {
        int pair = code <= 0xDBFF && json->end - json->at >= 2 && json->at[0] == '\\' && json->at[1] == 'u';
        if (!pair) return (size_t)soch_json_wrong(json, "half of a surrogate pair is missing");
        json->at += 2;
        if (!soch_json_unit(json, &low)) return 0;
        if (low < 0xDC00 || low > 0xDFFF) return (size_t)soch_json_wrong(json, "half of a surrogate pair is missing");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    bytes[0] = (char)(more == 0 ? code : ((0xF80u >> more & 0xFFu) | code >> 6 * more));
    for (i = 1; i <= more; i++) bytes[i] = (char)(0x80u | (code >> 6 * (more - i) & 0x3Fu));
    return more + 1;
}

// Steps over a text, and says whether it is these bytes.
static inline int soch_json_is(soch_json *json, const char *bytes, size_t len) {
    char character[4];
    size_t i, count;
    int same = 1;
    if (!soch_json_take(json, '"')) return soch_json_wrong(json, "a quote is missing");
    while ((count = soch_json_character(json, character)) > 0) {
        for (i = 0; i < count; i++) {
            same = same && len > 0 && *bytes == character[i];
            if (same) bytes++, len--;
        }
    }
    return same && len == 0;
}

static inline size_t soch_json_digits(soch_json *json) {
    size_t count = 0;
    for (; json->at < json->end && *json->at >= '0' && *json->at <= '9'; json->at++) count++;
    return count;
}

static inline int soch_json_number(soch_json *json) {
    const char *first;
    if (*json->at == '-') json->at++;
    first = json->at;
    if (soch_json_digits(json) == 0) return soch_json_wrong(json, "a value is missing");
    if (*first == '0' && json->at - first > 1) return soch_json_wrong(json, "a number begins with a 0 too many");
    if (json->at < json->end && *json->at == '.') {
        json->at++;
        if (soch_json_digits(json) == 0) return soch_json_wrong(json, "the number is cut short");
    }
    if (json->at < json->end && (*json->at == 'e' || *json->at == 'E')) {
        json->at++;
        if (json->at < json->end && (*json->at == '+' || *json->at == '-')) json->at++;
        if (soch_json_digits(json) == 0) return soch_json_wrong(json, "the number is cut short");
    }
    return 1;
}

static inline int soch_json_word(soch_json *json, const char *word) {
    const char *at = json->at;
    for (; *word != 0 && at < json->end && *at == *word; at++) word++;
    if (*word == 0) json->at = at;
    return *word == 0;
}

// Steps over what is neither a list nor an object.
static inline int soch_json_plain(soch_json *json) {
    if (soch_json_ahead(json, '"')) return soch_json_is(json, "", 0), json->fault == NULL;
    if (json->at == json->end) return soch_json_wrong(json, "a value is missing");
    if (soch_json_word(json, "true") || soch_json_word(json, "false") || soch_json_word(json, "null")) return 1;
    return soch_json_number(json);
}

// Steps over the name of a member and its colon.
static inline int soch_json_name(soch_json *json) {
    soch_json_is(json, "", 0);
    return json->fault == NULL && (soch_json_take(json, ':') || soch_json_wrong(json, "a colon is missing"));
}

static inline int soch_json_value(soch_json *json) {
    // The brackets that are open, the innermost one the lowest bit: 1 for an object.
    uint64_t objects = 0;
    int depth = 0, ended;
    for (;;) {
        int object = soch_json_ahead(json, '{');
        ended = 1;
        if (object || soch_json_ahead(json, '[')) {
            if (depth == SOCH_CONFIG_DEPTH) return soch_json_wrong(json, "too many brackets are open");
            json->at++, depth++;
            objects = objects << 1 | (uint64_t)object;
            ended = soch_json_ahead(json, object ? '}' : ']');
        } else if (!soch_json_plain(json)) {
            return 0;
        }
        while (ended) {
            if (depth == 0) return 1;
            if (soch_json_take(json, ',')) break;
            if (!soch_json_take(json, (objects & 1) != 0 ? '}' : ']'))
                return soch_json_wrong(json, "a comma or the closing bracket is missing");
            depth--, objects >>= 1;
        }
        if ((objects & 1) != 0 && !soch_json_name(json)) return 0;
    }
}
