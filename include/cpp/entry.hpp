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
