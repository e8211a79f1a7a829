// sochdb_config.h: generated from include/config by build.rs, do not edit.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Reads a plugin's configuration, which is JSON, over sochdb_plugin.h. In C99 or later, and C++11 or later.
//
//   static const char *const known[] = {"path", "cache", NULL};
//   char path[4096] = "";
//   uint64_t megabytes = 64;
//   soch_status status = soch_config_only(config, "", known, error);
//   if (status == SOCH_OK) status = soch_config_need(config, "path", "name the directory of the rows", error);
//   if (status == SOCH_OK) status = soch_config_text(config, "path", path, sizeof path, error);
//   if (status == SOCH_OK) status = soch_config_unsigned(config, "cache.megabytes", 1, 4096, &megabytes, error);
//   if (status != SOCH_OK) return status;
//
// Memory       None is allocated and nothing is kept: each call reads the text that `create` was given from its start. No
//              library is needed, not even that of C.
// Paths        `cache.megabytes` is the member `megabytes` of the object `cache`, `hosts.0` the first of a list, and the
//              empty path the whole text. A member with a point in its name is found by `soch_config_next` only.
// Defaults     What is not there, or is `null`, leaves the variable as it was.
// Errors       Anything else than what a call asks for is SOCH_INVALID and leaves the variable as it was; `soch_error` then
//              names the path and what it must be, or the byte, counted from 0, where the text is no JSON (RFC 8259).
//              A name that is asked for and is there twice is an error, too, and so are more than
//              SOCH_CONFIG_DEPTH lists and objects in each other.
#ifndef SOCHDB_CONFIG_H
#define SOCHDB_CONFIG_H

#include "sochdb_plugin.h"

// How many lists and objects may lie in each other.
#define SOCH_CONFIG_DEPTH 64

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

// The message of an error while it grows.
typedef struct soch_json_message {
    // One byte more than an error has, so that `soch_fail` sees that it must cut, and does so at the border of a character.
    char text[SOCH_ERROR_MESSAGE_SIZE + 1];
    size_t len;
} soch_json_message;

static inline void soch_json_say(soch_json_message *message, const char *text) {
    while (*text != 0 && message->len + 1 < sizeof message->text) message->text[message->len++] = *text++;
    message->text[message->len] = 0;
}

static inline void soch_json_say_number(soch_json_message *message, int negative, uint64_t amount) {
    char digits[22];
    size_t at = sizeof digits - 1;
    digits[at] = 0;
    do digits[--at] = (char)('0' + amount % 10); while ((amount /= 10) != 0);
    if (negative) digits[--at] = '-';
    soch_json_say(message, digits + at);
}

// A long name is cut at the border of a character, so that there is room for what is said of it.
static inline void soch_json_say_name(soch_json_message *message, const char *name, size_t len) {
    size_t i, most = 100;
    if (len < most) most = len;
    while (most < len && most > 0 && ((unsigned char)name[most] & 0xC0u) == 0x80u) most--;
    soch_json_say(message, "`");
    for (i = 0; i < most && message->len + 1 < sizeof message->text; i++) message->text[message->len++] = name[i];
    soch_json_say(message, most < len ? "...`" : "`");
}

// Begins a message about the value at `path`, of which the first `len` bytes are meant.
static inline soch_json_message soch_json_about(const char *path, size_t len) {
    soch_json_message message;
    message.len = 0;
    soch_json_say(&message, "configuration: ");
    if (len == 0) soch_json_say(&message, "it");
    else soch_json_say_name(&message, path, len);
    return message;
}

static inline size_t soch_json_length(const char *text) {
    size_t len = 0;
    while (text[len] != 0) len++;
    return len;
}

static inline soch_status soch_json_must_be(const char *path, const char *what, soch_error *error) {
    soch_json_message message = soch_json_about(path, soch_json_length(path));
    soch_json_say(&message, " must be ");
    soch_json_say(&message, what);
    return soch_fail(error, SOCH_INVALID, 0, message.text);
}

