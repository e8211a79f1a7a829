
#if SOCH_MIN_HOST_MINOR > SOCH_TARGET_MINOR
#error "SOCH_MIN_HOST_MINOR is above SOCH_TARGET_MINOR: a plugin cannot need a host newer than what it is compiled for"
#endif

#if defined(__cplusplus)
#define SOCH_EXTERN_C extern "C"
#else
#define SOCH_EXTERN_C
#endif
#if defined(_WIN32)
#define SOCH_EXPORT SOCH_EXTERN_C __declspec(dllexport)
// Microsoft's compilers want it at the first declaration, too.
#define SOCH_EXPORT_FIRST __declspec(dllexport)
#else
#define SOCH_EXPORT SOCH_EXTERN_C __attribute__((visibility("default"), used))
#define SOCH_EXPORT_FIRST
#endif
// Compiled into a program in place of a library of its own: `-DSOCH_ENTRY=NAME` gives its entry the name by which the program
// declares it, `extern const soch_plugin NAME;`, and keeps the note, which is for files, out of the loader's sight.
#if defined(SOCH_ENTRY) && defined(_MSC_VER)
#define SOCH_NOTE_PLACE
#elif defined(SOCH_ENTRY)
#define SOCH_NOTE_PLACE __attribute__((unused))
#elif defined(__APPLE__)
#define SOCH_NOTE_PLACE __attribute__((section("__DATA,__sochdb"), used, aligned(4)))
#elif defined(_MSC_VER)
#pragma section(".sochdb", read)
#define SOCH_NOTE_PLACE __declspec(allocate(".sochdb"))
#elif defined(_WIN32)
#define SOCH_NOTE_PLACE __attribute__((section(".sochdb"), used, aligned(4)))
#else
// `__attribute`: glibc defines the other spelling away for tcc.
#define SOCH_NOTE_PLACE __attribute((section(".note.sochdb"), used, aligned(4)))
#endif
// `SOCH_NOTE_OBJECT = {...};` defines the note. On Windows it is exported: linkers leave out there what nobody names.
#if defined(_WIN32) && !defined(SOCH_ENTRY) && defined(__cplusplus)
#define SOCH_NOTE_OBJECT                                                                                     \
    extern "C" SOCH_EXPORT_FIRST const soch_note soch_note_v1;                                              \
    SOCH_NOTE_PLACE const soch_note soch_note_v1
#elif defined(_WIN32) && !defined(SOCH_ENTRY)
#define SOCH_NOTE_OBJECT                                                                                     \
    SOCH_EXPORT_FIRST extern const soch_note soch_note_v1;                                                  \
    SOCH_NOTE_PLACE const soch_note soch_note_v1
#else
#define SOCH_NOTE_OBJECT static const soch_note soch_note_v1 SOCH_NOTE_PLACE
#endif
#if !defined(SOCH_ENTRY)
#define SOCH_ENTRY soch_plugin_v1
#endif

