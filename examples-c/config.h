// Reads text and integers from a plugin's configuration: one flat JSON object, such as
// {"path": "/var/lib/rows", "map_size": 1073741824}.
#ifndef CONFIG_H
#define CONFIG_H

#include "sochdb_plugin.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Like `soch_fail`, with a format.
static inline soch_status config_fail(soch_error *error, soch_status status, int32_t code, const char *format, ...) {
    char message[2 * SOCH_ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return soch_fail(error, status, code, message);
}

// Where a walk through the configuration stands.
typedef struct config_walk {
    const char *start, *at, *end;
    // What is wrong at `at`; NULL as long as nothing is.
    const char *fault;
} config_walk;

static inline bool config_fault(config_walk *walk, const char *fault) {
    if (walk->fault == NULL) walk->fault = fault;
    return false;
}

static inline void config_space(config_walk *walk) {
    while (walk->at < walk->end && strchr(" \t\r\n", *walk->at) != NULL && *walk->at != 0) walk->at++;
}

static inline bool config_take(config_walk *walk, char expected) {
    config_space(walk);
    if (walk->at == walk->end || *walk->at != expected) return false;
    walk->at++;
    return true;
}

// Reads the four digits of a \u escape.
static inline bool config_hex(config_walk *walk, uint32_t *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++, walk->at++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *digit = walk->at < walk->end && *walk->at != 0 ? strchr(digits, *walk->at) : NULL;
        if (digit == NULL) return config_fault(walk, "four hexadecimal digits are missing");
        *unit = *unit << 4 | ((uint32_t)(digit - digits) & 15u);
    }
    return true;
}

// Reads what follows a backslash and writes it as UTF-8.
static inline bool config_escape(config_walk *walk, char **out) {
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    if (walk->at == walk->end) return config_fault(walk, "the text does not end");
    const char *name = *walk->at != 0 ? strchr(names, *walk->at) : NULL;
    if (name != NULL) {
        *(*out)++ = bytes[name - names];
        walk->at++;
        return true;
    }
    if (*walk->at != 'u') return config_fault(walk, "there is no such escape");
    walk->at++;
    uint32_t code, low;
    if (!config_hex(walk, &code)) return false;
    if (code >= 0xD800 && code <= 0xDFFF) {
        bool pair = code <= 0xDBFF && walk->end - walk->at >= 2 && walk->at[0] == '\\' && walk->at[1] == 'u';
        if (!pair) return config_fault(walk, "half of a surrogate pair is missing");
        walk->at += 2;
        if (!config_hex(walk, &low)) return false;
        if (low < 0xDC00 || low > 0xDFFF) return config_fault(walk, "half of a surrogate pair is missing");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    if (code == 0) return config_fault(walk, "text with a NUL is of no use here");
    if (code < 0x80) {
        *(*out)++ = (char)code;
        return true;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    *(*out)++ = (char)((0xF80u >> more & 0xFFu) | code >> 6 * more);
    while (more-- > 0) *(*out)++ = (char)(0x80u | (code >> 6 * more & 0x3Fu));
    return true;
}

// Reads a JSON string to `out`, with a NUL at its end. It never gets longer than it is in JSON.
static inline bool config_string(config_walk *walk, char *out) {
    if (!config_take(walk, '"')) return config_fault(walk, "a quote is missing");
    while (walk->at < walk->end && *walk->at != '"') {
        if ((unsigned char)*walk->at < 0x20) return config_fault(walk, "a control character is not escaped");
        if (*walk->at != '\\') {
            *out++ = *walk->at++;
            continue;
        }
        walk->at++;
        if (!config_escape(walk, &out)) return false;
    }
    *out = 0;
    return config_take(walk, '"') || config_fault(walk, "the text does not end");
}

static inline size_t config_digits(const config_walk *walk, const char *from) {
    size_t count = 0;
    while (from + count < walk->end && from[count] >= '0' && from[count] <= '9') count++;
    return count;
}

// Steps over a number, `true`, `false` or `null`.
static inline bool config_bare(config_walk *walk) {
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(walk->end - walk->at) >= len && memcmp(walk->at, words[i], len) == 0) {
            walk->at += len;
            return true;
        }
    }
    if (walk->at < walk->end && (*walk->at == '{' || *walk->at == '[')) {
        return config_fault(walk, "a list or an object is of no use here");
    }
    const char *at = walk->at;
    if (at < walk->end && *at == '-') at++;
    size_t whole = config_digits(walk, at);
    if (whole == 0 || (whole > 1 && *at == '0')) return config_fault(walk, "a value is missing");
    at += whole;
    if (at < walk->end && *at == '.') {
        size_t digits = config_digits(walk, at + 1);
        if (digits == 0) return config_fault(walk, "the number is cut short");
        at += digits + 1;
    }
    if (at < walk->end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < walk->end && (*at == '+' || *at == '-')) at++;
        size_t digits = config_digits(walk, at);
        if (digits == 0) return config_fault(walk, "the number is cut short");
        at += digits;
    }
    walk->at = at;
    return true;
}