// Gives the next member of an object or element of a list, and whether there is one. Both are JSON, for the calls below
// with the empty path; the name of an element is empty. `rest` is the object or list at first, as `soch_config_find` gives
// it, and what is left of it later.
static inline int soch_config_next(soch_str *rest, soch_str *name, soch_str *value) {
    soch_json json = soch_json_of(*rest);
    name->len = 0;
    if (!soch_json_take(&json, '{') && !soch_json_take(&json, '[') && !soch_json_take(&json, ',')) return 0;
    if (soch_json_ahead(&json, '}') || soch_json_ahead(&json, ']')) return 0;
    name->ptr = json.at;
    if (!soch_json_value(&json)) return 0;
    *value = soch_text(name->ptr, (size_t)(json.at - name->ptr));
    if (soch_json_take(&json, ':')) {
        *name = *value;
        soch_json_blanks(&json);
        value->ptr = json.at;
        if (!soch_json_value(&json)) return 0;
        value->len = (size_t)(json.at - value->ptr);
    }
    *rest = soch_text(json.at, (size_t)(json.end - json.at));
    return 1;
}

// The number of an element, as a path has it; SIZE_MAX if it is none.
static inline size_t soch_json_index(const char *part, size_t len) {
    size_t i, index = 0;
    for (i = 0; i < len; i++) {
        if (part[i] < '0' || part[i] > '9' || i == 9) return SIZE_MAX;
        index = index * 10 + (size_t)(part[i] - '0');
    }
    return len == 0 || (len > 1 && *part == '0') ? SIZE_MAX : index;
}

// Sets `value` to the JSON of what is at `path`, or returns SOCH_NOT_FOUND.
SOCH_NODISCARD static inline soch_status soch_config_find(soch_str config, const char *path, soch_str *value,
                                                          soch_error *error) {
    soch_json json = soch_json_of(config);
    const char *part = path;
    int more = *path != 0;
    soch_str at;
    soch_json_blanks(&json);
    at.ptr = json.at;
    if (soch_json_value(&json)) {
        at.len = (size_t)(json.at - at.ptr);
        soch_json_blanks(&json);
        if (json.at < json.end) soch_json_wrong(&json, "something follows the value");
    }
    if (json.fault != NULL) {
        soch_json_message message;
        message.len = 0;
        soch_json_say(&message, "configuration, byte ");
        soch_json_say_number(&message, 0, (uint64_t)config.len - (uint64_t)(json.end - json.at));
        soch_json_say(&message, ": ");
        soch_json_say(&message, json.fault);
        return soch_fail(error, SOCH_INVALID, 0, message.text);
    }
    while (more) {
        soch_str name, member, found = soch_text(NULL, 0);
        size_t len = 0, index = 0;
        while (part[len] != 0 && part[len] != '.') len++;
        if (*at.ptr == 'n') return SOCH_NOT_FOUND;
        if (*at.ptr != '{' && (*at.ptr != '[' || soch_json_index(part, len) == SIZE_MAX)) {
            soch_json_message message = soch_json_about(path, part == path ? 0 : (size_t)(part - path) - 1);
            soch_json_say(&message, " must be an object");
            return soch_fail(error, SOCH_INVALID, 0, message.text);
        }
        while (soch_config_next(&at, &name, &member)) {
            soch_json text = soch_json_of(name);
            if (name.len > 0 ? !soch_json_is(&text, part, len) : index++ != soch_json_index(part, len)) continue;
            if (found.ptr != NULL) {
                soch_json_message message = soch_json_about(path, (size_t)(part - path) + len);
                soch_json_say(&message, " is there twice");
                return soch_fail(error, SOCH_INVALID, 0, message.text);
            }
            found = member;
        }
        if (found.ptr == NULL) return SOCH_NOT_FOUND;
        at = found;
        more = part[len] == '.';
        part += len + (size_t)more;
    }
    *value = at;
    return SOCH_OK;
}

// As above; what is `null` is not there either.
static inline soch_status soch_json_given(soch_str config, const char *path, soch_str *value, soch_error *error) {
    soch_status status = soch_config_find(config, path, value, error);
    return status == SOCH_OK && *value->ptr == 'n' ? SOCH_NOT_FOUND : status;
}

static inline soch_status soch_json_done(soch_status status) {
    return status == SOCH_NOT_FOUND ? SOCH_OK : status;
}

