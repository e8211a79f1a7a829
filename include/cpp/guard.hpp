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
