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
