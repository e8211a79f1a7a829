// sochdb_plugin.hpp: generated from include/cpp and sdk/abi/src by build.rs, do not edit.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Plugins in C++11 or later, over sochdb_plugin.h. A plugin is a class, of one kind or several (joined by `|`). At the end of
// one source file of the library:
//   SOCH_CPP_PLUGIN("codec_reverse", "1.0.0", SOCH_KIND_COMPRESSION, codec_reverse, "Turns bytes round.");
//
// Build        c++ -O2 -shared -fPIC -fvisibility=hidden -Wl,--version-script=include/sochdb_plugin.map -Iinclude plugin.cpp -o plugin.so
//              The script keeps inside what g++ shares in a process (STB_GNU_UNIQUE), such as statics of std::regex.
//              C++ library inside: add `-static-libstdc++ -static-libgcc`, or `-stdlib=libc++ -static-libstdc++`.
// Constructor  `T(soch::host host, soch::config config)`; `const soch_host &` and `soch_str` do, too. The host outlives the
//              object. In place of it, a static `create` of the same parameters may return a std::unique_ptr<T>.
// Methods      One for each slot of the kind's table, with the slot's name and its parameters, without the first
//              (`instance`) and without `soch_error *`. `void shutdown()` is optional. A parameter may be taken as
//                soch_str                    soch::str, soch::string_view (the standard's, where it has one)
//                soch_bytes                  soch::bytes, soch::string_view, soch::span<const uint8_t>
//                a pointer and its number    soch::span, of writes, rows, keys, entries, changes, samples, row and table
//                                            numbers, labels
//                const soch_writer *, soch_row_sink *, soch_value_sink *, soch_call *, soch_search *, soch_metrics *
//                                            soch::writer, row_sink, value_sink, call, search, metrics
// Handles      What `open_table`, `open_reader`, `begin_txn`, `begin_build`, and a reader's `open_cursor` open, they return: an
//              object, or a std::unique_ptr to one, where NULL means SOCH_UNSUPPORTED. Its methods are those of its slots,
//              without its own name: `get` and `open_cursor` of a reader, `next` and `seek` of a cursor, `get`, `put`, `remove`,
//              `scan`, `set_savepoint` and `commit` of a transaction, `add` and `finish` of a builder. It is destroyed when the
//              host closes it, and after `commit` or `finish`; what it has of `close()`, `abort()` or `abandon()`, as its slot
//              is called, comes before that, but not after `commit` or `finish`.
// Mistakes     What would be lost is a compile error: a required method that is missing, an optional one with other
//              parameters, overloads or no access, one of a group of which another is missing, all of a kind that is not
//              among KINDS, a parameter that is narrower than its slot's, one whose name is a slip away from its slot's: a
//              letter is missing, two are exchanged, an `s` is behind it, the style is another, or it is a word that others
//              have for it (`writebatch`, `open_raeder`, `describes`, `Shutdown`, `rollback` of a transaction). A slip of a
//              name of one word and an `s` are seen if the parameters are the slot's; a slip that is private or overloaded,
//              any other name, and a narrow number beside a `span` are not.
// Results      A method returns `void`; or `bool`, where false means SOCH_NOT_FOUND; or a `soch_status`; or a
//              `soch::outcome<>`, which may hold a failure; what opens, also a `soch::outcome<std::unique_ptr<…>>`.
// Exceptions   None leaves the plugin. `soch::failure` gives its status, std::bad_alloc and std::length_error give SOCH_LIMIT,
//              and the instance goes on. Any other exception gives SOCH_PANICKED and its `what()`: the instance then gets no
//              call but its destructor.
//              What a `noexcept(false)` destructor throws is dropped; any other destructor must not throw.
//              With -fno-exceptions the functions here that would throw return a `soch_status` instead; `reserve` then gives
//              its room to a second parameter.
// Threads      As the table says: an [any-thread] method is called by several threads at once.
// Also         `static constexpr const char *author` names the author. SOCH_KIND_CUSTOM needs `static const char *const
//              capabilities[]`, which ends in nullptr, and `const void *get_interface(soch::str id)`.
#ifndef SOCHDB_PLUGIN_HPP
#define SOCHDB_PLUGIN_HPP

#include "sochdb_config.h"

#include <chrono>
#include <exception>
#include <initializer_list>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>
#if __cplusplus >= 201703L
#include <string_view>
#endif
#if __cplusplus >= 202002L
#include <version>
#if defined(__cpp_lib_span)
#include <span>
#endif
#endif

// gcc takes an attribute for visibility at a declaration only, and `used` at a definition only.
#if defined(_WIN32)
#define SOCH_CPP_EXPORT extern "C" __declspec(dllexport)
#define SOCH_CPP_HIDDEN
#define SOCH_CPP_USED
#else
#define SOCH_CPP_EXPORT extern "C" __attribute__((visibility("default")))
#define SOCH_CPP_HIDDEN __attribute__((visibility("hidden")))
#define SOCH_CPP_USED __attribute__((used))
#endif
// Of a class, for which gcc has no attribute of its own.
#if __cplusplus >= 201703L
#define SOCH_CPP_NODISCARD [[nodiscard]]
#else
#define SOCH_CPP_NODISCARD
#endif
// Whether the plugin is compiled with exceptions, and what a function returns that throws with them.
#if defined(__cpp_exceptions) || defined(__EXCEPTIONS)
#define SOCH_CPP_EXCEPTIONS 1
#define SOCH_CPP_CHECKED void
#else
#define SOCH_CPP_EXCEPTIONS 0
#define SOCH_CPP_CHECKED SOCH_NODISCARD soch_status
#endif

