// A `soch_writer` whose functions throw.
class writer {
public:
    writer(const soch_writer *raw) noexcept : raw_(raw) {}
    uint64_t limit() const noexcept { return raw_->limit; }
    SOCH_CPP_CHECKED write(const void *data, size_t size) const { return check(soch_put(raw_, data, size)); }
    SOCH_CPP_CHECKED write(bytes data) const { return write(data.ptr, data.len); }
    // Lends room for `len` bytes, not initialized, until the next call.
#if SOCH_CPP_EXCEPTIONS
    SOCH_NODISCARD uint8_t *reserve(size_t len) const {
        uint8_t *room = nullptr;
        check(raw_->reserve(raw_->ctx, len, &room));
        return room;
    }
#else
    SOCH_NODISCARD soch_status reserve(size_t len, uint8_t **room) const { return raw_->reserve(raw_->ctx, len, room); }
#endif
    // Keeps the first `len` bytes of the room.
    SOCH_CPP_CHECKED commit(size_t len) const { return check(raw_->commit(raw_->ctx, len)); }

private:
    const soch_writer *raw_;
};

// A `soch_row_sink` whose function throws.
class row_sink {
public:
    row_sink(const soch_row_sink *raw) noexcept : raw_(raw) {}
    SOCH_CPP_CHECKED row(bytes key, bytes value) const { return check(raw_->row(raw_->ctx, key, value)); }

private:
    const soch_row_sink *raw_;
};

// A `soch_value_sink` whose function throws.
class value_sink {
public:
    value_sink(const soch_value_sink *raw) noexcept : raw_(raw) {}
    // The value of the key at place `at`, from 0 on.
    SOCH_CPP_CHECKED value(size_t at, bytes value) const { return check(raw_->value(raw_->ctx, at, value)); }

private:
    const soch_value_sink *raw_;
};

// The limits of a call, and where it comes from; there may be none.
class call {
public:
    call(const soch_call *raw) noexcept : raw_(raw) {}
    // Throws if the caller asked to stop, or its deadline has passed. Let that through.
    SOCH_CPP_CHECKED go_on() const { return check(soch_go_on(raw_)); }
    // Nanoseconds to the deadline, UINT64_MAX if there is none.
    uint64_t remaining_ns() const noexcept { return raw_ == nullptr ? UINT64_MAX : raw_->remaining_ns(raw_->ctx); }
    // Tells the caller how much of the work is done; a `total` of 0 is not known.
    void progress(uint64_t done, uint64_t total) const noexcept {
        if (raw_ != nullptr) raw_->progress(raw_->ctx, done, total);
    }
    const soch_call *raw() const noexcept { return raw_; }

private:
    const soch_call *raw_;
};

// A `soch_search`.
class search {
public:
    search(const soch_search *raw) noexcept : raw_(raw) {}
    const soch_search *operator->() const noexcept { return raw_; }
    bytes query() const noexcept { return raw_->query; }
    span<const soch_label> parameters() const noexcept {
        return span<const soch_label>(raw_->parameters, raw_->parameter_count);
    }
    // Whether an index that understands these flags, of `SOCH_SEARCH_*`, knows all that it must; if not, the search is
    // SOCH_UNSUPPORTED.
    bool is_known(uint64_t flags) const noexcept { return soch_search_is_known(raw_, flags) != 0; }
    // Whether the filter allows the row, in whatever form it is.
    bool allows(uint64_t row) const noexcept { return soch_search_allows(raw_, row) != 0; }
    // Whether a row at this distance is near enough.
    bool within(double distance) const noexcept {
        return (raw_->flags & SOCH_SEARCH_WITHIN) == 0 || distance <= raw_->max_distance;
    }

private:
    const soch_search *raw_;
};

// The host's metrics, lent by `attach`, to be read whenever the plugin wants. Before there are none.
class metrics {
public:
    metrics(const soch_metrics *raw = nullptr) noexcept : raw_(raw) {}
    // Calls `each` with every `const soch_metric &`. What it throws ends the collection.
    template <class Each> SOCH_CPP_CHECKED collect(Each each) const {
        if (raw_ == nullptr) return check(SOCH_OK);
        visit<Each> visiting(each);
        soch_metric_sink sink;
        sink.ctx = &visiting;
        sink.metric = visit<Each>::metric;
        soch_error error = soch_error();
        const soch_status status = raw_->collect(raw_->ctx, &sink, &error);
#if SOCH_CPP_EXCEPTIONS
        if (visiting.thrown) std::rethrow_exception(visiting.thrown);
        check(status, error);
#else
        return status;
#endif
    }

private:
    // What `each` throws does not pass through the host.
    template <class Each> struct visit {
        explicit visit(Each &called) : each(called) {}
        static soch_status metric(void *ctx, const soch_metric *metric) noexcept {
            visit &self = *static_cast<visit *>(ctx);
#if SOCH_CPP_EXCEPTIONS
            try {
                return self.each(*metric), SOCH_OK;
            } catch (...) {
                self.thrown = std::current_exception();
                return SOCH_FAILED;
            }
#else
            return self.each(*metric), SOCH_OK;
#endif
        }
        Each &each;
#if SOCH_CPP_EXCEPTIONS
        std::exception_ptr thrown;
#endif
    };
    const soch_metrics *raw_;
};