// Fails if the object at `path` has another name than those of `known`, which ends in NULL.
SOCH_NODISCARD static inline soch_status soch_config_only(soch_str config, const char *path, const char *const *known,
                                                          soch_error *error) {
    soch_str object, name, value;
    soch_status status = soch_json_given(config, path, &object, error);
    if (status != SOCH_OK) return soch_json_done(status);
    if (*object.ptr != '{') return soch_json_must_be(path, "an object", error);
    while (soch_config_next(&object, &name, &value)) {
        soch_json_message message;
        soch_json text;
        size_t i = 0;
        for (; known[i] != NULL; i++) {
            text = soch_json_of(name);
            if (soch_json_is(&text, known[i], soch_json_length(known[i]))) break;
        }
        if (known[i] != NULL) continue;
        message = soch_json_about(path, soch_json_length(path));
        soch_json_say(&message, " has no member ");
        soch_json_say_name(&message, name.ptr + 1, name.len - 2);
        for (i = 0; known[i] != NULL; i++) {
            soch_json_say(&message, i == 0 ? ", only " : ", ");
            soch_json_say_name(&message, known[i], soch_json_length(known[i]));
        }
        return soch_fail(error, SOCH_INVALID, 0, message.text);
    }
    return SOCH_OK;
}

// Fails if there is nothing at `path`, or `null`. `what` says what to put there: `name the file to append to`.
SOCH_NODISCARD static inline soch_status soch_config_need(soch_str config, const char *path, const char *what,
                                                          soch_error *error) {
    soch_str found;
    soch_json_message message;
    soch_status status = soch_json_given(config, path, &found, error);
    if (status != SOCH_NOT_FOUND) return status;
    message = soch_json_about(path, soch_json_length(path));
    soch_json_say(&message, " is missing: ");
    soch_json_say(&message, what);
    return soch_fail(error, SOCH_INVALID, 0, message.text);
}

// Sets `value` to 1 for `true` and 0 for `false`.
SOCH_NODISCARD static inline soch_status soch_config_bool(soch_str config, const char *path, int *value, soch_error *error) {
    soch_str found;
    soch_status status = soch_json_given(config, path, &found, error);
    if (status != SOCH_OK) return soch_json_done(status);
    if (*found.ptr != 't' && *found.ptr != 'f') return soch_json_must_be(path, "true or false", error);
    *value = *found.ptr == 't';
    return SOCH_OK;
}

// Reads digits, and nothing else.
static inline int soch_json_amount(const char *digits, size_t len, uint64_t *amount) {
    size_t i;
    *amount = 0;
    for (i = 0; i < len; i++) {
        uint64_t digit = (uint64_t)(unsigned char)digits[i] - '0';
        if (digit > 9 || *amount > UINT64_MAX / 10 || *amount * 10 > UINT64_MAX - digit) return 0;
        *amount = *amount * 10 + digit;
    }
    return len > 0;
}

// Reads a whole number without fraction and exponent.
SOCH_NODISCARD static inline soch_status soch_config_unsigned(soch_str config, const char *path, uint64_t least,
                                                              uint64_t most, uint64_t *value, soch_error *error) {
    soch_str found;
    uint64_t amount;
    soch_json_message message;
    soch_status status = soch_json_given(config, path, &found, error);
    if (status != SOCH_OK) return soch_json_done(status);
    if (soch_json_amount(found.ptr, found.len, &amount) && amount >= least && amount <= most) {
        *value = amount;
        return SOCH_OK;
    }
    message = soch_json_about(path, soch_json_length(path));
    soch_json_say(&message, " must be a whole number, ");
    soch_json_say_number(&message, 0, least);
    soch_json_say(&message, " to ");
    soch_json_say_number(&message, 0, most);
    return soch_fail(error, SOCH_INVALID, 0, message.text);
}