namespace soch {

#if __cplusplus >= 201703L
using std::string_view;
#else
// What is needed of std::string_view, for a standard that lacks it.
class string_view {
public:
    string_view() noexcept : data_(nullptr), size_(0) {}
    string_view(const char *text) : data_(text), size_(std::char_traits<char>::length(text)) {}
    string_view(const char *data, size_t size) noexcept : data_(data), size_(size) {}
    string_view(const std::string &text) noexcept : data_(text.data()), size_(text.size()) {}
    const char *data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const char *begin() const noexcept { return data_; }
    const char *end() const noexcept { return data_ + size_; }
    char operator[](size_t at) const { return data_[at]; }
    explicit operator std::string() const { return size_ == 0 ? std::string() : std::string(data_, size_); }
    // Below, at or above 0, as unsigned bytes order.
    int compare(string_view other) const noexcept {
        const size_t both = size_ < other.size_ ? size_ : other.size_;
        const int order = both == 0 ? 0 : std::char_traits<char>::compare(data_, other.data_, both);
        return order != 0 ? order : (size_ > other.size_) - (size_ < other.size_);
    }
    friend bool operator==(string_view a, string_view b) noexcept { return a.compare(b) == 0; }
    friend bool operator!=(string_view a, string_view b) noexcept { return a.compare(b) != 0; }
    friend bool operator<(string_view a, string_view b) noexcept { return a.compare(b) < 0; }

private:
    const char *data_;
    size_t size_;
};
#endif

#if defined(__cpp_lib_span)
using std::span;
#else
// What is needed of std::span, for a standard that lacks it.
template <class T> class span {
public:
    span() noexcept : data_(nullptr), size_(0) {}
    span(T *data, size_t size) noexcept : data_(data), size_(size) {}
    template <size_t n> span(T (&array)[n]) noexcept : data_(array), size_(n) {}
    // Of what has `data` and `size`, such as a std::vector.
    template <class Container, class = decltype(static_cast<T *>(std::declval<Container &>().data()))>
    span(Container &container) noexcept : data_(container.data()), size_(container.size()) {}
    T *data() const noexcept { return data_; }
    size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    T *begin() const noexcept { return data_; }
    T *end() const noexcept { return data_ + size_; }
    T &operator[](size_t at) const { return data_[at]; }

private:
    T *data_;
    size_t size_;
};
#endif

// A `soch_str`, which is a `string_view` too.
struct str : soch_str {
    str() noexcept : soch_str() {}
    str(soch_str raw) noexcept : soch_str(raw) {}
    str(string_view text) noexcept : soch_str(soch_text(text.data(), text.size())) {}
    operator string_view() const noexcept { return string_view(ptr, len); }
};

// A `soch_bytes`, which is a `span<const uint8_t>` and a `string_view` too. What it is made of is lent, not copied.
struct bytes : soch_bytes {
    bytes() noexcept : soch_bytes() {}
    bytes(soch_bytes raw) noexcept : soch_bytes(raw) {}
    bytes(const void *data, size_t size) noexcept : soch_bytes() {
        ptr = static_cast<const uint8_t *>(data);
        len = size;
    }
    bytes(string_view text) noexcept : bytes(text.data(), text.size()) {}
    bytes(const std::string &text) noexcept : bytes(text.data(), text.size()) {}
    bytes(span<const uint8_t> data) noexcept : bytes(data.data(), data.size()) {}
    operator string_view() const noexcept { return string_view(reinterpret_cast<const char *>(ptr), len); }
    operator span<const uint8_t>() const noexcept { return span<const uint8_t>(ptr, len); }
};

inline soch_label label(string_view name, string_view value) noexcept {
    soch_label made;
    made.name = str(name);
    made.value = str(value);
    return made;
}

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

// Hidden, or two plugins with a class of the same name would share one table (STB_GNU_UNIQUE).
namespace detail SOCH_CPP_HIDDEN {

inline soch_status report(soch_error *error, soch_status status, int32_t code, const char *message) noexcept {
    return error == nullptr || *message == 0 ? status : soch_fail(error, status, code, message);
}

// The barrier: what `call` throws becomes a status.
template <class Call> soch_status guard(soch_error *error, Call call) noexcept {
#if SOCH_CPP_EXCEPTIONS
    try {
        return call();
    } catch (const failure &why) {
        return report(error, why.status(), why.code(), why.what());
    } catch (const std::bad_alloc &why) {
        return report(error, SOCH_LIMIT, 0, why.what());
    } catch (const std::length_error &why) {
        return report(error, SOCH_LIMIT, 0, why.what());
    } catch (const std::exception &why) {
        return report(error, SOCH_PANICKED, 0, why.what());
    } catch (...) {
        return report(error, SOCH_PANICKED, 0, "an exception that is not a std::exception");
    }
#else
    static_cast<void>(error);
    return call();
#endif
}

// Turns a method's result into a status.
template <class Result> struct status_of {
    static_assert(std::is_same<Result, soch_status>::value, "a method returns void, bool, soch_status or soch::outcome<>");
    template <class Call> static soch_status from(soch_error *, Call call) { return call(); }
};
template <> struct status_of<void> {
    template <class Call> static soch_status from(soch_error *, Call call) { return call(), SOCH_OK; }
};
template <> struct status_of<bool> {
    template <class Call> static soch_status from(soch_error *, Call call) { return call() ? SOCH_OK : SOCH_NOT_FOUND; }
};
inline soch_status told(const outcome<> &result, soch_error *error) noexcept {
    const soch_status status = result.status();
    return status == SOCH_OK ? status : report(error, status, result.code(), result.message().c_str());
}
template <> struct status_of<outcome<>> {
    template <class Call> static soch_status from(soch_error *error, Call call) { return told(call(), error); }
};

// What a method gets for a parameter of its slot: of views, those that turn into the standard's.
template <class A> struct argument { typedef A type; };
template <> struct argument<soch_str> { typedef str type; };
template <> struct argument<soch_bytes> { typedef bytes type; };

template <class Slot, class T, class... A>
soch_status invoke(soch_error *error, void *object, A... arguments) noexcept {
    typedef decltype(Slot::call(std::declval<T &>(), arguments...)) result;
    return guard(error, [&] {
        return status_of<result>::from(error, [&] { return Slot::call(*static_cast<T *>(object), arguments...); });
    });
}

template <class Slot, class T, class... A>
auto can_call(int)
    -> decltype(static_cast<void>(Slot::call(std::declval<T &>(), std::declval<A>()...)), std::true_type());
template <class Slot, class T, class... A> std::false_type can_call(...);

template <class...> struct list {};

// The elements of arrays, whose pointer and number may be taken as one `span`.
template <class> struct is_element : std::false_type {};
template <> struct is_element<const soch_bytes> : std::true_type {};
template <> struct is_element<const soch_index_change> : std::true_type {};
template <> struct is_element<const soch_index_entry> : std::true_type {};
template <> struct is_element<const soch_label> : std::true_type {};
template <> struct is_element<const soch_write> : std::true_type {};
template <> struct is_element<soch_row> : std::true_type {};
template <> struct is_element<uint32_t> : std::true_type {};
template <> struct is_element<uint64_t> : std::true_type {};

// Calls with a `span` in place of the pointer and the number that follow `Before`.
template <class Slot, class... Before> struct with_span {
    template <class T, class E, class... After>
    static auto call(T &object, Before... before, E *items, size_t count, After... after)
        -> decltype(Slot::call(object, before..., span<E>(items, count), after...)) {
        return Slot::call(object, before..., span<E>(items, count), after...);
    }
};

// `with_span` for the first such pair among the parameters `A...`; the slot itself if there is none.
template <class Slot, class Before, class... A> struct spanned { typedef Slot type; };
template <class Slot, class... Before, class A, class... Rest>
struct spanned<Slot, list<Before...>, A, Rest...> : spanned<Slot, list<Before..., A>, Rest...> {};
template <bool is_pair, class Slot, class Before, class E, class... Rest> struct spanned_at;
template <class Slot, class... Before, class E, class... Rest>
struct spanned_at<true, Slot, list<Before...>, E, Rest...> { typedef with_span<Slot, Before...> type; };
template <class Slot, class... Before, class E, class... Rest>
struct spanned_at<false, Slot, list<Before...>, E, Rest...> : spanned<Slot, list<Before..., E *>, size_t, Rest...> {};
template <class Slot, class... Before, class E, class... Rest>
struct spanned<Slot, list<Before...>, E *, size_t, Rest...>
    : spanned_at<is_element<E>::value, Slot, list<Before...>, E, Rest...> {};

// A number or a pointer that becomes what keeps all of it, and nothing narrower. A class may be made of it.
template <class A> struct whole {
    template <class U, class = typename std::enable_if<!std::is_same<U, bool>::value>::type,
              class = decltype(U{std::declval<A>()})>
    operator U() const;
};
template <class A> struct strict {
    typedef typename std::conditional<std::is_arithmetic<A>::value || std::is_pointer<A>::value, whole<A>, A>::type type;
};

// How a method is called: with the slot's parameters as they are, or with a `span`.
template <class Slot, class T, class... A> struct way {
    typedef typename spanned<Slot, list<>, A...>::type other;
    typedef decltype(can_call<Slot, T, A...>(0)) as_they_are;
    typedef typename std::conditional<as_they_are::value, Slot, other>::type type;
    typedef decltype(can_call<type, T, A...>(0)) present;
    static_assert(!as_they_are::value || decltype(can_call<Slot, T, typename strict<A>::type...>(0))::value,
                  "a method (its slot is named in this message) has a parameter that is narrower than the slot's");
};

// Whether the class has a member with the slot's name, also one of several or a private one: a second base with such
// a member makes the name ambiguous, so that it is not found. The class's own name is no member. Nothing derives from
// a final class: of such a one, only what is public and no overload is seen.
template <class... Bases> struct joined : Bases... {};
template <class Slot, class T, bool is_final = __is_final(T)> struct named {
    static constexpr bool value = !decltype(Slot::template found<joined<T, typename Slot::rival>>(0))::value &&
                                  !decltype(Slot::template own<T, joined<T>>(0))::value;
};
template <class Slot, class T> struct named<Slot, T, true> : decltype(Slot::template found<T>(0)) {};

// In place of a class that the plugin does not have, such as that of a handle which nothing opens.
struct absent {};

// Keeps what a method opened: a class by value, a std::unique_ptr, or an outcome with one of them.
template <class H> struct kept_value {
    static_assert(std::is_class<H>::value, "a method that opens something returns its class by value, a std::unique_ptr to it, "
                                           "or a soch::outcome of that");
    typedef H type;
    static soch_status keep(H made, void **handle, soch_error *) {
        *handle = new H(std::move(made));
        return SOCH_OK;
    }
};
template <class P> struct kept_pointer {
    typedef typename P::element_type type;
    static_assert(std::is_same<P, std::unique_ptr<type>>::value,
                  "what is opened is destroyed by `delete`: a std::unique_ptr to one object, without a deleter of your own");
    // NULL means that the plugin does not do that.
    static soch_status keep(P made, void **handle, soch_error *) {
        *handle = made.release();
        return *handle == nullptr ? SOCH_UNSUPPORTED : SOCH_OK;
    }
};
template <class P>
auto is_owner(int) -> decltype(static_cast<typename P::element_type *>(std::declval<P &>().release()), std::true_type());
template <class P> std::false_type is_owner(...);
template <class Result>
struct kept : std::conditional<decltype(is_owner<Result>(0))::value, kept_pointer<Result>, kept_value<Result>>::type {};
template <class Result> struct kept<outcome<Result>> {
    typedef typename kept<Result>::type type;
    static soch_status keep(outcome<Result> result, void **handle, soch_error *error) {
        const soch_status status = told(result, error);
        return status == SOCH_OK ? kept<Result>::keep(std::move(result.made()), handle, error) : status;
    }
};

// The function for a slot whose parameters behind the first are `A...`, and then `soch_error *` if it has one.
template <class Slot, class T, class Seen, class... Rest> struct shim;
template <class Slot, class T, class... A> struct shim<Slot, T, list<A...>> {
    typedef way<Slot, T, typename argument<A>::type...> how;
    typedef typename how::present present;
    static soch_status run(void *object, A... arguments) noexcept {
        return invoke<typename how::type, T, typename argument<A>::type...>(nullptr, object, arguments...);
    }
};
template <class Slot, class T, class... A> struct shim<Slot, T, list<A...>, soch_error *> {
    typedef way<Slot, T, typename argument<A>::type...> how;
    typedef typename how::present present;
    static soch_status run(void *object, A... arguments, soch_error *error) noexcept {
        return invoke<typename how::type, T, typename argument<A>::type...>(error, object, arguments...);
    }
};
// Of a slot that opens something.
template <class Slot, class T, class... A> struct shim<Slot, T, list<A...>, void **, soch_error *> {
    typedef way<Slot, T, typename argument<A>::type...> how;
    typedef typename how::present present;
    template <class Way>
    static auto open(T &object, A... arguments) -> decltype(Way::call(object, typename argument<A>::type(arguments)...)) {
        return Way::call(object, typename argument<A>::type(arguments)...);
    }
    template <class Way> static kept<decltype(open<Way>(std::declval<T &>(), std::declval<A>()...))> made(Way *);
    static soch_status run(void *object, A... arguments, void **handle, soch_error *error) noexcept {
        typedef decltype(made(static_cast<typename how::type *>(nullptr))) made;
        return guard(error, [&] {
            return made::keep(open<typename how::type>(*static_cast<T *>(object), arguments...), handle, error);
        });
    }
};
template <class Slot, class T, class... A, class Next, class... Rest>
struct shim<Slot, T, list<A...>, Next, Rest...> : shim<Slot, T, list<A..., Next>, Rest...> {};

template <class Shim, class Function, bool present> struct pointer {
    static constexpr Function value() { return Shim::run; }
};
template <class Shim, class Function> struct pointer<Shim, Function, false> {
    static constexpr Function value() { return nullptr; }
};

// The function of an instance's slot, NULL if the class has no method for it.
template <class Slot, class T, bool required, class Function> struct pick;
template <class Slot, class T, bool required, class... A>
struct pick<Slot, T, required, soch_status (*)(void *, A...)> {
    typedef soch_status (*function)(void *, A...);
    typedef shim<Slot, T, list<>, A...> made;
    static constexpr bool present = made::present::value;
    static_assert(present || !required, "the class lacks a required method (its slot is named in this message), or "
                                        "the method has other parameters or is not public");
    static_assert(present || required || !named<Slot, T>::value,
                  "an optional method (its slot is named here) has other parameters, is overloaded or not public");
    static constexpr function value() { return pointer<made, function, present>::value(); }
};

// The class of what a slot opens.
template <class Slot, class T, class Function, bool present = pick<Slot, T, false, Function>::present>
struct handle_of { typedef absent type; };
template <class Slot, class T, class... A> struct handle_of<Slot, T, soch_status (*)(void *, A...), true> {
    typedef shim<Slot, T, list<>, A...> opener;
    typedef typename decltype(opener::made(static_cast<typename opener::how::type *>(nullptr)))::type type;
};

// The function of a slot that is called with what another one opened.
template <class Slot, class H, class Function> struct pick_of_handle;
template <class Slot, class H, class... A> struct pick_of_handle<Slot, H, soch_status (*)(void *, A...)> {
    typedef soch_status (*function)(void *, A...);
    typedef shim<Slot, H, list<>, A...> made;
    static_assert(made::present::value, "what a method opens lacks a method (its slot is named in this message), or the method "
                                        "has other parameters or is not public");
    static constexpr function value() { return made::run; }
};
template <class Slot, class... A> struct pick_of_handle<Slot, absent, soch_status (*)(void *, A...)> {
    typedef soch_status (*function)(void *, A...);
    static constexpr function value() { return nullptr; }
};

// The function of a slot that ends it: calls the method, if there is one, and destroys the object.
template <class Slot, class H, class Function> struct end_of_handle;
template <class Slot, class H> struct end_of_handle<Slot, H, void (*)(void *)> {
    typedef void (*function)(void *);
    typedef pick<Slot, H, false, soch_status (*)(void *)> method;
    static void run(void *object) noexcept {
        if (method::present) method::value()(object);
        guard(nullptr, [&] { return delete static_cast<H *>(object), SOCH_OK; });
    }
    static constexpr function value() { return run; }
};
template <class Slot, class H, class... A> struct end_of_handle<Slot, H, soch_status (*)(void *, A...)> {
    typedef soch_status (*function)(void *, A...);
    typedef pick_of_handle<Slot, H, function> method;
    static soch_status run(void *object, A... arguments) noexcept {
        const soch_status status = method::value()(object, arguments...);
        guard(nullptr, [&] { return delete static_cast<H *>(object), SOCH_OK; });
        return status;
    }
    static constexpr function value() { return run; }
};
template <class Slot> struct end_of_handle<Slot, absent, void (*)(void *)> {
    static constexpr void (*value())(void *) { return nullptr; }
};
template <class Slot, class... A> struct end_of_handle<Slot, absent, soch_status (*)(void *, A...)> {
    static constexpr soch_status (*value())(void *, A...) { return nullptr; }
};

#define SOCH_SLOT(NAME)                                                                                         \
    struct slot_##NAME {                                                                                        \
        template <class T, class... A>                                                                          \
        static auto call(T &object, A... arguments) -> decltype(object.NAME(arguments...)) {                    \
            return object.NAME(arguments...);                                                                   \
        }                                                                                                       \
        struct rival { int NAME; };                                                                             \
        template <class T> static auto found(int) -> decltype(static_cast<void>(&T::NAME), std::true_type());   \
        template <class T> static std::false_type found(...);                                                   \
        template <class T, class Heir> static std::is_same<typename Heir::NAME, T> own(int);                    \
        template <class T, class Heir> static std::false_type own(...);                                         \
    };
// Of the entry itself.
SOCH_SLOT(shutdown) SOCH_SLOT(get_interface)

#define SOCH_REQUIRED(TABLE, NAME) pick<slot_##NAME, T, true, decltype(TABLE::NAME)>::value()
#define SOCH_OPTIONAL(TABLE, NAME) pick<slot_##NAME, T, false, decltype(TABLE::NAME)>::value()
#define SOCH_OF(HANDLE, TABLE, SLOT, NAME) pick_of_handle<slot_##NAME, HANDLE, decltype(TABLE::SLOT)>::value()
#define SOCH_MAY_BE_OF(HANDLE, TABLE, SLOT, NAME) pick<slot_##NAME, HANDLE, false, decltype(TABLE::SLOT)>::value()
#define SOCH_ENDS(HANDLE, TABLE, SLOT, NAME) end_of_handle<slot_##NAME, HANDLE, decltype(TABLE::SLOT)>::value()
// What a slot, called with an `ON`, opens.
#define SOCH_HANDLE(HANDLE, ON, TABLE, NAME) \
    typedef typename handle_of<slot_##NAME, ON, decltype(TABLE::NAME)>::type HANDLE
template <class Slip, class T, class Function> struct is_slip;
template <class Slip, class T, class... A>
struct is_slip<Slip, T, soch_status (*)(void *, A...)> : shim<Slip, T, list<>, A...>::present {};
// A name that a method gets by a slip, and that nothing calls. `contract` is the table.
#define SOCH_SLIP(NAME, SLIP)                                                                                    \
    struct NAME##_as_##SLIP {                                                                                    \
        template <class C, class... A>                                                                           \
        static auto call(C &object, A... arguments) -> decltype(object.SLIP(arguments...));                      \
    };                                                                                                           \
    static_assert(pick<slot_##NAME, T, false, decltype(contract::NAME)>::present ||                              \
                      !is_slip<NAME##_as_##SLIP, T, decltype(contract::NAME)>::value,                            \
                  "the class has a method `" #SLIP "` with the parameters of the slot `" #NAME "`: the host would not call it")
// One that nothing else has, so that the parameters do not matter.
#define SOCH_SLIP_ALONE(NAME, SLIP)                                                                              \
    template <class C> static auto has_##SLIP(int) -> decltype(static_cast<void>(&C::SLIP), std::true_type());   \
    template <class C> static std::false_type has_##SLIP(...);                                                   \
    SOCH_SLIP(NAME, SLIP);                                                                                       \
    static_assert(pick<slot_##NAME, T, false, decltype(contract::NAME)>::present ||                              \
                      !decltype(has_##SLIP<T>(0))::value,                                                        \
                  "the class has a member `" #SLIP "`, a slip away from the slot `" #NAME "`: the host would not call it")
// One of a method of what a slot opens; those that end it have no parameters.
template <class Function> struct of_handle { typedef Function type; };
template <> struct of_handle<void (*)(void *)> { typedef soch_status (*type)(void *); };
#define SOCH_SLIP_OF(HANDLE, TABLE, SLOT, NAME, SLIP)                                                            \
    struct SLOT##_as_##SLIP {                                                                                    \
        template <class C, class... A>                                                                           \
        static auto call(C &object, A... arguments) -> decltype(object.SLIP(arguments...));                      \
    };                                                                                                           \
    typedef typename of_handle<decltype(TABLE::SLOT)>::type SLOT##_unlike_##SLIP;                                \
    static_assert(pick<slot_##NAME, HANDLE, false, SLOT##_unlike_##SLIP>::present ||                             \
                      !is_slip<SLOT##_as_##SLIP, HANDLE, SLOT##_unlike_##SLIP>::value,                           \
                  "what a method opens has a method `" #SLIP "`, which is `" #NAME "` with another name: the host would not call it")
// Whether the class has a method for the slot, of whatever kind it is.
#define SOCH_HAS(TABLE, NAME) is_slip<slot_##NAME, T, decltype(TABLE::NAME)>::value
#define SOCH_TOGETHER(TABLE, ONE, OTHER)                                                                         \
    static_assert(pick<slot_##ONE, T, false, decltype(TABLE::ONE)>::present ==                                   \
                      pick<slot_##OTHER, T, false, decltype(TABLE::OTHER)>::present,                             \
                  "the class has one of the methods `" #ONE "` and `" #OTHER "`: the host calls both or none")
// The same of methods of what a slot opens.
#define SOCH_TOGETHER_OF(HANDLE, TABLE, SLOT, ONE, OTHER_SLOT, OTHER)                                            \
    static_assert(pick<slot_##ONE, HANDLE, false, decltype(TABLE::SLOT)>::present ==                             \
                      pick<slot_##OTHER, HANDLE, false, decltype(TABLE::OTHER_SLOT)>::present,                   \
                  "what a method opens has one of the methods `" #ONE "` and `" #OTHER "`: the host calls both or none")
#define SOCH_LATER(NAME, MINOR)                                                                                  \
    static_assert(!named<slot_##NAME, T>::value, "the class has a member `" #NAME "`, named like a slot of contract 1." #MINOR \
                  ", which SOCH_TARGET_MINOR leaves out: the host would not call it")

// Slots: from sdk/abi/src.
SOCH_SLOT(get) SOCH_SLOT(put) SOCH_SLOT(remove) SOCH_SLOT(scan) SOCH_SLOT(flush) SOCH_SLOT(compact) SOCH_SLOT(stats)
SOCH_SLOT(describe) SOCH_SLOT(write_batch) SOCH_SLOT(open_table) SOCH_SLOT(close) SOCH_SLOT(open_reader)
SOCH_SLOT(open_cursor) SOCH_SLOT(next) SOCH_SLOT(begin_txn) SOCH_SLOT(commit) SOCH_SLOT(abort) SOCH_SLOT(seek)
SOCH_SLOT(list_tables) SOCH_SLOT(drop_table) SOCH_SLOT(checkpoint) SOCH_SLOT(property) SOCH_SLOT(multi_get)
SOCH_SLOT(set_savepoint) SOCH_SLOT(rollback_to_savepoint) SOCH_SLOT(index_type) SOCH_SLOT(build) SOCH_SLOT(insert)
SOCH_SLOT(lookup) SOCH_SLOT(range) SOCH_SLOT(size_bytes) SOCH_SLOT(nearest) SOCH_SLOT(nearest_batch) SOCH_SLOT(search)
SOCH_SLOT(save) SOCH_SLOT(load) SOCH_SLOT(flush_index) SOCH_SLOT(flushed) SOCH_SLOT(change_batch) SOCH_SLOT(drop_index)
SOCH_SLOT(begin_build) SOCH_SLOT(add) SOCH_SLOT(finish) SOCH_SLOT(abandon) SOCH_SLOT(counter_inc) SOCH_SLOT(gauge_set)
SOCH_SLOT(histogram_observe) SOCH_SLOT(span_start) SOCH_SLOT(span_end) SOCH_SLOT(span_event) SOCH_SLOT(log)
SOCH_SLOT(report_health) SOCH_SLOT(attach) SOCH_SLOT(span_record_start) SOCH_SLOT(span_record_event)
SOCH_SLOT(span_record_end) SOCH_SLOT(span_context) SOCH_SLOT(log_record) SOCH_SLOT(algorithm) SOCH_SLOT(compress)
SOCH_SLOT(decompress) SOCH_SLOT(set_level) SOCH_SLOT(bound) SOCH_SLOT(decompressed_size) SOCH_SLOT(compress_with)
SOCH_SLOT(decompress_with) SOCH_SLOT(train)

template <class T> struct storage_of {
    static const soch_storage table;
    typedef soch_storage contract;
    SOCH_SLIP(compact, Compact); SOCH_SLIP(compact, cmopact); SOCH_SLIP(compact, cmpact); SOCH_SLIP(compact, comact);
    SOCH_SLIP(compact, comapct); SOCH_SLIP(compact, compac); SOCH_SLIP(compact, compacts); SOCH_SLIP(compact, compat);
    SOCH_SLIP(compact, compatc); SOCH_SLIP(compact, compcat); SOCH_SLIP(compact, compct); SOCH_SLIP(compact, copact);
    SOCH_SLIP(compact, copmact); SOCH_SLIP(compact, ocmpact); SOCH_SLIP(compact, ompact); SOCH_SLIP(stats, Stats);
    SOCH_SLIP(stats, sats); SOCH_SLIP(stats, satts); SOCH_SLIP(stats, stas); SOCH_SLIP(stats, stast);
    SOCH_SLIP(stats, stat); SOCH_SLIP(stats, statss); SOCH_SLIP(stats, sttas); SOCH_SLIP(stats, stts);
    SOCH_SLIP(stats, tats); SOCH_SLIP(stats, tsats); SOCH_SLIP(describe, Describe); SOCH_SLIP(describe, decribe);
    SOCH_SLIP(describe, decsribe); SOCH_SLIP(describe, descibe); SOCH_SLIP(describe, descirbe);
    SOCH_SLIP(describe, descrbe); SOCH_SLIP(describe, descrbie); SOCH_SLIP(describe, describ);
    SOCH_SLIP(describe, describes); SOCH_SLIP(describe, descrie); SOCH_SLIP(describe, descrieb);
    SOCH_SLIP(describe, desrcibe); SOCH_SLIP(describe, desribe); SOCH_SLIP(describe, dscribe);
    SOCH_SLIP(describe, dsecribe); SOCH_SLIP(describe, edscribe); SOCH_SLIP(describe, escribe);
#if SOCH_TARGET_MINOR >= 1
    SOCH_HANDLE(table_handle, T, soch_storage, open_table); SOCH_HANDLE(reader_handle, T, soch_storage, open_reader);
    SOCH_HANDLE(cursor_handle, reader_handle, soch_storage, open_cursor);
    SOCH_HANDLE(txn_handle, T, soch_storage, begin_txn);
    SOCH_TOGETHER_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, txn_rollback_to_savepoint, rollback_to_savepoint);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, Close);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, cloe);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, cloes);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, clos);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, closes);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, clse);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, clsoe);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, colse);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, cose);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, lcose);
    SOCH_SLIP_OF(table_handle, soch_storage, close_table, close, lose);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, Close);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, cloe);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, cloes);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, clos);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, closes);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, clse);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, clsoe);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, colse);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, cose);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, lcose);
    SOCH_SLIP_OF(reader_handle, soch_storage, close_reader, close, lose);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, Close);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, cloe);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, cloes);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, clos);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, closes);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, clse);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, clsoe);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, colse);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, cose);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, lcose);
    SOCH_SLIP_OF(cursor_handle, soch_storage, close_cursor, close, lose);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, Abort);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, abor);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, aborts);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, abot);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, abotr);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, abrot);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, abrt);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, aobrt);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, aort);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, baort);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, bort);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, cancel);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, roll_back);
    SOCH_SLIP_OF(txn_handle, soch_storage, abort_txn, abort, rollback);
    SOCH_SLIP_OF(cursor_handle, soch_storage, cursor_seek, seek, Seek);
    SOCH_SLIP_OF(cursor_handle, soch_storage, cursor_seek, seek, eek);
    SOCH_SLIP_OF(cursor_handle, soch_storage, cursor_seek, seek, esek);
    SOCH_SLIP_OF(cursor_handle, soch_storage, cursor_seek, seek, move_to);
    SOCH_SLIP_OF(cursor_handle, soch_storage, cursor_seek, seek, see);
    SOCH_SLIP_OF(cursor_handle, soch_storage, cursor_seek, seek, seek_to);
    SOCH_SLIP_OF(cursor_handle, soch_storage, cursor_seek, seek, seeks);
    SOCH_SLIP_OF(cursor_handle, soch_storage, cursor_seek, seek, sek);
    SOCH_SLIP_OF(cursor_handle, soch_storage, cursor_seek, seek, seke);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, SetSavepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, add_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, est_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, et_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, se_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, se_tsavepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, setSavepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_asvepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_avepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_saepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_saevpoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_saveoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_saveopint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_savepint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_savepiont);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_savepoin);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_savepoints);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_savepoit);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_savepoitn);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_saveponit);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_savepont);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_savpeoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_savpoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_svaepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, set_svepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, sets_avepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, setsavepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, st_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint, ste_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, RollbackToSavepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, ollback_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, orllback_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rllback_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rlolback_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rolback_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rolblack_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollabck_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollack_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbac_kto_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbac_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbackToSavepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_o_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_ot_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_t_osavepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_t_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_asvepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_avepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_saepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_saevpoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_saveoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_saveopint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_savepint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_savepiont);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_savepoin);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_savepoints);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_savepoit);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_savepoitn);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_saveponit);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_savepont);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_savpeoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_savpoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_svaepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_to_svepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_tos_avepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollback_tosavepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbackt_o_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbackto_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbacktosavepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbak_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbakc_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbcak_to_savepoint);
    SOCH_SLIP_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint, rollbck_to_savepoint);
    SOCH_SLIP_ALONE(write_batch, WriteBatch); SOCH_SLIP(write_batch, batch); SOCH_SLIP(write_batch, put_batch);
    SOCH_SLIP_ALONE(write_batch, rite_batch); SOCH_SLIP_ALONE(write_batch, rwite_batch);
    SOCH_SLIP_ALONE(write_batch, wirte_batch); SOCH_SLIP_ALONE(write_batch, wite_batch);
    SOCH_SLIP_ALONE(write_batch, wrie_batch); SOCH_SLIP_ALONE(write_batch, wriet_batch);
    SOCH_SLIP_ALONE(write_batch, writ_batch); SOCH_SLIP_ALONE(write_batch, writ_ebatch); SOCH_SLIP(write_batch, write);
    SOCH_SLIP_ALONE(write_batch, writeBatch); SOCH_SLIP_ALONE(write_batch, write_abtch);
    SOCH_SLIP_ALONE(write_batch, write_atch); SOCH_SLIP_ALONE(write_batch, write_bach);
    SOCH_SLIP_ALONE(write_batch, write_bacth); SOCH_SLIP_ALONE(write_batch, write_batc);
    SOCH_SLIP(write_batch, write_batchs); SOCH_SLIP_ALONE(write_batch, write_bath);
    SOCH_SLIP_ALONE(write_batch, write_bathc); SOCH_SLIP_ALONE(write_batch, write_btach);
    SOCH_SLIP_ALONE(write_batch, write_btch); SOCH_SLIP_ALONE(write_batch, writeb_atch);
    SOCH_SLIP_ALONE(write_batch, writebatch); SOCH_SLIP_ALONE(write_batch, wrte_batch);
    SOCH_SLIP_ALONE(write_batch, wrtie_batch); SOCH_SLIP_ALONE(open_table, OpenTable);
    SOCH_SLIP_ALONE(open_table, oen_table); SOCH_SLIP_ALONE(open_table, oepn_table);
    SOCH_SLIP_ALONE(open_table, ope_ntable); SOCH_SLIP_ALONE(open_table, ope_table);
    SOCH_SLIP_ALONE(open_table, openTable); SOCH_SLIP_ALONE(open_table, open_able);
    SOCH_SLIP_ALONE(open_table, open_atble); SOCH_SLIP_ALONE(open_table, open_tabe);
    SOCH_SLIP_ALONE(open_table, open_tabel); SOCH_SLIP_ALONE(open_table, open_tabl); SOCH_SLIP(open_table, open_tables);
    SOCH_SLIP_ALONE(open_table, open_talbe); SOCH_SLIP_ALONE(open_table, open_tale);
    SOCH_SLIP_ALONE(open_table, open_tbale); SOCH_SLIP_ALONE(open_table, open_tble);
    SOCH_SLIP_ALONE(open_table, opent_able); SOCH_SLIP_ALONE(open_table, opentable);
    SOCH_SLIP_ALONE(open_table, opn_table); SOCH_SLIP_ALONE(open_table, opne_table);
    SOCH_SLIP_ALONE(open_table, pen_table); SOCH_SLIP_ALONE(open_table, poen_table); SOCH_SLIP(open_table, table);
    SOCH_SLIP_ALONE(open_reader, OpenReader); SOCH_SLIP_ALONE(open_reader, oen_reader);
    SOCH_SLIP_ALONE(open_reader, oepn_reader); SOCH_SLIP_ALONE(open_reader, ope_nreader);
    SOCH_SLIP_ALONE(open_reader, ope_reader); SOCH_SLIP_ALONE(open_reader, openReader);
    SOCH_SLIP_ALONE(open_reader, open_eader); SOCH_SLIP_ALONE(open_reader, open_erader);
    SOCH_SLIP_ALONE(open_reader, open_rader); SOCH_SLIP_ALONE(open_reader, open_raeder);
    SOCH_SLIP_ALONE(open_reader, open_reade); SOCH_SLIP(open_reader, open_readers);
    SOCH_SLIP_ALONE(open_reader, open_readr); SOCH_SLIP_ALONE(open_reader, open_readre);
    SOCH_SLIP_ALONE(open_reader, open_reaedr); SOCH_SLIP_ALONE(open_reader, open_reaer);
    SOCH_SLIP_ALONE(open_reader, open_redaer); SOCH_SLIP_ALONE(open_reader, open_reder);
    SOCH_SLIP(open_reader, open_snapshot); SOCH_SLIP_ALONE(open_reader, openr_eader);
    SOCH_SLIP_ALONE(open_reader, openreader); SOCH_SLIP_ALONE(open_reader, opn_reader);
    SOCH_SLIP_ALONE(open_reader, opne_reader); SOCH_SLIP_ALONE(open_reader, pen_reader);
    SOCH_SLIP_ALONE(open_reader, poen_reader); SOCH_SLIP(open_reader, reader); SOCH_SLIP(open_reader, snapshot);
    SOCH_SLIP_ALONE(begin_txn, BeginTxn); SOCH_SLIP_ALONE(begin_txn, begi_ntxn); SOCH_SLIP_ALONE(begin_txn, begi_txn);
    SOCH_SLIP(begin_txn, begin); SOCH_SLIP_ALONE(begin_txn, beginTxn); SOCH_SLIP_ALONE(begin_txn, begin_tn);
    SOCH_SLIP_ALONE(begin_txn, begin_tnx); SOCH_SLIP(begin_txn, begin_transaction); SOCH_SLIP(begin_txn, begin_tx);
    SOCH_SLIP(begin_txn, begin_txns); SOCH_SLIP_ALONE(begin_txn, begin_xn); SOCH_SLIP_ALONE(begin_txn, begin_xtn);
    SOCH_SLIP_ALONE(begin_txn, begint_xn); SOCH_SLIP_ALONE(begin_txn, begintxn); SOCH_SLIP_ALONE(begin_txn, begn_txn);
    SOCH_SLIP_ALONE(begin_txn, begni_txn); SOCH_SLIP_ALONE(begin_txn, beign_txn); SOCH_SLIP_ALONE(begin_txn, bein_txn);
    SOCH_SLIP_ALONE(begin_txn, bgein_txn); SOCH_SLIP_ALONE(begin_txn, bgin_txn); SOCH_SLIP_ALONE(begin_txn, ebgin_txn);
    SOCH_SLIP_ALONE(begin_txn, egin_txn); SOCH_SLIP(begin_txn, open_txn); SOCH_SLIP_ALONE(list_tables, ListTables);
    SOCH_SLIP_ALONE(list_tables, ilst_tables); SOCH_SLIP_ALONE(list_tables, ist_tables);
    SOCH_SLIP_ALONE(list_tables, lis_tables); SOCH_SLIP_ALONE(list_tables, lis_ttables);
    SOCH_SLIP_ALONE(list_tables, listTables); SOCH_SLIP_ALONE(list_tables, list_ables);
    SOCH_SLIP_ALONE(list_tables, list_atbles); SOCH_SLIP_ALONE(list_tables, list_tabels);
    SOCH_SLIP_ALONE(list_tables, list_tabes); SOCH_SLIP_ALONE(list_tables, list_table);
    SOCH_SLIP(list_tables, list_tabless); SOCH_SLIP_ALONE(list_tables, list_tabls);
    SOCH_SLIP_ALONE(list_tables, list_tablse); SOCH_SLIP_ALONE(list_tables, list_talbes);
    SOCH_SLIP_ALONE(list_tables, list_tales); SOCH_SLIP_ALONE(list_tables, list_tbales);
    SOCH_SLIP_ALONE(list_tables, list_tbles); SOCH_SLIP_ALONE(list_tables, listt_ables);
    SOCH_SLIP_ALONE(list_tables, listtables); SOCH_SLIP_ALONE(list_tables, lit_tables);
    SOCH_SLIP_ALONE(list_tables, lits_tables); SOCH_SLIP_ALONE(list_tables, lsit_tables);
    SOCH_SLIP_ALONE(list_tables, lst_tables); SOCH_SLIP_ALONE(drop_table, DropTable);
    SOCH_SLIP_ALONE(drop_table, dop_table); SOCH_SLIP_ALONE(drop_table, dorp_table);
    SOCH_SLIP_ALONE(drop_table, dro_ptable); SOCH_SLIP_ALONE(drop_table, dro_table);
    SOCH_SLIP_ALONE(drop_table, dropTable); SOCH_SLIP_ALONE(drop_table, drop_able);
    SOCH_SLIP_ALONE(drop_table, drop_atble); SOCH_SLIP_ALONE(drop_table, drop_tabe);
    SOCH_SLIP_ALONE(drop_table, drop_tabel); SOCH_SLIP_ALONE(drop_table, drop_tabl); SOCH_SLIP(drop_table, drop_tables);
    SOCH_SLIP_ALONE(drop_table, drop_talbe); SOCH_SLIP_ALONE(drop_table, drop_tale);
    SOCH_SLIP_ALONE(drop_table, drop_tbale); SOCH_SLIP_ALONE(drop_table, drop_tble);
    SOCH_SLIP_ALONE(drop_table, dropt_able); SOCH_SLIP_ALONE(drop_table, droptable);
    SOCH_SLIP_ALONE(drop_table, drp_table); SOCH_SLIP_ALONE(drop_table, drpo_table);
    SOCH_SLIP_ALONE(drop_table, rdop_table); SOCH_SLIP_ALONE(drop_table, rop_table); SOCH_SLIP(checkpoint, Checkpoint);
    SOCH_SLIP(checkpoint, ceckpoint); SOCH_SLIP(checkpoint, cehckpoint); SOCH_SLIP(checkpoint, chcekpoint);
    SOCH_SLIP(checkpoint, chckpoint); SOCH_SLIP(checkpoint, check_point); SOCH_SLIP(checkpoint, checkoint);
    SOCH_SLIP(checkpoint, checkopint); SOCH_SLIP(checkpoint, checkpint); SOCH_SLIP(checkpoint, checkpiont);
    SOCH_SLIP(checkpoint, checkpoin); SOCH_SLIP(checkpoint, checkpoints); SOCH_SLIP(checkpoint, checkpoit);
    SOCH_SLIP(checkpoint, checkpoitn); SOCH_SLIP(checkpoint, checkponit); SOCH_SLIP(checkpoint, checkpont);
    SOCH_SLIP(checkpoint, checpkoint); SOCH_SLIP(checkpoint, checpoint); SOCH_SLIP(checkpoint, chekcpoint);
    SOCH_SLIP(checkpoint, chekpoint); SOCH_SLIP(checkpoint, hceckpoint); SOCH_SLIP(checkpoint, heckpoint);
    SOCH_SLIP(property, Property); SOCH_SLIP(property, poperty); SOCH_SLIP(property, porperty);
    SOCH_SLIP(property, proeprty); SOCH_SLIP(property, proerty); SOCH_SLIP(property, propert);
    SOCH_SLIP(property, propertys); SOCH_SLIP(property, propery); SOCH_SLIP(property, properyt);
    SOCH_SLIP(property, propetry); SOCH_SLIP(property, propety); SOCH_SLIP(property, proprety);
    SOCH_SLIP(property, proprty); SOCH_SLIP(property, prperty); SOCH_SLIP(property, prpoerty);
    SOCH_SLIP(property, roperty); SOCH_SLIP(property, rpoperty); SOCH_SLIP_ALONE(multi_get, MultiGet);
    SOCH_SLIP(multi_get, batch_get); SOCH_SLIP(multi_get, get_many); SOCH_SLIP(multi_get, get_multi);
    SOCH_SLIP_ALONE(multi_get, mlti_get); SOCH_SLIP_ALONE(multi_get, mluti_get); SOCH_SLIP_ALONE(multi_get, muli_get);
    SOCH_SLIP_ALONE(multi_get, mulit_get); SOCH_SLIP_ALONE(multi_get, mult_get); SOCH_SLIP_ALONE(multi_get, mult_iget);
    SOCH_SLIP_ALONE(multi_get, multiGet); SOCH_SLIP_ALONE(multi_get, multi_egt); SOCH_SLIP_ALONE(multi_get, multi_et);
    SOCH_SLIP_ALONE(multi_get, multi_ge); SOCH_SLIP(multi_get, multi_gets); SOCH_SLIP_ALONE(multi_get, multi_gt);
    SOCH_SLIP_ALONE(multi_get, multi_gte); SOCH_SLIP_ALONE(multi_get, multig_et); SOCH_SLIP_ALONE(multi_get, multiget);
    SOCH_SLIP_ALONE(multi_get, muti_get); SOCH_SLIP_ALONE(multi_get, mutli_get); SOCH_SLIP_ALONE(multi_get, ulti_get);
    SOCH_SLIP_ALONE(multi_get, umlti_get);
