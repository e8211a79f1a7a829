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
