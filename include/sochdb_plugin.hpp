// sochdb_plugin.hpp: plugins in C++11 or later, over sochdb_plugin.h.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A plugin is a class, of one kind or several (joined by `|`). At the end of one source file of the library:
//   SOCH_CPP_PLUGIN("codec_reverse", "1.0.0", SOCH_KIND_COMPRESSION, codec_reverse, "Turns bytes round.")
//
// Build        c++ -O2 -shared -fPIC -fvisibility=hidden -Wl,--version-script=include/sochdb_plugin.map -Iinclude plugin.cpp -o plugin.so
//              The script keeps inside what g++ shares in a process (STB_GNU_UNIQUE), such as statics of std::regex.
//              C++ library inside: add `-static-libstdc++ -static-libgcc`, or `-stdlib=libc++ -static-libstdc++`.
// Constructor  `T(const soch_host &host, soch_str config)`. The host outlives the object.
// Methods      One for each slot of the kind's table, with the slot's name and its parameters, without the first
//              (`instance`) and without `soch_error *`. A `const soch_writer *` may be taken as `soch::writer`, a
//              `const soch_row_sink *` as `soch::row_sink`. A required method that is missing, or an optional
//              one with other parameters, overloads or no access, is a compile error. `void shutdown()` is optional.
// Results      A method returns `void`; or `bool`, where false means SOCH_NOT_FOUND; or a `soch_status`.
// Exceptions   None leaves the plugin. `soch::failure` gives its status, and the instance goes on. Any other
//              exception gives SOCH_PANICKED and its `what()`: the instance then gets no call but its destructor.
//              What a `noexcept(false)` destructor throws is dropped; any other destructor must not throw.
// Threads      As the table says: an [any-thread] method is called by several threads at once.
// Not here     Handles (open_table, open_reader and their kin) and get_interface. Their slots stay NULL, and a member
//              that is named like one of them is a compile error: the host would not call it.
#ifndef SOCHDB_PLUGIN_HPP
#define SOCHDB_PLUGIN_HPP

#include "sochdb_plugin.h"

#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

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