#else
    SOCH_LATER(write_batch, 1); SOCH_LATER(open_table, 1); SOCH_LATER(open_reader, 1); SOCH_LATER(begin_txn, 1);
    SOCH_LATER(list_tables, 1); SOCH_LATER(drop_table, 1); SOCH_LATER(checkpoint, 1); SOCH_LATER(property, 1);
    SOCH_LATER(multi_get, 1);
#endif
};
template <class T> const soch_storage storage_of<T>::table = {
    sizeof(soch_storage),
    SOCH_REQUIRED(soch_storage, get), SOCH_REQUIRED(soch_storage, put), SOCH_REQUIRED(soch_storage, remove),
    SOCH_REQUIRED(soch_storage, scan), SOCH_REQUIRED(soch_storage, flush), SOCH_OPTIONAL(soch_storage, compact),
    SOCH_OPTIONAL(soch_storage, stats), SOCH_OPTIONAL(soch_storage, describe),
#if SOCH_TARGET_MINOR >= 1
    SOCH_OPTIONAL(soch_storage, write_batch), SOCH_OPTIONAL(soch_storage, open_table),
    SOCH_ENDS(table_handle, soch_storage, close_table, close), SOCH_OF(table_handle, soch_storage, table_get, get),
    SOCH_OF(table_handle, soch_storage, table_put, put), SOCH_OPTIONAL(soch_storage, open_reader),
    SOCH_ENDS(reader_handle, soch_storage, close_reader, close), SOCH_OF(reader_handle, soch_storage, reader_get, get),
    SOCH_OF(reader_handle, soch_storage, open_cursor, open_cursor),
    SOCH_OF(cursor_handle, soch_storage, cursor_next, next),
    SOCH_ENDS(cursor_handle, soch_storage, close_cursor, close), SOCH_OPTIONAL(soch_storage, begin_txn),
    SOCH_OF(txn_handle, soch_storage, txn_get, get), SOCH_OF(txn_handle, soch_storage, txn_put, put),
    SOCH_OF(txn_handle, soch_storage, txn_remove, remove), SOCH_OF(txn_handle, soch_storage, txn_scan, scan),
    SOCH_ENDS(txn_handle, soch_storage, commit_txn, commit), SOCH_ENDS(txn_handle, soch_storage, abort_txn, abort),
    SOCH_MAY_BE_OF(cursor_handle, soch_storage, cursor_seek, seek), SOCH_OPTIONAL(soch_storage, list_tables),
    SOCH_OPTIONAL(soch_storage, drop_table), SOCH_OPTIONAL(soch_storage, checkpoint),
    SOCH_OPTIONAL(soch_storage, property), SOCH_OPTIONAL(soch_storage, multi_get),
    SOCH_MAY_BE_OF(txn_handle, soch_storage, txn_set_savepoint, set_savepoint),
    SOCH_MAY_BE_OF(txn_handle, soch_storage, txn_rollback_to_savepoint, rollback_to_savepoint),
#endif
};

