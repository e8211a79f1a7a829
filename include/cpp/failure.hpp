// Ends a call with a status of the plugin's choice: thrown, or returned as an `outcome`.
class failure : public std::runtime_error {
public:
    // SOCH_OK becomes SOCH_FAILED. `code` is the plugin's own error number. No message: `soch_error` stays as it is.
    explicit failure(soch_status status, const std::string &message = std::string(), int32_t code = 0)
        : std::runtime_error(message), status_(status == SOCH_OK ? SOCH_FAILED : status), code_(code) {}
    soch_status status() const noexcept { return status_; }
    int32_t code() const noexcept { return code_; }

private:
    soch_status status_;
    int32_t code_;
};

// What a method returns that fails without an exception: nothing (`return {};`), or what it opened, a std::unique_ptr; or
// why there is none (`return soch::failure(SOCH_IO, "…");`).
template <class T = void> class SOCH_CPP_NODISCARD outcome;
template <> class SOCH_CPP_NODISCARD outcome<void> {
public:
    outcome() : status_(SOCH_OK), code_(0) {}
    outcome(const failure &why) : status_(why.status()), code_(why.code()), message_(why.what()) {}
    soch_status status() const noexcept { return status_; }
    int32_t code() const noexcept { return code_; }
    const std::string &message() const noexcept { return message_; }

private:
    soch_status status_;
    int32_t code_;
    std::string message_;
};
template <class T> class SOCH_CPP_NODISCARD outcome : public outcome<void> {
public:
    outcome(T made) : made_(std::move(made)) {}
    outcome(const failure &why) : outcome<void>(why), made_() {}
    T &made() noexcept { return made_; }

private:
    T made_;
};

// Throws what is not SOCH_OK; where there are no exceptions, returns it.
#if SOCH_CPP_EXCEPTIONS
inline void check(soch_status status) {
    if (status != SOCH_OK) throw failure(status);
}
inline void check(soch_status status, const soch_error &why) {
    if (status != SOCH_OK) throw failure(status, why.message, why.code);
}
#else
SOCH_NODISCARD inline soch_status check(soch_status status) { return status; }
#endif
