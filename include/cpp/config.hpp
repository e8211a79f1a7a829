// The configuration, by sochdb_config.h: paths are as there. What is not there, or `null`, is the default. What is there
// and is not what was asked for throws a failure that names the path. Without exceptions use `soch_config_*`.
struct config : str {
    explicit config(soch_str json) noexcept : str(json) {}
#if SOCH_CPP_EXCEPTIONS
    // Throws if the object at `path` has another name.
    void only(std::initializer_list<const char *> names, const char *path = "") const {
        std::vector<const char *> known(names);
        known.push_back(nullptr);
        read([&](soch_error *error) { return soch_config_only(*this, path, known.data(), error); });
    }
    // Throws if there is nothing at `path`. `what` says what to put there: `name the file to append to`.
    void need(const char *path, const char *what) const {
        read([&](soch_error *error) { return soch_config_need(*this, path, what, error); });
    }
    SOCH_NODISCARD std::string text(const char *path, const std::string &otherwise = std::string()) const {
        soch_str json = soch_text("", 0);
        soch_error error = soch_error();
        if (soch_config_find(*this, path, &json, &error) == SOCH_NOT_FOUND) return otherwise;
        // A text is never longer than its JSON.
        std::string room(json.len + 1, '\0');
        read([&](soch_error *why) { return soch_config_text(*this, path, &room[0], room.size(), why); });
        return json.len > 0 && *json.ptr == 'n' ? otherwise : std::string(room.c_str());
    }
    SOCH_NODISCARD bool boolean(const char *path, bool otherwise) const {
        int value = otherwise;
        read([&](soch_error *error) { return soch_config_bool(*this, path, &value, error); });
        return value != 0;
    }
    SOCH_NODISCARD double number(const char *path, double otherwise) const {
        read([&](soch_error *error) { return soch_config_number(*this, path, &otherwise, error); });
        return otherwise;
    }
    // A whole number from `least` to `most`, of any integer type.
    template <class Integer>
    SOCH_NODISCARD Integer integer(const char *path, Integer otherwise,
                                   Integer least = std::numeric_limits<Integer>::min(),
                                   Integer most = std::numeric_limits<Integer>::max()) const {
        static_assert(std::is_integral<Integer>::value, "`integer` is for integers: `number` is for others");
        typedef typename std::conditional<std::is_signed<Integer>::value, int64_t, uint64_t>::type wide;
        wide value = otherwise;
        read([&](soch_error *error) { return whole(path, static_cast<wide>(least), static_cast<wide>(most), &value, error); });
        return static_cast<Integer>(value);
    }
    // The place of a text among `choices`.
    SOCH_NODISCARD size_t choice(const char *path, std::initializer_list<const char *> choices, size_t otherwise) const {
        std::vector<const char *> all(choices);
        all.push_back(nullptr);
        read([&](soch_error *error) { return soch_config_choice(*this, path, all.data(), &otherwise, error); });
        return otherwise;
    }
    // Calls `each` with the name, which a list has not, and the value of what is in the object or list at `path`.
    template <class Each> void each(const char *path, Each each) const {
        soch_str rest = soch_text("", 0), name, value;
        soch_error error = soch_error();
        const soch_status status = soch_config_find(*this, path, &rest, &error);
        if (status != SOCH_NOT_FOUND) check(status, error);
        while (soch_config_next(&rest, &name, &value) != 0) {
            each(name.len > 0 ? config(name).text("") : std::string(), config(value));
        }
    }

private:
    template <class Read> static void read(Read read) {
        soch_error error = soch_error();
        const soch_status status = read(&error);
        check(status, error);
    }
    soch_status whole(const char *path, int64_t least, int64_t most, int64_t *value, soch_error *error) const {
        return soch_config_integer(*this, path, least, most, value, error);
    }
    soch_status whole(const char *path, uint64_t least, uint64_t most, uint64_t *value, soch_error *error) const {
        return soch_config_unsigned(*this, path, least, most, value, error);
    }
#endif
};