template <class T> struct index_of {
    static const soch_index table;
    typedef soch_index contract;
    SOCH_SLIP(build, Build); SOCH_SLIP(build, bild); SOCH_SLIP(build, biuld); SOCH_SLIP(build, buid);
    SOCH_SLIP(build, buidl); SOCH_SLIP(build, buil); SOCH_SLIP(build, builds); SOCH_SLIP(build, buld);
    SOCH_SLIP(build, bulid); SOCH_SLIP(build, ubild); SOCH_SLIP(build, uild); SOCH_SLIP(insert, Insert);
    SOCH_SLIP(insert, add); SOCH_SLIP(insert, inert); SOCH_SLIP(insert, inesrt); SOCH_SLIP(insert, inser);
    SOCH_SLIP(insert, inserts); SOCH_SLIP(insert, inset); SOCH_SLIP(insert, insetr); SOCH_SLIP(insert, insret);
    SOCH_SLIP(insert, insrt); SOCH_SLIP(insert, isert); SOCH_SLIP(insert, isnert); SOCH_SLIP(insert, nisert);
    SOCH_SLIP(insert, nsert); SOCH_SLIP(remove, Remove); SOCH_SLIP(remove, emove); SOCH_SLIP(remove, erase);
    SOCH_SLIP(remove, ermove); SOCH_SLIP(remove, remoe); SOCH_SLIP(remove, remoev); SOCH_SLIP(remove, remov);
    SOCH_SLIP(remove, removes); SOCH_SLIP(remove, remve); SOCH_SLIP(remove, remvoe); SOCH_SLIP(remove, reomve);
    SOCH_SLIP(remove, reove); SOCH_SLIP(remove, rmeove); SOCH_SLIP(remove, rmove); SOCH_SLIP(lookup, Lookup);
    SOCH_SLIP(lookup, lokoup); SOCH_SLIP(lookup, lokup); SOCH_SLIP(lookup, lookp); SOCH_SLIP(lookup, lookpu);
    SOCH_SLIP(lookup, looku); SOCH_SLIP(lookup, lookups); SOCH_SLIP(lookup, looukp); SOCH_SLIP(lookup, looup);
    SOCH_SLIP(lookup, olokup); SOCH_SLIP(lookup, ookup); SOCH_SLIP(range, Range); SOCH_SLIP(range, ange);
    SOCH_SLIP(range, arnge); SOCH_SLIP(range, rage); SOCH_SLIP(range, ragne); SOCH_SLIP(range, rane);
    SOCH_SLIP(range, raneg); SOCH_SLIP(range, rang); SOCH_SLIP(range, ranges); SOCH_SLIP(range, rnage);
    SOCH_SLIP(range, rnge); SOCH_SLIP_ALONE(size_bytes, SizeBytes); SOCH_SLIP_ALONE(size_bytes, isze_bytes);
    SOCH_SLIP_ALONE(size_bytes, ize_bytes); SOCH_SLIP_ALONE(size_bytes, sie_bytes);
    SOCH_SLIP_ALONE(size_bytes, siez_bytes); SOCH_SLIP_ALONE(size_bytes, siz_bytes);
    SOCH_SLIP_ALONE(size_bytes, siz_ebytes); SOCH_SLIP_ALONE(size_bytes, sizeBytes);
    SOCH_SLIP_ALONE(size_bytes, size_btes); SOCH_SLIP_ALONE(size_bytes, size_btyes);
    SOCH_SLIP_ALONE(size_bytes, size_byes); SOCH_SLIP_ALONE(size_bytes, size_byets);
    SOCH_SLIP_ALONE(size_bytes, size_byte); SOCH_SLIP(size_bytes, size_bytess); SOCH_SLIP_ALONE(size_bytes, size_byts);
    SOCH_SLIP_ALONE(size_bytes, size_bytse); SOCH_SLIP_ALONE(size_bytes, size_ybtes);
    SOCH_SLIP_ALONE(size_bytes, size_ytes); SOCH_SLIP_ALONE(size_bytes, sizeb_ytes);
    SOCH_SLIP_ALONE(size_bytes, sizebytes); SOCH_SLIP_ALONE(size_bytes, sze_bytes);
    SOCH_SLIP_ALONE(size_bytes, szie_bytes); SOCH_SLIP(nearest, Nearest); SOCH_SLIP(nearest, earest);
    SOCH_SLIP(nearest, enarest); SOCH_SLIP(nearest, naerest); SOCH_SLIP(nearest, narest); SOCH_SLIP(nearest, neaerst);
    SOCH_SLIP(nearest, neaest); SOCH_SLIP(nearest, neares); SOCH_SLIP(nearest, nearests); SOCH_SLIP(nearest, nearet);
    SOCH_SLIP(nearest, nearets); SOCH_SLIP(nearest, nearset); SOCH_SLIP(nearest, nearst); SOCH_SLIP(nearest, neraest);
    SOCH_SLIP(nearest, nerest); SOCH_SLIP(describe, Describe); SOCH_SLIP(describe, decribe);
    SOCH_SLIP(describe, decsribe); SOCH_SLIP(describe, descibe); SOCH_SLIP(describe, descirbe);
    SOCH_SLIP(describe, descrbe); SOCH_SLIP(describe, descrbie); SOCH_SLIP(describe, describ);
    SOCH_SLIP(describe, describes); SOCH_SLIP(describe, descrie); SOCH_SLIP(describe, descrieb);
    SOCH_SLIP(describe, desrcibe); SOCH_SLIP(describe, desribe); SOCH_SLIP(describe, dscribe);
    SOCH_SLIP(describe, dsecribe); SOCH_SLIP(describe, edscribe); SOCH_SLIP(describe, escribe);
#if SOCH_TARGET_MINOR >= 1
    SOCH_HANDLE(build_handle, T, soch_index, begin_build); SOCH_TOGETHER(soch_index, save, load);
    SOCH_TOGETHER(soch_index, flush_index, flushed);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, Abandon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, aabndon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, aandon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abadnon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abadon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abandn);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abandno);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abando);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abandons);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abanodn);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abanon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abnadon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abndon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, abort);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, baandon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, bandon);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, cancel);
    SOCH_SLIP_OF(build_handle, soch_index, abandon_build, abandon, discard);
    SOCH_SLIP_ALONE(nearest_batch, NearestBatch); SOCH_SLIP_ALONE(nearest_batch, earest_batch);
    SOCH_SLIP_ALONE(nearest_batch, enarest_batch); SOCH_SLIP_ALONE(nearest_batch, naerest_batch);
    SOCH_SLIP_ALONE(nearest_batch, narest_batch); SOCH_SLIP_ALONE(nearest_batch, neaerst_batch);
    SOCH_SLIP_ALONE(nearest_batch, neaest_batch); SOCH_SLIP_ALONE(nearest_batch, neares_batch);
    SOCH_SLIP_ALONE(nearest_batch, neares_tbatch); SOCH_SLIP_ALONE(nearest_batch, nearestBatch);
    SOCH_SLIP_ALONE(nearest_batch, nearest_abtch); SOCH_SLIP_ALONE(nearest_batch, nearest_atch);
    SOCH_SLIP_ALONE(nearest_batch, nearest_bach); SOCH_SLIP_ALONE(nearest_batch, nearest_bacth);
    SOCH_SLIP_ALONE(nearest_batch, nearest_batc); SOCH_SLIP(nearest_batch, nearest_batchs);
    SOCH_SLIP_ALONE(nearest_batch, nearest_bath); SOCH_SLIP_ALONE(nearest_batch, nearest_bathc);
    SOCH_SLIP_ALONE(nearest_batch, nearest_btach); SOCH_SLIP_ALONE(nearest_batch, nearest_btch);
    SOCH_SLIP_ALONE(nearest_batch, nearestb_atch); SOCH_SLIP_ALONE(nearest_batch, nearestbatch);
    SOCH_SLIP_ALONE(nearest_batch, nearet_batch); SOCH_SLIP_ALONE(nearest_batch, nearets_batch);
    SOCH_SLIP_ALONE(nearest_batch, nearset_batch); SOCH_SLIP_ALONE(nearest_batch, nearst_batch);
    SOCH_SLIP_ALONE(nearest_batch, neraest_batch); SOCH_SLIP_ALONE(nearest_batch, nerest_batch);
    SOCH_SLIP(search, Search); SOCH_SLIP(search, earch); SOCH_SLIP(search, esarch); SOCH_SLIP(search, saerch);
    SOCH_SLIP(search, sarch); SOCH_SLIP(search, seach); SOCH_SLIP(search, seacrh); SOCH_SLIP(search, searc);
    SOCH_SLIP(search, searchs); SOCH_SLIP(search, searh); SOCH_SLIP(search, searhc); SOCH_SLIP(search, serach);
    SOCH_SLIP(search, serch); SOCH_SLIP(save, Save); SOCH_SLIP(save, asve); SOCH_SLIP(save, ave); SOCH_SLIP(save, sae);
    SOCH_SLIP(save, saev); SOCH_SLIP(save, sav); SOCH_SLIP(save, saves); SOCH_SLIP(save, svae); SOCH_SLIP(save, sve);
    SOCH_SLIP(load, Load); SOCH_SLIP(load, lad); SOCH_SLIP(load, laod); SOCH_SLIP(load, loa); SOCH_SLIP(load, loads);
    SOCH_SLIP(load, lod); SOCH_SLIP(load, loda); SOCH_SLIP(load, oad); SOCH_SLIP(load, olad);
    SOCH_SLIP_ALONE(flush_index, FlushIndex); SOCH_SLIP_ALONE(flush_index, flsh_index);
    SOCH_SLIP_ALONE(flush_index, flsuh_index); SOCH_SLIP_ALONE(flush_index, fluh_index);
    SOCH_SLIP_ALONE(flush_index, fluhs_index); SOCH_SLIP_ALONE(flush_index, flus_hindex);
    SOCH_SLIP_ALONE(flush_index, flus_index); SOCH_SLIP_ALONE(flush_index, flushIndex);
    SOCH_SLIP_ALONE(flush_index, flush_idex); SOCH_SLIP_ALONE(flush_index, flush_idnex);
    SOCH_SLIP_ALONE(flush_index, flush_inde); SOCH_SLIP(flush_index, flush_indexs);
    SOCH_SLIP_ALONE(flush_index, flush_indx); SOCH_SLIP_ALONE(flush_index, flush_indxe);
    SOCH_SLIP_ALONE(flush_index, flush_inedx); SOCH_SLIP_ALONE(flush_index, flush_inex);
    SOCH_SLIP_ALONE(flush_index, flush_ndex); SOCH_SLIP_ALONE(flush_index, flush_nidex);
    SOCH_SLIP_ALONE(flush_index, flushi_ndex); SOCH_SLIP_ALONE(flush_index, flushindex);
    SOCH_SLIP_ALONE(flush_index, fulsh_index); SOCH_SLIP_ALONE(flush_index, fush_index);
    SOCH_SLIP_ALONE(flush_index, lfush_index); SOCH_SLIP_ALONE(flush_index, lush_index); SOCH_SLIP(flushed, Flushed);
    SOCH_SLIP(flushed, flshed); SOCH_SLIP(flushed, flsuhed); SOCH_SLIP(flushed, fluhed); SOCH_SLIP(flushed, fluhsed);
    SOCH_SLIP(flushed, flused); SOCH_SLIP(flushed, flusehd); SOCH_SLIP(flushed, flushd); SOCH_SLIP(flushed, flushde);
    SOCH_SLIP(flushed, flushe); SOCH_SLIP(flushed, flusheds); SOCH_SLIP(flushed, fulshed); SOCH_SLIP(flushed, fushed);
    SOCH_SLIP(flushed, lfushed); SOCH_SLIP(flushed, lushed); SOCH_SLIP_ALONE(change_batch, ChangeBatch);
    SOCH_SLIP(change_batch, batch); SOCH_SLIP_ALONE(change_batch, cahnge_batch);
    SOCH_SLIP_ALONE(change_batch, cange_batch); SOCH_SLIP_ALONE(change_batch, chage_batch);
    SOCH_SLIP_ALONE(change_batch, chagne_batch); SOCH_SLIP_ALONE(change_batch, chane_batch);
    SOCH_SLIP_ALONE(change_batch, chaneg_batch); SOCH_SLIP_ALONE(change_batch, chang_batch);
    SOCH_SLIP_ALONE(change_batch, chang_ebatch); SOCH_SLIP_ALONE(change_batch, changeBatch);
    SOCH_SLIP_ALONE(change_batch, change_abtch); SOCH_SLIP_ALONE(change_batch, change_atch);
    SOCH_SLIP_ALONE(change_batch, change_bach); SOCH_SLIP_ALONE(change_batch, change_bacth);
    SOCH_SLIP_ALONE(change_batch, change_batc); SOCH_SLIP(change_batch, change_batchs);
    SOCH_SLIP_ALONE(change_batch, change_bath); SOCH_SLIP_ALONE(change_batch, change_bathc);
    SOCH_SLIP_ALONE(change_batch, change_btach); SOCH_SLIP_ALONE(change_batch, change_btch);
    SOCH_SLIP_ALONE(change_batch, changeb_atch); SOCH_SLIP_ALONE(change_batch, changebatch);
    SOCH_SLIP(change_batch, changes); SOCH_SLIP_ALONE(change_batch, chnage_batch);
    SOCH_SLIP_ALONE(change_batch, chnge_batch); SOCH_SLIP_ALONE(change_batch, hange_batch);
    SOCH_SLIP_ALONE(change_batch, hcange_batch); SOCH_SLIP_ALONE(drop_index, DropIndex);
    SOCH_SLIP_ALONE(drop_index, dop_index); SOCH_SLIP_ALONE(drop_index, dorp_index);
    SOCH_SLIP_ALONE(drop_index, dro_index); SOCH_SLIP_ALONE(drop_index, dro_pindex); SOCH_SLIP(drop_index, drop);
    SOCH_SLIP_ALONE(drop_index, dropIndex); SOCH_SLIP_ALONE(drop_index, drop_idex);
    SOCH_SLIP_ALONE(drop_index, drop_idnex); SOCH_SLIP_ALONE(drop_index, drop_inde); SOCH_SLIP(drop_index, drop_indexs);
    SOCH_SLIP_ALONE(drop_index, drop_indx); SOCH_SLIP_ALONE(drop_index, drop_indxe);
    SOCH_SLIP_ALONE(drop_index, drop_inedx); SOCH_SLIP_ALONE(drop_index, drop_inex);
    SOCH_SLIP_ALONE(drop_index, drop_ndex); SOCH_SLIP_ALONE(drop_index, drop_nidex);
    SOCH_SLIP_ALONE(drop_index, dropi_ndex); SOCH_SLIP_ALONE(drop_index, dropindex);
    SOCH_SLIP_ALONE(drop_index, drp_index); SOCH_SLIP_ALONE(drop_index, drpo_index);
    SOCH_SLIP_ALONE(drop_index, rdop_index); SOCH_SLIP_ALONE(drop_index, rop_index);
    SOCH_SLIP_ALONE(begin_build, BeginBuild); SOCH_SLIP_ALONE(begin_build, begi_build);
    SOCH_SLIP_ALONE(begin_build, begi_nbuild); SOCH_SLIP_ALONE(begin_build, beginBuild);
    SOCH_SLIP_ALONE(begin_build, begin_bild); SOCH_SLIP_ALONE(begin_build, begin_biuld);
    SOCH_SLIP_ALONE(begin_build, begin_buid); SOCH_SLIP_ALONE(begin_build, begin_buidl);
    SOCH_SLIP_ALONE(begin_build, begin_buil); SOCH_SLIP(begin_build, begin_builder);
    SOCH_SLIP(begin_build, begin_builds); SOCH_SLIP_ALONE(begin_build, begin_buld);
    SOCH_SLIP_ALONE(begin_build, begin_bulid); SOCH_SLIP_ALONE(begin_build, begin_ubild);
    SOCH_SLIP_ALONE(begin_build, begin_uild); SOCH_SLIP_ALONE(begin_build, beginb_uild);
    SOCH_SLIP_ALONE(begin_build, beginbuild); SOCH_SLIP_ALONE(begin_build, begn_build);
    SOCH_SLIP_ALONE(begin_build, begni_build); SOCH_SLIP_ALONE(begin_build, beign_build);
    SOCH_SLIP_ALONE(begin_build, bein_build); SOCH_SLIP_ALONE(begin_build, bgein_build);
    SOCH_SLIP_ALONE(begin_build, bgin_build); SOCH_SLIP(begin_build, builder);
    SOCH_SLIP_ALONE(begin_build, ebgin_build); SOCH_SLIP_ALONE(begin_build, egin_build);
    SOCH_SLIP(begin_build, open_build); SOCH_SLIP(begin_build, open_builder);