namespace soch {

// Ends a call with a status of the plugin's choice.
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

// Throws what is not SOCH_OK.
inline void check(soch_status status) {
    if (status != SOCH_OK) throw failure(status);
}

// A `soch_writer` whose functions throw.
class writer {
public:
    writer(const soch_writer *raw) noexcept : raw_(raw) {}
    uint64_t limit() const noexcept { return raw_->limit; }
    void write(const void *bytes, size_t len) const { check(soch_put(raw_, bytes, len)); }
    // Lends room for `len` bytes, not initialized, until the next call.
    uint8_t *reserve(size_t len) const {
        uint8_t *room = nullptr;
        check(raw_->reserve(raw_->ctx, len, &room));
        return room;
    }
    // Keeps the first `len` bytes of the room.
    void commit(size_t len) const { check(raw_->commit(raw_->ctx, len)); }

private:
    const soch_writer *raw_;
};

// A `soch_row_sink` whose function throws.
class row_sink {
public:
    row_sink(const soch_row_sink *raw) noexcept : raw_(raw) {}
    void row(soch_bytes key, soch_bytes value) const { check(raw_->row(raw_->ctx, key, value)); }

private:
    const soch_row_sink *raw_;
};

// The limits of a call, and where it comes from; there may be none.
class call {
public:
    call(const soch_call *raw) noexcept : raw_(raw) {}
    // Throws if the caller asked to stop, or its deadline has passed. Let that through.
    void go_on() const { check(soch_go_on(raw_)); }
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

// Hidden, or two plugins with a class of the same name would share one table (STB_GNU_UNIQUE).
namespace detail SOCH_CPP_HIDDEN {

inline soch_status report(soch_error *error, soch_status status, int32_t code, const char *message) noexcept {
    return error == nullptr || *message == 0 ? status : soch_fail(error, status, code, message);
}

// The barrier: what `call` throws becomes a status.
template <class Call> soch_status guard(soch_error *error, Call call) noexcept {
    try {
        return call();
    } catch (const failure &why) {
        return report(error, why.status(), why.code(), why.what());
    } catch (const std::exception &why) {
        return report(error, SOCH_PANICKED, 0, why.what());
    } catch (...) {
        return report(error, SOCH_PANICKED, 0, "an exception that is not a std::exception");
    }
}

// Turns a method's result into a status.
template <class Result> struct status_of {
    static_assert(std::is_same<Result, soch_status>::value, "a method returns void, bool or soch_status");
    template <class Call> static soch_status from(Call call) { return call(); }
};
template <> struct status_of<void> {
    template <class Call> static soch_status from(Call call) { return call(), SOCH_OK; }
};
template <> struct status_of<bool> {
    template <class Call> static soch_status from(Call call) { return call() ? SOCH_OK : SOCH_NOT_FOUND; }
};

template <class Slot, class T, class... A>
soch_status invoke(soch_error *error, void *instance, A... arguments) noexcept {
    typedef decltype(Slot::call(std::declval<T &>(), arguments...)) result;
    return guard(error, [&] {
        return status_of<result>::from([&] { return Slot::call(*static_cast<T *>(instance), arguments...); });
    });
}

template <class Slot, class T, class... A>
auto can_call(int)
    -> decltype(static_cast<void>(Slot::call(std::declval<T &>(), std::declval<A>()...)), std::true_type());
template <class Slot, class T, class... A> std::false_type can_call(...);

// Whether the class has a member with the slot's name, also one of several or a private one: a second base with such
// a member makes the name ambiguous, so that it is not found. The class's own name is no member. Nothing derives from
// a final class: of such a one, only what is public and no overload is seen.
template <class... Bases> struct joined : Bases... {};
template <class Slot, class T, bool is_final = __is_final(T)> struct named {
    static constexpr bool value = !decltype(Slot::template found<joined<T, typename Slot::rival>>(0))::value &&
                                  !decltype(Slot::template own<T, joined<T>>(0))::value;
};
template <class Slot, class T> struct named<Slot, T, true> : decltype(Slot::template found<T>(0)) {};

// The function for a slot whose parameters after `instance` are `A...`, and then `soch_error *` if it has one.
template <class...> struct list {};
template <class Slot, class T, class Seen, class... Rest> struct shim;
template <class Slot, class T, class... A> struct shim<Slot, T, list<A...>> {
    typedef decltype(can_call<Slot, T, A...>(0)) present;
    static soch_status run(void *instance, A... arguments) noexcept {
        return invoke<Slot, T, A...>(nullptr, instance, arguments...);
    }
};
template <class Slot, class T, class... A> struct shim<Slot, T, list<A...>, soch_error *> {
    typedef decltype(can_call<Slot, T, A...>(0)) present;
    static soch_status run(void *instance, A... arguments, soch_error *error) noexcept {
        return invoke<Slot, T, A...>(error, instance, arguments...);
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
#define SOCH_NOT_CARRIED(NAME)                                                                                  \
    static_assert(!named<slot_##NAME, T>::value,                                                                \
                  "the class has a member `" #NAME "`, named like a slot that sochdb_plugin.hpp does not carry: the " \
                  "host would not call it. Give it another name, or write the plugin in C")

// Slots: generated from sdk/abi/src by build.rs, do not edit.
SOCH_SLOT(get) SOCH_SLOT(put) SOCH_SLOT(remove) SOCH_SLOT(scan) SOCH_SLOT(flush) SOCH_SLOT(compact) SOCH_SLOT(stats)
SOCH_SLOT(describe) SOCH_SLOT(write_batch) SOCH_SLOT(open_table) SOCH_SLOT(close_table) SOCH_SLOT(table_get)
SOCH_SLOT(table_put) SOCH_SLOT(open_reader) SOCH_SLOT(close_reader) SOCH_SLOT(reader_get) SOCH_SLOT(open_cursor)
SOCH_SLOT(cursor_next) SOCH_SLOT(close_cursor) SOCH_SLOT(begin_txn) SOCH_SLOT(txn_get) SOCH_SLOT(txn_put)
SOCH_SLOT(txn_remove) SOCH_SLOT(txn_scan) SOCH_SLOT(commit_txn) SOCH_SLOT(abort_txn) SOCH_SLOT(cursor_seek)
SOCH_SLOT(index_type) SOCH_SLOT(build) SOCH_SLOT(insert) SOCH_SLOT(lookup) SOCH_SLOT(range) SOCH_SLOT(size_bytes)
SOCH_SLOT(nearest) SOCH_SLOT(nearest_batch) SOCH_SLOT(search) SOCH_SLOT(save) SOCH_SLOT(load) SOCH_SLOT(counter_inc)
SOCH_SLOT(gauge_set) SOCH_SLOT(histogram_observe) SOCH_SLOT(span_start) SOCH_SLOT(span_end) SOCH_SLOT(span_event)
SOCH_SLOT(log) SOCH_SLOT(report_health) SOCH_SLOT(attach) SOCH_SLOT(span_record_start) SOCH_SLOT(span_record_event)
SOCH_SLOT(span_record_end) SOCH_SLOT(span_context) SOCH_SLOT(log_record) SOCH_SLOT(algorithm) SOCH_SLOT(compress)
SOCH_SLOT(decompress) SOCH_SLOT(set_level) SOCH_SLOT(bound) SOCH_SLOT(decompressed_size) SOCH_SLOT(compress_with)
SOCH_SLOT(decompress_with) SOCH_SLOT(train)

template <class T> struct storage_of {
    static const soch_storage table;
    SOCH_NOT_CARRIED(open_table); SOCH_NOT_CARRIED(close_table); SOCH_NOT_CARRIED(table_get);
    SOCH_NOT_CARRIED(table_put); SOCH_NOT_CARRIED(open_reader); SOCH_NOT_CARRIED(close_reader);
    SOCH_NOT_CARRIED(reader_get); SOCH_NOT_CARRIED(open_cursor); SOCH_NOT_CARRIED(cursor_next);
    SOCH_NOT_CARRIED(close_cursor); SOCH_NOT_CARRIED(begin_txn); SOCH_NOT_CARRIED(txn_get); SOCH_NOT_CARRIED(txn_put);
    SOCH_NOT_CARRIED(txn_remove); SOCH_NOT_CARRIED(txn_scan); SOCH_NOT_CARRIED(commit_txn); SOCH_NOT_CARRIED(abort_txn);
    SOCH_NOT_CARRIED(cursor_seek);
};
template <class T> const soch_storage storage_of<T>::table = {
    sizeof(soch_storage),
    SOCH_REQUIRED(soch_storage, get), SOCH_REQUIRED(soch_storage, put), SOCH_REQUIRED(soch_storage, remove),
    SOCH_REQUIRED(soch_storage, scan), SOCH_REQUIRED(soch_storage, flush), SOCH_OPTIONAL(soch_storage, compact),
    SOCH_OPTIONAL(soch_storage, stats), SOCH_OPTIONAL(soch_storage, describe),
#if SOCH_TARGET_MINOR >= 1
    SOCH_OPTIONAL(soch_storage, write_batch), /* open_table */ nullptr, /* close_table */ nullptr,
    /* table_get */ nullptr, /* table_put */ nullptr, /* open_reader */ nullptr, /* close_reader */ nullptr,
    /* reader_get */ nullptr, /* open_cursor */ nullptr, /* cursor_next */ nullptr, /* close_cursor */ nullptr,
    /* begin_txn */ nullptr, /* txn_get */ nullptr, /* txn_put */ nullptr, /* txn_remove */ nullptr,
    /* txn_scan */ nullptr, /* commit_txn */ nullptr, /* abort_txn */ nullptr, /* cursor_seek */ nullptr,
#endif
};

template <class T> struct index_of {
    static const soch_index table;
};
template <class T> const soch_index index_of<T>::table = {
    sizeof(soch_index),
    SOCH_REQUIRED(soch_index, index_type), SOCH_REQUIRED(soch_index, build), SOCH_REQUIRED(soch_index, insert),
    SOCH_REQUIRED(soch_index, remove), SOCH_OPTIONAL(soch_index, lookup), SOCH_OPTIONAL(soch_index, range),
    SOCH_REQUIRED(soch_index, size_bytes), SOCH_OPTIONAL(soch_index, nearest), SOCH_OPTIONAL(soch_index, describe),
#if SOCH_TARGET_MINOR >= 1
    SOCH_OPTIONAL(soch_index, nearest_batch), SOCH_OPTIONAL(soch_index, search), SOCH_OPTIONAL(soch_index, save),
    SOCH_OPTIONAL(soch_index, load),
#endif
};

template <class T> struct observability_of {
    static const soch_observability table;
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

// The last fields of the entry.
#define SOCH_CPP_TABLES(KINDS, TYPE) \
    SOCH_CPP_TABLE(storage, SOCH_KIND_STORAGE, KINDS, TYPE), \
    SOCH_CPP_TABLE(index, SOCH_KIND_INDEX, KINDS, TYPE), \
    SOCH_CPP_TABLE(observability, SOCH_KIND_OBSERVABILITY, KINDS, TYPE), \
    SOCH_CPP_TABLE(compression, SOCH_KIND_COMPRESSION, KINDS, TYPE)
// End of the generated slots.

#undef SOCH_SLOT
#undef SOCH_REQUIRED
#undef SOCH_OPTIONAL

// The table of a kind that the class is of, or NULL.
template <class Table, template <class> class Of, class T, bool wanted> struct table_of {
    static constexpr const Table *pointer() { return &Of<T>::table; }
};
template <class Table, template <class> class Of, class T> struct table_of<Table, Of, T, false> {
    static constexpr const Table *pointer() { return nullptr; }
};

template <class T> struct life {
    static soch_status create(const soch_host *host, soch_str config, void **instance, soch_error *error) noexcept {
        return guard(error, [&] {
            *instance = new T(*host, config);
            return SOCH_OK;
        });
    }
    // Returns nothing, so what the destructor throws has nowhere to go.
    static void destroy(void *instance) noexcept {
        guard(nullptr, [&] { return delete static_cast<T *>(instance), SOCH_OK; });
    }
    typedef pick<slot_shutdown, T, false, decltype(soch_plugin::shutdown)> shutdown;
    SOCH_NOT_CARRIED(get_interface);
};

#undef SOCH_NOT_CARRIED

} // namespace detail
} // namespace soch

#define SOCH_CPP_TABLE(KIND, BIT, KINDS, TYPE) \
    soch::detail::table_of<soch_##KIND, soch::detail::KIND##_of, TYPE, ((KINDS) & (BIT)) != 0>::pointer()

// Emits the entry and its note for the class TYPE, once a library, outside of any namespace. NAME, VERSION and
// DESCRIPTION are string literals, KINDS the SOCH_KIND_* of what the class does.
#define SOCH_CPP_PLUGIN(NAME, VERSION, KINDS, TYPE, DESCRIPTION)                                                  \
    SOCH_CHECK_IDENTITY(NAME, VERSION);                                                                           \
    static_assert((KINDS) > 0 && (KINDS) < 2 * SOCH_KIND_CUSTOM, "KINDS must be some of SOCH_KIND_*, joined by |"); \
    static_assert(((KINDS) & SOCH_KIND_CUSTOM) == 0,                                                              \
                  "SOCH_KIND_CUSTOM needs get_interface, which sochdb_plugin.hpp does not write: use C");         \
    static const soch_note soch_note_v1 SOCH_NOTE_PLACE = {                                                       \
        SOCH_NOTE_OWNER_SIZE, SOCH_NOTE_BODY_SIZE, SOCH_NOTE_TYPE, "SochDB", SOCH_NOTE_VERSION,                   \
        SOCH_ABI_MAJOR, SOCH_TARGET_MINOR, SOCH_MIN_HOST_MINOR, 0, 0, (KINDS), SOCH_LAYOUT_HASH, NAME, VERSION};  \
    SOCH_CPP_EXPORT const soch_plugin soch_plugin_v1;                                                             \
    SOCH_CPP_USED const soch_plugin soch_plugin_v1 = {                                                            \
        SOCH_MAGIC, sizeof(soch_plugin), SOCH_ABI_MAJOR, SOCH_TARGET_MINOR, SOCH_MIN_HOST_MINOR, 0, 0,            \
        SOCH_LAYOUT_HASH, NAME, VERSION, DESCRIPTION, nullptr, nullptr, soch::detail::life<TYPE>::create,         \
        soch::detail::life<TYPE>::shutdown::value(), soch::detail::life<TYPE>::destroy, nullptr,                  \
        SOCH_CPP_TABLES(KINDS, TYPE)}

#endif // SOCHDB_PLUGIN_HPP