// Emits the entry and its note, once a library, in C99 or later (C++: sochdb_plugin.hpp does it).
//   SOCH_PLUGIN("codec_xor", "1.0.0", SOCH_KIND_COMPRESSION, .compression = &codec);
// NAME and VERSION are string literals, KINDS the SOCH_KIND_* of the tables that follow, joined by `|`. What
// follows are fields of soch_plugin, at least one table.
#if defined(__cplusplus)
#define SOCH_PLUGIN(...) static_assert(false, "in C++ include sochdb_plugin.hpp and use SOCH_CPP_PLUGIN")
#else
#define SOCH_PLUGIN(NAME, VERSION, KINDS, ...)                                                              \
    SOCH_CHECK_IDENTITY(NAME, VERSION);                                                                     \
    SOCH_CHECK((KINDS) > 0 && (KINDS) < 2 * SOCH_KIND_CUSTOM, soch_kinds_are_some_of_SOCH_KIND,             \
               "KINDS must be some of SOCH_KIND_*, joined by |");                                           \
    SOCH_NOTE_OBJECT = {                                                                                    \
        SOCH_NOTE_OWNER_SIZE, SOCH_NOTE_BODY_SIZE, SOCH_NOTE_TYPE, "SochDB", SOCH_NOTE_VERSION,             \
        SOCH_ABI_MAJOR, SOCH_TARGET_MINOR, SOCH_MIN_HOST_MINOR, 0, 0, (KINDS), SOCH_LAYOUT_HASH, NAME, VERSION}; \
    SOCH_EXPORT_FIRST extern const soch_plugin SOCH_ENTRY;                                                  \
    SOCH_EXPORT const soch_plugin SOCH_ENTRY = {                                                            \
        .magic = SOCH_MAGIC, .size = sizeof(soch_plugin), .abi_major = SOCH_ABI_MAJOR,                      \
        .abi_minor = SOCH_TARGET_MINOR, .min_host_minor = SOCH_MIN_HOST_MINOR,                              \
        .layout_hash = SOCH_LAYOUT_HASH, .name = NAME, .version = VERSION, __VA_ARGS__}
#endif
// What both SOCH_PLUGIN and SOCH_CPP_PLUGIN ask of a name and a version. The host also looks at their characters.
#define SOCH_CHECK_IDENTITY(NAME, VERSION)                                                                  \
    SOCH_CHECK(sizeof(NAME) >= 2 && sizeof(NAME) <= SOCH_NAME_SIZE, soch_name_has_1_to_63_bytes,            \
               "the plugin's name must have 1 to 63 bytes");                                                \
    SOCH_CHECK(sizeof(VERSION) >= 2 && sizeof(VERSION) <= SOCH_VERSION_SIZE, soch_version_has_1_to_31_bytes, \
               "the plugin's version must have 1 to 31 bytes")