#else
    SOCH_LATER(nearest_batch, 1); SOCH_LATER(search, 1); SOCH_LATER(save, 1); SOCH_LATER(load, 1);
    SOCH_LATER(flush_index, 1); SOCH_LATER(flushed, 1); SOCH_LATER(change_batch, 1); SOCH_LATER(drop_index, 1);
    SOCH_LATER(begin_build, 1);
#endif
};
template <class T> const soch_index index_of<T>::table = {
    sizeof(soch_index),
    SOCH_REQUIRED(soch_index, index_type), SOCH_OPTIONAL(soch_index, build), SOCH_OPTIONAL(soch_index, insert),
    SOCH_OPTIONAL(soch_index, remove), SOCH_OPTIONAL(soch_index, lookup), SOCH_OPTIONAL(soch_index, range),
    SOCH_OPTIONAL(soch_index, size_bytes), SOCH_OPTIONAL(soch_index, nearest), SOCH_OPTIONAL(soch_index, describe),
#if SOCH_TARGET_MINOR >= 1
    SOCH_OPTIONAL(soch_index, nearest_batch), SOCH_OPTIONAL(soch_index, search), SOCH_OPTIONAL(soch_index, save),
    SOCH_OPTIONAL(soch_index, load), SOCH_OPTIONAL(soch_index, flush_index), SOCH_OPTIONAL(soch_index, flushed),
    SOCH_OPTIONAL(soch_index, change_batch), SOCH_OPTIONAL(soch_index, drop_index),
    SOCH_OPTIONAL(soch_index, begin_build), SOCH_OF(build_handle, soch_index, build_add, add),
    SOCH_ENDS(build_handle, soch_index, finish_build, finish),
    SOCH_ENDS(build_handle, soch_index, abandon_build, abandon),
#endif
};