// As above, also below 0.
SOCH_NODISCARD static inline soch_status soch_config_integer(soch_str config, const char *path, int64_t least, int64_t most,
                                                             int64_t *value, soch_error *error) {
    soch_str found;
    uint64_t amount;
    soch_json_message message;
    soch_status status = soch_json_given(config, path, &found, error);
    if (status != SOCH_OK) return soch_json_done(status);
    const size_t sign = *found.ptr == '-';
    if (soch_json_amount(found.ptr + sign, found.len - sign, &amount) && amount <= (uint64_t)INT64_MAX + sign) {
        int64_t number = sign != 0 && amount > 0 ? -(int64_t)(amount - 1) - 1 : (int64_t)amount;
        if (number >= least && number <= most) {
            *value = number;
            return SOCH_OK;
        }
    }
    message = soch_json_about(path, soch_json_length(path));
    soch_json_say(&message, " must be a whole number, ");
    soch_json_say_number(&message, least < 0, least < 0 ? (uint64_t)0 - (uint64_t)least : (uint64_t)least);
    soch_json_say(&message, " to ");
    soch_json_say_number(&message, most < 0, most < 0 ? (uint64_t)0 - (uint64_t)most : (uint64_t)most);
    return soch_fail(error, SOCH_INVALID, 0, message.text);
}

// A number above 0: 0.DIGITS times ten to the `point`. 800 digits decide how any number is rounded; of those behind them
// only `more` is known: whether one is not 0.
typedef struct soch_json_decimal {
    unsigned char digits[800];
    size_t count;
    int64_t point;
    int more;
} soch_json_decimal;

static inline void soch_json_digit(soch_json_decimal *decimal, unsigned digit) {
    if (decimal->count < sizeof decimal->digits) decimal->digits[decimal->count++] = (unsigned char)digit;
    else if (digit != 0) decimal->more = 1;
}

static inline void soch_json_halve(soch_json_decimal *decimal) {
    const size_t count = decimal->count;
    unsigned rest = 0;
    size_t i;
    decimal->count = 0;
    for (i = 0; i < count; i++) {
        unsigned now = rest * 10 + decimal->digits[i];
        if (i == 0 && now < 2) decimal->point--;
        else soch_json_digit(decimal, now / 2);
        rest = now % 2;
    }
    if (rest != 0) soch_json_digit(decimal, 5);
}

static inline void soch_json_double(soch_json_decimal *decimal) {
    unsigned carry = 0;
    size_t i;
    for (i = decimal->count; i-- > 0; carry = carry / 10) {
        carry += decimal->digits[i] * 2u;
        decimal->digits[i] = (unsigned char)(carry % 10);
    }
    if (carry == 0) return;
    decimal->point++;
    if (decimal->count == sizeof decimal->digits) decimal->more |= decimal->digits[--decimal->count] != 0;
    for (i = decimal->count++; i > 0; i--) decimal->digits[i] = decimal->digits[i - 1];
    decimal->digits[0] = 1;
}

// The nearest `double`, the even one of two; infinity if it is too large. Locale and libraries have no say.
static inline double soch_json_nearest(soch_json_decimal *decimal) {
    // The number is `mantissa` times two to the `exponent`; no exponent is below -1074.
    int32_t exponent = 0, i;
    uint64_t mantissa = 0;
    double number;
    size_t at;
    for (; decimal->point > 0; exponent++) soch_json_halve(decimal);
    for (; decimal->point < 0 || decimal->digits[0] < 5; exponent--) soch_json_double(decimal);
    for (; exponent < -1021; exponent++) soch_json_halve(decimal);
    for (i = 0; i < 53; i++) soch_json_double(decimal);
    for (at = 0; (int64_t)at < decimal->point; at++)
        mantissa = mantissa * 10 + (at < decimal->count ? decimal->digits[at] : 0);
    if (decimal->point >= 0 && at < decimal->count) {
        int tie;
        while (decimal->digits[decimal->count - 1] == 0 && decimal->count > at + 1) decimal->count--;
        tie = decimal->digits[at] == 5 && at + 1 == decimal->count && !decimal->more;
        mantissa += decimal->digits[at] >= 5 && !(tie && mantissa % 2 == 0);
    }
    number = (double)mantissa;
    for (exponent -= 53; exponent > 0; exponent--) number *= 2;
    for (; exponent < 0; exponent++) number /= 2;
    return number;
}