// Walks through the whole object and sets `value` to where the value of `key` begins, NULL if there is none.
// `room` has the configuration's length and 1, and holds the name that `known` lacks if there is such a one.
static inline bool config_walk_through(config_walk *walk, const char *const *known, const char *key, char *room,
                                       const char **value) {
    *value = NULL;
    if (!config_take(walk, '{')) return config_fault(walk, "an object is missing");
    bool more = !config_take(walk, '}');
    while (more) {
        if (!config_string(walk, room)) return false;
        bool wanted = strcmp(room, key) == 0;
        if (wanted && *value != NULL) return config_fault(walk, "this name was there before");
        size_t i = 0;
        while (known[i] != NULL && strcmp(room, known[i]) != 0) i++;
        if (known[i] == NULL) return false;
        if (!config_take(walk, ':')) return config_fault(walk, "a colon is missing");
        config_space(walk);
        if (wanted) *value = walk->at;
        bool text = walk->at < walk->end && *walk->at == '"';
        if (!(text ? config_string(walk, room) : config_bare(walk))) return false;
        more = config_take(walk, ',');
        if (!more && !config_take(walk, '}')) return config_fault(walk, "a comma or the closing brace is missing");
    }
    config_space(walk);
    return walk->at == walk->end || config_fault(walk, "something follows the object");
}

static inline soch_status config_unknown(const char *const *known, const char *name, soch_error *error) {
    char names[200] = "";
    for (size_t i = 0, len = 0; known[i] != NULL && len < sizeof names; i++) {
        len += (size_t)snprintf(names + len, sizeof names - len, "%s`%s`", i > 0 ? ", " : "", known[i]);
    }
    return config_fail(error, SOCH_INVALID, 0, "configuration: there is no `%s`, only %s", name, names);
}

// Finds `key`. `*room` is then the caller's to free, whatever this returns.
static inline soch_status config_find(soch_str config, const char *const *known, const char *key, config_walk *walk,
                                      char **room, soch_error *error) {
    const char *value;
    *room = malloc(config.len + 1);
    if (*room == NULL) return soch_fail(error, SOCH_LIMIT, 0, "no memory for the configuration");
    walk->start = walk->at = config.len > 0 ? config.ptr : "";
    walk->end = walk->start + config.len;
    walk->fault = NULL;
    if (!config_walk_through(walk, known, key, *room, &value)) {
        if (walk->fault == NULL) return config_unknown(known, *room, error);
        return config_fail(error, SOCH_INVALID, 0, "configuration, byte %zu: %s", (size_t)(walk->at - walk->start),
                           walk->fault);
    }
    walk->at = value;
    return value != NULL ? SOCH_OK : SOCH_NOT_FOUND;
}

// Sets `value` to the text of `key`, which the caller frees; or returns SOCH_NOT_FOUND. Anything else than
// text is SOCH_INVALID, and so is a name that is not in `known`, which ends in NULL.
static inline soch_status config_text(soch_str config, const char *const *known, const char *key, char **value,
                                      soch_error *error) {
    config_walk walk;
    soch_status status = config_find(config, known, key, &walk, value, error);
    if (status == SOCH_OK && !config_string(&walk, *value)) {
        status = config_fail(error, SOCH_INVALID, 0, "configuration: `%s` must be text in quotes", key);
    }
    if (status != SOCH_OK) {
        free(*value);
        *value = NULL;
    }
    return status;
}

// Sets `value` to the integer of `key`, 0 to `most`; or returns SOCH_NOT_FOUND. Anything else is an error,
// as above.
static inline soch_status config_integer(soch_str config, const char *const *known, const char *key, uint64_t most,
                                         uint64_t *value, soch_error *error) {
    config_walk walk;
    char *room;
    soch_status status = config_find(config, known, key, &walk, &room, error);
    free(room);
    if (status != SOCH_OK) return status;
    size_t digits = config_digits(&walk, walk.at);
    uint64_t number = 0;
    bool fits = digits > 0 && (walk.at + digits == walk.end || strchr(".eE", walk.at[digits]) == NULL);
    for (size_t i = 0; i < digits && fits; i++) {
        uint64_t digit = (uint64_t)(walk.at[i] - '0');
        fits = number <= most / 10 && number * 10 <= most - digit;
        number = number * 10 + digit;
    }
    if (!fits) {
        return config_fail(error, SOCH_INVALID, 0, "configuration: `%s` must be a whole number, 0 to %llu", key,
                           (unsigned long long)most);
    }
    *value = number;
    return SOCH_OK;
}

#endif
