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
