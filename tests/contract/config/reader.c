// Writes what sochdb_config.h reads, in one form for each JSON text: for the sweep beside serde_json, and for its fuzz target.
#include "sochdb_config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct written {
    char *text;
    size_t len, room;
} written;

static void add(written *to, const char *text) {
    size_t len = strlen(text);
    if (to->len + len > to->room) abort();
    memcpy(to->text + to->len, text, len);
    to->len += len;
}

// A text in hexadecimal; one with a NUL, which is not read, as `0`.
static int add_text(written *to, soch_str json) {
    char digits[4], *text = malloc(json.len);
    soch_error error = {0, {0}};
    if (text == NULL) abort();
    int read = soch_config_text(json, "", text, json.len, &error) == SOCH_OK;
    if (!read && strcmp(error.message, "configuration: it must be a text without NUL") != 0) abort();
    add(to, read ? "\"" : "0");
    for (const char *at = text; read && *at != 0; at++) {
        snprintf(digits, sizeof digits, "%02x", (unsigned char)*at);
        add(to, digits);
    }
    free(text);
    return read;
}

static void add_number(written *to, soch_str json) {
    char digits[32];
    soch_error error;
    uint64_t natural;
    int64_t integer;
    double number = 0.5;
    // serde_json takes it for a number with a fraction.
    int minus_zero = json.len == 2 && memcmp(json.ptr, "-0", 2) == 0;
    if (!minus_zero && soch_config_unsigned(json, "", 0, UINT64_MAX, &natural, &error) == SOCH_OK) {
        snprintf(digits, sizeof digits, "%" PRIu64, natural);
    } else if (!minus_zero && soch_config_integer(json, "", INT64_MIN, INT64_MAX, &integer, &error) == SOCH_OK) {
        snprintf(digits, sizeof digits, "%" PRId64, integer);
    } else {
        snprintf(digits, sizeof digits, "%s", soch_config_number(json, "", &number, &error) == SOCH_OK ? "d" : "x");
    }
    add(to, digits);
}

static void add_value(written *to, soch_str json) {
    soch_error error;
    soch_str name, value;
    int truth = 2;
    switch (*json.ptr) {
    case '{':
    case '[':
        add(to, *json.ptr == '{' ? "{" : "[");
        while (soch_config_next(&json, &name, &value)) {
            if (name.len > 0) add_text(to, name), add(to, ":");
            add_value(to, value);
            add(to, ",");
        }
        add(to, "]");
        break;
    case '"': add_text(to, json); break;
    case 'n': add(to, soch_config_bool(json, "", &truth, &error) == SOCH_OK && truth == 2 ? "n" : "?"); break;
    case 't':
    case 'f': add(to, soch_config_bool(json, "", &truth, &error) == SOCH_OK && truth < 2 ? truth ? "t" : "f" : "?"); break;
    default: add_number(to, json);
    }
}

// Writes at most `room` bytes, and returns how many: `!` alone for what is no JSON. 16 bytes for each one of `json`, and
// 16 more, are enough.
size_t soch_test_read(const char *json, size_t len, char *text, size_t room) {
    written to = {text, 0, room};
    soch_error error = {0, {0}};
    soch_str whole;
    if (soch_config_find(soch_text(json, len), "", &whole, &error) == SOCH_OK) add_value(&to, whole);
    else add(&to, "!");
    return to.len;
}

#ifndef READER_ONLY
// Reads texts from a file, each with its length as a number before it, and writes a line for each.
static int read_all(const char *path) {
    FILE *file = fopen(path, "rb");
    unsigned char length[4];
    if (file == NULL) return 1;
    while (fread(length, 1, 4, file) == 4) {
        size_t len = (size_t)length[0] | (size_t)length[1] << 8 | (size_t)length[2] << 16, room = 16 * len + 16;
        // As long as the text, so that no byte behind it is read unseen.
        char *json = malloc(len + (len == 0)), *text = malloc(room);
        if (json == NULL || text == NULL || fread(json, 1, len, file) != len) return 1;
        size_t written = soch_test_read(json, len, text, room);
        printf("%.*s\n", (int)written, text);
        free(json);
        free(text);
    }
    fclose(file);
    return 0;
}

static int number(const char *text) {
    soch_error error = {0, {0}};
    double value = 0;
    uint64_t bits;
    soch_status status = soch_config_number(soch_text(text, strlen(text)), "", &value, &error);
    memcpy(&bits, &value, sizeof bits);
    return printf("%d %016" PRIx64 "\n", (int)status, bits) < 0;
}

// Uses one function, and writes its status, what the variable is then, and the message.
static int one(const char *function, const char *path, soch_str config) {
    static const char *const names[] = {"path", "size", NULL};
    soch_error error = {0, {0}};
    char value[64] = "as it was", room[8] = "before";
    uint64_t natural = 7;
    int64_t integer = -7;
    size_t choice = 9;
    int truth = 2;
    double decimal = 0.5;
    soch_str json = soch_text("", 0);
    soch_status status = SOCH_FAILED;
    switch (*function) {
    case 'o': status = soch_config_only(config, path, names, &error); break;
    case 'n': status = soch_config_need(config, path, "say it", &error); break;
    case 'f':
        status = soch_config_find(config, path, &json, &error);
        snprintf(value, sizeof value, "%.*s", (int)json.len, json.ptr);
        break;
    case 'u':
        status = soch_config_unsigned(config, path, 1, 1000, &natural, &error);
        snprintf(value, sizeof value, "%" PRIu64, natural);
        break;
    case 'i':
        status = soch_config_integer(config, path, -1000, 1000, &integer, &error);
        snprintf(value, sizeof value, "%" PRId64, integer);
        break;
    case 'b':
        status = soch_config_bool(config, path, &truth, &error);
        snprintf(value, sizeof value, "%d", truth);
        break;
    case 'd':
        status = soch_config_number(config, path, &decimal, &error);
        snprintf(value, sizeof value, "%g", decimal);
        break;
    case 't':
        status = soch_config_text(config, path, room, sizeof room, &error);
        snprintf(value, sizeof value, "%s", room);
        break;
    default:
        status = soch_config_choice(config, path, names, &choice, &error);
        snprintf(value, sizeof value, "%zu", choice);
    }
    return printf("%d|%s|%s\n", (int)status, value, error.message) < 0;
}

int main(int count, char **words) {
    if (count == 2) return read_all(words[1]);
    if (count == 4 && *words[1] != '#') return one(words[1], words[2], soch_text(words[3], strlen(words[3])));
    for (int i = 2; i < count; i++) {
        if (number(words[i]) != 0) return 1;
    }
    return 0;
}
#endif