template <class T> struct observability_of {
    static const soch_observability table;
    typedef soch_observability contract;
    SOCH_SLIP_ALONE(counter_inc, CounterInc); SOCH_SLIP_ALONE(counter_inc, conter_inc);
    SOCH_SLIP_ALONE(counter_inc, conuter_inc); SOCH_SLIP_ALONE(counter_inc, couner_inc);
    SOCH_SLIP_ALONE(counter_inc, counetr_inc); SOCH_SLIP_ALONE(counter_inc, counte_inc);
    SOCH_SLIP_ALONE(counter_inc, counte_rinc); SOCH_SLIP_ALONE(counter_inc, counterInc);
    SOCH_SLIP_ALONE(counter_inc, counter_ic); SOCH_SLIP_ALONE(counter_inc, counter_icn);
    SOCH_SLIP_ALONE(counter_inc, counter_in); SOCH_SLIP(counter_inc, counter_incs);
    SOCH_SLIP_ALONE(counter_inc, counter_nc); SOCH_SLIP_ALONE(counter_inc, counter_nic);
    SOCH_SLIP_ALONE(counter_inc, counteri_nc); SOCH_SLIP_ALONE(counter_inc, counterinc);
    SOCH_SLIP_ALONE(counter_inc, countr_inc); SOCH_SLIP_ALONE(counter_inc, countre_inc);
    SOCH_SLIP_ALONE(counter_inc, couter_inc); SOCH_SLIP_ALONE(counter_inc, coutner_inc);
    SOCH_SLIP_ALONE(counter_inc, cunter_inc); SOCH_SLIP_ALONE(counter_inc, cuonter_inc);
    SOCH_SLIP_ALONE(counter_inc, ocunter_inc); SOCH_SLIP_ALONE(counter_inc, ounter_inc);
    SOCH_SLIP_ALONE(gauge_set, GaugeSet); SOCH_SLIP_ALONE(gauge_set, aguge_set); SOCH_SLIP_ALONE(gauge_set, auge_set);
    SOCH_SLIP_ALONE(gauge_set, gage_set); SOCH_SLIP_ALONE(gauge_set, gague_set); SOCH_SLIP_ALONE(gauge_set, gaue_set);
    SOCH_SLIP_ALONE(gauge_set, gaueg_set); SOCH_SLIP_ALONE(gauge_set, gaug_eset); SOCH_SLIP_ALONE(gauge_set, gaug_set);
    SOCH_SLIP_ALONE(gauge_set, gaugeSet); SOCH_SLIP_ALONE(gauge_set, gauge_est); SOCH_SLIP_ALONE(gauge_set, gauge_et);
    SOCH_SLIP_ALONE(gauge_set, gauge_se); SOCH_SLIP(gauge_set, gauge_sets); SOCH_SLIP_ALONE(gauge_set, gauge_st);
    SOCH_SLIP_ALONE(gauge_set, gauge_ste); SOCH_SLIP_ALONE(gauge_set, gauges_et); SOCH_SLIP_ALONE(gauge_set, gaugeset);
    SOCH_SLIP_ALONE(gauge_set, guage_set); SOCH_SLIP_ALONE(gauge_set, guge_set);
    SOCH_SLIP_ALONE(histogram_observe, HistogramObserve); SOCH_SLIP_ALONE(histogram_observe, hisogram_observe);
    SOCH_SLIP_ALONE(histogram_observe, hisotgram_observe); SOCH_SLIP_ALONE(histogram_observe, histgoram_observe);
    SOCH_SLIP_ALONE(histogram_observe, histgram_observe); SOCH_SLIP_ALONE(histogram_observe, histogam_observe);
    SOCH_SLIP_ALONE(histogram_observe, histogarm_observe); SOCH_SLIP_ALONE(histogram_observe, histogra_mobserve);
    SOCH_SLIP_ALONE(histogram_observe, histogra_observe); SOCH_SLIP_ALONE(histogram_observe, histogramObserve);
    SOCH_SLIP_ALONE(histogram_observe, histogram_boserve); SOCH_SLIP_ALONE(histogram_observe, histogram_bserve);
    SOCH_SLIP_ALONE(histogram_observe, histogram_oberve); SOCH_SLIP_ALONE(histogram_observe, histogram_obesrve);
    SOCH_SLIP_ALONE(histogram_observe, histogram_obsere); SOCH_SLIP_ALONE(histogram_observe, histogram_obserev);
    SOCH_SLIP_ALONE(histogram_observe, histogram_observ); SOCH_SLIP(histogram_observe, histogram_observes);
    SOCH_SLIP_ALONE(histogram_observe, histogram_obseve); SOCH_SLIP_ALONE(histogram_observe, histogram_obsevre);
    SOCH_SLIP_ALONE(histogram_observe, histogram_obsreve); SOCH_SLIP_ALONE(histogram_observe, histogram_obsrve);
    SOCH_SLIP_ALONE(histogram_observe, histogram_osberve); SOCH_SLIP_ALONE(histogram_observe, histogram_oserve);
    SOCH_SLIP_ALONE(histogram_observe, histogramo_bserve); SOCH_SLIP_ALONE(histogram_observe, histogramobserve);
    SOCH_SLIP_ALONE(histogram_observe, histogrm_observe); SOCH_SLIP_ALONE(histogram_observe, histogrma_observe);
    SOCH_SLIP_ALONE(histogram_observe, historam_observe); SOCH_SLIP_ALONE(histogram_observe, historgam_observe);
    SOCH_SLIP_ALONE(histogram_observe, hitogram_observe); SOCH_SLIP_ALONE(histogram_observe, hitsogram_observe);
    SOCH_SLIP_ALONE(histogram_observe, hsitogram_observe); SOCH_SLIP_ALONE(histogram_observe, hstogram_observe);
    SOCH_SLIP_ALONE(histogram_observe, ihstogram_observe); SOCH_SLIP_ALONE(histogram_observe, istogram_observe);
    SOCH_SLIP_ALONE(span_start, SpanStart); SOCH_SLIP_ALONE(span_start, pan_start);
    SOCH_SLIP_ALONE(span_start, psan_start); SOCH_SLIP_ALONE(span_start, san_start);
    SOCH_SLIP_ALONE(span_start, sapn_start); SOCH_SLIP_ALONE(span_start, spa_nstart);
    SOCH_SLIP_ALONE(span_start, spa_start); SOCH_SLIP_ALONE(span_start, spanStart);
    SOCH_SLIP_ALONE(span_start, span_sart); SOCH_SLIP_ALONE(span_start, span_satrt);
    SOCH_SLIP_ALONE(span_start, span_star); SOCH_SLIP(span_start, span_starts); SOCH_SLIP_ALONE(span_start, span_stat);
    SOCH_SLIP_ALONE(span_start, span_statr); SOCH_SLIP_ALONE(span_start, span_strat);
    SOCH_SLIP_ALONE(span_start, span_strt); SOCH_SLIP_ALONE(span_start, span_tart);
    SOCH_SLIP_ALONE(span_start, span_tsart); SOCH_SLIP_ALONE(span_start, spans_tart);
    SOCH_SLIP_ALONE(span_start, spanstart); SOCH_SLIP_ALONE(span_start, spn_start);
    SOCH_SLIP_ALONE(span_start, spna_start); SOCH_SLIP_ALONE(span_end, SpanEnd); SOCH_SLIP_ALONE(span_end, pan_end);
    SOCH_SLIP_ALONE(span_end, psan_end); SOCH_SLIP_ALONE(span_end, san_end); SOCH_SLIP_ALONE(span_end, sapn_end);
    SOCH_SLIP_ALONE(span_end, spa_end); SOCH_SLIP_ALONE(span_end, spa_nend); SOCH_SLIP_ALONE(span_end, spanEnd);
    SOCH_SLIP_ALONE(span_end, span_ed); SOCH_SLIP_ALONE(span_end, span_edn); SOCH_SLIP_ALONE(span_end, span_en);
    SOCH_SLIP(span_end, span_ends); SOCH_SLIP_ALONE(span_end, span_nd); SOCH_SLIP_ALONE(span_end, span_ned);
    SOCH_SLIP_ALONE(span_end, spane_nd); SOCH_SLIP_ALONE(span_end, spanend); SOCH_SLIP_ALONE(span_end, spn_end);
    SOCH_SLIP_ALONE(span_end, spna_end); SOCH_SLIP_ALONE(span_event, SpanEvent); SOCH_SLIP_ALONE(span_event, pan_event);
    SOCH_SLIP_ALONE(span_event, psan_event); SOCH_SLIP_ALONE(span_event, san_event);
    SOCH_SLIP_ALONE(span_event, sapn_event); SOCH_SLIP_ALONE(span_event, spa_event);
    SOCH_SLIP_ALONE(span_event, spa_nevent); SOCH_SLIP_ALONE(span_event, spanEvent);
    SOCH_SLIP_ALONE(span_event, span_eent); SOCH_SLIP_ALONE(span_event, span_eevnt);
    SOCH_SLIP_ALONE(span_event, span_even); SOCH_SLIP(span_event, span_events); SOCH_SLIP_ALONE(span_event, span_evet);
    SOCH_SLIP_ALONE(span_event, span_evetn); SOCH_SLIP_ALONE(span_event, span_evnet);
    SOCH_SLIP_ALONE(span_event, span_evnt); SOCH_SLIP_ALONE(span_event, span_veent);
    SOCH_SLIP_ALONE(span_event, span_vent); SOCH_SLIP_ALONE(span_event, spane_vent);
    SOCH_SLIP_ALONE(span_event, spanevent); SOCH_SLIP_ALONE(span_event, spn_event);
    SOCH_SLIP_ALONE(span_event, spna_event); SOCH_SLIP(log, Log); SOCH_SLIP(log, lgo); SOCH_SLIP(log, logs);
    SOCH_SLIP(log, olg); SOCH_SLIP_ALONE(report_health, ReportHealth); SOCH_SLIP_ALONE(report_health, eport_health);
    SOCH_SLIP_ALONE(report_health, erport_health); SOCH_SLIP_ALONE(report_health, reoprt_health);
    SOCH_SLIP_ALONE(report_health, reort_health); SOCH_SLIP_ALONE(report_health, repor_health);
    SOCH_SLIP_ALONE(report_health, repor_thealth); SOCH_SLIP_ALONE(report_health, reportHealth);
    SOCH_SLIP_ALONE(report_health, report_ealth); SOCH_SLIP_ALONE(report_health, report_ehalth);
    SOCH_SLIP_ALONE(report_health, report_haelth); SOCH_SLIP_ALONE(report_health, report_halth);
    SOCH_SLIP_ALONE(report_health, report_healh); SOCH_SLIP_ALONE(report_health, report_healht);
    SOCH_SLIP_ALONE(report_health, report_healt); SOCH_SLIP(report_health, report_healths);
    SOCH_SLIP_ALONE(report_health, report_heath); SOCH_SLIP_ALONE(report_health, report_heatlh);
    SOCH_SLIP_ALONE(report_health, report_helath); SOCH_SLIP_ALONE(report_health, report_helth);
    SOCH_SLIP_ALONE(report_health, reporth_ealth); SOCH_SLIP_ALONE(report_health, reporthealth);
    SOCH_SLIP_ALONE(report_health, repot_health); SOCH_SLIP_ALONE(report_health, repotr_health);
    SOCH_SLIP_ALONE(report_health, reprot_health); SOCH_SLIP_ALONE(report_health, reprt_health);
    SOCH_SLIP_ALONE(report_health, rpeort_health); SOCH_SLIP_ALONE(report_health, rport_health);
    SOCH_SLIP(describe, Describe); SOCH_SLIP(describe, decribe); SOCH_SLIP(describe, decsribe);
    SOCH_SLIP(describe, descibe); SOCH_SLIP(describe, descirbe); SOCH_SLIP(describe, descrbe);
    SOCH_SLIP(describe, descrbie); SOCH_SLIP(describe, describ); SOCH_SLIP(describe, describes);
    SOCH_SLIP(describe, descrie); SOCH_SLIP(describe, descrieb); SOCH_SLIP(describe, desrcibe);
    SOCH_SLIP(describe, desribe); SOCH_SLIP(describe, dscribe); SOCH_SLIP(describe, dsecribe);
    SOCH_SLIP(describe, edscribe); SOCH_SLIP(describe, escribe);
#if SOCH_TARGET_MINOR >= 1
    SOCH_TOGETHER(soch_observability, span_record_start, span_record_event);
    SOCH_TOGETHER(soch_observability, span_record_event, span_record_end);
    SOCH_TOGETHER(soch_observability, span_record_end, span_context);
    SOCH_SLIP(attach, Attach); SOCH_SLIP(attach, atach); SOCH_SLIP(attach, atatch); SOCH_SLIP(attach, attac);
    SOCH_SLIP(attach, attachs); SOCH_SLIP(attach, attah); SOCH_SLIP(attach, attahc); SOCH_SLIP(attach, attcah);
    SOCH_SLIP(attach, attch); SOCH_SLIP(attach, tatach); SOCH_SLIP(attach, ttach);
    SOCH_SLIP_ALONE(span_record_start, SpanRecordStart); SOCH_SLIP_ALONE(span_record_start, pan_record_start);
    SOCH_SLIP_ALONE(span_record_start, psan_record_start); SOCH_SLIP_ALONE(span_record_start, san_record_start);
    SOCH_SLIP_ALONE(span_record_start, sapn_record_start); SOCH_SLIP_ALONE(span_record_start, spa_nrecord_start);
    SOCH_SLIP_ALONE(span_record_start, spa_record_start); SOCH_SLIP_ALONE(span_record_start, spanRecordStart);
    SOCH_SLIP_ALONE(span_record_start, span_ecord_start); SOCH_SLIP_ALONE(span_record_start, span_ercord_start);
    SOCH_SLIP_ALONE(span_record_start, span_rceord_start); SOCH_SLIP_ALONE(span_record_start, span_rcord_start);
    SOCH_SLIP_ALONE(span_record_start, span_recod_start); SOCH_SLIP_ALONE(span_record_start, span_recodr_start);
    SOCH_SLIP_ALONE(span_record_start, span_recor_dstart); SOCH_SLIP_ALONE(span_record_start, span_recor_start);
    SOCH_SLIP_ALONE(span_record_start, span_record_sart); SOCH_SLIP_ALONE(span_record_start, span_record_satrt);
    SOCH_SLIP_ALONE(span_record_start, span_record_star); SOCH_SLIP(span_record_start, span_record_starts);
    SOCH_SLIP_ALONE(span_record_start, span_record_stat); SOCH_SLIP_ALONE(span_record_start, span_record_statr);
    SOCH_SLIP_ALONE(span_record_start, span_record_strat); SOCH_SLIP_ALONE(span_record_start, span_record_strt);
    SOCH_SLIP_ALONE(span_record_start, span_record_tart); SOCH_SLIP_ALONE(span_record_start, span_record_tsart);
    SOCH_SLIP_ALONE(span_record_start, span_records_tart); SOCH_SLIP_ALONE(span_record_start, span_recordstart);
    SOCH_SLIP_ALONE(span_record_start, span_recrd_start); SOCH_SLIP_ALONE(span_record_start, span_recrod_start);
    SOCH_SLIP_ALONE(span_record_start, span_reocrd_start); SOCH_SLIP_ALONE(span_record_start, span_reord_start);
    SOCH_SLIP_ALONE(span_record_start, spanr_ecord_start); SOCH_SLIP_ALONE(span_record_start, spanrecord_start);
    SOCH_SLIP_ALONE(span_record_start, spanrecordstart); SOCH_SLIP_ALONE(span_record_start, spn_record_start);
    SOCH_SLIP_ALONE(span_record_start, spna_record_start); SOCH_SLIP_ALONE(span_record_event, SpanRecordEvent);
    SOCH_SLIP_ALONE(span_record_event, pan_record_event); SOCH_SLIP_ALONE(span_record_event, psan_record_event);
    SOCH_SLIP_ALONE(span_record_event, san_record_event); SOCH_SLIP_ALONE(span_record_event, sapn_record_event);
    SOCH_SLIP_ALONE(span_record_event, spa_nrecord_event); SOCH_SLIP_ALONE(span_record_event, spa_record_event);
    SOCH_SLIP_ALONE(span_record_event, spanRecordEvent); SOCH_SLIP_ALONE(span_record_event, span_ecord_event);
    SOCH_SLIP_ALONE(span_record_event, span_ercord_event); SOCH_SLIP_ALONE(span_record_event, span_rceord_event);
    SOCH_SLIP_ALONE(span_record_event, span_rcord_event); SOCH_SLIP_ALONE(span_record_event, span_recod_event);
    SOCH_SLIP_ALONE(span_record_event, span_recodr_event); SOCH_SLIP_ALONE(span_record_event, span_recor_devent);
    SOCH_SLIP_ALONE(span_record_event, span_recor_event); SOCH_SLIP_ALONE(span_record_event, span_record_eent);
    SOCH_SLIP_ALONE(span_record_event, span_record_eevnt); SOCH_SLIP_ALONE(span_record_event, span_record_even);
    SOCH_SLIP(span_record_event, span_record_events); SOCH_SLIP_ALONE(span_record_event, span_record_evet);
    SOCH_SLIP_ALONE(span_record_event, span_record_evetn); SOCH_SLIP_ALONE(span_record_event, span_record_evnet);
    SOCH_SLIP_ALONE(span_record_event, span_record_evnt); SOCH_SLIP_ALONE(span_record_event, span_record_veent);
    SOCH_SLIP_ALONE(span_record_event, span_record_vent); SOCH_SLIP_ALONE(span_record_event, span_recorde_vent);
    SOCH_SLIP_ALONE(span_record_event, span_recordevent); SOCH_SLIP_ALONE(span_record_event, span_recrd_event);
    SOCH_SLIP_ALONE(span_record_event, span_recrod_event); SOCH_SLIP_ALONE(span_record_event, span_reocrd_event);
    SOCH_SLIP_ALONE(span_record_event, span_reord_event); SOCH_SLIP_ALONE(span_record_event, spanr_ecord_event);
    SOCH_SLIP_ALONE(span_record_event, spanrecord_event); SOCH_SLIP_ALONE(span_record_event, spanrecordevent);
    SOCH_SLIP_ALONE(span_record_event, spn_record_event); SOCH_SLIP_ALONE(span_record_event, spna_record_event);
    SOCH_SLIP_ALONE(span_record_end, SpanRecordEnd); SOCH_SLIP_ALONE(span_record_end, pan_record_end);
    SOCH_SLIP_ALONE(span_record_end, psan_record_end); SOCH_SLIP_ALONE(span_record_end, san_record_end);
    SOCH_SLIP_ALONE(span_record_end, sapn_record_end); SOCH_SLIP_ALONE(span_record_end, spa_nrecord_end);
    SOCH_SLIP_ALONE(span_record_end, spa_record_end); SOCH_SLIP_ALONE(span_record_end, spanRecordEnd);
    SOCH_SLIP_ALONE(span_record_end, span_ecord_end); SOCH_SLIP_ALONE(span_record_end, span_ercord_end);
    SOCH_SLIP_ALONE(span_record_end, span_rceord_end); SOCH_SLIP_ALONE(span_record_end, span_rcord_end);
    SOCH_SLIP_ALONE(span_record_end, span_recod_end); SOCH_SLIP_ALONE(span_record_end, span_recodr_end);
    SOCH_SLIP_ALONE(span_record_end, span_recor_dend); SOCH_SLIP_ALONE(span_record_end, span_recor_end);
    SOCH_SLIP_ALONE(span_record_end, span_record_ed); SOCH_SLIP_ALONE(span_record_end, span_record_edn);
    SOCH_SLIP_ALONE(span_record_end, span_record_en); SOCH_SLIP(span_record_end, span_record_ends);
    SOCH_SLIP_ALONE(span_record_end, span_record_nd); SOCH_SLIP_ALONE(span_record_end, span_record_ned);
    SOCH_SLIP_ALONE(span_record_end, span_recorde_nd); SOCH_SLIP_ALONE(span_record_end, span_recordend);
    SOCH_SLIP_ALONE(span_record_end, span_recrd_end); SOCH_SLIP_ALONE(span_record_end, span_recrod_end);
    SOCH_SLIP_ALONE(span_record_end, span_reocrd_end); SOCH_SLIP_ALONE(span_record_end, span_reord_end);
    SOCH_SLIP_ALONE(span_record_end, spanr_ecord_end); SOCH_SLIP_ALONE(span_record_end, spanrecord_end);
    SOCH_SLIP_ALONE(span_record_end, spanrecordend); SOCH_SLIP_ALONE(span_record_end, spn_record_end);
    SOCH_SLIP_ALONE(span_record_end, spna_record_end); SOCH_SLIP_ALONE(span_context, SpanContext);
    SOCH_SLIP_ALONE(span_context, pan_context); SOCH_SLIP_ALONE(span_context, psan_context);
    SOCH_SLIP_ALONE(span_context, san_context); SOCH_SLIP_ALONE(span_context, sapn_context);
    SOCH_SLIP_ALONE(span_context, spa_context); SOCH_SLIP_ALONE(span_context, spa_ncontext);
    SOCH_SLIP_ALONE(span_context, spanContext); SOCH_SLIP_ALONE(span_context, span_cnotext);
    SOCH_SLIP_ALONE(span_context, span_cntext); SOCH_SLIP_ALONE(span_context, span_conetxt);
    SOCH_SLIP_ALONE(span_context, span_conext); SOCH_SLIP_ALONE(span_context, span_contet);
    SOCH_SLIP_ALONE(span_context, span_contetx); SOCH_SLIP_ALONE(span_context, span_contex);
    SOCH_SLIP(span_context, span_contexts); SOCH_SLIP_ALONE(span_context, span_contxet);
    SOCH_SLIP_ALONE(span_context, span_contxt); SOCH_SLIP_ALONE(span_context, span_cotext);
    SOCH_SLIP_ALONE(span_context, span_cotnext); SOCH_SLIP_ALONE(span_context, span_ocntext);
    SOCH_SLIP_ALONE(span_context, span_ontext); SOCH_SLIP_ALONE(span_context, spanc_ontext);
    SOCH_SLIP_ALONE(span_context, spancontext); SOCH_SLIP_ALONE(span_context, spn_context);
    SOCH_SLIP_ALONE(span_context, spna_context); SOCH_SLIP_ALONE(log_record, LogRecord);
    SOCH_SLIP_ALONE(log_record, lg_record); SOCH_SLIP_ALONE(log_record, lgo_record);
    SOCH_SLIP_ALONE(log_record, lo_grecord); SOCH_SLIP_ALONE(log_record, lo_record);
    SOCH_SLIP_ALONE(log_record, logRecord); SOCH_SLIP_ALONE(log_record, log_ecord);
    SOCH_SLIP_ALONE(log_record, log_ercord); SOCH_SLIP_ALONE(log_record, log_rceord);
    SOCH_SLIP_ALONE(log_record, log_rcord); SOCH_SLIP_ALONE(log_record, log_recod);
    SOCH_SLIP_ALONE(log_record, log_recodr); SOCH_SLIP_ALONE(log_record, log_recor); SOCH_SLIP(log_record, log_records);
    SOCH_SLIP_ALONE(log_record, log_recrd); SOCH_SLIP_ALONE(log_record, log_recrod);
    SOCH_SLIP_ALONE(log_record, log_reocrd); SOCH_SLIP_ALONE(log_record, log_reord);
    SOCH_SLIP_ALONE(log_record, logr_ecord); SOCH_SLIP_ALONE(log_record, logrecord);
    SOCH_SLIP_ALONE(log_record, og_record); SOCH_SLIP_ALONE(log_record, olg_record); SOCH_SLIP(flush, Flush);
    SOCH_SLIP(flush, flsh); SOCH_SLIP(flush, flsuh); SOCH_SLIP(flush, fluh); SOCH_SLIP(flush, fluhs);
    SOCH_SLIP(flush, flus); SOCH_SLIP(flush, flushs); SOCH_SLIP(flush, fulsh); SOCH_SLIP(flush, fush);
    SOCH_SLIP(flush, lfush); SOCH_SLIP(flush, lush);
#else
    SOCH_LATER(attach, 1); SOCH_LATER(span_record_start, 1); SOCH_LATER(span_record_event, 1);
    SOCH_LATER(span_record_end, 1); SOCH_LATER(span_context, 1); SOCH_LATER(log_record, 1);
#endif
};
template <class T> const soch_observability observability_of<T>::table = {
    sizeof(soch_observability),
    SOCH_OPTIONAL(soch_observability, counter_inc), SOCH_OPTIONAL(soch_observability, gauge_set),
    SOCH_OPTIONAL(soch_observability, histogram_observe), SOCH_OPTIONAL(soch_observability, span_start),
    SOCH_OPTIONAL(soch_observability, span_end), SOCH_OPTIONAL(soch_observability, span_event),
    SOCH_OPTIONAL(soch_observability, log), SOCH_OPTIONAL(soch_observability, report_health),
    SOCH_OPTIONAL(soch_observability, describe),
#if SOCH_TARGET_MINOR >= 1
    SOCH_OPTIONAL(soch_observability, attach), SOCH_OPTIONAL(soch_observability, span_record_start),
    SOCH_OPTIONAL(soch_observability, span_record_event), SOCH_OPTIONAL(soch_observability, span_record_end),
    SOCH_OPTIONAL(soch_observability, span_context), SOCH_OPTIONAL(soch_observability, log_record),
    SOCH_OPTIONAL(soch_observability, flush),
#endif
};