// Runs what follows for each of COUNT elements at ITEMS: of a batch's writes, rows, entries, labels, attributes.
//   SOCH_EACH(soch_write, each, writes, count) {
//       status = apply(each->op, each->key, each->value);
//       if (status != SOCH_OK) break;
//   }
#define SOCH_EACH(TYPE, ITEM, ITEMS, COUNT)                                                                  \
    for (const TYPE *ITEM = (ITEMS), *ITEM##_end = (const TYPE *)soch_behind(ITEM, (COUNT), sizeof(TYPE));   \
         ITEM != ITEM##_end; ITEM++)

// The address behind `count` items of `size` bytes at `items`, which may be NULL if there are none.
static inline const void *soch_behind(const void *items, size_t count, size_t size) {
    return count > 0 ? (const unsigned char *)items + count * size : (const unsigned char *)items;
}

// Text from a string literal.
#define SOCH_STR(LITERAL) soch_text((LITERAL), sizeof(LITERAL) - 1)

// `len` bytes of text at `ptr`.
static inline soch_str soch_text(const char *ptr, size_t len) {
    soch_str text;
    text.ptr = ptr;
    text.len = len;
    return text;
}

#if SOCH_TARGET_MINOR >= 1
// The directory for the files of an instance; empty if the application gives none, or is older than such directories.
static inline soch_str soch_data_dir(const soch_host *host) {
    return host->size >= offsetof(soch_host, data_dir) + sizeof(soch_str) ? host->data_dir : soch_text("", 0);
}

// Says in which unit, by UCUM, a metric of the host is and, in one sentence, what it measures. An older host hears nothing.
static inline void soch_describe_metric(const soch_host *host, soch_str name, soch_str unit, soch_str description) {
    if (host->size < offsetof(soch_host, describe_metric) + sizeof host->describe_metric) return;
    host->describe_metric(host->ctx, name, unit, description);
}
#endif

// Appends `len` bytes at `ptr` to `out`.
SOCH_NODISCARD static inline soch_status soch_put(const soch_writer *out, const void *ptr, size_t len) {
    soch_bytes bytes;
    bytes.ptr = (const uint8_t *)ptr;
    bytes.len = len;
    return out->write(out->ctx, bytes);
}

// Whether `call` is to go on; also if it is NULL. Return what is not SOCH_OK.
SOCH_NODISCARD static inline soch_status soch_go_on(const soch_call *call) {
    return call == NULL ? SOCH_OK : call->go_on(call->ctx);
}

// What `scan` does in a storage that has cursors: gives `rows` what `cursor` lends, at most `limit` rows, and leaves the
// cursor open. `next` is its `cursor_next`.
SOCH_NODISCARD static inline soch_status soch_scan_by_cursor(void *cursor, const soch_call *call,
                                                             soch_status (*next)(void *cursor, const soch_call *call,
                                                                                 soch_row *rows, size_t capacity,
                                                                                 size_t *count, soch_error *error),
                                                             uint64_t limit, const soch_row_sink *rows,
                                                             soch_error *error) {
    soch_row lent[64];
    const size_t most = sizeof(lent) / sizeof(lent[0]);
    while (limit > 0) {
        size_t i, count = 0;
        soch_status status = next(cursor, call, lent, limit < most ? (size_t)limit : most, &count, error);
        if (status != SOCH_OK || count == 0) return status;
        for (i = 0; i < count; i++) {
            status = rows->row(rows->ctx, lent[i].key, lent[i].value);
            if (status != SOCH_OK) return status;
        }
        limit -= count;
    }
    return SOCH_OK;
}

// Whether a storage that has the operations up to `last_op` and these flags, of `SOCH_BATCH_*`, has all that the batch says it
// must. If not, the batch is SOCH_UNSUPPORTED.
SOCH_NODISCARD static inline int soch_batch_is_known(const soch_write *writes, size_t count, uint32_t last_op,
                                                     const soch_batch_options *options, uint64_t flags) {
    SOCH_EACH(soch_write, write, writes, count) {
        if (write->op > last_op) return 0;
    }
    return (options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~flags) == 0;
}

// Whether an index that understands these flags, of `SOCH_SEARCH_*`, knows all that the search says it must, and the form
// of its filter. If not, the search is SOCH_UNSUPPORTED. Element and parameters are the index's own to look at.
SOCH_NODISCARD static inline int soch_search_is_known(const soch_search *search, uint64_t flags) {
    return (search->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~flags) == 0 && search->filter <= SOCH_FILTER_CALLBACK;
}

// Whether the filter of a search allows the row, in whatever known form it is.
SOCH_NODISCARD static inline int soch_search_allows(const soch_search *search, uint64_t row) {
    size_t low = 0, high = search->filter_count;
    if (search->filter == SOCH_FILTER_NONE) return 1;
    if (search->filter == SOCH_FILTER_CALLBACK) return search->allows(search->filter_ctx, row) != 0;
    if (search->filter == SOCH_FILTER_BITMAP) {
        return row / 64 < high && (search->filter_words[(size_t)(row / 64)] >> (row % 64) & 1u) != 0;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (search->filter_words[middle] < row) low = middle + 1;
        else high = middle;
    }
    return low < search->filter_count && search->filter_words[low] == row;
}

// Says why in `error` and returns `status`: `return soch_fail(error, SOCH_IO, errno, strerror(errno));`
// `message` ends in NUL; what does not fit is cut at the border of a character.
SOCH_NODISCARD static inline soch_status soch_fail(soch_error *error, soch_status status, int32_t code,
                                                   const char *message) {
    size_t len = 0;
    // No <string.h>: a freestanding compiler has none.
    for (; message[len] != 0 && len < SOCH_ERROR_MESSAGE_SIZE - 1; len++) error->message[len] = message[len];
    if (message[len] != 0) {
        while (len > 0 && ((unsigned char)message[len] & 0xC0u) == 0x80u) len--;
    }
    error->message[len] = 0;
    error->code = code;
    return status;
}

#endif // SOCHDB_PLUGIN_H
