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