template <class T> struct compression_of {
    static const soch_compression table;
    typedef soch_compression contract;
    SOCH_SLIP_ALONE(set_level, SetLevel); SOCH_SLIP_ALONE(set_level, est_level); SOCH_SLIP_ALONE(set_level, et_level);
    SOCH_SLIP_ALONE(set_level, se_level); SOCH_SLIP_ALONE(set_level, se_tlevel); SOCH_SLIP_ALONE(set_level, setLevel);
    SOCH_SLIP_ALONE(set_level, set_elvel); SOCH_SLIP_ALONE(set_level, set_evel); SOCH_SLIP_ALONE(set_level, set_leel);
    SOCH_SLIP_ALONE(set_level, set_leevl); SOCH_SLIP_ALONE(set_level, set_leve); SOCH_SLIP(set_level, set_levels);
    SOCH_SLIP_ALONE(set_level, set_levl); SOCH_SLIP_ALONE(set_level, set_levle); SOCH_SLIP_ALONE(set_level, set_lveel);
    SOCH_SLIP_ALONE(set_level, set_lvel); SOCH_SLIP_ALONE(set_level, setl_evel); SOCH_SLIP_ALONE(set_level, setlevel);
    SOCH_SLIP_ALONE(set_level, st_level); SOCH_SLIP_ALONE(set_level, ste_level); SOCH_SLIP(describe, Describe);
    SOCH_SLIP(describe, decribe); SOCH_SLIP(describe, decsribe); SOCH_SLIP(describe, descibe);
    SOCH_SLIP(describe, descirbe); SOCH_SLIP(describe, descrbe); SOCH_SLIP(describe, descrbie);
    SOCH_SLIP(describe, describ); SOCH_SLIP(describe, describes); SOCH_SLIP(describe, descrie);
    SOCH_SLIP(describe, descrieb); SOCH_SLIP(describe, desrcibe); SOCH_SLIP(describe, desribe);
    SOCH_SLIP(describe, dscribe); SOCH_SLIP(describe, dsecribe); SOCH_SLIP(describe, edscribe);
    SOCH_SLIP(describe, escribe);
#if SOCH_TARGET_MINOR >= 1
    SOCH_TOGETHER(soch_compression, compress_with, decompress_with);
    SOCH_SLIP(bound, Bound); SOCH_SLIP(bound, bond); SOCH_SLIP(bound, bonud); SOCH_SLIP(bound, boud);
    SOCH_SLIP(bound, boudn); SOCH_SLIP(bound, boun); SOCH_SLIP(bound, bounds); SOCH_SLIP(bound, bund);
    SOCH_SLIP(bound, buond); SOCH_SLIP(bound, obund); SOCH_SLIP(bound, ound);
    SOCH_SLIP_ALONE(decompressed_size, DecompressedSize); SOCH_SLIP_ALONE(decompressed_size, dceompressed_size);
    SOCH_SLIP_ALONE(decompressed_size, dcompressed_size); SOCH_SLIP_ALONE(decompressed_size, decmopressed_size);
    SOCH_SLIP_ALONE(decompressed_size, decmpressed_size); SOCH_SLIP_ALONE(decompressed_size, decomperssed_size);
    SOCH_SLIP_ALONE(decompressed_size, decompessed_size); SOCH_SLIP_ALONE(decompressed_size, decompresed_size);
    SOCH_SLIP_ALONE(decompressed_size, decompresesd_size); SOCH_SLIP_ALONE(decompressed_size, decompressd_size);
    SOCH_SLIP_ALONE(decompressed_size, decompressde_size); SOCH_SLIP_ALONE(decompressed_size, decompresse_dsize);
    SOCH_SLIP_ALONE(decompressed_size, decompresse_size); SOCH_SLIP_ALONE(decompressed_size, decompressedSize);
    SOCH_SLIP_ALONE(decompressed_size, decompressed_isze); SOCH_SLIP_ALONE(decompressed_size, decompressed_ize);
    SOCH_SLIP(decompressed_size, decompressed_len); SOCH_SLIP(decompressed_size, decompressed_length);
    SOCH_SLIP_ALONE(decompressed_size, decompressed_sie); SOCH_SLIP_ALONE(decompressed_size, decompressed_siez);
    SOCH_SLIP_ALONE(decompressed_size, decompressed_siz); SOCH_SLIP(decompressed_size, decompressed_sizes);
    SOCH_SLIP_ALONE(decompressed_size, decompressed_sze); SOCH_SLIP_ALONE(decompressed_size, decompressed_szie);
    SOCH_SLIP_ALONE(decompressed_size, decompresseds_ize); SOCH_SLIP_ALONE(decompressed_size, decompressedsize);
    SOCH_SLIP_ALONE(decompressed_size, decomprsesed_size); SOCH_SLIP_ALONE(decompressed_size, decomprssed_size);
    SOCH_SLIP_ALONE(decompressed_size, decomressed_size); SOCH_SLIP_ALONE(decompressed_size, decomrpessed_size);
    SOCH_SLIP_ALONE(decompressed_size, decopmressed_size); SOCH_SLIP_ALONE(decompressed_size, decopressed_size);
    SOCH_SLIP_ALONE(decompressed_size, deocmpressed_size); SOCH_SLIP_ALONE(decompressed_size, deompressed_size);
    SOCH_SLIP_ALONE(decompressed_size, ecompressed_size); SOCH_SLIP_ALONE(decompressed_size, edcompressed_size);
    SOCH_SLIP_ALONE(compress_with, CompressWith); SOCH_SLIP_ALONE(compress_with, cmopress_with);
    SOCH_SLIP_ALONE(compress_with, cmpress_with); SOCH_SLIP_ALONE(compress_with, comperss_with);
    SOCH_SLIP_ALONE(compress_with, compess_with); SOCH_SLIP_ALONE(compress_with, compres_swith);
    SOCH_SLIP_ALONE(compress_with, compres_with); SOCH_SLIP_ALONE(compress_with, compressWith);
    SOCH_SLIP_ALONE(compress_with, compress_ith); SOCH_SLIP_ALONE(compress_with, compress_iwth);
    SOCH_SLIP_ALONE(compress_with, compress_wih); SOCH_SLIP_ALONE(compress_with, compress_wiht);
    SOCH_SLIP_ALONE(compress_with, compress_wit); SOCH_SLIP(compress_with, compress_withs);
    SOCH_SLIP_ALONE(compress_with, compress_wth); SOCH_SLIP_ALONE(compress_with, compress_wtih);
    SOCH_SLIP_ALONE(compress_with, compressw_ith); SOCH_SLIP_ALONE(compress_with, compresswith);
    SOCH_SLIP_ALONE(compress_with, comprses_with); SOCH_SLIP_ALONE(compress_with, comprss_with);
    SOCH_SLIP_ALONE(compress_with, comress_with); SOCH_SLIP_ALONE(compress_with, comrpess_with);
    SOCH_SLIP_ALONE(compress_with, copmress_with); SOCH_SLIP_ALONE(compress_with, copress_with);
    SOCH_SLIP_ALONE(compress_with, ocmpress_with); SOCH_SLIP_ALONE(compress_with, ompress_with);
    SOCH_SLIP_ALONE(decompress_with, DecompressWith); SOCH_SLIP_ALONE(decompress_with, dceompress_with);
    SOCH_SLIP_ALONE(decompress_with, dcompress_with); SOCH_SLIP_ALONE(decompress_with, decmopress_with);
    SOCH_SLIP_ALONE(decompress_with, decmpress_with); SOCH_SLIP_ALONE(decompress_with, decomperss_with);
    SOCH_SLIP_ALONE(decompress_with, decompess_with); SOCH_SLIP_ALONE(decompress_with, decompres_swith);
    SOCH_SLIP_ALONE(decompress_with, decompres_with); SOCH_SLIP_ALONE(decompress_with, decompressWith);
    SOCH_SLIP_ALONE(decompress_with, decompress_ith); SOCH_SLIP_ALONE(decompress_with, decompress_iwth);
    SOCH_SLIP_ALONE(decompress_with, decompress_wih); SOCH_SLIP_ALONE(decompress_with, decompress_wiht);
    SOCH_SLIP_ALONE(decompress_with, decompress_wit); SOCH_SLIP(decompress_with, decompress_withs);
    SOCH_SLIP_ALONE(decompress_with, decompress_wth); SOCH_SLIP_ALONE(decompress_with, decompress_wtih);
    SOCH_SLIP_ALONE(decompress_with, decompressw_ith); SOCH_SLIP_ALONE(decompress_with, decompresswith);
    SOCH_SLIP_ALONE(decompress_with, decomprses_with); SOCH_SLIP_ALONE(decompress_with, decomprss_with);
    SOCH_SLIP_ALONE(decompress_with, decomress_with); SOCH_SLIP_ALONE(decompress_with, decomrpess_with);
    SOCH_SLIP_ALONE(decompress_with, decopmress_with); SOCH_SLIP_ALONE(decompress_with, decopress_with);
    SOCH_SLIP_ALONE(decompress_with, deocmpress_with); SOCH_SLIP_ALONE(decompress_with, deompress_with);
    SOCH_SLIP_ALONE(decompress_with, ecompress_with); SOCH_SLIP_ALONE(decompress_with, edcompress_with);
    SOCH_SLIP(train, Train); SOCH_SLIP(train, rain); SOCH_SLIP(train, rtain); SOCH_SLIP(train, tain);
    SOCH_SLIP(train, tarin); SOCH_SLIP(train, trai); SOCH_SLIP(train, trains); SOCH_SLIP(train, tran);
    SOCH_SLIP(train, trani); SOCH_SLIP(train, trian); SOCH_SLIP(train, trin);
#else
    SOCH_LATER(bound, 1); SOCH_LATER(decompressed_size, 1); SOCH_LATER(compress_with, 1);
    SOCH_LATER(decompress_with, 1); SOCH_LATER(train, 1);
#endif
};
template <class T> const soch_compression compression_of<T>::table = {
    sizeof(soch_compression),
    SOCH_REQUIRED(soch_compression, algorithm), SOCH_REQUIRED(soch_compression, compress),
    SOCH_REQUIRED(soch_compression, decompress), SOCH_OPTIONAL(soch_compression, set_level),
    SOCH_OPTIONAL(soch_compression, describe),
#if SOCH_TARGET_MINOR >= 1
    SOCH_OPTIONAL(soch_compression, bound), SOCH_OPTIONAL(soch_compression, decompressed_size),
    SOCH_OPTIONAL(soch_compression, compress_with), SOCH_OPTIONAL(soch_compression, decompress_with),
    SOCH_OPTIONAL(soch_compression, train),
#endif
};

