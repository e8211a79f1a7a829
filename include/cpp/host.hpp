// What the host does for one instance. It outlives the instance; copies are the same host.
class host {
public:
    explicit host(const soch_host &raw) noexcept : raw_(&raw) {}
    operator const soch_host &() const noexcept { return *raw_; }
    // Name and version of the application.
    string_view product() const noexcept { return str(raw_->product); }
    // The directory that the library was loaded from.
    string_view directory() const noexcept { return str(raw_->directory); }
    // Whether the host keeps a line of this level: one of `SOCH_LOG_*`.
    bool logs(int32_t level) const noexcept { return level >= raw_->log_level; }
    void log(int32_t level, string_view message, std::initializer_list<soch_label> fields = {}) const noexcept {
        if (logs(level)) raw_->log(raw_->ctx, level, str(message), fields.begin(), fields.size());
    }
    void debug(string_view message) const noexcept { log(SOCH_LOG_DEBUG, message); }
    void info(string_view message) const noexcept { log(SOCH_LOG_INFO, message); }
    void warn(string_view message) const noexcept { log(SOCH_LOG_WARN, message); }
    void error(string_view message) const noexcept { log(SOCH_LOG_ERROR, message); }
    void counter_inc(string_view name, uint64_t value, std::initializer_list<soch_label> labels = {}) const noexcept {
        raw_->counter_inc(raw_->ctx, str(name), value, labels.begin(), labels.size());
    }
    void gauge_set(string_view name, double value, std::initializer_list<soch_label> labels = {}) const noexcept {
        raw_->gauge_set(raw_->ctx, str(name), value, labels.begin(), labels.size());
    }
    void histogram_observe(string_view name, double value, std::initializer_list<soch_label> labels = {}) const noexcept {
        raw_->histogram_observe(raw_->ctx, str(name), value, labels.begin(), labels.size());
    }
    // The table of functions that the application offers under `id`, or NULL. `Table` is the type that `id` stands for.
    template <class Table> SOCH_NODISCARD const Table *service(string_view id) const noexcept {
        return static_cast<const Table *>(raw_->get_service(raw_->ctx, str(id)));
    }
#if SOCH_TARGET_MINOR >= 1
    // Says in which unit, by UCUM, a metric is and, in one sentence, what it measures: once, before it first changes.
    void describe_metric(string_view name, string_view unit, string_view description) const noexcept {
        soch_describe_metric(raw_, str(name), str(unit), str(description));
    }
    // The directory for the files of this instance; empty if the application gives none.
    string_view data_dir() const noexcept { return str(soch_data_dir(raw_)); }
    // Bytes of memory to keep to; 0 if the application sets no limit.
    uint64_t memory_budget() const noexcept { return has_memory() ? raw_->memory_budget : 0; }
    // Tells how many bytes of memory the instance takes now.
    void memory_used(uint64_t bytes) const noexcept {
        if (has_memory()) raw_->memory_used(raw_->ctx, bytes);
    }
#endif

private:
#if SOCH_TARGET_MINOR >= 1
    // Whether the host is not older than these.
    bool has_memory() const noexcept {
        return raw_->size >= offsetof(soch_host, memory_used) + sizeof raw_->memory_used;
    }
#endif

    const soch_host *raw_;
};

// Observes in a histogram of the host how many seconds a scope took.
class timer {
public:
    timer(host to, std::string histogram)
        : host_(to), name_(std::move(histogram)), from_(std::chrono::steady_clock::now()) {}
    timer(const timer &) = delete;
    timer &operator=(const timer &) = delete;
    ~timer() {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from_;
        host_.histogram_observe(name_, took.count());
    }

private:
    host host_;
    std::string name_;
    std::chrono::steady_clock::time_point from_;
};