// Reads a number that a `double` can hold.
SOCH_NODISCARD static inline soch_status soch_config_number(soch_str config, const char *path, double *value,
                                                            soch_error *error) {
    soch_str found;
    soch_json_decimal decimal;
    size_t at;
    // No text has so many digits that these do not hold their number.
    const int64_t most = INT64_MAX / 100;
    int64_t exponent = 0;
    int below = 0;
    int fraction = 0;
    double number = 0;
    soch_status status = soch_json_given(config, path, &found, error);
    if (status != SOCH_OK) return soch_json_done(status);
    at = *found.ptr == '-';
    if (found.ptr[at] < '0' || found.ptr[at] > '9') return soch_json_must_be(path, "a number", error);
    decimal.count = 0, decimal.point = 0, decimal.more = 0;
    for (; at < found.len && (found.ptr[at] | 0x20) != 'e'; at++) {
        if (found.ptr[at] == '.') {
            fraction = 1;
        } else if (decimal.count > 0 || found.ptr[at] != '0') {
            soch_json_digit(&decimal, (unsigned)(found.ptr[at] - '0'));
            decimal.point += !fraction;
        } else {
            decimal.point -= fraction;
        }
    }
    if (at < found.len) {
        at++;
        below = found.ptr[at] == '-';
        at += below || found.ptr[at] == '+';
        for (; at < found.len; at++) exponent = exponent < most ? exponent * 10 + (found.ptr[at] - '0') : exponent;
    }
    decimal.point += below ? -exponent : exponent;
    if (decimal.count > 0 && decimal.point > 310) return soch_json_must_be(path, "a number that a `double` holds", error);
    if (decimal.count > 0 && decimal.point > -330) number = soch_json_nearest(&decimal);
    if (number > 1.7976931348623157e308) return soch_json_must_be(path, "a number that a `double` holds", error);
    *value = *found.ptr == '-' ? -number : number;
    return SOCH_OK;
}

// Copies a text, with a NUL behind it, to `room`, which has `size` bytes.
SOCH_NODISCARD static inline soch_status soch_config_text(soch_str config, const char *path, char *room, size_t size,
                                                          soch_error *error) {
    soch_str found;
    soch_json json, measured;
    size_t len = 0, count, i;
    char bytes[4];
    soch_status status = soch_json_given(config, path, &found, error);
    if (status != SOCH_OK) return soch_json_done(status);
    if (*found.ptr != '"') return soch_json_must_be(path, "a text in quotes", error);
    json = soch_json_of(found);
    json.at++;
    measured = json;
    while ((count = soch_json_character(&measured, bytes)) > 0) {
        if (bytes[0] == 0) return soch_json_must_be(path, "a text without NUL", error);
        len += count;
    }
    if (len >= size) {
        soch_json_message message = soch_json_about(path, soch_json_length(path));
        soch_json_say(&message, " must be a text of less than ");
        soch_json_say_number(&message, 0, size);
        soch_json_say(&message, " bytes");
        return soch_fail(error, SOCH_INVALID, 0, message.text);
    }
    while ((count = soch_json_character(&json, bytes)) > 0) {
        for (i = 0; i < count; i++) *room++ = bytes[i];
    }
    *room = 0;
    return SOCH_OK;
}

// Sets `value` to the place of a text in `choices`, which ends in NULL.
SOCH_NODISCARD static inline soch_status soch_config_choice(soch_str config, const char *path, const char *const *choices,
                                                            size_t *value, soch_error *error) {
    soch_str found;
    soch_json json;
    soch_json_message message;
    size_t i;
    soch_status status = soch_json_given(config, path, &found, error);
    if (status != SOCH_OK) return soch_json_done(status);
    for (i = 0; *found.ptr == '"' && choices[i] != NULL; i++) {
        json = soch_json_of(found);
        if (!soch_json_is(&json, choices[i], soch_json_length(choices[i]))) continue;
        *value = i;
        return SOCH_OK;
    }
    message = soch_json_about(path, soch_json_length(path));
    for (i = 0; choices[i] != NULL; i++) {
        soch_json_say(&message, i == 0 ? " must be \"" : "\" or \"");
        soch_json_say(&message, choices[i]);
    }
    soch_json_say(&message, "\"");
    return soch_fail(error, SOCH_INVALID, 0, message.text);
}

#endif // SOCHDB_CONFIG_H
