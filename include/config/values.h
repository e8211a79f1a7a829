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
