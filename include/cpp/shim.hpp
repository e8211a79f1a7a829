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