// The kinds of which the class has all required methods.
template <class T> struct kinds_of {
    static constexpr uint64_t value =
        (SOCH_HAS(soch_storage, get) && SOCH_HAS(soch_storage, put) && SOCH_HAS(soch_storage, remove) && SOCH_HAS(soch_storage, scan) && SOCH_HAS(soch_storage, flush) ? SOCH_KIND_STORAGE : 0) |
        (SOCH_HAS(soch_index, index_type) ? SOCH_KIND_INDEX : 0) |
        (false ? SOCH_KIND_OBSERVABILITY : 0) |
        (SOCH_HAS(soch_compression, algorithm) && SOCH_HAS(soch_compression, compress) && SOCH_HAS(soch_compression, decompress) ? SOCH_KIND_COMPRESSION : 0);
};
// What the class has beside its kinds.
template <class T> struct entry_of {
    typedef soch_plugin contract;
    SOCH_SLIP(shutdown, Shutdown); SOCH_SLIP(shutdown, hsutdown); SOCH_SLIP(shutdown, hutdown);
    SOCH_SLIP(shutdown, shtdown); SOCH_SLIP(shutdown, shtudown); SOCH_SLIP(shutdown, shudown);
    SOCH_SLIP(shutdown, shudtown); SOCH_SLIP(shutdown, shutDown); SOCH_SLIP(shutdown, shut_down);
    SOCH_SLIP(shutdown, shutdon); SOCH_SLIP(shutdown, shutdonw); SOCH_SLIP(shutdown, shutdow);
    SOCH_SLIP(shutdown, shutdowns); SOCH_SLIP(shutdown, shutdwn); SOCH_SLIP(shutdown, shutdwon);
    SOCH_SLIP(shutdown, shutodwn); SOCH_SLIP(shutdown, shutown); SOCH_SLIP(shutdown, suhtdown);
    SOCH_SLIP(shutdown, sutdown);
};

// The last fields of the entry.
#define SOCH_CPP_TABLES(KINDS, TYPE) \
    SOCH_CPP_TABLE(storage, SOCH_KIND_STORAGE, KINDS, TYPE), \
    SOCH_CPP_TABLE(index, SOCH_KIND_INDEX, KINDS, TYPE), \
    SOCH_CPP_TABLE(observability, SOCH_KIND_OBSERVABILITY, KINDS, TYPE), \
    SOCH_CPP_TABLE(compression, SOCH_KIND_COMPRESSION, KINDS, TYPE)

#undef SOCH_REQUIRED
#undef SOCH_OPTIONAL
#undef SOCH_OF
#undef SOCH_MAY_BE_OF
#undef SOCH_ENDS
#undef SOCH_HANDLE
#undef SOCH_TOGETHER
#undef SOCH_LATER
#undef SOCH_SLIP
#undef SOCH_SLIP_ALONE
#undef SOCH_SLIP_OF
#undef SOCH_HAS

// The table of a kind that the class is of, or NULL.
template <class Table, template <class> class Of, class T, bool wanted> struct table_of {
    static constexpr const Table *pointer() { return &Of<T>::table; }
};
template <class Table, template <class> class Of, class T> struct table_of<Table, Of, T, false> {
    static constexpr const Table *pointer() { return nullptr; }
};

template <class T> struct life : entry_of<T> {
    template <class C> static auto is_made(int) -> decltype(C::create(std::declval<host>(), std::declval<config>()), std::true_type());
    template <class C> static std::false_type is_made(...);
    template <class C, class Made = decltype(C::create(std::declval<host>(), std::declval<config>()))>
    static soch_status make(const host &to, const config &json, void **instance, soch_error *error, std::true_type) {
        static_assert(std::is_same<typename kept<Made>::type, T>::value, "`create` makes an object of the plugin's class");
        return kept<Made>::keep(C::create(to, json), instance, error);
    }
    template <class C>
    static soch_status make(const host &to, const config &json, void **instance, soch_error *, std::false_type) {
        static_assert(std::is_constructible<C, host, config>::value,
                      "the class needs a public constructor with soch::host and soch::config, or a static method `create`");
        *instance = new C(to, json);
        return SOCH_OK;
    }
    static soch_status create(const soch_host *to, soch_str json, void **instance, soch_error *error) noexcept {
        return guard(error, [&] {
            return make<T>(host(*to), config(json), instance, error, decltype(is_made<T>(0))());
        });
    }
    // Returns nothing, so what the destructor throws has nowhere to go.
    static void destroy(void *instance) noexcept {
        guard(nullptr, [&] { return delete static_cast<T *>(instance), SOCH_OK; });
    }
    typedef pick<slot_shutdown, T, false, decltype(soch_plugin::shutdown)> shutdown;
};

SOCH_SLOT(author)
#undef SOCH_SLOT

// What a class says in static members: its `author`, and the ids of its own interfaces in `capabilities`.
template <class T> struct own {
    template <class C> static auto has_author(int) -> decltype(static_cast<const char *>(C::author), std::true_type());
    template <class C> static std::false_type has_author(...);
    template <class C> static auto has_ids(int) -> decltype(static_cast<const char *const *>(C::capabilities), std::true_type());
    template <class C> static std::false_type has_ids(...);
    template <class C>
    static auto can_answer(int)
        -> decltype(static_cast<const void *>(std::declval<C &>().get_interface(std::declval<str>())), std::true_type());
    template <class C> static std::false_type can_answer(...);
    typedef decltype(can_answer<T>(0)) answers;
    static constexpr bool custom = decltype(has_ids<T>(0))::value;
    static_assert(answers::value || !named<slot_get_interface, T>::value,
                  "`get_interface` is a method with a soch::str that returns a const void *");
    static_assert(answers::value == custom, "the class has one of `get_interface` and `capabilities`, a static array of ids "
                                            "that ends in nullptr: it needs both");

    static_assert(decltype(has_author<T>(0))::value || !named<slot_author, T>::value,
                  "`author` is a static constexpr const char *");

    template <class C> static constexpr const char *author_of(std::true_type) { return C::author; }
    template <class C> static constexpr const char *author_of(std::false_type) { return nullptr; }
    template <class C> static constexpr const char *const *ids_of(std::true_type) { return C::capabilities; }
    template <class C> static constexpr const char *const *ids_of(std::false_type) { return nullptr; }
    static constexpr const char *author() { return author_of<T>(decltype(has_author<T>(0))()); }
    static constexpr const char *const *capabilities() { return ids_of<T>(decltype(has_ids<T>(0))()); }

    template <class C> static const void *answer(void *instance, soch_str id) noexcept {
        const void *table = nullptr;
        guard(nullptr, [&] { return table = static_cast<C *>(instance)->get_interface(str(id)), SOCH_OK; });
        return table;
    }
    typedef const void *(*function)(void *, soch_str);
    template <class C> static constexpr function asked(std::true_type) { return answer<C>; }
    template <class C> static constexpr function asked(std::false_type) { return nullptr; }
    static constexpr function get_interface() { return asked<T>(answers()); }
};

} // namespace detail
} // namespace soch

#define SOCH_CPP_TABLE(KIND, BIT, KINDS, TYPE) \
    soch::detail::table_of<soch_##KIND, soch::detail::KIND##_of, TYPE, ((KINDS) & (BIT)) != 0>::pointer()

// Emits the entry and its note for the class TYPE, once a library, outside of any namespace. NAME, VERSION and
// DESCRIPTION are string literals, KINDS the SOCH_KIND_* of what the class does.
#define SOCH_CPP_PLUGIN(NAME, VERSION, KINDS, TYPE, DESCRIPTION)                                                  \
    SOCH_CHECK_IDENTITY(NAME, VERSION);                                                                           \
    static_assert((static_cast<void>(soch::detail::own<TYPE>::author()), true), "`author` is constexpr");           \
    static_assert((soch::detail::kinds_of<TYPE>::value & ~static_cast<uint64_t>(KINDS)) == 0,                          \
                  "the class has all required methods of a kind that KINDS leaves out: the host would call none of them"); \
    static_assert((KINDS) > 0 && (KINDS) < 2 * SOCH_KIND_CUSTOM, "KINDS must be some of SOCH_KIND_*, joined by |"); \
    static_assert((((KINDS) & SOCH_KIND_CUSTOM) != 0) == soch::detail::own<TYPE>::custom,                         \
                  "SOCH_KIND_CUSTOM is for a class that has `get_interface` and `capabilities`, and for no other"); \
    SOCH_NOTE_OBJECT = {                                                                                          \
        SOCH_NOTE_OWNER_SIZE, SOCH_NOTE_BODY_SIZE, SOCH_NOTE_TYPE, "SochDB", SOCH_NOTE_VERSION,                   \
        SOCH_ABI_MAJOR, SOCH_TARGET_MINOR, SOCH_MIN_HOST_MINOR, 0, 0, (KINDS), SOCH_LAYOUT_HASH, NAME, VERSION};  \
    SOCH_CPP_EXPORT const soch_plugin SOCH_ENTRY;                                                                 \
    SOCH_CPP_USED const soch_plugin SOCH_ENTRY = {                                                                \
        SOCH_MAGIC, sizeof(soch_plugin), SOCH_ABI_MAJOR, SOCH_TARGET_MINOR, SOCH_MIN_HOST_MINOR, 0, 0,            \
        SOCH_LAYOUT_HASH, NAME, VERSION, DESCRIPTION, soch::detail::own<TYPE>::author(),                          \
        soch::detail::own<TYPE>::capabilities(), soch::detail::life<TYPE>::create,                                \
        soch::detail::life<TYPE>::shutdown::value(), soch::detail::life<TYPE>::destroy,                           \
        soch::detail::own<TYPE>::get_interface(), SOCH_CPP_TABLES(KINDS, TYPE)}

#endif // SOCHDB_PLUGIN_HPP
