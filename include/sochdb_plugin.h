// sochdb_plugin.h: generated from sdk/abi/src by build.rs, do not edit.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The contract between a SochDB host and its plugins.
//
// A plugin is one shared library that exports one constant, `soch_plugin_v1`, and carries one note with
// the same facts. It links against nothing of the host. `SOCH_PLUGIN` at the end of this file writes both.
//
// Build      C, by any compiler that takes the options of gcc:
//              cc -O2 -shared -fPIC -fvisibility=hidden -Iinclude plugin.c -o plugin.so
//            C++, by g++ or clang++; sochdb_plugin.hpp says why the linker gets the file:
//              c++ -O2 -shared -fPIC -fvisibility=hidden -Wl,--version-script=include/sochdb_plugin.map -Iinclude plugin.cpp -o plugin.so
//            WebAssembly, by clang:
//              clang --target=wasm32 -mbulk-memory -O2 -ffreestanding -nostdlib -Wl,--no-entry,--no-gc-sections,--export-table,--export=soch_plugin_v1 -Iinclude plugin.c -o plugin.wasm
//              (--no-gc-sections, or the linker drops the note; -mbulk-memory, or clang calls memcpy and memset, which nobody has there)
// Ownership  Nothing that one side allocates is freed by the other. Input is lent for the call: copy what you
//            keep. Output goes to the caller's `soch_writer`, sink or arrays. The one thing a plugin owns
//            across calls is its instance (and the handles it opens), which the host only passes back, be it NULL.
// NULL       A function pointer may be NULL where its text says "optional"; a "required" one that is NULL is
//            refused at load. Pointers to results and to `soch_error` are never NULL. `ptr` of bytes or text, and an
//            array, may be NULL if its length is 0, and only then. Text is UTF-8, counted, without a NUL at its end, unless it is
//            a `const char *`.
// Status     Every call that can fail returns a `soch_status`. On failure results are not looked at, and the
//            plugin may say why in `soch_error`: `soch_fail` does it in one line. On SOCH_OK or SOCH_NOT_FOUND the
//            error is not looked at. Return the status of a writer or sink as it is.
// Threads    Each function has one tag.
//            [any-thread]  may be called from any thread, by several at once.
//            [exclusive]   from any thread, but no other call with the same first argument is under way; for
//                          one whose first argument is the instance: no other call on that instance.
//            [static]      constant data: it does not change or move as long as the library is loaded, and a
//                          library is never unloaded.
//            A plugin may call the host from its own threads, until `destroy` returns. The functions of a writer
//            or sink do not call back into the instance, so a plugin may hold its locks over them.
// Panics     A C++ exception or a Rust panic must not leave the plugin (sochdb_plugin.hpp and the Rust SDK see
//            to it): catch it and return SOCH_PANICKED; a function without a status only catches it. The
//            instance then gets no call but `destroy`. A crash, `exit` or `abort` ends the process, which is the host's unless
//            the host gave the plugin one of its own: a plugin is trusted code, with all rights of its process.
// Process    A plugin leaves the process as it found it, in its constructors and in every call: floating-point environment
//            (do not link with -ffast-math or -Ofast, which change it at load), signal masks, stacks and handlers,
//            working directory, umask, locale, environment, resource limits, priority and policy of a thread, interval timers,
//            and descriptors 0 to 2. The host compares them around the load and `create`, puts back what it can, and tells its
//            operator; around calls it does not, so a plugin that needs another rounding restores the old one before it
//            returns. No other program has what it opens (O_CLOEXEC). `sochdb-plugin check` fails on each change, in any call.
//            A write beyond the limit of a file's size, or to a pipe that nobody reads, sends SIGXFSZ or SIGPIPE, which
//            end the host: block the two around it (examples-c/quiet.h; in Rust quietly of the SDK), and report the error.
// Growth     A struct "grows at its end": its first field is its size as its owner compiled it. Of a table, the host
//            copies what both sides know and takes the missing rest as NULL. A struct that is "frozen" never changes,
//            where pointers have one width: what is passed by value or lies in arrays, and soch_error, soch_writer,
//            soch_row_sink, soch_value_sink and soch_metric_sink, of which each call makes one. What they lack comes with
//            another slot.
//            Nothing is renamed, moved or retyped, and no function changes its meaning: a new meaning gets a new table
//            or slot. A field that is added to what a caller asks for, and changes what the call does, comes with a flag
//            of SOCH_OPTIONS_MUST_UNDERSTAND, as an older plugin does not read it; a field that its struct came with
//            needs none.
// Versions   A plugin of the host's SOCH_ABI_MAJOR loads, older or newer, unless its min_host_minor is above the
//            host's SOCH_ABI_MINOR. Both then use the smaller minor. Define SOCH_TARGET_MINOR before the include
//            to hide what is newer than the oldest host that you support. 1.0 is the least that a host of this major has;
//            "Since 1.1" marks what came then, the slots behind it in a table came no earlier, and what only they use came
//            with them. A new major is a new entry symbol.
//
// Rules      What holds everywhere, and what one side does about what only the other knows:
//            1  A status that is not listed means SOCH_FAILED, in both directions.
//            2  A log level below SOCH_LOG_DEBUG means SOCH_LOG_DEBUG, one above SOCH_LOG_ERROR means SOCH_LOG_ERROR, in
//               both directions.
//            3  An operation of a write that the plugin does not know is SOCH_UNSUPPORTED, and so is the whole call: it
//               changed nothing.
//            4  A metric of a kind that the plugin does not know is passed over.
//            5  Of soch_plugin.flags, a host refuses a plugin with one that it does not know among
//               SOCH_FLAGS_MUST_UNDERSTAND; the others it passes over.
//            6  Bits of kinds that a host does not know are passed over in a plugin of a newer minor version, and refused
//               in others.
//            7  Whoever fills a struct that the other side owns writes no byte beyond its `size`; whoever reads one reads
//               none. The fields that a struct came with are always there.
//            8  A call may end with its instance, and `destroy` may never come: the process may be killed. What must
//               last is written and flushed before.
//            9  Bytes that are lent have no alignment: copy numbers out of them (memcpy).
//            10 An instance may run where there are no files, no sockets and no threads of its own. What it needs, it
//               asks for in `create`, which fails if it is not there. A writer or sink may take its time.
//            11 An error that cannot be undone stays. After one, such as a disk that failed in `flush` or in a write that
//               waits for it, every later call of the instance is an error, also `flush`, `compact`, `stats` and
//               `shutdown`, until a new instance opens the data again: a second try may succeed because the kernel
//               takes for written what it has lost.
//            12 A kind of span that is not listed means SOCH_SPAN_INTERNAL, a status of one that is not listed
//               SOCH_SPAN_UNSET. An attribute of a kind that is not listed is passed over.
//            13 Of the flags of a call's options, one among SOCH_OPTIONS_MUST_UNDERSTAND that the plugin does not know is
//               SOCH_UNSUPPORTED, and the call changed nothing; the others it passes over.
//            14 Of properties, results, metrics and trace contexts, a flag that the reader does not know is passed over.
//               So a plugin with a flag that its host must understand has a min_host_minor that knows it.
//            15 A form of a filter and an element of a query that the index does not know are SOCH_UNSUPPORTED. Of an
//               element that the host does not know, it knows that keys are bytes; a metric of distance that it does not
//               know means SOCH_DISTANCE_OTHER.
//            16 A field `reserved` is written as 0 and not looked at.
//            17 An integer that says yes or no is 0 for no, and any other number for yes.
//
// Read on in this order: soch_plugin (the entry), the table of your kind, soch_host (what the host does for you).
#ifndef SOCHDB_PLUGIN_H
#define SOCHDB_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifndef SOCH_TARGET_MINOR
#define SOCH_TARGET_MINOR SOCH_ABI_MINOR
#endif
#ifndef SOCH_MIN_HOST_MINOR
#define SOCH_MIN_HOST_MINOR 0
#endif

// Stops the compiler unless CONDITION holds. It says TEXT; in C99, which has no such text, it says NAME.
#if defined(__cplusplus)
#define SOCH_CHECK(CONDITION, NAME, TEXT) static_assert(CONDITION, TEXT)
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L
#define SOCH_CHECK(CONDITION, NAME, TEXT) _Static_assert(CONDITION, TEXT)
#else
#define SOCH_CHECK(CONDITION, NAME, TEXT) extern int NAME[sizeof(struct { int NAME : (CONDITION) ? 1 : -1; })]
#endif

// Before a function whose result says what must not be passed over.
#if defined(__cplusplus) ? __cplusplus >= 201703L : defined(__STDC_VERSION__) && __STDC_VERSION__ > 201710L
#define SOCH_NODISCARD [[nodiscard]]
#elif defined(__GNUC__)
#define SOCH_NODISCARD __attribute__((warn_unused_result))
#else
#define SOCH_NODISCARD
#endif
#define SOCH_ASSERT(CONDITION) SOCH_CHECK(CONDITION, soch_assert, #CONDITION)

// Bytes in `soch_error.message`, its NUL included.
#define SOCH_ERROR_MESSAGE_SIZE 508

// The flags of a call's options that whoever is called must understand (rule 13); it passes over the others.
#define SOCH_OPTIONS_MUST_UNDERSTAND 4294967295ull

// Bytes of the id of a trace, as in W3C Trace Context.
#define SOCH_TRACE_ID_SIZE 16

// Bytes of the id of a span.
#define SOCH_SPAN_ID_SIZE 8

// `soch_plugin.magic`: `SOCHPLG1` in memory on a little-endian machine.
#define SOCH_MAGIC 3550890738898390867ull

// Bit of `soch_note.kinds`: `soch_plugin.storage` is set.
#define SOCH_KIND_STORAGE 1

// Bit of `soch_note.kinds`: `soch_plugin.index` is set.
#define SOCH_KIND_INDEX 2

// Bit of `soch_note.kinds`: `soch_plugin.observability` is set.
#define SOCH_KIND_OBSERVABILITY 4

// Bit of `soch_note.kinds`: `soch_plugin.compression` is set.
#define SOCH_KIND_COMPRESSION 8

// Bit of `soch_note.kinds`: `soch_plugin.capabilities` is set.
#define SOCH_KIND_CUSTOM 16

// The flags of `soch_plugin.flags` that a host must understand to load the plugin (rule 5).
#define SOCH_FLAGS_MUST_UNDERSTAND 65535

// Bytes of the layout hash.
#define SOCH_LAYOUT_HASH_SIZE 16

// `soch_note.owner_size`: `SochDB` and its NUL.
#define SOCH_NOTE_OWNER_SIZE 7

// `soch_note.kind`.
#define SOCH_NOTE_TYPE 1396982273

// `soch_note.note_version`.
#define SOCH_NOTE_VERSION 1

// Bytes of `soch_note` after `owner`.
#define SOCH_NOTE_BODY_SIZE 132

// Bytes of `soch_note.name`, its NUL included.
#define SOCH_NAME_SIZE 64

// Bytes of `soch_note.version`, its NUL included.
#define SOCH_VERSION_SIZE 32

// For whoever looks for the cause of a fault. Rule 2 says what a level means that is not listed.
#define SOCH_LOG_DEBUG 0

// Worth knowing, nothing to do.
#define SOCH_LOG_INFO 1

// Works, but somebody should look.
#define SOCH_LOG_WARN 2

// Does not work.
#define SOCH_LOG_ERROR 3

// `flags` of the properties of every kind: a call leaves nothing in the instance that a later one sees, but its level, so one
// that is made anew, or several, do as well. An instance of several kinds says in each what it says of itself.
#define SOCH_PROPERTY_STATELESS 4294967296ull

// `flags` of the properties of every kind: it has files of its own, and `create` fails where there are none.
#define SOCH_PROPERTY_FILES 8589934592ull

// `flags` of the properties of every kind: it has threads of its own.
#define SOCH_PROPERTY_THREADS 17179869184ull

// `flags` of the properties of every kind: it listens, or opens connections.
#define SOCH_PROPERTY_NETWORK 34359738368ull

// `soch_cursor_options.flags`: in descending order of key.
#define SOCH_CURSOR_REVERSE 1ull

// `soch_cursor_options.flags`: values are not looked at, and may be lent as empty.
#define SOCH_CURSOR_KEYS_ONLY 4294967296ull

// `soch_write.op`: stores `value` under `key`.
#define SOCH_WRITE_PUT 0

// `soch_write.op`: removes `key`; `value` is empty.
#define SOCH_WRITE_DELETE 1

// `soch_write.op`: removes the rows with `key <= k < value`. An empty `value` means: to the end of the table. The host passes no
// `key` behind `value`; both may be longer than any key that `describe` allows.
#define SOCH_WRITE_DELETE_RANGE 2

// `soch_write.op`: expects that `key` has exactly `value`, and changes nothing.
#define SOCH_WRITE_EXPECT 3

// `soch_write.op`: expects that there is no `key`, and changes nothing; `value` is empty.
#define SOCH_WRITE_EXPECT_ABSENT 4

// `soch_batch_options.flags`: `write_batch` returns when the batch is as durable as after `flush`.
#define SOCH_BATCH_DURABLE 1ull

// `soch_transaction_options.flags`: `commit_txn` returns when the transaction is as durable as after `flush`.
#define SOCH_TRANSACTION_DURABLE 1ull

// `soch_storage_properties.flags`: what `flush` returned for is there after the process and the machine stopped.
#define SOCH_STORAGE_DURABLE 1ull

// `soch_storage_properties.flags`: the empty key is refused.
#define SOCH_STORAGE_NO_EMPTY_KEY 2ull

// `soch_storage_properties.flags`: `soch_storage_stats.key_count` is exact.
#define SOCH_STORAGE_EXACT_COUNT 4ull

// `soch_storage_properties.flags`: `begin_txn` begins transactions.
#define SOCH_STORAGE_TRANSACTIONS 8ull

// `soch_storage_properties.flags`: `write_batch` has `SOCH_WRITE_DELETE_RANGE`.
#define SOCH_STORAGE_DELETE_RANGE 16ull

// `soch_storage_properties.flags`: `write_batch` has `SOCH_WRITE_EXPECT` and `SOCH_WRITE_EXPECT_ABSENT`. Beside a
// `SOCH_WRITE_DELETE_RANGE` of the same batch they may be `SOCH_UNSUPPORTED`.
#define SOCH_STORAGE_EXPECT 32ull

// `soch_storage_properties.flags`: transactions that commit are as if they had run one after the other, those that only read
// among them. Without it two may commit of which each read what the other one changed.
#define SOCH_STORAGE_SERIALIZABLE 64ull

// `soch_storage_properties.flags`: a `SOCH_WRITE_PUT` of `write_batch` may have a `ttl_ms`.
#define SOCH_STORAGE_TIME_TO_LIVE 128ull

// `soch_search.flags`: the rows must be the nearest ones, whatever that costs: no approximation.
#define SOCH_SEARCH_EXACT 1ull

// `soch_search.flags`: no row farther than `max_distance`.
#define SOCH_SEARCH_WITHIN 2ull

// `soch_search.filter`: every row.
#define SOCH_FILTER_NONE 0

// `soch_search.filter`: the rows whose bit is set in `filter_words`: row 0 is the lowest bit of the first word. Rows
// behind the last word are not allowed.
#define SOCH_FILTER_BITMAP 1

// `soch_search.filter`: the rows that `filter_words` lists, ascending, each once.
#define SOCH_FILTER_SORTED 2

// `soch_search.filter`: the rows for which `allows` says yes.
#define SOCH_FILTER_CALLBACK 3

// `soch_search_result.flags`: the rows are the nearest ones: none that is nearer, allowed and within the distance is
// missing.
#define SOCH_SEARCH_IS_EXACT 1ull

// `soch_attribute.kind`: the value is `text`.
#define SOCH_ATTRIBUTE_TEXT 0

// `soch_attribute.kind`: the value is `integer`.
#define SOCH_ATTRIBUTE_INTEGER 1

// `soch_attribute.kind`: the value is `number`.
#define SOCH_ATTRIBUTE_NUMBER 2

// `soch_attribute.kind`: the value is `integer`, which says yes or no (rule 17).
#define SOCH_ATTRIBUTE_BOOL 3

// Bit of `soch_trace_context.flags`: somebody keeps this trace.
#define SOCH_TRACE_SAMPLED 1

// `soch_span_start.kind`: work inside of the database.
#define SOCH_SPAN_INTERNAL 0

// `soch_span_start.kind`: the answer to a request from elsewhere.
#define SOCH_SPAN_SERVER 1

// `soch_span_start.kind`: a request to elsewhere.
#define SOCH_SPAN_CLIENT 2

// `soch_span_start.kind`: a message that is sent.
#define SOCH_SPAN_PRODUCER 3

// `soch_span_start.kind`: a message that is worked on.
#define SOCH_SPAN_CONSUMER 4

// `soch_span_end.status`: nobody said whether it went well.
#define SOCH_SPAN_UNSET 0

// `soch_span_end.status`: it went well.
#define SOCH_SPAN_OK 1

// `soch_span_end.status`: it failed.
#define SOCH_SPAN_ERROR 2

// `soch_metric.kind`: a total that only grows.
#define SOCH_METRIC_COUNTER 0

// `soch_metric.kind`: a value that goes up and down.
#define SOCH_METRIC_GAUGE 1

// `soch_metric.kind`: observations, counted by size.
#define SOCH_METRIC_HISTOGRAM 2

// `soch_metric.kind`: a total that grows and shrinks: what several places add to and take from.
#define SOCH_METRIC_UP_DOWN 3

// `soch_metric.kind`: observations, counted in buckets whose bounds are powers of one base. Later minor versions may have
// further kinds (rule 4).
#define SOCH_METRIC_EXPONENTIAL 4

// `soch_metric.flags`: `buckets` has all of them, also empty ones, as the application chose their bounds.
#define SOCH_METRIC_ALL_BUCKETS 1

// Bytes of the longest key that every storage takes: what LMDB has, without room for the number of a table.
#define SOCH_LEAST_MAX_KEY 480ull

// Bytes of the longest value that every storage takes.
#define SOCH_LEAST_MAX_VALUE 1048576ull

// `soch_index_change.op`: adds the row, as `insert` does.
#define SOCH_INDEX_INSERT 0

// `soch_index_change.op`: removes the row, as `remove` does.
#define SOCH_INDEX_REMOVE 1

// `soch_index_properties.element`: keys are bytes of any length.
#define SOCH_ELEMENT_BYTES 0

// `soch_index_properties.element`: a key is a vector of 32-bit floating-point numbers.
#define SOCH_ELEMENT_F32 1

// `soch_index_properties.element`: a key is a vector of 16-bit floating-point numbers by IEEE 754.
#define SOCH_ELEMENT_F16 2

// `soch_index_properties.element`: a key is a vector of signed bytes.
#define SOCH_ELEMENT_I8 3

// `soch_index_properties.element`: a key is a vector of bits, the first one the lowest of its byte. Bits of the last byte
// behind the last dimension are 0.
#define SOCH_ELEMENT_BIT 4

// `soch_index_properties.element`: a key is a text in UTF-8.
#define SOCH_ELEMENT_TEXT 5

// `soch_index_properties.metric`: one that is not listed, or no distances at all.
#define SOCH_DISTANCE_OTHER 0

// `soch_index_properties.metric`: the Euclidean distance.
#define SOCH_DISTANCE_L2 1

// `soch_index_properties.metric`: the square of the Euclidean distance.
#define SOCH_DISTANCE_L2_SQUARED 2

// `soch_index_properties.metric`: 1 minus the cosine of the angle. A vector of zeros has none: it is `SOCH_INVALID`, or at
// any distance that is no NaN.
#define SOCH_DISTANCE_COSINE 3

// `soch_index_properties.metric`: minus the inner product.
#define SOCH_DISTANCE_INNER_PRODUCT 4

// `soch_index_properties.flags`: `insert` and `remove` may be called from any thread, beside each other and beside all that
// is [any-thread]. Whatever looks at a row meanwhile finds it or not. What is saved meanwhile has a change whole or not at
// all. Without this flag changes are [exclusive]. Since 1.1.
#define SOCH_INDEX_CONCURRENT_CHANGES 1ull

// `soch_index_properties.flags`: changes and builds are seen for certain only after the next `flush_index` that returned
// `SOCH_OK`; what looks before finds the index as it was, or with some of them. Such an index has the group `flush`.
// Without this flag they are seen when they return. Since 1.1.
#define SOCH_INDEX_VISIBLE_AFTER_FLUSH 2ull

// `soch_observability_properties.flags`: metrics are dropped. The host gives none, and lends none.
#define SOCH_OBSERVABILITY_NO_METRICS 1ull

// `soch_observability_properties.flags`: spans are dropped. The host starts none.
#define SOCH_OBSERVABILITY_NO_SPANS 2ull

// `soch_observability_properties.flags`: log lines are dropped. The host gives none.
#define SOCH_OBSERVABILITY_NO_LOGS 4ull

// Bytes of the longest input that every codec takes.
#define SOCH_LEAST_MAX_INPUT 67108864ull

// `soch_compression_properties.flags`: `set_level` takes the levels from `min_level` to `max_level`.
#define SOCH_COMPRESSION_LEVELS 1ull

// `soch_compression_options.flags`: `level` says the level of this call.
#define SOCH_COMPRESS_AT_LEVEL 1ull

// The major version of this contract. It is also the number in the entry's name.
#define SOCH_ABI_MAJOR 1

// The minor version of this contract.
#define SOCH_ABI_MINOR 1

// How a call ended. Rule 1 says what a value means that is not listed.
typedef int32_t soch_status;

// UTF-8 text lent for the call; no NUL at its end. `ptr` may be NULL if `len` is 0. Frozen.
typedef struct soch_str {
  // The first byte.
  const char *ptr;
  // How many bytes.
  size_t len;
} soch_str;

// A name and its value: a metric's label, an event's attribute, a log line's field. Frozen.
typedef struct soch_label {
  // The name.
  struct soch_str name;
  // The value.
  struct soch_str value;
} soch_label;

// The host, as one instance of a plugin sees it. It lives until `destroy` of that instance returns.
//
// The struct is complete: the host fills every function that its minor version has. A plugin built for a
// newer minor compares `size` before it uses what is newer than `min_host_minor`. Grows at its end.
typedef struct soch_host {
  // `sizeof(soch_host)` of the host.
  size_t size;
  // The minor version that both sides have: the smaller of the host's and the plugin's.
  uint32_t abi_minor;
  // The least level of `log` that the host keeps: one of `SOCH_LOG_*`.
  int32_t log_level;
  // The first argument of the functions below.
  void *ctx;
  // Name and version of the application, such as `sochdb 2.1.0`.
  struct soch_str product;
  // Absolute path of the directory that the library was loaded from. The plugin's own files are
  // here; `dladdr` does not tell, as the host maps a private copy. Empty if it is not UTF-8, or if the plugin has no
  // files (rule 10).
  struct soch_str directory;
  // Gives a line to the host's log. Control characters are escaped. [any-thread]
  void (*log)(void *ctx, int32_t level, struct soch_str message, const struct soch_label *fields, size_t count);
  // Adds to a counter that the host keeps for this plugin. [any-thread]
  void (*counter_inc)(void *ctx, struct soch_str name, uint64_t value, const struct soch_label *labels, size_t count);
  // Sets a gauge. [any-thread]
  void (*gauge_set)(void *ctx, struct soch_str name, double value, const struct soch_label *labels, size_t count);
  // Adds one observation to a histogram. [any-thread]
  void (*histogram_observe)(void *ctx, struct soch_str name, double value, const struct soch_label *labels, size_t count);
  // A table of functions that the application offers under `id` (`com.vendor.thing/1`), or NULL, always so where the
  // plugin does not share the application's memory. It lives as long as this host. [any-thread]
  const void *(*get_service)(void *ctx, struct soch_str id);
#if SOCH_TARGET_MINOR >= 1
  // Absolute path of a directory for the files of this instance, which the application gives to no other one meanwhile. It
  // is there, and what the plugin leaves in it is there again when the application makes the instance anew. Empty if the application
  // gives none: a plugin that cannot do without files takes a path of its configuration, or refuses `create` with
  // `SOCH_INVALID`. Since 1.1.
  struct soch_str data_dir;
  // Bytes of memory that the instance is to keep to, for caches and buffers too; 0 if the application sets no such limit.
  // One that cannot do with so little refuses `create` with `SOCH_LIMIT` and says what it needs. Since 1.1.
  uint64_t memory_budget;
  // Tells the host how many bytes of memory the instance takes now, in place of what was told before. Since 1.1. [any-thread]
  void (*memory_used)(void *ctx, uint64_t bytes);
  // Says what the metrics of this name are, which the functions above change: their unit by UCUM, such as `s` or `By`, empty
  // for none, and what they measure in one sentence. It comes once, such as in `create`, before the first change. Of several
  // descriptions of a name the first one counts, and the application's before all. Since 1.1. [any-thread]
  void (*describe_metric)(void *ctx, struct soch_str name, struct soch_str unit, struct soch_str description);
#endif
} soch_host;

// Why a call failed. The caller owns it and sets `code` and `message[0]` to 0 before the call; the
// plugin writes it on failure only, and may leave it alone. Frozen.
typedef struct soch_error {
  // The plugin's own error number, such as an errno; 0 if it has none.
  int32_t code;
  // One sentence in UTF-8 that ends in NUL. Say what was found and what to do.
  char message[SOCH_ERROR_MESSAGE_SIZE];
} soch_error;

// Bytes lent for the call, at any address (rule 9). `ptr` may be NULL if `len` is 0. Frozen.
typedef struct soch_bytes {
  // The first byte.
  const uint8_t *ptr;
  // How many bytes.
  size_t len;
} soch_bytes;

// Where a call puts bytes. The caller owns it; it lives until the call returns. Frozen.
//
// Any status of these functions but `SOCH_OK` ends the call: return it as it is.
typedef struct soch_writer {
  // The first argument of the functions below.
  void *ctx;
  // The most bytes this call may write in all. More is `SOCH_LIMIT`.
  uint64_t limit;
  // Appends a copy of `bytes`. [exclusive]
  soch_status (*write)(void *ctx, struct soch_bytes bytes);
  // Lends room for `len` bytes at the end, not initialized, until the next call on this writer.
  // A second `reserve` replaces the first. [exclusive]
  soch_status (*reserve)(void *ctx, size_t len, uint8_t **room);
  // Keeps the first `len` bytes of the reserved room. More than was reserved is `SOCH_INVALID`. [exclusive]
  soch_status (*commit)(void *ctx, size_t len);
} soch_writer;

// The limits of one call that may take long, and where it comes from. The host owns it; it lives until the call returns,
// and every function is there. A slot that takes one gets NULL from a caller without limits: `soch_go_on` answers for
// both. Grows at its end.
//
// A plugin asks `go_on` from time to time, at least every 10 ms, and ends the call with what it answers; until it does, the
// call goes on. What a caller reads is the same before and after a call that ended so, unless the slot says that a part may
// stay, as `change_batch` and `build_add` do. A slot without one is never cancelled, as it ends soon by itself: `get`,
// `put`, `nearest` and the like do the work of one row or one query, `compress` and `decompress` of one input, whose size
// the caller chooses; `begin_txn` and `txn_put` wait no longer than `wait_ms` says; `open_cursor` leaves the walk to
// `cursor_next`.
typedef struct soch_call {
  // `sizeof(soch_call)` of the host.
  size_t size;
  // The first argument of the functions below.
  void *ctx;
  // The trace that the call belongs to, as in W3C Trace Context; all 0 for none.
  uint8_t trace_id[SOCH_TRACE_ID_SIZE];
  // The span that made the call; all 0 for none.
  uint8_t span_id[SOCH_SPAN_ID_SIZE];
  // Whether the call is to go on. `SOCH_CANCELLED` if the caller asked to stop, `SOCH_TIMEOUT` after its deadline: return
  // that as it is. [any-thread]
  soch_status (*go_on)(void *ctx);
  // Nanoseconds to the deadline: 0 after it, `UINT64_MAX` if there is none. [any-thread]
  uint64_t (*remaining_ns)(void *ctx);
  // Tells the caller how much of the call's work is done, in units of the plugin's choice; a `total` of 0 is not known.
  // [any-thread]
  void (*progress)(void *ctx, uint64_t done, uint64_t total);
} soch_call;

// Where `scan` puts its rows. The caller owns it; it lives until the call returns. Frozen.
typedef struct soch_row_sink {
  // The first argument of `row`.
  void *ctx;
  // Takes a copy of one row. Any status but `SOCH_OK` ends the scan: return it as it is. [exclusive]
  soch_status (*row)(void *ctx, struct soch_bytes key, struct soch_bytes value);
} soch_row_sink;

// The state of a storage, by its own account. The host owns it; it sets `size` and all else to 0 (rule 7). Grows at its end.
typedef struct soch_storage_stats {
  // `sizeof(soch_storage_stats)` of the host: the room that there is. The plugin leaves it as it is.
  size_t size;
  // Bytes of all keys and values, as stored.
  uint64_t bytes_stored;
  // How many keys all tables hold, as an estimate.
  uint64_t key_count;
  // Bytes that a compaction would rewrite.
  uint64_t pending_compaction_bytes;
  // Bytes written to the device for each byte put; 0 if it is not known.
  double write_amplification;
} soch_storage_stats;

// The properties of a storage, which do not change. The host owns it; it sets `size` and all else to 0 (rule 7). Of a
// figure, 0 means that there is no limit, or none that is known. Grows at its end.
typedef struct soch_storage_properties {
  // `sizeof(soch_storage_properties)` of the host: the room that there is. The plugin leaves it as it is.
  size_t size;
  // Some of `SOCH_STORAGE_*` and `SOCH_PROPERTY_*` (rule 14).
  uint64_t flags;
  // Bytes of the longest key.
  uint64_t max_key;
  // Bytes of the longest value.
  uint64_t max_value;
  // The most writes of one `write_batch`.
  uint64_t max_batch;
} soch_storage_properties;

// One write of a batch, or what it expects. Frozen.
typedef struct soch_write {
  // One of `SOCH_WRITE_*`, or one of a later minor version (rule 3).
  uint32_t op;
  // The table.
  uint32_t table;
  // The key.
  struct soch_bytes key;
  // The value.
  struct soch_bytes value;
  // Of `SOCH_WRITE_PUT`: the milliseconds for which the row is there, 0 for ever. It is not gone before, and a second behind
  // them at the latest: from then on no call gives it but those of readers and transactions that were open before, which go on
  // to see it. The time goes on while no instance has the data open, and a later write of the key, also of the same value, ends
  // it. The host passes one only where `describe` has `SOCH_STORAGE_TIME_TO_LIVE`. Of the other operations: 0.
  uint64_t ttl_ms;
} soch_write;

// The wishes of whoever writes a batch. The host owns it; it lives for the call. Grows at its end.
typedef struct soch_batch_options {
  // `sizeof(soch_batch_options)` of the host. What is behind it, the plugin takes for 0 (rule 7).
  size_t size;
  // Some of `SOCH_BATCH_*` (rule 13).
  uint64_t flags;
  // The database's own number for what the batch belongs to, as `put` takes it.
  uint64_t txn;
} soch_batch_options;

// The wishes of whoever opens a cursor. The host owns it; it and its keys live for the call. Grows at its end.
typedef struct soch_cursor_options {
  // `sizeof(soch_cursor_options)` of the host. What is behind it, the plugin takes for 0 (rule 7).
  size_t size;
  // Some of `SOCH_CURSOR_*` (rule 13).
  uint64_t flags;
  // The first key that may be among the rows.
  struct soch_bytes start;
  // The key before which the rows end. Empty means: at the end of the table. All keys with a prefix are the range from the
  // prefix to the next one of its length, so that an engine with a filter of prefixes sees there that it may use it.
  struct soch_bytes end;
} soch_cursor_options;

// A row that a cursor lends. Frozen.
typedef struct soch_row {
  // The row's key.
  struct soch_bytes key;
  // The row's value.
  struct soch_bytes value;
} soch_row;

// The wishes of whoever begins a transaction. The host owns it; it lives for the call. Grows at its end.
typedef struct soch_transaction_options {
  // `sizeof(soch_transaction_options)` of the host. What is behind it, the plugin takes for 0 (rule 7).
  size_t size;
  // Some of `SOCH_TRANSACTION_*` (rule 13).
  uint64_t flags;
  // Milliseconds that `begin_txn` and each write inside may wait for another transaction; then they are `SOCH_BUSY`.
  uint64_t wait_ms;
} soch_transaction_options;

// Where `multi_get` puts what it finds. The caller owns it; it lives until the call returns. Frozen.
typedef struct soch_value_sink {
  // The first argument of `value`.
  void *ctx;
  // Takes a copy of the value of the key at place `at`, from 0 on. Any status but `SOCH_OK` ends the call: return it as it
  // is. [exclusive]
  soch_status (*value)(void *ctx, size_t at, struct soch_bytes value);
} soch_value_sink;

// A storage engine. A table exists from its first `put` on; keys order as unsigned bytes. Grows at its end.
//
// It takes every key from one byte up to `SOCH_LEAST_MAX_KEY` and every value up to `SOCH_LEAST_MAX_VALUE`. It may take
// longer ones, or refuse them with `SOCH_LIMIT`; the empty key it may refuse with `SOCH_INVALID`. A refused write
// changes nothing.
// Each table is apart from the others; there is room for at least 16.
typedef struct soch_storage {
  // `sizeof(soch_storage)` of the plugin.
  size_t size;
  // Writes the value of `key` to `value`, or returns `SOCH_NOT_FOUND` and writes nothing. Required. [any-thread]
  soch_status (*get)(void *instance,
                     uint32_t table,
                     struct soch_bytes key,
                     const struct soch_writer *value,
                     struct soch_error *error);
  // Stores `value` under `key`, in place of what was there. The write is seen at once; one that can be taken back is
  // `txn_put`. `txn` is the database's own number for what the write belongs to, 0 for nothing: a storage may record it
  // beside the row, and nothing else depends on it. Where an open transaction is in the way, a write waits at most a
  // second and is `SOCH_BUSY`. Required. [any-thread]
  soch_status (*put)(void *instance,
                     uint32_t table,
                     struct soch_bytes key,
                     struct soch_bytes value,
                     uint64_t txn,
                     struct soch_error *error);
  // Removes `key`. `SOCH_OK` also if there was none. Required. [any-thread]
  soch_status (*remove)(void *instance, uint32_t table, struct soch_bytes key, uint64_t txn, struct soch_error *error);
  // Gives `rows` the rows with `start <= key < end` in ascending order of key, at most `limit` of them.
  // An empty `end` means: to the end of the table; a `start` behind `end`: no row. Both may be longer than any key that
  // `describe` allows. `call` may be NULL. Required. [any-thread]
  soch_status (*scan)(void *instance,
                      const struct soch_call *call,
                      uint32_t table,
                      struct soch_bytes start,
                      struct soch_bytes end,
                      uint64_t limit,
                      const struct soch_row_sink *rows,
                      struct soch_error *error);
  // Returns when every write that returned before is durable, as far as this storage promises it, and with it what an
  // instance found that a killed process had left. After an error,
  // rule 11 holds. `call` may be NULL. Required. [any-thread]
  soch_status (*flush)(void *instance, const struct soch_call *call, struct soch_error *error);
  // Gives space back. `SOCH_BUSY` if an open reader keeps it from that. `call` may be NULL. Optional; the default does nothing.
  // [any-thread]
  soch_status (*compact)(void *instance, const struct soch_call *call, struct soch_error *error);
  // Fills `stats`. What is not known stays 0. Optional; the default fills nothing. [any-thread]
  soch_status (*stats)(void *instance, struct soch_storage_stats *stats, struct soch_error *error);
  // Fills `properties`. The host asks once, after `create`, and refuses by itself what exceeds the answer: a key or
  // value that is too long and a batch that is too large as `SOCH_LIMIT`, an empty key as `SOCH_INVALID`. Optional; the
  // default fills nothing. [any-thread]
  soch_status (*describe)(void *instance, struct soch_storage_properties *properties, struct soch_error *error);
#if SOCH_TARGET_MINOR >= 1
  // Applies all `writes` in their order, or none of them, which a reader sees at one moment. What the batch expects is of the
  // rows right before it, wherever it stands among the writes; `SOCH_CONFLICT` if that is not so, and nothing changed. An
  // operation or an option that the storage does not have is `SOCH_UNSUPPORTED`, and nothing changed (rules 3 and 13). An open
  // transaction is in its way as in that of `put`. No writes at all are `SOCH_OK`. `call` may be NULL. Optional; the default is
  // `SOCH_UNSUPPORTED`. Since 1.1. [any-thread]
  soch_status (*write_batch)(void *instance,
                             const struct soch_call *call,
                             const struct soch_write *writes,
                             size_t count,
                             const struct soch_batch_options *options,
                             struct soch_error *error);
  // Resolves a table once; it need not exist yet. The handle lives until `close_table`, which comes before
  // `shutdown`; a call on it is a call on the instance. The host uses a group only if all its
  // slots are there. Optional group `table`; without it, and after `SOCH_UNSUPPORTED`, the host calls `get` and `put`.
  // [any-thread]
  soch_status (*open_table)(void *instance, uint32_t table, void **handle, struct soch_error *error);
  // Ends a table handle; the table stays. Optional group `table`. [exclusive]
  void (*close_table)(void *handle);
  // `get` on a table handle. Optional group `table`. [any-thread]
  soch_status (*table_get)(void *handle,
                           struct soch_bytes key,
                           const struct soch_writer *value,
                           struct soch_error *error);
  // `put` on a table handle. Optional group `table`. [any-thread]
  soch_status (*table_put)(void *handle,
                           struct soch_bytes key,
                           struct soch_bytes value,
                           uint64_t txn,
                           struct soch_error *error);
  // Opens a snapshot: what was written before is seen, what is written later is not, and no write waits for it. It
  // lives until `close_reader`, which comes before `shutdown`; as long as it is open, the host calls nothing
  // [exclusive] on the instance. One thread at a time uses a reader with its cursors, and another may go on.
  // Optional group `reader`; without it the host answers `SOCH_UNSUPPORTED`, as an instance does that has none. [any-thread]
  soch_status (*open_reader)(void *instance, void **reader, struct soch_error *error);
  // Ends a snapshot; its cursors were closed before. Optional group `reader`. [exclusive]
  void (*close_reader)(void *reader);
  // Lends the value of `key` until the next `reader_get` of this reader, or returns `SOCH_NOT_FOUND`. Cursors of the
  // reader that are opened, used or closed do not end the loan. Optional group `reader`. [exclusive]
  soch_status (*reader_get)(void *reader,
                            uint32_t table,
                            struct soch_bytes key,
                            struct soch_bytes *value,
                            struct soch_error *error);
  // Opens a cursor over `start <= key < end` of the snapshot, in ascending order of key, or as `options` say. The host
  // passes no `start` behind `end`; both may be longer than any key that `describe` allows. It lives until `close_cursor`.
  // Optional group `reader`. [exclusive]
  soch_status (*open_cursor)(void *reader,
                             uint32_t table,
                             const struct soch_cursor_options *options,
                             void **cursor,
                             struct soch_error *error);
  // Lends the next rows, at most `capacity`, until the next call on this cursor. Sets `count`; 0 means the
  // end, and only the end. 64 rows a call are enough to hide its cost. After an error it stands anywhere until it is
  // moved. `call` may be NULL. Optional group `reader`. [exclusive]
  soch_status (*cursor_next)(void *cursor,
                             const struct soch_call *call,
                             struct soch_row *rows,
                             size_t capacity,
                             size_t *count,
                             struct soch_error *error);
  // Ends a cursor, wherever it stands. Optional group `reader`. [exclusive]
  void (*close_cursor)(void *cursor);
  // Begins a transaction, which reads what was committed before it began and its own writes; nobody else sees these
  // before `commit_txn`. It lives until `commit_txn` or `abort_txn`, of which one comes before `shutdown`; as long as it is
  // open, the host calls nothing [exclusive] on the instance. One thread at a time uses it, and another may go on: an
  // engine whose lock belongs to a thread needs another lock. Where one writer is possible, a second `begin_txn` waits
  // as long as `options` allow, and is `SOCH_BUSY`. Optional group `transaction`; without it the host answers
  // `SOCH_UNSUPPORTED`, as an instance does that has none. [any-thread]
  soch_status (*begin_txn)(void *instance,
                           const struct soch_transaction_options *options,
                           void **txn,
                           struct soch_error *error);
  // `get` inside of a transaction. Optional group `transaction`. [exclusive]
  soch_status (*txn_get)(void *txn,
                         uint32_t table,
                         struct soch_bytes key,
                         const struct soch_writer *value,
                         struct soch_error *error);
  // `put` inside of a transaction. `SOCH_CONFLICT` as `commit_txn` says it, for who finds out here. A write that
  // fails is left out; the transaction may be of no more use then, and says so in every later call. Optional group
  // `transaction`. [exclusive]
  soch_status (*txn_put)(void *txn,
                         uint32_t table,
                         struct soch_bytes key,
                         struct soch_bytes value,
                         struct soch_error *error);
  // `remove` inside of a transaction; it fails as `txn_put` does. Optional group `transaction`. [exclusive]
  soch_status (*txn_remove)(void *txn, uint32_t table, struct soch_bytes key, struct soch_error *error);
  // `scan` inside of a transaction. `call` may be NULL. Optional group `transaction`. [exclusive]
  soch_status (*txn_scan)(void *txn,
                          const struct soch_call *call,
                          uint32_t table,
                          struct soch_bytes start,
                          struct soch_bytes end,
                          uint64_t limit,
                          const struct soch_row_sink *rows,
                          struct soch_error *error);
  // Makes all writes of the transaction seen, in all tables, at one moment; or none of them, and says why:
  // `SOCH_CONFLICT` if since it began another one, or a plain write, changed what this one writes, or may have. Only
  // after an error that cannot be undone (rule 11) is it not known which: whoever opens the data again finds all or
  // none. The handle is gone, whatever this returns. `call` may be NULL. Optional group `transaction`. [exclusive]
  soch_status (*commit_txn)(void *txn, const struct soch_call *call, struct soch_error *error);
  // Ends a transaction of which nothing stays. Optional group `transaction`. [exclusive]
  void (*abort_txn)(void *txn);
  // Moves a cursor to `key`, forward or backward, also from its end: the next rows are those of its range from `key` on,
  // in its order. So a key before the range, in that order, leads to its first row, and one behind it to none; it may be
  // longer than any key that `describe` allows. What the cursor lent ends. After an error it stands anywhere until it is
  // moved. `call` may be NULL. Optional group `seek`; without it, and after `SOCH_UNSUPPORTED`, the host opens another
  // cursor there, and then closes this one. [exclusive]
  soch_status (*cursor_seek)(void *cursor, const struct soch_call *call, struct soch_bytes key, struct soch_error *error);
  // Sets `count` to how many tables have rows, and writes their numbers to `tables`, ascending, if `capacity` is enough
  // for all. Optional; the default is `SOCH_UNSUPPORTED`. [any-thread]
  soch_status (*list_tables)(void *instance, uint32_t *tables, size_t capacity, size_t *count, struct soch_error *error);
  // Removes all rows of a table at one moment; `SOCH_OK` also if there are none. An open transaction is in its way as in
  // that of `put`. Handles of the table stay, and readers that were opened before see the rows. `call` may be NULL.
  // Optional; the default is `SOCH_UNSUPPORTED`. [any-thread]
  soch_status (*drop_table)(void *instance, const struct soch_call *call, uint32_t table, struct soch_error *error);
  // Writes a copy of all tables, as they are at one moment, to `directory`: an absolute path at which there is nothing yet, in a
  // directory that exists. Writes go on beside it. The copy is as durable as after `flush`, and a new instance of the plugin
  // that is configured to keep its data there opens it. After an error there is nothing. `call` may be NULL. Optional; the
  // default is `SOCH_UNSUPPORTED`. [any-thread]
  soch_status (*checkpoint)(void *instance,
                            const struct soch_call *call,
                            struct soch_str directory,
                            struct soch_error *error);
  // Writes what the engine tells its operators under `name` to `output`, as text; names and texts are its own. `SOCH_NOT_FOUND`,
  // and nothing written, for another name. Optional; the default is `SOCH_NOT_FOUND`. [any-thread]
  soch_status (*property)(void *instance,
                          struct soch_str name,
                          const struct soch_writer *output,
                          struct soch_error *error);
  // Gives `values` the value of each of `count` keys, once and in any order; nothing of a key that is not there. Each is as
  // `get` finds it, and they need not be of one moment; a key may be there twice. It is for an engine to which many keys
  // are one round trip. `call` may be NULL. Optional group `multi_get`; without it, and after `SOCH_UNSUPPORTED`, the host
  // calls `get` for each key. [any-thread]
  soch_status (*multi_get)(void *instance,
                           const struct soch_call *call,
                           uint32_t table,
                           const struct soch_bytes *keys,
                           size_t count,
                           const struct soch_value_sink *values,
                           struct soch_error *error);
  // Sets a savepoint in a transaction, behind all that it wrote until now. Each is inside of the one before; those that are
  // left end with the transaction. Optional group `savepoint`; without it the host answers `SOCH_UNSUPPORTED`, as a
  // transaction does that has none. [exclusive]
  soch_status (*txn_set_savepoint)(void *txn, struct soch_error *error);
  // Takes back what the transaction wrote since its last savepoint, and ends that. The host calls it only if there is one.
  // After an error the transaction may be of no more use, as after `txn_put`. Optional group `savepoint`. [exclusive]
  soch_status (*txn_rollback_to_savepoint)(void *txn, struct soch_error *error);
#endif
} soch_storage;

// One row to index. Frozen.
typedef struct soch_index_entry {
  // The row's number.
  uint64_t row;
  // The column's value in that row.
  struct soch_bytes key;
} soch_index_entry;

// The properties of an index, which do not change. The host owns it; it sets `size` and all else to 0 (rule 7). Of a
// figure, 0 means that there is no limit, or none that is known. Grows at its end.
typedef struct soch_index_properties {
  // `sizeof(soch_index_properties)` of the host: the room that there is. The plugin leaves it as it is.
  size_t size;
  // Some of `SOCH_INDEX_*` and `SOCH_PROPERTY_*` (rule 14).
  uint64_t flags;
  // What a key consists of: one of `SOCH_ELEMENT_*` (rule 15).
  uint32_t element;
  // How distances are measured: one of `SOCH_DISTANCE_*` (rule 15).
  uint32_t metric;
  // Elements of each vector, if that is fixed.
  uint64_t dimensions;
  // Bytes of the longest key.
  uint64_t max_key;
  // The most neighbours of one search.
  uint64_t max_neighbors;
} soch_index_properties;

// A search. The caller owns it, and lends it with all that it leads to for the call. Grows at its end.
typedef struct soch_search {
  // `sizeof(soch_search)` of the caller.
  size_t size;
  // Some of `SOCH_SEARCH_EXACT` and `SOCH_SEARCH_WITHIN` (rule 13).
  uint64_t flags;
  // The query.
  struct soch_bytes query;
  // The most rows to find. There is room for so many.
  size_t k;
  // The element that `query` consists of: `SOCH_ELEMENT_BYTES` for a key as this index has them, else one of
  // `SOCH_ELEMENT_*`, such as a text for an index that makes vectors of texts. One that the index does not take is
  // `SOCH_UNSUPPORTED` (rule 15).
  uint32_t element;
  // The form in which the allowed rows are given: one of `SOCH_FILTER_*` (rule 15). Only allowed rows are found: `k` of
  // them, if there are so many. `soch_search_allows` looks at the filter in any form.
  uint32_t filter;
  // The words of a bitmap, or row numbers.
  const uint64_t *filter_words;
  // How many there are at `filter_words`.
  size_t filter_count;
  // The first argument of `allows`.
  void *filter_ctx;
  // Returns whether the row is allowed (rule 17): the same each time, for any number. It does not call back into the instance.
  // NULL unless `filter` is `SOCH_FILTER_CALLBACK`. [any-thread]
  int32_t (*allows)(void *ctx, uint64_t row);
  // The parameters of this search, such as `ef` or `nprobe`, with their values as text. One that the index does not
  // know is `SOCH_UNSUPPORTED`, one with a value that it cannot have is `SOCH_INVALID`.
  const struct soch_label *parameters;
  // How many parameters there are.
  size_t parameter_count;
  // The largest distance that a row may have, with `SOCH_SEARCH_WITHIN`. Not NaN.
  double max_distance;
} soch_search;

// The result of a search beside rows and distances. The caller owns it; it sets `size` and all else to 0 (rule 7). Grows
// at its end.
typedef struct soch_search_result {
  // `sizeof(soch_search_result)` of the caller: the room that there is. The plugin leaves it as it is.
  size_t size;
  // `SOCH_SEARCH_IS_EXACT`, or 0 if that is not known (rule 14).
  uint64_t flags;
  // How many rows were written: at most `k`.
  size_t count;
} soch_search_result;

// One change of a batch. Frozen.
typedef struct soch_index_change {
  // One of `SOCH_INDEX_INSERT` and `SOCH_INDEX_REMOVE`, or one of a later minor version (rule 3).
  uint32_t op;
  // 0 (rule 16), for these two operations: the place of what a later one may ask for.
  uint32_t reserved;
  // The row's number.
  uint64_t row;
  // The column's value in that row.
  struct soch_bytes key;
} soch_index_change;

// An index. Several rows may have one key, and one row several keys. Grows at its end.
//
// What a key is, the index says in its documentation: bytes that order as unsigned, a vector, a text. A key that it
// cannot take is `SOCH_INVALID` and changes nothing. A vector is its elements in this machine's byte order, `float`s
// unless it describes others, all of one dimension, which the configuration or the first vector fixes; another dimension is
// `SOCH_INVALID`. It takes row
// numbers of all 64 bits, and a `build` of at least 65 536 entries.
typedef struct soch_index {
  // `sizeof(soch_index)` of the plugin.
  size_t size;
  // Sets `name` to the kind of index, such as `hnsw`, `learned`, `btree`: 1 to 63 of `A-Z a-z 0-9 _ . + -`. The
  // host asks once, after `create`, and copies it. Required. [any-thread]
  soch_status (*index_type)(void *instance, struct soch_str *name);
  // Replaces the whole index by `entries` of that column. One that fails or is cancelled leaves the index as it was. `call`
  // may be NULL. Optional; the default is a build by one part, with the group `builder`, and without it
  // `SOCH_UNSUPPORTED`, as an index has it that only loads, or finds its files. [exclusive]
  soch_status (*build)(void *instance,
                       const struct soch_call *call,
                       uint32_t table,
                       uint16_t column,
                       const struct soch_index_entry *entries,
                       size_t count,
                       struct soch_error *error);
  // Adds a row. `SOCH_OK` also if it was there. Optional; the default is `SOCH_UNSUPPORTED`, as an index has it that is
  // only built. Unless `SOCH_INDEX_CONCURRENT_CHANGES` says else: [exclusive]
  soch_status (*insert)(void *instance, struct soch_bytes key, uint64_t row, struct soch_error *error);
  // Removes a row. `SOCH_OK` also if it was not there. What it took is given back in time: an index whose entries come and go
  // takes no more and more. Optional; the default is `SOCH_UNSUPPORTED`, as an index has it that only grows. Unless `SOCH_INDEX_CONCURRENT_CHANGES` says else: [exclusive]
  soch_status (*remove)(void *instance, struct soch_bytes key, uint64_t row, struct soch_error *error);
  // Finds the rows with exactly `key`, in ascending order. Writes the first `capacity` of them to `rows` and
  // sets `count` to how many there are in all; with more than `capacity` the caller comes again. Optional; the
  // default is `SOCH_UNSUPPORTED`, as an index has it that only knows distances. [any-thread]
  soch_status (*lookup)(void *instance,
                        struct soch_bytes key,
                        uint64_t *rows,
                        size_t capacity,
                        size_t *count,
                        struct soch_error *error);
  // Finds the rows with `start <= key < end`, in ascending order of key, then row, at most `limit` of them.
  // An empty `end` means: to the last key; a `start` behind `end`: no row. Both may be longer than any key that `describe`
  // allows. Writes as `lookup` does, and counts no more than `limit`. `call` may be NULL. Optional; the default is
  // `SOCH_UNSUPPORTED`, as an index without an order has it. [any-thread]
  soch_status (*range)(void *instance,
                       const struct soch_call *call,
                       struct soch_bytes start,
                       struct soch_bytes end,
                       uint64_t limit,
                       uint64_t *rows,
                       size_t capacity,
                       size_t *count,
                       struct soch_error *error);
  // Sets `bytes` to the memory and disk that the index takes. Optional; the default is `SOCH_UNSUPPORTED`: it is not
  // known. [any-thread]
  soch_status (*size_bytes)(void *instance, uint64_t *bytes, struct soch_error *error);
  // Finds the `k` rows nearest to `query`, nearest first, each row once, by its nearest key. Writes at most `k` to `rows` and `distances`, and sets
  // `count` to how many it wrote. A distance is smaller the nearer a row is, by whatever metric the index has: the
  // Euclidean one, its square, 1 minus the cosine, minus the inner product, minus a score. It may be negative and is
  // never NaN. Rows at one distance come in any order. Optional; the default is `search` for no more than that, and
  // without it `SOCH_UNSUPPORTED`. [any-thread]
  soch_status (*nearest)(void *instance,
                         struct soch_bytes query,
                         size_t k,
                         uint64_t *rows,
                         float *distances,
                         size_t *count,
                         struct soch_error *error);
  // Fills `properties`. The host asks once, after `create`, and refuses by itself what exceeds the answer: a vector of
  // another dimension as `SOCH_INVALID`, a key that is too long and too many neighbours as `SOCH_LIMIT`. Optional; the
  // default fills nothing. [any-thread]
  soch_status (*describe)(void *instance, struct soch_index_properties *properties, struct soch_error *error);
#if SOCH_TARGET_MINOR >= 1
  // `nearest` for `query_count` queries in one call: `rows` and `distances` have `k` places a query, `counts`
  // one. `call` may be NULL. Optional group `nearest_batch`; without it the host calls `nearest` for each. Since 1.1.
  // [any-thread]
  soch_status (*nearest_batch)(void *instance,
                               const struct soch_call *call,
                               const struct soch_bytes *queries,
                               size_t query_count,
                               size_t k,
                               uint64_t *rows,
                               float *distances,
                               size_t *counts,
                               struct soch_error *error);
  // Does what `nearest` does, for all that `search` asks: which rows are allowed, how far they may be, how to look for
  // them. Each row comes once. Writes at most `search->k` rows and distances, nearest first, and fills `result`. Optional group `search`;
  // without it the host calls `nearest` for a search that asks for no more than it gives, and a distance; any other is
  // `SOCH_UNSUPPORTED`. Since 1.1. [any-thread]
  soch_status (*search)(void *instance,
                        const struct soch_call *call,
                        const struct soch_search *search,
                        uint64_t *rows,
                        float *distances,
                        struct soch_search_result *result,
                        struct soch_error *error);
  // Writes the whole index to `output`, for `load`. The host numbers its changes, and `watermark` is the number of the
  // last one that the index holds: the plugin writes it too. `load` gives it back, and the host repeats the changes that
  // came after it. Searches go on beside a save, changes do not, unless they are concurrent. After an error the host throws away what was written.
  // Optional group `persist`; without it both are `SOCH_UNSUPPORTED`. Since 1.1. [any-thread]
  soch_status (*save)(void *instance,
                      const struct soch_call *call,
                      uint64_t watermark,
                      const struct soch_writer *output,
                      struct soch_error *error);
  // Replaces the whole index by `saved`: all that `save` wrote, in this version of the plugin or an earlier one, with the
  // same configuration. Sets `watermark` to what it was saved with. Bytes that are cut short or changed, be it one bit,
  // are `SOCH_CORRUPTION`: write a checksum. Those of another plugin, a later version or another configuration are
  // `SOCH_UNSUPPORTED`. A load that fails or is cancelled leaves the index as it was. Optional group `persist`.
  // Since 1.1. [exclusive]
  soch_status (*load)(void *instance,
                      const struct soch_call *call,
                      struct soch_bytes saved,
                      uint64_t *watermark,
                      struct soch_error *error);
  // Makes all changes and builds before it visible and, in an index with files of its own, durable, as what an instance found
  // that a killed process had left, also if nothing has changed since; and keeps `watermark`
  // with them in one step: the host's number of the last of them, which never falls. A process that ends meanwhile leaves
  // the files as the last flush that returned `SOCH_OK` left them, or as this one does. `SOCH_OK` means that no change is
  // missing; an index that lost one fails each later flush. One that fails or is cancelled may be repeated. Searches go on
  // beside a flush, changes do not, unless they are concurrent. Optional group `flush`; without it all is seen at once, `flush_index` is `SOCH_OK`, and `flushed` finds 0.
  // Since 1.1. [any-thread]
  soch_status (*flush_index)(void *instance, const struct soch_call *call, uint64_t watermark, struct soch_error *error);
  // Sets `watermark` to that of the last flush which the index holds, and 0 if it holds none. The host asks after `create`
  // what the files hold, and repeats what came later: everything, for 0. Optional group `flush`. Since 1.1. [any-thread]
  soch_status (*flushed)(void *instance, uint64_t *watermark, struct soch_error *error);
  // Does what `insert` and `remove` do, for `count` changes in their order. An operation that it does not know is
  // `SOCH_UNSUPPORTED` and changes nothing. After another error the first of them may be made, the rest not; all of them
  // may be repeated. Optional group `change_batch`; without it the host calls `insert` and `remove` for each. Since 1.1.
  // Unless `SOCH_INDEX_CONCURRENT_CHANGES` says else: [exclusive]
  soch_status (*change_batch)(void *instance,
                              const struct soch_call *call,
                              const struct soch_index_change *changes,
                              size_t count,
                              struct soch_error *error);
  // Removes all that the index keeps, in memory and in files of its own. The host calls nothing after it but `abandon_build`,
  // `shutdown` and `destroy`, unless it is `SOCH_UNSUPPORTED`, which changes nothing. An instance that is made anew with the same
  // configuration and `data_dir` is empty after `SOCH_OK`, and after an error empty or as it was. Optional; the default is
  // `SOCH_UNSUPPORTED`. Since 1.1. [exclusive]
  soch_status (*drop_index)(void *instance, const struct soch_call *call, struct soch_error *error);
  // Begins a build by parts: a builder takes the entries of that column beside searches and changes, and nobody sees them
  // before `finish_build`. It lives until `finish_build` or `abandon_build`, of which one comes before `shutdown`. Its calls
  // are calls on the instance, too: nothing [exclusive] runs beside them. Several may be open; an index that has room for
  // one only answers the next, and `build` meanwhile, with `SOCH_BUSY`. `call` may be NULL. Optional group `builder`;
  // without it, and after `SOCH_UNSUPPORTED`, the host keeps the entries, and passes all of them to `build`. Since 1.1.
  // [any-thread]
  soch_status (*begin_build)(void *instance,
                             const struct soch_call *call,
                             uint32_t table,
                             uint16_t column,
                             void **builder,
                             struct soch_error *error);
  // Adds entries to those of the builder; one that comes twice counts once. After an error the first of them may be added,
  // the rest not, and all of them may be added again; a builder that lost one fails in `finish_build`. `call` may be NULL.
  // Optional group `builder`. Since 1.1. [exclusive]
  soch_status (*build_add)(void *builder,
                           const struct soch_call *call,
                           const struct soch_index_entry *entries,
                           size_t count,
                           struct soch_error *error);
  // Replaces the whole index by what was added, in one step, as `build` does: what was changed since `begin_build` goes, too,
  // and the host makes those changes again. No other call on the instance is under way, so what takes long belongs into
  // `build_add`. One that fails or is cancelled leaves the index as it was. The handle is gone, whatever this returns.
  // `call` may be NULL. Optional group `builder`. Since 1.1. [exclusive]
  soch_status (*finish_build)(void *builder, const struct soch_call *call, struct soch_error *error);
  // Ends a builder of which nothing stays. Optional group `builder`. Since 1.1. [exclusive]
  void (*abandon_build)(void *builder);
#endif
} soch_index;

// The database's state, lent by the host. Grows at its end.
typedef struct soch_health {
  // `sizeof(soch_health)` of the host.
  size_t size;
  // Whether the database serves (rule 17).
  uint32_t operational;
  // 0 (rule 16).
  uint32_t reserved;
  // Bytes of the write-ahead log.
  uint64_t wal_size_bytes;
  // Transactions that are open.
  uint64_t active_txns;
  // Share of the buffer pool in use, 0 to 1.
  double buffer_pool_usage;
  // Seconds since the last checkpoint.
  uint64_t checkpoint_age_secs;
} soch_health;

// The properties of a sink, which do not change. The host owns it; it sets `size` and all else to 0 (rule 7). Grows at its
// end.
typedef struct soch_observability_properties {
  // `sizeof(soch_observability_properties)` of the host: the room that there is. The plugin leaves it as it is.
  size_t size;
  // Some of `SOCH_OBSERVABILITY_*` and `SOCH_PROPERTY_*` (rule 14).
  uint64_t flags;
  // The least level of the log lines that it takes: one of `SOCH_LOG_*`.
  int32_t log_level;
  // 0 (rule 16).
  uint32_t reserved;
} soch_observability_properties;

// How many observations lie above the bound of the bucket before, and at most at this one's. Frozen.
typedef struct soch_bucket {
  // The bucket's upper bound, which belongs to it; infinity in the last one.
  double upper;
  // Observations in this bucket alone.
  uint64_t count;
} soch_bucket;

// The buckets of observations of one sign. Bucket `i` of `counts`, from 0 on, has those whose amount lies above
// base^(offset + i) and at most at base^(offset + i + 1). Frozen.
typedef struct soch_exponential_buckets {
  // Observations in each bucket.
  const uint64_t *counts;
  // How many buckets.
  size_t count;
  // The number of the first bucket.
  int32_t offset;
  // 0 (rule 16).
  uint32_t reserved;
} soch_exponential_buckets;

// The buckets of a `SOCH_METRIC_EXPONENTIAL`, lent by the host. Grows at its end.
typedef struct soch_exponential {
  // `sizeof(soch_exponential)` of the host.
  size_t size;
  // The base is 2^(2^-scale).
  int32_t scale;
  // 0 (rule 16).
  uint32_t reserved;
  // Observations whose amount is at most `zero_threshold`.
  uint64_t zero_count;
  // The largest amount that is taken for 0.
  double zero_threshold;
  // Observations above 0.
  struct soch_exponential_buckets positive;
  // Observations below 0, by their amount.
  struct soch_exponential_buckets negative;
} soch_exponential;

// One metric with its value at this moment, lent by the host. Grows at its end.
typedef struct soch_metric {
  // `sizeof(soch_metric)` of the host.
  size_t size;
  // One of `SOCH_METRIC_*`, or one of a later minor version (rule 4).
  uint32_t kind;
  // Some of `SOCH_METRIC_ALL_BUCKETS` (rule 14).
  uint32_t flags;
  // The metric's name, as the database wrote it. One name is of one kind.
  struct soch_str name;
  // Labels, sorted by name; name and labels together are unique.
  const struct soch_label *labels;
  // How many labels.
  size_t label_count;
  // A counter's total, the observations of a histogram of either kind; 0 for others.
  uint64_t count;
  // A gauge's value, an up-down counter's total, the sum of the observations of a histogram of either kind; 0 for a counter.
  double value;
  // The buckets of a `SOCH_METRIC_HISTOGRAM` by ascending bound, without those that are empty unless `flags` say so.
  const struct soch_bucket *buckets;
  // How many buckets; 0 for others.
  size_t bucket_count;
  // The buckets of a `SOCH_METRIC_EXPONENTIAL`; NULL for others.
  const struct soch_exponential *exponential;
  // The unit, by UCUM, such as `s` or `By`; empty if nobody said it. One name has one unit.
  struct soch_str unit;
  // One sentence on what is measured; empty if nobody said it. One name has one.
  struct soch_str description;
  // Nanoseconds since 1970 in UTC, when counting began; 0 for a gauge, and where that is not known.
  uint64_t start_time;
} soch_metric;

// Where `collect` puts metrics. The caller owns it; it lives until the call returns. Frozen.
typedef struct soch_metric_sink {
  // The first argument of `metric`.
  void *ctx;
  // Takes one metric, lent for this call. Any status but `SOCH_OK` ends the collection. [exclusive]
  soch_status (*metric)(void *ctx, const struct soch_metric *metric);
} soch_metric_sink;

// The host's metrics, which a plugin reads when it wants to. They live until `destroy` of the instance that they
// were lent to returns. Grows at its end.
typedef struct soch_metrics {
  // `sizeof(soch_metrics)` of the host.
  size_t size;
  // The first argument of the functions below.
  void *ctx;
  // Gives every metric to `sink`, those of one name one after the other, and returns the status that ended it
  // early, if one did. Metrics that change meanwhile are given as they are at some moment of the call. Nothing else
  // of the plugin is called, so it may hold its locks. [any-thread]
  soch_status (*collect)(void *ctx, const struct soch_metric_sink *sink, struct soch_error *error);
} soch_metrics;

// A span as other processes know it, by the W3C's Trace Context. Frozen.
typedef struct soch_trace_context {
  // The trace's id, which is not all 0.
  uint8_t trace_id[SOCH_TRACE_ID_SIZE];
  // The span's id, which is not all 0.
  uint8_t span_id[SOCH_SPAN_ID_SIZE];
  // The eight trace flags, such as `SOCH_TRACE_SAMPLED` (rule 14).
  uint32_t flags;
  // 0 (rule 16).
  uint32_t reserved;
  // What `tracestate` has, which vendors add to; may be empty.
  struct soch_str state;
} soch_trace_context;

// A name and a value that has a type, of a span, an event, a link or a log record. Frozen.
typedef struct soch_attribute {
  // The name.
  struct soch_str name;
  // The value of a `SOCH_ATTRIBUTE_TEXT`.
  struct soch_str text;
  // The value of a `SOCH_ATTRIBUTE_INTEGER` or a `SOCH_ATTRIBUTE_BOOL`.
  int64_t integer;
  // The value of a `SOCH_ATTRIBUTE_NUMBER`.
  double number;
  // One of `SOCH_ATTRIBUTE_*`, or one of a later minor version (rule 12).
  uint32_t kind;
  // 0 (rule 16).
  uint32_t reserved;
} soch_attribute;

// Another span that has to do with one. Frozen.
typedef struct soch_span_link {
  // The other span.
  struct soch_trace_context context;
  // What is to be said of the link.
  const struct soch_attribute *attributes;
  // How many attributes.
  size_t attribute_count;
} soch_span_link;

// The beginning of a span, lent by the host. Grows at its end.
typedef struct soch_span_start {
  // `sizeof(soch_span_start)` of the host.
  size_t size;
  // The name.
  struct soch_str name;
  // One of `SOCH_SPAN_INTERNAL` to `SOCH_SPAN_CONSUMER` (rule 12).
  uint32_t kind;
  // 0 (rule 16).
  uint32_t reserved;
  // The sink's own number of the parent, or 0.
  uint64_t parent;
  // The parent in another process, or NULL. Not looked at if `parent` is not 0.
  const struct soch_trace_context *remote_parent;
  // Nanoseconds since 1970 in UTC, when it began; 0 for now.
  uint64_t time;
  // Attributes.
  const struct soch_attribute *attributes;
  // How many attributes.
  size_t attribute_count;
  // Links to other spans.
  const struct soch_span_link *links;
  // How many links.
  size_t link_count;
} soch_span_start;

// Something that happened in a span, lent by the host. Grows at its end.
typedef struct soch_span_event {
  // `sizeof(soch_span_event)` of the host.
  size_t size;
  // The name.
  struct soch_str name;
  // Nanoseconds since 1970 in UTC, when it happened; 0 for now.
  uint64_t time;
  // Attributes.
  const struct soch_attribute *attributes;
  // How many attributes.
  size_t attribute_count;
} soch_span_event;

// The end of a span, lent by the host. Grows at its end.
typedef struct soch_span_end {
  // `sizeof(soch_span_end)` of the host.
  size_t size;
  // Nanoseconds since 1970 in UTC, when it ended; 0 for now.
  uint64_t time;
  // One of `SOCH_SPAN_UNSET` to `SOCH_SPAN_ERROR` (rule 12).
  uint32_t status;
  // 0 (rule 16).
  uint32_t reserved;
  // Why it failed; empty otherwise.
  struct soch_str text;
  // Attributes that are known at the end; one of the same name replaces that of the beginning.
  const struct soch_attribute *attributes;
  // How many attributes.
  size_t attribute_count;
} soch_span_end;

// A line of the database's log, lent by the host. Grows at its end.
typedef struct soch_log_record {
  // `sizeof(soch_log_record)` of the host.
  size_t size;
  // Nanoseconds since 1970 in UTC, when it happened; 0 for now.
  uint64_t time;
  // One of `SOCH_LOG_*` (rule 2).
  int32_t level;
  // 0 (rule 16).
  uint32_t reserved;
  // The message.
  struct soch_str message;
  // The part of the database that says it, such as `sochdb::compaction`; may be empty.
  struct soch_str target;
  // The sink's own number of the span in which it happened, or 0.
  uint64_t span;
  // The span in which it happened, if it is of another process, or NULL. Not looked at if `span` is not 0.
  const struct soch_trace_context *remote_span;
  // Attributes.
  const struct soch_attribute *attributes;
  // How many attributes.
  size_t attribute_count;
} soch_log_record;

// A sink of metrics, spans and logs, or of one of them. Its calls report no text: a plugin that cannot deliver says so
// through `soch_host.log`, and the host goes on whatever the status. Grows at its end.
//
// What a sink takes, as `describe` says, it delivers once: its texts and numbers as they were given, as far as its format has
// room for them, the log lines of one thread in their order. Numbers may be NaN or infinite and names empty: what its format
// has no room for it leaves out, and takes no harm.
//
// A span's number is the sink's own. It is given again only after its span has ended. A sink takes no harm from a number
// that no open span has.
typedef struct soch_observability {
  // `sizeof(soch_observability)` of the plugin.
  size_t size;
  // Adds `value` to a counter. The order of labels has no meaning. Optional; the default does nothing. [any-thread]
  soch_status (*counter_inc)(void *instance,
                             struct soch_str name,
                             uint64_t value,
                             const struct soch_label *labels,
                             size_t count);
  // Sets a gauge. Optional; the default does nothing. [any-thread]
  soch_status (*gauge_set)(void *instance,
                           struct soch_str name,
                           double value,
                           const struct soch_label *labels,
                           size_t count);
  // Adds one observation to a histogram. Optional; the default does nothing. [any-thread]
  soch_status (*histogram_observe)(void *instance,
                                   struct soch_str name,
                                   double value,
                                   const struct soch_label *labels,
                                   size_t count);
  // Starts a span under `parent`, 0 for none, and sets `span` to its number, which is not 0. Optional; the default
  // counts spans. [any-thread]
  soch_status (*span_start)(void *instance, struct soch_str name, uint64_t parent, uint64_t *span);
  // Ends a span, once. `SOCH_NOT_FOUND` may be said of one that is not open. Optional; the default does nothing. [any-thread]
  soch_status (*span_end)(void *instance, uint64_t span);
  // Notes something that happened in a span. `SOCH_NOT_FOUND` may be said of one that is not open. Optional; the default does
  // nothing. [any-thread]
  soch_status (*span_event)(void *instance,
                            uint64_t span,
                            struct soch_str name,
                            const struct soch_label *attributes,
                            size_t count);
  // Takes a line of the database's log; `level` is one of `SOCH_LOG_*`. Optional; the default does nothing. [any-thread]
  soch_status (*log)(void *instance,
                     int32_t level,
                     struct soch_str message,
                     const struct soch_label *fields,
                     size_t count);
  // Takes the database's state. Optional; the default does nothing. [any-thread]
  soch_status (*report_health)(void *instance, const struct soch_health *health);
  // Fills `properties`. The host asks once, after `create`, and gives the sink nothing that it drops: the database does
  // not even put together the text of a line that no sink takes. Optional; the default fills nothing, and the sink
  // gets all. [any-thread]
  soch_status (*describe)(void *instance, struct soch_observability_properties *properties, struct soch_error *error);
#if SOCH_TARGET_MINOR >= 1
  // Lends the host's metrics, to be read whenever the plugin wants, until `destroy`; after any other status than
  // `SOCH_OK` they are not lent. It comes at most once, before any metric. What `collect` gives is not pushed:
  // the three functions at the top then get only metrics that the host keeps elsewhere. Reading costs the
  // database nothing, while each push costs it a call. Optional; the default is `SOCH_UNSUPPORTED`, and the host
  // pushes each change. Since 1.1. [any-thread]
  soch_status (*attach)(void *instance, const struct soch_metrics *metrics, struct soch_error *error);
  // Starts a span as `span_start` does, of which the host knows more. The number is one of those of `span_start`: a
  // span that either started, `span_end` and `span_record_end` end alike. Optional group `span_record`; without it the
  // host calls `span_start`, `span_event` with the attributes as texts, and `span_end`; what these do not take is lost.
  // Since 1.1. [any-thread]
  soch_status (*span_record_start)(void *instance, const struct soch_span_start *start, uint64_t *span);
  // Notes something that happened in a span. `SOCH_NOT_FOUND` may be said of one that is not open. Optional group `span_record`.
  // Since 1.1. [any-thread]
  soch_status (*span_record_event)(void *instance, uint64_t span, const struct soch_span_event *event);
  // Ends a span, once. `SOCH_NOT_FOUND` may be said of one that is not open. Optional group `span_record`. Since 1.1. [any-thread]
  soch_status (*span_record_end)(void *instance, uint64_t span, const struct soch_span_end *end);
  // Sets `context` to a span's ids and flags, by which another process continues the trace, and writes what
  // `tracestate` has to `state`; `context.state` stays empty. `SOCH_NOT_FOUND` if the span is not open or has no ids.
  // Optional group `span_record`. Since 1.1. [any-thread]
  soch_status (*span_context)(void *instance,
                              uint64_t span,
                              struct soch_trace_context *context,
                              const struct soch_writer *state);
  // Takes a line of the database's log, of which the host knows more than `log` takes. Optional group `log_record`;
  // without it the host calls `log` with the attributes as texts; what it does not take is lost. Since 1.1. [any-thread]
  soch_status (*log_record)(void *instance, const struct soch_log_record *record);
  // Delivers what it was given and has buffered, and returns when that has arrived, or with what `call` answers. The host
  // calls it when the application asks, not before `shutdown`, which delivers too. Optional; the default does nothing, as
  // of a sink that buffers nothing. Since 1.1. [any-thread]
  soch_status (*flush)(void *instance, const struct soch_call *call, struct soch_error *error);
#endif
} soch_observability;

// The properties of a codec, which do not change. The host owns it; it sets `size` and all else to 0 (rule 7). Grows at
// its end.
typedef struct soch_compression_properties {
  // `sizeof(soch_compression_properties)` of the host: the room that there is. The plugin leaves it as it is.
  size_t size;
  // Some of `SOCH_COMPRESSION_*` and `SOCH_PROPERTY_*` (rule 14).
  uint64_t flags;
  // Bytes of the longest input of `compress`; 0 means that there is no limit, or none that is known.
  uint64_t max_input;
  // The lowest level.
  int32_t min_level;
  // The highest level.
  int32_t max_level;
  // The level before the first `set_level`.
  int32_t default_level;
  // 0 (rule 16).
  uint32_t reserved;
} soch_compression_properties;

// The options of one call of a codec. The host owns it. Grows at its end.
typedef struct soch_compression_options {
  // `sizeof(soch_compression_options)` of the host.
  size_t size;
  // Some of `SOCH_COMPRESS_*` (rule 13).
  uint64_t flags;
  // The level of this call, in place of that of `set_level`, if `flags` say so.
  int32_t level;
  // 0 (rule 16).
  uint32_t reserved;
  // A dictionary, which compressing and decompressing must have in common; empty for none. A codec that takes none
  // answers `SOCH_UNSUPPORTED`.
  struct soch_bytes dictionary;
} soch_compression_options;

// A codec. What `compress` writes, `decompress` of the same plugin turns back, byte for byte, at any level,
// today and in a later version. It takes every input up to `SOCH_LEAST_MAX_INPUT`; a longer one may be `SOCH_LIMIT`.
// Grows at its end.
typedef struct soch_compression {
  // `sizeof(soch_compression)` of the plugin.
  size_t size;
  // Sets `name` to the algorithm, such as `lz4`, `zstd`, `snappy`: 1 to 63 of `A-Z a-z 0-9 _ . + -`. The host
  // asks once, after `create`, and copies it. Required. [any-thread]
  soch_status (*algorithm)(void *instance, struct soch_str *name);
  // Writes the compressed form of `input`, which may be empty, to `output`. Required. [any-thread]
  soch_status (*compress)(void *instance,
                          struct soch_bytes input,
                          const struct soch_writer *output,
                          struct soch_error *error);
  // Writes what `compress` was given to `output`. Damaged input is `SOCH_CORRUPTION`. A length that the input states may be
  // made up: no memory is taken for more than the writer's limit. Required. [any-thread]
  soch_status (*decompress)(void *instance,
                            struct soch_bytes input,
                            const struct soch_writer *output,
                            struct soch_error *error);
  // Sets the level of later `compress` calls; what a level means is the algorithm's. Outside its range is
  // `SOCH_INVALID`. Optional; the default accepts every level and changes nothing. [exclusive]
  soch_status (*set_level)(void *instance, int32_t level, struct soch_error *error);
  // Fills `properties`. The host asks once, after `create`, and refuses by itself what exceeds the answer: an input that
  // is too long as `SOCH_LIMIT`, a level outside as `SOCH_INVALID`. Optional; the default fills nothing. [any-thread]
  soch_status (*describe)(void *instance, struct soch_compression_properties *properties, struct soch_error *error);
#if SOCH_TARGET_MINOR >= 1
  // Sets `most` to an upper bound of what `compress` writes for an input of `len` bytes. Optional; the default
  // knows none, and the host lets its buffer grow. Since 1.1. [any-thread]
  soch_status (*bound)(void *instance, size_t len, size_t *most, struct soch_error *error);
  // Sets `len` to how many bytes `decompress` writes for `input`, as the compressed form claims, or returns
  // `SOCH_NOT_FOUND` if it does not say. Optional; the default is `SOCH_NOT_FOUND`. Since 1.1. [any-thread]
  soch_status (*decompressed_size)(void *instance, struct soch_bytes input, uint64_t *len, struct soch_error *error);
  // `compress` with options for this call alone. A level outside the range is `SOCH_INVALID`. Optional group `options`;
  // without it the host answers `SOCH_UNSUPPORTED`. Since 1.1. [any-thread]
  soch_status (*compress_with)(void *instance,
                               struct soch_bytes input,
                               const struct soch_compression_options *options,
                               const struct soch_writer *output,
                               struct soch_error *error);
  // `decompress` of what `compress_with` wrote with this dictionary; levels have no meaning here. Without the right
  // dictionary it is `SOCH_CORRUPTION`, or the content, if none of that came from the dictionary. Optional group `options`.
  // Since 1.1. [any-thread]
  soch_status (*decompress_with)(void *instance,
                                 struct soch_bytes input,
                                 const struct soch_compression_options *options,
                                 const struct soch_writer *output,
                                 struct soch_error *error);
  // Writes a dictionary of at most `most` bytes for inputs like `samples` to `output`. Samples from which none can be
  // made, such as too few, are `SOCH_INVALID`. `call` may be NULL. Optional; the default is `SOCH_UNSUPPORTED`.
  // Since 1.1. [any-thread]
  soch_status (*train)(void *instance,
                       const struct soch_call *call,
                       const struct soch_bytes *samples,
                       size_t count,
                       size_t most,
                       const struct soch_writer *output,
                       struct soch_error *error);
#endif
} soch_compression;

// The entry: a library exports one constant of this type, named `soch_plugin_v1`. The first 40 bytes never
// change, in no major version. `SOCH_PLUGIN` writes it. Grows at its end.
//
// An instance's life: `create`, calls, `shutdown` once, `destroy`. There may be several instances of one
// library at a time, each with its own configuration; nothing is set up once a process. No instance leaves a child process
// behind, prints on standard output, or listens where neither its configuration nor its description says so. It writes files
// where its configuration or the host says: none stays in the working directory, the home directory or among temporary files.
typedef struct soch_plugin {
  // `SOCH_MAGIC`.
  uint64_t magic;
  // `sizeof(soch_plugin)` of the plugin.
  uint32_t size;
  // `SOCH_ABI_MAJOR` of the plugin. Another one than the host's is refused.
  uint16_t abi_major;
  // The minor version that the plugin was compiled for.
  uint16_t abi_minor;
  // The least minor version of a host that the plugin works with; usually 0.
  uint16_t min_host_minor;
  // 0 (rule 16).
  uint16_t reserved;
  // Flags, none of which has a meaning yet: 0. Rule 5 says what a host does about those that it does not know.
  uint32_t flags;
  // `SOCH_LAYOUT_HASH` of the header that the plugin was compiled with.
  uint8_t layout_hash[SOCH_LAYOUT_HASH_SIZE];
  // The plugin's name: 1 to 63 of `A-Z a-z 0-9 _ . + -`, the first one a letter or digit. [static]
  const char *name;
  // The plugin's own version: 1 to 31 of the same characters. [static]
  const char *version;
  // One sentence in UTF-8 on what it does, or NULL. [static]
  const char *description;
  // The author, in UTF-8, or NULL. [static]
  const char *author;
  // Ids that `get_interface` answers, ended by NULL, at most 64; or NULL. [static]
  const char *const *capabilities;
  // Makes an instance. `config` is lent for the call; it is a JSON object by custom, `{}` if none was given, and
  // nobody but the plugin looks at it. On failure nothing is left behind. Optional: without it every call gets a NULL instance. [any-thread]
  soch_status (*create)(const struct soch_host *host, struct soch_str config, void **instance, struct soch_error *error);
  // Stops the instance's work: writes what is buffered, and says if that fails. Files, sockets and threads may end with it
  // or with `destroy`. After it, whatever it returns, only `destroy` follows. Optional. [exclusive]
  soch_status (*shutdown)(void *instance, struct soch_error *error);
  // Frees the instance: when it returns, nothing that the instance opened, started or took is left. Comes without `shutdown`
  // after `SOCH_PANICKED`, and may never come (rule 8). Optional. [exclusive]
  void (*destroy)(void *instance);
  // The table of one of `capabilities`, or NULL. The table is [static]. Only a host that shares the plugin's memory
  // and knows the id asks, so a plugin works without. Required if there are any. [any-thread]
  const void *(*get_interface)(void *instance, struct soch_str id);
  // The table of its storage engine, or NULL. [static]
  const struct soch_storage *storage;
  // The table of its index, or NULL. [static]
  const struct soch_index *index;
  // The table of its sink of metrics, spans and logs, or NULL. [static]
  const struct soch_observability *observability;
  // The table of its codec, or NULL. [static]
  const struct soch_compression *compression;
} soch_plugin;

// The facts of the entry, in a form that is read from the file before any code of it runs: an ELF note in the
// section `.note.sochdb` (Mach-O: `__DATA,__sochdb`; PE: `.sochdb`), in the byte order of the file.
// `SOCH_PLUGIN` writes it. The host refuses a library whose note and entry differ. Grows at its end.
typedef struct soch_note {
  // `SOCH_NOTE_OWNER_SIZE`.
  uint32_t owner_size;
  // `SOCH_NOTE_BODY_SIZE`.
  uint32_t body_size;
  // `SOCH_NOTE_TYPE`.
  uint32_t kind;
  // `SochDB`.
  char owner[8];
  // `SOCH_NOTE_VERSION`.
  uint32_t note_version;
  // The entry's.
  uint16_t abi_major;
  // The entry's.
  uint16_t abi_minor;
  // The entry's.
  uint16_t min_host_minor;
  // 0 (rule 16).
  uint16_t reserved;
  // The entry's.
  uint32_t flags;
  // The `SOCH_KIND_*` of the tables that the entry has.
  uint32_t kinds;
  // The entry's.
  uint8_t layout_hash[SOCH_LAYOUT_HASH_SIZE];
  // The entry's; the rest is NUL.
  char name[SOCH_NAME_SIZE];
  // The entry's; the rest is NUL.
  char version[SOCH_VERSION_SIZE];
} soch_note;

// Rewrites query plans: `get_interface(instance, "sochdb.query_optimizer/1")`. A draft: it may change until
// the first plugin and the first host use it; its name will not. Grows at its end.
typedef struct soch_query_optimizer {
  // `sizeof(soch_query_optimizer)` of the plugin.
  size_t size;
  // Writes a plan that gives the same rows as `plan` to `output`; both are JSON text. Required. [any-thread]
  soch_status (*optimize)(void *instance,
                          struct soch_str plan,
                          const struct soch_writer *output,
                          struct soch_error *error);
} soch_query_optimizer;

// Says who may do what: `get_interface(instance, "sochdb.auth/1")`. A draft, as above. Grows at its end.
typedef struct soch_auth {
  // `sizeof(soch_auth)` of the plugin.
  size_t size;
  // Writes the name of the principal that `credential` proves `user` to be. Anything but `SOCH_OK` is a no.
  // Required. [any-thread]
  soch_status (*authenticate)(void *instance,
                              struct soch_str user,
                              struct soch_bytes credential,
                              const struct soch_writer *principal,
                              struct soch_error *error);
  // `SOCH_OK` if `principal` may do `action` on `resource`. Anything else is a no. Required. [any-thread]
  soch_status (*authorize)(void *instance,
                           struct soch_str principal,
                           struct soch_str action,
                           struct soch_str resource,
                           struct soch_error *error);
} soch_auth;

// The call did what its documentation says.
#define SOCH_OK 0

// The key, table, row, metric or span does not exist. Not an error where the function says so.
#define SOCH_NOT_FOUND 1

// An argument is outside the range the function states.
#define SOCH_INVALID 2

// This plugin does not do that.
#define SOCH_UNSUPPORTED 3

// Another transaction got there first; the caller may try again from its start.
#define SOCH_CONFLICT 4

// Not now; the caller may try the same call again.
#define SOCH_BUSY 5

// The operating system reported an error. `soch_error.code` is its errno; 0 where an engine hides it, and the message has
// its text then.
#define SOCH_IO 6

// Stored or given bytes are damaged.
#define SOCH_CORRUPTION 7

// A limit was reached: of the writer, of the configuration, or of memory.
#define SOCH_LIMIT 8

// The caller asked to stop: what `soch_call.go_on` answered.
#define SOCH_CANCELLED 9

// The plugin's code panicked or threw. The instance is poisoned: only `destroy` follows.
#define SOCH_PANICKED 10

// Anything else.
#define SOCH_FAILED 11

// A time limit passed, of the plugin or of something that it waited for. Whether the call took effect is not known, unless
// it is what `soch_call.go_on` answered: `soch_call` says what holds then.
#define SOCH_TIMEOUT 12

// Whoever owns the data or the service does not allow it. The same call by the same user is denied again.
#define SOCH_DENIED 13

// This instance cannot change anything, by its configuration or its medium.
#define SOCH_READ_ONLY 14

// Another owner took the data over. This instance writes nothing any more; a new one may.
#define SOCH_FENCED 15

// Which layout the plugin was compiled with; the host knows that of each minor version.
#if SOCH_TARGET_MINOR == 0
#define SOCH_LAYOUT_HASH {0x5c, 0x5b, 0x5a, 0x04, 0xac, 0x91, 0xd5, 0xca, 0xa3, 0x79, 0xd3, 0x60, 0x11, 0x20, 0x5b, 0x89}
#elif SOCH_TARGET_MINOR == 1
#define SOCH_LAYOUT_HASH {0xe1, 0x71, 0x27, 0xba, 0x85, 0xf0, 0x61, 0x98, 0x62, 0x60, 0x8e, 0x6c, 0x72, 0x31, 0x3a, 0x09}
#else
#error "SOCH_TARGET_MINOR is above SOCH_ABI_MINOR: this header is older than that"
#endif

// The layout on every machine with 64-bit pointers and in WebAssembly, checked at compile time.
#if UINTPTR_MAX == UINT64_MAX
SOCH_ASSERT(offsetof(soch_error, code) == 0 && sizeof(((soch_error *)0)->code) == 4);
SOCH_ASSERT(offsetof(soch_error, message) == 4 && sizeof(((soch_error *)0)->message) == 508);
SOCH_ASSERT(sizeof(soch_error) == 512);
SOCH_ASSERT(offsetof(soch_bytes, ptr) == 0 && sizeof(((soch_bytes *)0)->ptr) == 8);
SOCH_ASSERT(offsetof(soch_bytes, len) == 8 && sizeof(((soch_bytes *)0)->len) == 8);
SOCH_ASSERT(sizeof(soch_bytes) == 16);
SOCH_ASSERT(offsetof(soch_str, ptr) == 0 && sizeof(((soch_str *)0)->ptr) == 8);
SOCH_ASSERT(offsetof(soch_str, len) == 8 && sizeof(((soch_str *)0)->len) == 8);
SOCH_ASSERT(sizeof(soch_str) == 16);
SOCH_ASSERT(offsetof(soch_label, name) == 0 && sizeof(((soch_label *)0)->name) == 16);
SOCH_ASSERT(offsetof(soch_label, value) == 16 && sizeof(((soch_label *)0)->value) == 16);
SOCH_ASSERT(sizeof(soch_label) == 32);
SOCH_ASSERT(offsetof(soch_writer, ctx) == 0 && sizeof(((soch_writer *)0)->ctx) == 8);
SOCH_ASSERT(offsetof(soch_writer, limit) == 8 && sizeof(((soch_writer *)0)->limit) == 8);
SOCH_ASSERT(offsetof(soch_writer, write) == 16 && sizeof(((soch_writer *)0)->write) == 8);
SOCH_ASSERT(offsetof(soch_writer, reserve) == 24 && sizeof(((soch_writer *)0)->reserve) == 8);
SOCH_ASSERT(offsetof(soch_writer, commit) == 32 && sizeof(((soch_writer *)0)->commit) == 8);
SOCH_ASSERT(sizeof(soch_writer) == 40);
SOCH_ASSERT(offsetof(soch_call, size) == 0 && sizeof(((soch_call *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_call, ctx) == 8 && sizeof(((soch_call *)0)->ctx) == 8);
SOCH_ASSERT(offsetof(soch_call, trace_id) == 16 && sizeof(((soch_call *)0)->trace_id) == 16);
SOCH_ASSERT(offsetof(soch_call, span_id) == 32 && sizeof(((soch_call *)0)->span_id) == 8);
SOCH_ASSERT(offsetof(soch_call, go_on) == 40 && sizeof(((soch_call *)0)->go_on) == 8);
SOCH_ASSERT(offsetof(soch_call, remaining_ns) == 48 && sizeof(((soch_call *)0)->remaining_ns) == 8);
SOCH_ASSERT(offsetof(soch_call, progress) == 56 && sizeof(((soch_call *)0)->progress) == 8);
SOCH_ASSERT(sizeof(soch_call) == 64);
SOCH_ASSERT(offsetof(soch_plugin, magic) == 0 && sizeof(((soch_plugin *)0)->magic) == 8);
SOCH_ASSERT(offsetof(soch_plugin, size) == 8 && sizeof(((soch_plugin *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_plugin, abi_major) == 12 && sizeof(((soch_plugin *)0)->abi_major) == 2);
SOCH_ASSERT(offsetof(soch_plugin, abi_minor) == 14 && sizeof(((soch_plugin *)0)->abi_minor) == 2);
SOCH_ASSERT(offsetof(soch_plugin, min_host_minor) == 16 && sizeof(((soch_plugin *)0)->min_host_minor) == 2);
SOCH_ASSERT(offsetof(soch_plugin, reserved) == 18 && sizeof(((soch_plugin *)0)->reserved) == 2);
SOCH_ASSERT(offsetof(soch_plugin, flags) == 20 && sizeof(((soch_plugin *)0)->flags) == 4);
SOCH_ASSERT(offsetof(soch_plugin, layout_hash) == 24 && sizeof(((soch_plugin *)0)->layout_hash) == 16);
SOCH_ASSERT(offsetof(soch_plugin, name) == 40 && sizeof(((soch_plugin *)0)->name) == 8);
SOCH_ASSERT(offsetof(soch_plugin, version) == 48 && sizeof(((soch_plugin *)0)->version) == 8);
SOCH_ASSERT(offsetof(soch_plugin, description) == 56 && sizeof(((soch_plugin *)0)->description) == 8);
SOCH_ASSERT(offsetof(soch_plugin, author) == 64 && sizeof(((soch_plugin *)0)->author) == 8);
SOCH_ASSERT(offsetof(soch_plugin, capabilities) == 72 && sizeof(((soch_plugin *)0)->capabilities) == 8);
SOCH_ASSERT(offsetof(soch_plugin, create) == 80 && sizeof(((soch_plugin *)0)->create) == 8);
SOCH_ASSERT(offsetof(soch_plugin, shutdown) == 88 && sizeof(((soch_plugin *)0)->shutdown) == 8);
SOCH_ASSERT(offsetof(soch_plugin, destroy) == 96 && sizeof(((soch_plugin *)0)->destroy) == 8);
SOCH_ASSERT(offsetof(soch_plugin, get_interface) == 104 && sizeof(((soch_plugin *)0)->get_interface) == 8);
SOCH_ASSERT(offsetof(soch_plugin, storage) == 112 && sizeof(((soch_plugin *)0)->storage) == 8);
SOCH_ASSERT(offsetof(soch_plugin, index) == 120 && sizeof(((soch_plugin *)0)->index) == 8);
SOCH_ASSERT(offsetof(soch_plugin, observability) == 128 && sizeof(((soch_plugin *)0)->observability) == 8);
SOCH_ASSERT(offsetof(soch_plugin, compression) == 136 && sizeof(((soch_plugin *)0)->compression) == 8);
SOCH_ASSERT(sizeof(soch_plugin) == 144);
SOCH_ASSERT(offsetof(soch_note, owner_size) == 0 && sizeof(((soch_note *)0)->owner_size) == 4);
SOCH_ASSERT(offsetof(soch_note, body_size) == 4 && sizeof(((soch_note *)0)->body_size) == 4);
SOCH_ASSERT(offsetof(soch_note, kind) == 8 && sizeof(((soch_note *)0)->kind) == 4);
SOCH_ASSERT(offsetof(soch_note, owner) == 12 && sizeof(((soch_note *)0)->owner) == 8);
SOCH_ASSERT(offsetof(soch_note, note_version) == 20 && sizeof(((soch_note *)0)->note_version) == 4);
SOCH_ASSERT(offsetof(soch_note, abi_major) == 24 && sizeof(((soch_note *)0)->abi_major) == 2);
SOCH_ASSERT(offsetof(soch_note, abi_minor) == 26 && sizeof(((soch_note *)0)->abi_minor) == 2);
SOCH_ASSERT(offsetof(soch_note, min_host_minor) == 28 && sizeof(((soch_note *)0)->min_host_minor) == 2);
SOCH_ASSERT(offsetof(soch_note, reserved) == 30 && sizeof(((soch_note *)0)->reserved) == 2);
SOCH_ASSERT(offsetof(soch_note, flags) == 32 && sizeof(((soch_note *)0)->flags) == 4);
SOCH_ASSERT(offsetof(soch_note, kinds) == 36 && sizeof(((soch_note *)0)->kinds) == 4);
SOCH_ASSERT(offsetof(soch_note, layout_hash) == 40 && sizeof(((soch_note *)0)->layout_hash) == 16);
SOCH_ASSERT(offsetof(soch_note, name) == 56 && sizeof(((soch_note *)0)->name) == 64);
SOCH_ASSERT(offsetof(soch_note, version) == 120 && sizeof(((soch_note *)0)->version) == 32);
SOCH_ASSERT(sizeof(soch_note) == 152);
SOCH_ASSERT(offsetof(soch_host, size) == 0 && sizeof(((soch_host *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_host, abi_minor) == 8 && sizeof(((soch_host *)0)->abi_minor) == 4);
SOCH_ASSERT(offsetof(soch_host, log_level) == 12 && sizeof(((soch_host *)0)->log_level) == 4);
SOCH_ASSERT(offsetof(soch_host, ctx) == 16 && sizeof(((soch_host *)0)->ctx) == 8);
SOCH_ASSERT(offsetof(soch_host, product) == 24 && sizeof(((soch_host *)0)->product) == 16);
SOCH_ASSERT(offsetof(soch_host, directory) == 40 && sizeof(((soch_host *)0)->directory) == 16);
SOCH_ASSERT(offsetof(soch_host, log) == 56 && sizeof(((soch_host *)0)->log) == 8);
SOCH_ASSERT(offsetof(soch_host, counter_inc) == 64 && sizeof(((soch_host *)0)->counter_inc) == 8);
SOCH_ASSERT(offsetof(soch_host, gauge_set) == 72 && sizeof(((soch_host *)0)->gauge_set) == 8);
SOCH_ASSERT(offsetof(soch_host, histogram_observe) == 80 && sizeof(((soch_host *)0)->histogram_observe) == 8);
SOCH_ASSERT(offsetof(soch_host, get_service) == 88 && sizeof(((soch_host *)0)->get_service) == 8);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_host, data_dir) == 96 && sizeof(((soch_host *)0)->data_dir) == 16);
SOCH_ASSERT(offsetof(soch_host, memory_budget) == 112 && sizeof(((soch_host *)0)->memory_budget) == 8);
SOCH_ASSERT(offsetof(soch_host, memory_used) == 120 && sizeof(((soch_host *)0)->memory_used) == 8);
SOCH_ASSERT(offsetof(soch_host, describe_metric) == 128 && sizeof(((soch_host *)0)->describe_metric) == 8);
#endif
SOCH_ASSERT(sizeof(soch_host) == (SOCH_TARGET_MINOR >= 1 ? 136 : 96));
SOCH_ASSERT(offsetof(soch_cursor_options, size) == 0 && sizeof(((soch_cursor_options *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_cursor_options, flags) == 8 && sizeof(((soch_cursor_options *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_cursor_options, start) == 16 && sizeof(((soch_cursor_options *)0)->start) == 16);
SOCH_ASSERT(offsetof(soch_cursor_options, end) == 32 && sizeof(((soch_cursor_options *)0)->end) == 16);
SOCH_ASSERT(sizeof(soch_cursor_options) == 48);
SOCH_ASSERT(offsetof(soch_write, op) == 0 && sizeof(((soch_write *)0)->op) == 4);
SOCH_ASSERT(offsetof(soch_write, table) == 4 && sizeof(((soch_write *)0)->table) == 4);
SOCH_ASSERT(offsetof(soch_write, key) == 8 && sizeof(((soch_write *)0)->key) == 16);
SOCH_ASSERT(offsetof(soch_write, value) == 24 && sizeof(((soch_write *)0)->value) == 16);
SOCH_ASSERT(offsetof(soch_write, ttl_ms) == 40 && sizeof(((soch_write *)0)->ttl_ms) == 8);
SOCH_ASSERT(sizeof(soch_write) == 48);
SOCH_ASSERT(offsetof(soch_batch_options, size) == 0 && sizeof(((soch_batch_options *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_batch_options, flags) == 8 && sizeof(((soch_batch_options *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_batch_options, txn) == 16 && sizeof(((soch_batch_options *)0)->txn) == 8);
SOCH_ASSERT(sizeof(soch_batch_options) == 24);
SOCH_ASSERT(offsetof(soch_transaction_options, size) == 0 && sizeof(((soch_transaction_options *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_transaction_options, flags) == 8 && sizeof(((soch_transaction_options *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_transaction_options, wait_ms) == 16 && sizeof(((soch_transaction_options *)0)->wait_ms) == 8);
SOCH_ASSERT(sizeof(soch_transaction_options) == 24);
SOCH_ASSERT(offsetof(soch_storage_stats, size) == 0 && sizeof(((soch_storage_stats *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_storage_stats, bytes_stored) == 8 && sizeof(((soch_storage_stats *)0)->bytes_stored) == 8);
SOCH_ASSERT(offsetof(soch_storage_stats, key_count) == 16 && sizeof(((soch_storage_stats *)0)->key_count) == 8);
SOCH_ASSERT(offsetof(soch_storage_stats, pending_compaction_bytes) == 24 && sizeof(((soch_storage_stats *)0)->pending_compaction_bytes) == 8);
SOCH_ASSERT(offsetof(soch_storage_stats, write_amplification) == 32 && sizeof(((soch_storage_stats *)0)->write_amplification) == 8);
SOCH_ASSERT(sizeof(soch_storage_stats) == 40);
SOCH_ASSERT(offsetof(soch_storage_properties, size) == 0 && sizeof(((soch_storage_properties *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_storage_properties, flags) == 8 && sizeof(((soch_storage_properties *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_storage_properties, max_key) == 16 && sizeof(((soch_storage_properties *)0)->max_key) == 8);
SOCH_ASSERT(offsetof(soch_storage_properties, max_value) == 24 && sizeof(((soch_storage_properties *)0)->max_value) == 8);
SOCH_ASSERT(offsetof(soch_storage_properties, max_batch) == 32 && sizeof(((soch_storage_properties *)0)->max_batch) == 8);
SOCH_ASSERT(sizeof(soch_storage_properties) == 40);
SOCH_ASSERT(offsetof(soch_search, size) == 0 && sizeof(((soch_search *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_search, flags) == 8 && sizeof(((soch_search *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_search, query) == 16 && sizeof(((soch_search *)0)->query) == 16);
SOCH_ASSERT(offsetof(soch_search, k) == 32 && sizeof(((soch_search *)0)->k) == 8);
SOCH_ASSERT(offsetof(soch_search, element) == 40 && sizeof(((soch_search *)0)->element) == 4);
SOCH_ASSERT(offsetof(soch_search, filter) == 44 && sizeof(((soch_search *)0)->filter) == 4);
SOCH_ASSERT(offsetof(soch_search, filter_words) == 48 && sizeof(((soch_search *)0)->filter_words) == 8);
SOCH_ASSERT(offsetof(soch_search, filter_count) == 56 && sizeof(((soch_search *)0)->filter_count) == 8);
SOCH_ASSERT(offsetof(soch_search, filter_ctx) == 64 && sizeof(((soch_search *)0)->filter_ctx) == 8);
SOCH_ASSERT(offsetof(soch_search, allows) == 72 && sizeof(((soch_search *)0)->allows) == 8);
SOCH_ASSERT(offsetof(soch_search, parameters) == 80 && sizeof(((soch_search *)0)->parameters) == 8);
SOCH_ASSERT(offsetof(soch_search, parameter_count) == 88 && sizeof(((soch_search *)0)->parameter_count) == 8);
SOCH_ASSERT(offsetof(soch_search, max_distance) == 96 && sizeof(((soch_search *)0)->max_distance) == 8);
SOCH_ASSERT(sizeof(soch_search) == 104);
SOCH_ASSERT(offsetof(soch_search_result, size) == 0 && sizeof(((soch_search_result *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_search_result, flags) == 8 && sizeof(((soch_search_result *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_search_result, count) == 16 && sizeof(((soch_search_result *)0)->count) == 8);
SOCH_ASSERT(sizeof(soch_search_result) == 24);
SOCH_ASSERT(offsetof(soch_attribute, name) == 0 && sizeof(((soch_attribute *)0)->name) == 16);
SOCH_ASSERT(offsetof(soch_attribute, text) == 16 && sizeof(((soch_attribute *)0)->text) == 16);
SOCH_ASSERT(offsetof(soch_attribute, integer) == 32 && sizeof(((soch_attribute *)0)->integer) == 8);
SOCH_ASSERT(offsetof(soch_attribute, number) == 40 && sizeof(((soch_attribute *)0)->number) == 8);
SOCH_ASSERT(offsetof(soch_attribute, kind) == 48 && sizeof(((soch_attribute *)0)->kind) == 4);
SOCH_ASSERT(offsetof(soch_attribute, reserved) == 52 && sizeof(((soch_attribute *)0)->reserved) == 4);
SOCH_ASSERT(sizeof(soch_attribute) == 56);
SOCH_ASSERT(offsetof(soch_trace_context, trace_id) == 0 && sizeof(((soch_trace_context *)0)->trace_id) == 16);
SOCH_ASSERT(offsetof(soch_trace_context, span_id) == 16 && sizeof(((soch_trace_context *)0)->span_id) == 8);
SOCH_ASSERT(offsetof(soch_trace_context, flags) == 24 && sizeof(((soch_trace_context *)0)->flags) == 4);
SOCH_ASSERT(offsetof(soch_trace_context, reserved) == 28 && sizeof(((soch_trace_context *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_trace_context, state) == 32 && sizeof(((soch_trace_context *)0)->state) == 16);
SOCH_ASSERT(sizeof(soch_trace_context) == 48);
SOCH_ASSERT(offsetof(soch_span_link, context) == 0 && sizeof(((soch_span_link *)0)->context) == 48);
SOCH_ASSERT(offsetof(soch_span_link, attributes) == 48 && sizeof(((soch_span_link *)0)->attributes) == 8);
SOCH_ASSERT(offsetof(soch_span_link, attribute_count) == 56 && sizeof(((soch_span_link *)0)->attribute_count) == 8);
SOCH_ASSERT(sizeof(soch_span_link) == 64);
SOCH_ASSERT(offsetof(soch_span_start, size) == 0 && sizeof(((soch_span_start *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_span_start, name) == 8 && sizeof(((soch_span_start *)0)->name) == 16);
SOCH_ASSERT(offsetof(soch_span_start, kind) == 24 && sizeof(((soch_span_start *)0)->kind) == 4);
SOCH_ASSERT(offsetof(soch_span_start, reserved) == 28 && sizeof(((soch_span_start *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_span_start, parent) == 32 && sizeof(((soch_span_start *)0)->parent) == 8);
SOCH_ASSERT(offsetof(soch_span_start, remote_parent) == 40 && sizeof(((soch_span_start *)0)->remote_parent) == 8);
SOCH_ASSERT(offsetof(soch_span_start, time) == 48 && sizeof(((soch_span_start *)0)->time) == 8);
SOCH_ASSERT(offsetof(soch_span_start, attributes) == 56 && sizeof(((soch_span_start *)0)->attributes) == 8);
SOCH_ASSERT(offsetof(soch_span_start, attribute_count) == 64 && sizeof(((soch_span_start *)0)->attribute_count) == 8);
SOCH_ASSERT(offsetof(soch_span_start, links) == 72 && sizeof(((soch_span_start *)0)->links) == 8);
SOCH_ASSERT(offsetof(soch_span_start, link_count) == 80 && sizeof(((soch_span_start *)0)->link_count) == 8);
SOCH_ASSERT(sizeof(soch_span_start) == 88);
SOCH_ASSERT(offsetof(soch_span_event, size) == 0 && sizeof(((soch_span_event *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_span_event, name) == 8 && sizeof(((soch_span_event *)0)->name) == 16);
SOCH_ASSERT(offsetof(soch_span_event, time) == 24 && sizeof(((soch_span_event *)0)->time) == 8);
SOCH_ASSERT(offsetof(soch_span_event, attributes) == 32 && sizeof(((soch_span_event *)0)->attributes) == 8);
SOCH_ASSERT(offsetof(soch_span_event, attribute_count) == 40 && sizeof(((soch_span_event *)0)->attribute_count) == 8);
SOCH_ASSERT(sizeof(soch_span_event) == 48);
SOCH_ASSERT(offsetof(soch_span_end, size) == 0 && sizeof(((soch_span_end *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_span_end, time) == 8 && sizeof(((soch_span_end *)0)->time) == 8);
SOCH_ASSERT(offsetof(soch_span_end, status) == 16 && sizeof(((soch_span_end *)0)->status) == 4);
SOCH_ASSERT(offsetof(soch_span_end, reserved) == 20 && sizeof(((soch_span_end *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_span_end, text) == 24 && sizeof(((soch_span_end *)0)->text) == 16);
SOCH_ASSERT(offsetof(soch_span_end, attributes) == 40 && sizeof(((soch_span_end *)0)->attributes) == 8);
SOCH_ASSERT(offsetof(soch_span_end, attribute_count) == 48 && sizeof(((soch_span_end *)0)->attribute_count) == 8);
SOCH_ASSERT(sizeof(soch_span_end) == 56);
SOCH_ASSERT(offsetof(soch_log_record, size) == 0 && sizeof(((soch_log_record *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_log_record, time) == 8 && sizeof(((soch_log_record *)0)->time) == 8);
SOCH_ASSERT(offsetof(soch_log_record, level) == 16 && sizeof(((soch_log_record *)0)->level) == 4);
SOCH_ASSERT(offsetof(soch_log_record, reserved) == 20 && sizeof(((soch_log_record *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_log_record, message) == 24 && sizeof(((soch_log_record *)0)->message) == 16);
SOCH_ASSERT(offsetof(soch_log_record, target) == 40 && sizeof(((soch_log_record *)0)->target) == 16);
SOCH_ASSERT(offsetof(soch_log_record, span) == 56 && sizeof(((soch_log_record *)0)->span) == 8);
SOCH_ASSERT(offsetof(soch_log_record, remote_span) == 64 && sizeof(((soch_log_record *)0)->remote_span) == 8);
SOCH_ASSERT(offsetof(soch_log_record, attributes) == 72 && sizeof(((soch_log_record *)0)->attributes) == 8);
SOCH_ASSERT(offsetof(soch_log_record, attribute_count) == 80 && sizeof(((soch_log_record *)0)->attribute_count) == 8);
SOCH_ASSERT(sizeof(soch_log_record) == 88);
SOCH_ASSERT(offsetof(soch_bucket, upper) == 0 && sizeof(((soch_bucket *)0)->upper) == 8);
SOCH_ASSERT(offsetof(soch_bucket, count) == 8 && sizeof(((soch_bucket *)0)->count) == 8);
SOCH_ASSERT(sizeof(soch_bucket) == 16);
SOCH_ASSERT(offsetof(soch_exponential_buckets, counts) == 0 && sizeof(((soch_exponential_buckets *)0)->counts) == 8);
SOCH_ASSERT(offsetof(soch_exponential_buckets, count) == 8 && sizeof(((soch_exponential_buckets *)0)->count) == 8);
SOCH_ASSERT(offsetof(soch_exponential_buckets, offset) == 16 && sizeof(((soch_exponential_buckets *)0)->offset) == 4);
SOCH_ASSERT(offsetof(soch_exponential_buckets, reserved) == 20 && sizeof(((soch_exponential_buckets *)0)->reserved) == 4);
SOCH_ASSERT(sizeof(soch_exponential_buckets) == 24);
SOCH_ASSERT(offsetof(soch_exponential, size) == 0 && sizeof(((soch_exponential *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_exponential, scale) == 8 && sizeof(((soch_exponential *)0)->scale) == 4);
SOCH_ASSERT(offsetof(soch_exponential, reserved) == 12 && sizeof(((soch_exponential *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_exponential, zero_count) == 16 && sizeof(((soch_exponential *)0)->zero_count) == 8);
SOCH_ASSERT(offsetof(soch_exponential, zero_threshold) == 24 && sizeof(((soch_exponential *)0)->zero_threshold) == 8);
SOCH_ASSERT(offsetof(soch_exponential, positive) == 32 && sizeof(((soch_exponential *)0)->positive) == 24);
SOCH_ASSERT(offsetof(soch_exponential, negative) == 56 && sizeof(((soch_exponential *)0)->negative) == 24);
SOCH_ASSERT(sizeof(soch_exponential) == 80);
SOCH_ASSERT(offsetof(soch_metric, size) == 0 && sizeof(((soch_metric *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_metric, kind) == 8 && sizeof(((soch_metric *)0)->kind) == 4);
SOCH_ASSERT(offsetof(soch_metric, flags) == 12 && sizeof(((soch_metric *)0)->flags) == 4);
SOCH_ASSERT(offsetof(soch_metric, name) == 16 && sizeof(((soch_metric *)0)->name) == 16);
SOCH_ASSERT(offsetof(soch_metric, labels) == 32 && sizeof(((soch_metric *)0)->labels) == 8);
SOCH_ASSERT(offsetof(soch_metric, label_count) == 40 && sizeof(((soch_metric *)0)->label_count) == 8);
SOCH_ASSERT(offsetof(soch_metric, count) == 48 && sizeof(((soch_metric *)0)->count) == 8);
SOCH_ASSERT(offsetof(soch_metric, value) == 56 && sizeof(((soch_metric *)0)->value) == 8);
SOCH_ASSERT(offsetof(soch_metric, buckets) == 64 && sizeof(((soch_metric *)0)->buckets) == 8);
SOCH_ASSERT(offsetof(soch_metric, bucket_count) == 72 && sizeof(((soch_metric *)0)->bucket_count) == 8);
SOCH_ASSERT(offsetof(soch_metric, exponential) == 80 && sizeof(((soch_metric *)0)->exponential) == 8);
SOCH_ASSERT(offsetof(soch_metric, unit) == 88 && sizeof(((soch_metric *)0)->unit) == 16);
SOCH_ASSERT(offsetof(soch_metric, description) == 104 && sizeof(((soch_metric *)0)->description) == 16);
SOCH_ASSERT(offsetof(soch_metric, start_time) == 120 && sizeof(((soch_metric *)0)->start_time) == 8);
SOCH_ASSERT(sizeof(soch_metric) == 128);
SOCH_ASSERT(offsetof(soch_metric_sink, ctx) == 0 && sizeof(((soch_metric_sink *)0)->ctx) == 8);
SOCH_ASSERT(offsetof(soch_metric_sink, metric) == 8 && sizeof(((soch_metric_sink *)0)->metric) == 8);
SOCH_ASSERT(sizeof(soch_metric_sink) == 16);
SOCH_ASSERT(offsetof(soch_metrics, size) == 0 && sizeof(((soch_metrics *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_metrics, ctx) == 8 && sizeof(((soch_metrics *)0)->ctx) == 8);
SOCH_ASSERT(offsetof(soch_metrics, collect) == 16 && sizeof(((soch_metrics *)0)->collect) == 8);
SOCH_ASSERT(sizeof(soch_metrics) == 24);
SOCH_ASSERT(offsetof(soch_row_sink, ctx) == 0 && sizeof(((soch_row_sink *)0)->ctx) == 8);
SOCH_ASSERT(offsetof(soch_row_sink, row) == 8 && sizeof(((soch_row_sink *)0)->row) == 8);
SOCH_ASSERT(sizeof(soch_row_sink) == 16);
SOCH_ASSERT(offsetof(soch_value_sink, ctx) == 0 && sizeof(((soch_value_sink *)0)->ctx) == 8);
SOCH_ASSERT(offsetof(soch_value_sink, value) == 8 && sizeof(((soch_value_sink *)0)->value) == 8);
SOCH_ASSERT(sizeof(soch_value_sink) == 16);
SOCH_ASSERT(offsetof(soch_row, key) == 0 && sizeof(((soch_row *)0)->key) == 16);
SOCH_ASSERT(offsetof(soch_row, value) == 16 && sizeof(((soch_row *)0)->value) == 16);
SOCH_ASSERT(sizeof(soch_row) == 32);
SOCH_ASSERT(offsetof(soch_storage, size) == 0 && sizeof(((soch_storage *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_storage, get) == 8 && sizeof(((soch_storage *)0)->get) == 8);
SOCH_ASSERT(offsetof(soch_storage, put) == 16 && sizeof(((soch_storage *)0)->put) == 8);
SOCH_ASSERT(offsetof(soch_storage, remove) == 24 && sizeof(((soch_storage *)0)->remove) == 8);
SOCH_ASSERT(offsetof(soch_storage, scan) == 32 && sizeof(((soch_storage *)0)->scan) == 8);
SOCH_ASSERT(offsetof(soch_storage, flush) == 40 && sizeof(((soch_storage *)0)->flush) == 8);
SOCH_ASSERT(offsetof(soch_storage, compact) == 48 && sizeof(((soch_storage *)0)->compact) == 8);
SOCH_ASSERT(offsetof(soch_storage, stats) == 56 && sizeof(((soch_storage *)0)->stats) == 8);
SOCH_ASSERT(offsetof(soch_storage, describe) == 64 && sizeof(((soch_storage *)0)->describe) == 8);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_storage, write_batch) == 72 && sizeof(((soch_storage *)0)->write_batch) == 8);
SOCH_ASSERT(offsetof(soch_storage, open_table) == 80 && sizeof(((soch_storage *)0)->open_table) == 8);
SOCH_ASSERT(offsetof(soch_storage, close_table) == 88 && sizeof(((soch_storage *)0)->close_table) == 8);
SOCH_ASSERT(offsetof(soch_storage, table_get) == 96 && sizeof(((soch_storage *)0)->table_get) == 8);
SOCH_ASSERT(offsetof(soch_storage, table_put) == 104 && sizeof(((soch_storage *)0)->table_put) == 8);
SOCH_ASSERT(offsetof(soch_storage, open_reader) == 112 && sizeof(((soch_storage *)0)->open_reader) == 8);
SOCH_ASSERT(offsetof(soch_storage, close_reader) == 120 && sizeof(((soch_storage *)0)->close_reader) == 8);
SOCH_ASSERT(offsetof(soch_storage, reader_get) == 128 && sizeof(((soch_storage *)0)->reader_get) == 8);
SOCH_ASSERT(offsetof(soch_storage, open_cursor) == 136 && sizeof(((soch_storage *)0)->open_cursor) == 8);
SOCH_ASSERT(offsetof(soch_storage, cursor_next) == 144 && sizeof(((soch_storage *)0)->cursor_next) == 8);
SOCH_ASSERT(offsetof(soch_storage, close_cursor) == 152 && sizeof(((soch_storage *)0)->close_cursor) == 8);
SOCH_ASSERT(offsetof(soch_storage, begin_txn) == 160 && sizeof(((soch_storage *)0)->begin_txn) == 8);
SOCH_ASSERT(offsetof(soch_storage, txn_get) == 168 && sizeof(((soch_storage *)0)->txn_get) == 8);
SOCH_ASSERT(offsetof(soch_storage, txn_put) == 176 && sizeof(((soch_storage *)0)->txn_put) == 8);
SOCH_ASSERT(offsetof(soch_storage, txn_remove) == 184 && sizeof(((soch_storage *)0)->txn_remove) == 8);
SOCH_ASSERT(offsetof(soch_storage, txn_scan) == 192 && sizeof(((soch_storage *)0)->txn_scan) == 8);
SOCH_ASSERT(offsetof(soch_storage, commit_txn) == 200 && sizeof(((soch_storage *)0)->commit_txn) == 8);
SOCH_ASSERT(offsetof(soch_storage, abort_txn) == 208 && sizeof(((soch_storage *)0)->abort_txn) == 8);
SOCH_ASSERT(offsetof(soch_storage, cursor_seek) == 216 && sizeof(((soch_storage *)0)->cursor_seek) == 8);
SOCH_ASSERT(offsetof(soch_storage, list_tables) == 224 && sizeof(((soch_storage *)0)->list_tables) == 8);
SOCH_ASSERT(offsetof(soch_storage, drop_table) == 232 && sizeof(((soch_storage *)0)->drop_table) == 8);
SOCH_ASSERT(offsetof(soch_storage, checkpoint) == 240 && sizeof(((soch_storage *)0)->checkpoint) == 8);
SOCH_ASSERT(offsetof(soch_storage, property) == 248 && sizeof(((soch_storage *)0)->property) == 8);
SOCH_ASSERT(offsetof(soch_storage, multi_get) == 256 && sizeof(((soch_storage *)0)->multi_get) == 8);
SOCH_ASSERT(offsetof(soch_storage, txn_set_savepoint) == 264 && sizeof(((soch_storage *)0)->txn_set_savepoint) == 8);
SOCH_ASSERT(offsetof(soch_storage, txn_rollback_to_savepoint) == 272 && sizeof(((soch_storage *)0)->txn_rollback_to_savepoint) == 8);
#endif
SOCH_ASSERT(sizeof(soch_storage) == (SOCH_TARGET_MINOR >= 1 ? 280 : 72));
SOCH_ASSERT(offsetof(soch_index_entry, row) == 0 && sizeof(((soch_index_entry *)0)->row) == 8);
SOCH_ASSERT(offsetof(soch_index_entry, key) == 8 && sizeof(((soch_index_entry *)0)->key) == 16);
SOCH_ASSERT(sizeof(soch_index_entry) == 24);
SOCH_ASSERT(offsetof(soch_index_change, op) == 0 && sizeof(((soch_index_change *)0)->op) == 4);
SOCH_ASSERT(offsetof(soch_index_change, reserved) == 4 && sizeof(((soch_index_change *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_index_change, row) == 8 && sizeof(((soch_index_change *)0)->row) == 8);
SOCH_ASSERT(offsetof(soch_index_change, key) == 16 && sizeof(((soch_index_change *)0)->key) == 16);
SOCH_ASSERT(sizeof(soch_index_change) == 32);
SOCH_ASSERT(offsetof(soch_index_properties, size) == 0 && sizeof(((soch_index_properties *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_index_properties, flags) == 8 && sizeof(((soch_index_properties *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_index_properties, element) == 16 && sizeof(((soch_index_properties *)0)->element) == 4);
SOCH_ASSERT(offsetof(soch_index_properties, metric) == 20 && sizeof(((soch_index_properties *)0)->metric) == 4);
SOCH_ASSERT(offsetof(soch_index_properties, dimensions) == 24 && sizeof(((soch_index_properties *)0)->dimensions) == 8);
SOCH_ASSERT(offsetof(soch_index_properties, max_key) == 32 && sizeof(((soch_index_properties *)0)->max_key) == 8);
SOCH_ASSERT(offsetof(soch_index_properties, max_neighbors) == 40 && sizeof(((soch_index_properties *)0)->max_neighbors) == 8);
SOCH_ASSERT(sizeof(soch_index_properties) == 48);
SOCH_ASSERT(offsetof(soch_index, size) == 0 && sizeof(((soch_index *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_index, index_type) == 8 && sizeof(((soch_index *)0)->index_type) == 8);
SOCH_ASSERT(offsetof(soch_index, build) == 16 && sizeof(((soch_index *)0)->build) == 8);
SOCH_ASSERT(offsetof(soch_index, insert) == 24 && sizeof(((soch_index *)0)->insert) == 8);
SOCH_ASSERT(offsetof(soch_index, remove) == 32 && sizeof(((soch_index *)0)->remove) == 8);
SOCH_ASSERT(offsetof(soch_index, lookup) == 40 && sizeof(((soch_index *)0)->lookup) == 8);
SOCH_ASSERT(offsetof(soch_index, range) == 48 && sizeof(((soch_index *)0)->range) == 8);
SOCH_ASSERT(offsetof(soch_index, size_bytes) == 56 && sizeof(((soch_index *)0)->size_bytes) == 8);
SOCH_ASSERT(offsetof(soch_index, nearest) == 64 && sizeof(((soch_index *)0)->nearest) == 8);
SOCH_ASSERT(offsetof(soch_index, describe) == 72 && sizeof(((soch_index *)0)->describe) == 8);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_index, nearest_batch) == 80 && sizeof(((soch_index *)0)->nearest_batch) == 8);
SOCH_ASSERT(offsetof(soch_index, search) == 88 && sizeof(((soch_index *)0)->search) == 8);
SOCH_ASSERT(offsetof(soch_index, save) == 96 && sizeof(((soch_index *)0)->save) == 8);
SOCH_ASSERT(offsetof(soch_index, load) == 104 && sizeof(((soch_index *)0)->load) == 8);
SOCH_ASSERT(offsetof(soch_index, flush_index) == 112 && sizeof(((soch_index *)0)->flush_index) == 8);
SOCH_ASSERT(offsetof(soch_index, flushed) == 120 && sizeof(((soch_index *)0)->flushed) == 8);
SOCH_ASSERT(offsetof(soch_index, change_batch) == 128 && sizeof(((soch_index *)0)->change_batch) == 8);
SOCH_ASSERT(offsetof(soch_index, drop_index) == 136 && sizeof(((soch_index *)0)->drop_index) == 8);
SOCH_ASSERT(offsetof(soch_index, begin_build) == 144 && sizeof(((soch_index *)0)->begin_build) == 8);
SOCH_ASSERT(offsetof(soch_index, build_add) == 152 && sizeof(((soch_index *)0)->build_add) == 8);
SOCH_ASSERT(offsetof(soch_index, finish_build) == 160 && sizeof(((soch_index *)0)->finish_build) == 8);
SOCH_ASSERT(offsetof(soch_index, abandon_build) == 168 && sizeof(((soch_index *)0)->abandon_build) == 8);
#endif
SOCH_ASSERT(sizeof(soch_index) == (SOCH_TARGET_MINOR >= 1 ? 176 : 80));
SOCH_ASSERT(offsetof(soch_health, size) == 0 && sizeof(((soch_health *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_health, operational) == 8 && sizeof(((soch_health *)0)->operational) == 4);
SOCH_ASSERT(offsetof(soch_health, reserved) == 12 && sizeof(((soch_health *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_health, wal_size_bytes) == 16 && sizeof(((soch_health *)0)->wal_size_bytes) == 8);
SOCH_ASSERT(offsetof(soch_health, active_txns) == 24 && sizeof(((soch_health *)0)->active_txns) == 8);
SOCH_ASSERT(offsetof(soch_health, buffer_pool_usage) == 32 && sizeof(((soch_health *)0)->buffer_pool_usage) == 8);
SOCH_ASSERT(offsetof(soch_health, checkpoint_age_secs) == 40 && sizeof(((soch_health *)0)->checkpoint_age_secs) == 8);
SOCH_ASSERT(sizeof(soch_health) == 48);
SOCH_ASSERT(offsetof(soch_observability_properties, size) == 0 && sizeof(((soch_observability_properties *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_observability_properties, flags) == 8 && sizeof(((soch_observability_properties *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_observability_properties, log_level) == 16 && sizeof(((soch_observability_properties *)0)->log_level) == 4);
SOCH_ASSERT(offsetof(soch_observability_properties, reserved) == 20 && sizeof(((soch_observability_properties *)0)->reserved) == 4);
SOCH_ASSERT(sizeof(soch_observability_properties) == 24);
SOCH_ASSERT(offsetof(soch_observability, size) == 0 && sizeof(((soch_observability *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_observability, counter_inc) == 8 && sizeof(((soch_observability *)0)->counter_inc) == 8);
SOCH_ASSERT(offsetof(soch_observability, gauge_set) == 16 && sizeof(((soch_observability *)0)->gauge_set) == 8);
SOCH_ASSERT(offsetof(soch_observability, histogram_observe) == 24 && sizeof(((soch_observability *)0)->histogram_observe) == 8);
SOCH_ASSERT(offsetof(soch_observability, span_start) == 32 && sizeof(((soch_observability *)0)->span_start) == 8);
SOCH_ASSERT(offsetof(soch_observability, span_end) == 40 && sizeof(((soch_observability *)0)->span_end) == 8);
SOCH_ASSERT(offsetof(soch_observability, span_event) == 48 && sizeof(((soch_observability *)0)->span_event) == 8);
SOCH_ASSERT(offsetof(soch_observability, log) == 56 && sizeof(((soch_observability *)0)->log) == 8);
SOCH_ASSERT(offsetof(soch_observability, report_health) == 64 && sizeof(((soch_observability *)0)->report_health) == 8);
SOCH_ASSERT(offsetof(soch_observability, describe) == 72 && sizeof(((soch_observability *)0)->describe) == 8);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_observability, attach) == 80 && sizeof(((soch_observability *)0)->attach) == 8);
SOCH_ASSERT(offsetof(soch_observability, span_record_start) == 88 && sizeof(((soch_observability *)0)->span_record_start) == 8);
SOCH_ASSERT(offsetof(soch_observability, span_record_event) == 96 && sizeof(((soch_observability *)0)->span_record_event) == 8);
SOCH_ASSERT(offsetof(soch_observability, span_record_end) == 104 && sizeof(((soch_observability *)0)->span_record_end) == 8);
SOCH_ASSERT(offsetof(soch_observability, span_context) == 112 && sizeof(((soch_observability *)0)->span_context) == 8);
SOCH_ASSERT(offsetof(soch_observability, log_record) == 120 && sizeof(((soch_observability *)0)->log_record) == 8);
SOCH_ASSERT(offsetof(soch_observability, flush) == 128 && sizeof(((soch_observability *)0)->flush) == 8);
#endif
SOCH_ASSERT(sizeof(soch_observability) == (SOCH_TARGET_MINOR >= 1 ? 136 : 80));
SOCH_ASSERT(offsetof(soch_compression_properties, size) == 0 && sizeof(((soch_compression_properties *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_compression_properties, flags) == 8 && sizeof(((soch_compression_properties *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_compression_properties, max_input) == 16 && sizeof(((soch_compression_properties *)0)->max_input) == 8);
SOCH_ASSERT(offsetof(soch_compression_properties, min_level) == 24 && sizeof(((soch_compression_properties *)0)->min_level) == 4);
SOCH_ASSERT(offsetof(soch_compression_properties, max_level) == 28 && sizeof(((soch_compression_properties *)0)->max_level) == 4);
SOCH_ASSERT(offsetof(soch_compression_properties, default_level) == 32 && sizeof(((soch_compression_properties *)0)->default_level) == 4);
SOCH_ASSERT(offsetof(soch_compression_properties, reserved) == 36 && sizeof(((soch_compression_properties *)0)->reserved) == 4);
SOCH_ASSERT(sizeof(soch_compression_properties) == 40);
SOCH_ASSERT(offsetof(soch_compression_options, size) == 0 && sizeof(((soch_compression_options *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_compression_options, flags) == 8 && sizeof(((soch_compression_options *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_compression_options, level) == 16 && sizeof(((soch_compression_options *)0)->level) == 4);
SOCH_ASSERT(offsetof(soch_compression_options, reserved) == 20 && sizeof(((soch_compression_options *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_compression_options, dictionary) == 24 && sizeof(((soch_compression_options *)0)->dictionary) == 16);
SOCH_ASSERT(sizeof(soch_compression_options) == 40);
SOCH_ASSERT(offsetof(soch_compression, size) == 0 && sizeof(((soch_compression *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_compression, algorithm) == 8 && sizeof(((soch_compression *)0)->algorithm) == 8);
SOCH_ASSERT(offsetof(soch_compression, compress) == 16 && sizeof(((soch_compression *)0)->compress) == 8);
SOCH_ASSERT(offsetof(soch_compression, decompress) == 24 && sizeof(((soch_compression *)0)->decompress) == 8);
SOCH_ASSERT(offsetof(soch_compression, set_level) == 32 && sizeof(((soch_compression *)0)->set_level) == 8);
SOCH_ASSERT(offsetof(soch_compression, describe) == 40 && sizeof(((soch_compression *)0)->describe) == 8);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_compression, bound) == 48 && sizeof(((soch_compression *)0)->bound) == 8);
SOCH_ASSERT(offsetof(soch_compression, decompressed_size) == 56 && sizeof(((soch_compression *)0)->decompressed_size) == 8);
SOCH_ASSERT(offsetof(soch_compression, compress_with) == 64 && sizeof(((soch_compression *)0)->compress_with) == 8);
SOCH_ASSERT(offsetof(soch_compression, decompress_with) == 72 && sizeof(((soch_compression *)0)->decompress_with) == 8);
SOCH_ASSERT(offsetof(soch_compression, train) == 80 && sizeof(((soch_compression *)0)->train) == 8);
#endif
SOCH_ASSERT(sizeof(soch_compression) == (SOCH_TARGET_MINOR >= 1 ? 88 : 48));
SOCH_ASSERT(offsetof(soch_query_optimizer, size) == 0 && sizeof(((soch_query_optimizer *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_query_optimizer, optimize) == 8 && sizeof(((soch_query_optimizer *)0)->optimize) == 8);
SOCH_ASSERT(sizeof(soch_query_optimizer) == 16);
SOCH_ASSERT(offsetof(soch_auth, size) == 0 && sizeof(((soch_auth *)0)->size) == 8);
SOCH_ASSERT(offsetof(soch_auth, authenticate) == 8 && sizeof(((soch_auth *)0)->authenticate) == 8);
SOCH_ASSERT(offsetof(soch_auth, authorize) == 16 && sizeof(((soch_auth *)0)->authorize) == 8);
SOCH_ASSERT(sizeof(soch_auth) == 24);
#elif defined(__wasm32__)
SOCH_ASSERT(offsetof(soch_error, code) == 0 && sizeof(((soch_error *)0)->code) == 4);
SOCH_ASSERT(offsetof(soch_error, message) == 4 && sizeof(((soch_error *)0)->message) == 508);
SOCH_ASSERT(sizeof(soch_error) == 512);
SOCH_ASSERT(offsetof(soch_bytes, ptr) == 0 && sizeof(((soch_bytes *)0)->ptr) == 4);
SOCH_ASSERT(offsetof(soch_bytes, len) == 4 && sizeof(((soch_bytes *)0)->len) == 4);
SOCH_ASSERT(sizeof(soch_bytes) == 8);
SOCH_ASSERT(offsetof(soch_str, ptr) == 0 && sizeof(((soch_str *)0)->ptr) == 4);
SOCH_ASSERT(offsetof(soch_str, len) == 4 && sizeof(((soch_str *)0)->len) == 4);
SOCH_ASSERT(sizeof(soch_str) == 8);
SOCH_ASSERT(offsetof(soch_label, name) == 0 && sizeof(((soch_label *)0)->name) == 8);
SOCH_ASSERT(offsetof(soch_label, value) == 8 && sizeof(((soch_label *)0)->value) == 8);
SOCH_ASSERT(sizeof(soch_label) == 16);
SOCH_ASSERT(offsetof(soch_writer, ctx) == 0 && sizeof(((soch_writer *)0)->ctx) == 4);
SOCH_ASSERT(offsetof(soch_writer, limit) == 8 && sizeof(((soch_writer *)0)->limit) == 8);
SOCH_ASSERT(offsetof(soch_writer, write) == 16 && sizeof(((soch_writer *)0)->write) == 4);
SOCH_ASSERT(offsetof(soch_writer, reserve) == 20 && sizeof(((soch_writer *)0)->reserve) == 4);
SOCH_ASSERT(offsetof(soch_writer, commit) == 24 && sizeof(((soch_writer *)0)->commit) == 4);
SOCH_ASSERT(sizeof(soch_writer) == 32);
SOCH_ASSERT(offsetof(soch_call, size) == 0 && sizeof(((soch_call *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_call, ctx) == 4 && sizeof(((soch_call *)0)->ctx) == 4);
SOCH_ASSERT(offsetof(soch_call, trace_id) == 8 && sizeof(((soch_call *)0)->trace_id) == 16);
SOCH_ASSERT(offsetof(soch_call, span_id) == 24 && sizeof(((soch_call *)0)->span_id) == 8);
SOCH_ASSERT(offsetof(soch_call, go_on) == 32 && sizeof(((soch_call *)0)->go_on) == 4);
SOCH_ASSERT(offsetof(soch_call, remaining_ns) == 36 && sizeof(((soch_call *)0)->remaining_ns) == 4);
SOCH_ASSERT(offsetof(soch_call, progress) == 40 && sizeof(((soch_call *)0)->progress) == 4);
SOCH_ASSERT(sizeof(soch_call) == 44);
SOCH_ASSERT(offsetof(soch_plugin, magic) == 0 && sizeof(((soch_plugin *)0)->magic) == 8);
SOCH_ASSERT(offsetof(soch_plugin, size) == 8 && sizeof(((soch_plugin *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_plugin, abi_major) == 12 && sizeof(((soch_plugin *)0)->abi_major) == 2);
SOCH_ASSERT(offsetof(soch_plugin, abi_minor) == 14 && sizeof(((soch_plugin *)0)->abi_minor) == 2);
SOCH_ASSERT(offsetof(soch_plugin, min_host_minor) == 16 && sizeof(((soch_plugin *)0)->min_host_minor) == 2);
SOCH_ASSERT(offsetof(soch_plugin, reserved) == 18 && sizeof(((soch_plugin *)0)->reserved) == 2);
SOCH_ASSERT(offsetof(soch_plugin, flags) == 20 && sizeof(((soch_plugin *)0)->flags) == 4);
SOCH_ASSERT(offsetof(soch_plugin, layout_hash) == 24 && sizeof(((soch_plugin *)0)->layout_hash) == 16);
SOCH_ASSERT(offsetof(soch_plugin, name) == 40 && sizeof(((soch_plugin *)0)->name) == 4);
SOCH_ASSERT(offsetof(soch_plugin, version) == 44 && sizeof(((soch_plugin *)0)->version) == 4);
SOCH_ASSERT(offsetof(soch_plugin, description) == 48 && sizeof(((soch_plugin *)0)->description) == 4);
SOCH_ASSERT(offsetof(soch_plugin, author) == 52 && sizeof(((soch_plugin *)0)->author) == 4);
SOCH_ASSERT(offsetof(soch_plugin, capabilities) == 56 && sizeof(((soch_plugin *)0)->capabilities) == 4);
SOCH_ASSERT(offsetof(soch_plugin, create) == 60 && sizeof(((soch_plugin *)0)->create) == 4);
SOCH_ASSERT(offsetof(soch_plugin, shutdown) == 64 && sizeof(((soch_plugin *)0)->shutdown) == 4);
SOCH_ASSERT(offsetof(soch_plugin, destroy) == 68 && sizeof(((soch_plugin *)0)->destroy) == 4);
SOCH_ASSERT(offsetof(soch_plugin, get_interface) == 72 && sizeof(((soch_plugin *)0)->get_interface) == 4);
SOCH_ASSERT(offsetof(soch_plugin, storage) == 76 && sizeof(((soch_plugin *)0)->storage) == 4);
SOCH_ASSERT(offsetof(soch_plugin, index) == 80 && sizeof(((soch_plugin *)0)->index) == 4);
SOCH_ASSERT(offsetof(soch_plugin, observability) == 84 && sizeof(((soch_plugin *)0)->observability) == 4);
SOCH_ASSERT(offsetof(soch_plugin, compression) == 88 && sizeof(((soch_plugin *)0)->compression) == 4);
SOCH_ASSERT(sizeof(soch_plugin) == 96);
SOCH_ASSERT(offsetof(soch_note, owner_size) == 0 && sizeof(((soch_note *)0)->owner_size) == 4);
SOCH_ASSERT(offsetof(soch_note, body_size) == 4 && sizeof(((soch_note *)0)->body_size) == 4);
SOCH_ASSERT(offsetof(soch_note, kind) == 8 && sizeof(((soch_note *)0)->kind) == 4);
SOCH_ASSERT(offsetof(soch_note, owner) == 12 && sizeof(((soch_note *)0)->owner) == 8);
SOCH_ASSERT(offsetof(soch_note, note_version) == 20 && sizeof(((soch_note *)0)->note_version) == 4);
SOCH_ASSERT(offsetof(soch_note, abi_major) == 24 && sizeof(((soch_note *)0)->abi_major) == 2);
SOCH_ASSERT(offsetof(soch_note, abi_minor) == 26 && sizeof(((soch_note *)0)->abi_minor) == 2);
SOCH_ASSERT(offsetof(soch_note, min_host_minor) == 28 && sizeof(((soch_note *)0)->min_host_minor) == 2);
SOCH_ASSERT(offsetof(soch_note, reserved) == 30 && sizeof(((soch_note *)0)->reserved) == 2);
SOCH_ASSERT(offsetof(soch_note, flags) == 32 && sizeof(((soch_note *)0)->flags) == 4);
SOCH_ASSERT(offsetof(soch_note, kinds) == 36 && sizeof(((soch_note *)0)->kinds) == 4);
SOCH_ASSERT(offsetof(soch_note, layout_hash) == 40 && sizeof(((soch_note *)0)->layout_hash) == 16);
SOCH_ASSERT(offsetof(soch_note, name) == 56 && sizeof(((soch_note *)0)->name) == 64);
SOCH_ASSERT(offsetof(soch_note, version) == 120 && sizeof(((soch_note *)0)->version) == 32);
SOCH_ASSERT(sizeof(soch_note) == 152);
SOCH_ASSERT(offsetof(soch_host, size) == 0 && sizeof(((soch_host *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_host, abi_minor) == 4 && sizeof(((soch_host *)0)->abi_minor) == 4);
SOCH_ASSERT(offsetof(soch_host, log_level) == 8 && sizeof(((soch_host *)0)->log_level) == 4);
SOCH_ASSERT(offsetof(soch_host, ctx) == 12 && sizeof(((soch_host *)0)->ctx) == 4);
SOCH_ASSERT(offsetof(soch_host, product) == 16 && sizeof(((soch_host *)0)->product) == 8);
SOCH_ASSERT(offsetof(soch_host, directory) == 24 && sizeof(((soch_host *)0)->directory) == 8);
SOCH_ASSERT(offsetof(soch_host, log) == 32 && sizeof(((soch_host *)0)->log) == 4);
SOCH_ASSERT(offsetof(soch_host, counter_inc) == 36 && sizeof(((soch_host *)0)->counter_inc) == 4);
SOCH_ASSERT(offsetof(soch_host, gauge_set) == 40 && sizeof(((soch_host *)0)->gauge_set) == 4);
SOCH_ASSERT(offsetof(soch_host, histogram_observe) == 44 && sizeof(((soch_host *)0)->histogram_observe) == 4);
SOCH_ASSERT(offsetof(soch_host, get_service) == 48 && sizeof(((soch_host *)0)->get_service) == 4);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_host, data_dir) == 52 && sizeof(((soch_host *)0)->data_dir) == 8);
SOCH_ASSERT(offsetof(soch_host, memory_budget) == 64 && sizeof(((soch_host *)0)->memory_budget) == 8);
SOCH_ASSERT(offsetof(soch_host, memory_used) == 72 && sizeof(((soch_host *)0)->memory_used) == 4);
SOCH_ASSERT(offsetof(soch_host, describe_metric) == 76 && sizeof(((soch_host *)0)->describe_metric) == 4);
#endif
SOCH_ASSERT(sizeof(soch_host) == (SOCH_TARGET_MINOR >= 1 ? 80 : 56));
SOCH_ASSERT(offsetof(soch_cursor_options, size) == 0 && sizeof(((soch_cursor_options *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_cursor_options, flags) == 8 && sizeof(((soch_cursor_options *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_cursor_options, start) == 16 && sizeof(((soch_cursor_options *)0)->start) == 8);
SOCH_ASSERT(offsetof(soch_cursor_options, end) == 24 && sizeof(((soch_cursor_options *)0)->end) == 8);
SOCH_ASSERT(sizeof(soch_cursor_options) == 32);
SOCH_ASSERT(offsetof(soch_write, op) == 0 && sizeof(((soch_write *)0)->op) == 4);
SOCH_ASSERT(offsetof(soch_write, table) == 4 && sizeof(((soch_write *)0)->table) == 4);
SOCH_ASSERT(offsetof(soch_write, key) == 8 && sizeof(((soch_write *)0)->key) == 8);
SOCH_ASSERT(offsetof(soch_write, value) == 16 && sizeof(((soch_write *)0)->value) == 8);
SOCH_ASSERT(offsetof(soch_write, ttl_ms) == 24 && sizeof(((soch_write *)0)->ttl_ms) == 8);
SOCH_ASSERT(sizeof(soch_write) == 32);
SOCH_ASSERT(offsetof(soch_batch_options, size) == 0 && sizeof(((soch_batch_options *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_batch_options, flags) == 8 && sizeof(((soch_batch_options *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_batch_options, txn) == 16 && sizeof(((soch_batch_options *)0)->txn) == 8);
SOCH_ASSERT(sizeof(soch_batch_options) == 24);
SOCH_ASSERT(offsetof(soch_transaction_options, size) == 0 && sizeof(((soch_transaction_options *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_transaction_options, flags) == 8 && sizeof(((soch_transaction_options *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_transaction_options, wait_ms) == 16 && sizeof(((soch_transaction_options *)0)->wait_ms) == 8);
SOCH_ASSERT(sizeof(soch_transaction_options) == 24);
SOCH_ASSERT(offsetof(soch_storage_stats, size) == 0 && sizeof(((soch_storage_stats *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_storage_stats, bytes_stored) == 8 && sizeof(((soch_storage_stats *)0)->bytes_stored) == 8);
SOCH_ASSERT(offsetof(soch_storage_stats, key_count) == 16 && sizeof(((soch_storage_stats *)0)->key_count) == 8);
SOCH_ASSERT(offsetof(soch_storage_stats, pending_compaction_bytes) == 24 && sizeof(((soch_storage_stats *)0)->pending_compaction_bytes) == 8);
SOCH_ASSERT(offsetof(soch_storage_stats, write_amplification) == 32 && sizeof(((soch_storage_stats *)0)->write_amplification) == 8);
SOCH_ASSERT(sizeof(soch_storage_stats) == 40);
SOCH_ASSERT(offsetof(soch_storage_properties, size) == 0 && sizeof(((soch_storage_properties *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_storage_properties, flags) == 8 && sizeof(((soch_storage_properties *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_storage_properties, max_key) == 16 && sizeof(((soch_storage_properties *)0)->max_key) == 8);
SOCH_ASSERT(offsetof(soch_storage_properties, max_value) == 24 && sizeof(((soch_storage_properties *)0)->max_value) == 8);
SOCH_ASSERT(offsetof(soch_storage_properties, max_batch) == 32 && sizeof(((soch_storage_properties *)0)->max_batch) == 8);
SOCH_ASSERT(sizeof(soch_storage_properties) == 40);
SOCH_ASSERT(offsetof(soch_search, size) == 0 && sizeof(((soch_search *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_search, flags) == 8 && sizeof(((soch_search *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_search, query) == 16 && sizeof(((soch_search *)0)->query) == 8);
SOCH_ASSERT(offsetof(soch_search, k) == 24 && sizeof(((soch_search *)0)->k) == 4);
SOCH_ASSERT(offsetof(soch_search, element) == 28 && sizeof(((soch_search *)0)->element) == 4);
SOCH_ASSERT(offsetof(soch_search, filter) == 32 && sizeof(((soch_search *)0)->filter) == 4);
SOCH_ASSERT(offsetof(soch_search, filter_words) == 36 && sizeof(((soch_search *)0)->filter_words) == 4);
SOCH_ASSERT(offsetof(soch_search, filter_count) == 40 && sizeof(((soch_search *)0)->filter_count) == 4);
SOCH_ASSERT(offsetof(soch_search, filter_ctx) == 44 && sizeof(((soch_search *)0)->filter_ctx) == 4);
SOCH_ASSERT(offsetof(soch_search, allows) == 48 && sizeof(((soch_search *)0)->allows) == 4);
SOCH_ASSERT(offsetof(soch_search, parameters) == 52 && sizeof(((soch_search *)0)->parameters) == 4);
SOCH_ASSERT(offsetof(soch_search, parameter_count) == 56 && sizeof(((soch_search *)0)->parameter_count) == 4);
SOCH_ASSERT(offsetof(soch_search, max_distance) == 64 && sizeof(((soch_search *)0)->max_distance) == 8);
SOCH_ASSERT(sizeof(soch_search) == 72);
SOCH_ASSERT(offsetof(soch_search_result, size) == 0 && sizeof(((soch_search_result *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_search_result, flags) == 8 && sizeof(((soch_search_result *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_search_result, count) == 16 && sizeof(((soch_search_result *)0)->count) == 4);
SOCH_ASSERT(sizeof(soch_search_result) == 24);
SOCH_ASSERT(offsetof(soch_attribute, name) == 0 && sizeof(((soch_attribute *)0)->name) == 8);
SOCH_ASSERT(offsetof(soch_attribute, text) == 8 && sizeof(((soch_attribute *)0)->text) == 8);
SOCH_ASSERT(offsetof(soch_attribute, integer) == 16 && sizeof(((soch_attribute *)0)->integer) == 8);
SOCH_ASSERT(offsetof(soch_attribute, number) == 24 && sizeof(((soch_attribute *)0)->number) == 8);
SOCH_ASSERT(offsetof(soch_attribute, kind) == 32 && sizeof(((soch_attribute *)0)->kind) == 4);
SOCH_ASSERT(offsetof(soch_attribute, reserved) == 36 && sizeof(((soch_attribute *)0)->reserved) == 4);
SOCH_ASSERT(sizeof(soch_attribute) == 40);
SOCH_ASSERT(offsetof(soch_trace_context, trace_id) == 0 && sizeof(((soch_trace_context *)0)->trace_id) == 16);
SOCH_ASSERT(offsetof(soch_trace_context, span_id) == 16 && sizeof(((soch_trace_context *)0)->span_id) == 8);
SOCH_ASSERT(offsetof(soch_trace_context, flags) == 24 && sizeof(((soch_trace_context *)0)->flags) == 4);
SOCH_ASSERT(offsetof(soch_trace_context, reserved) == 28 && sizeof(((soch_trace_context *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_trace_context, state) == 32 && sizeof(((soch_trace_context *)0)->state) == 8);
SOCH_ASSERT(sizeof(soch_trace_context) == 40);
SOCH_ASSERT(offsetof(soch_span_link, context) == 0 && sizeof(((soch_span_link *)0)->context) == 40);
SOCH_ASSERT(offsetof(soch_span_link, attributes) == 40 && sizeof(((soch_span_link *)0)->attributes) == 4);
SOCH_ASSERT(offsetof(soch_span_link, attribute_count) == 44 && sizeof(((soch_span_link *)0)->attribute_count) == 4);
SOCH_ASSERT(sizeof(soch_span_link) == 48);
SOCH_ASSERT(offsetof(soch_span_start, size) == 0 && sizeof(((soch_span_start *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_span_start, name) == 4 && sizeof(((soch_span_start *)0)->name) == 8);
SOCH_ASSERT(offsetof(soch_span_start, kind) == 12 && sizeof(((soch_span_start *)0)->kind) == 4);
SOCH_ASSERT(offsetof(soch_span_start, reserved) == 16 && sizeof(((soch_span_start *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_span_start, parent) == 24 && sizeof(((soch_span_start *)0)->parent) == 8);
SOCH_ASSERT(offsetof(soch_span_start, remote_parent) == 32 && sizeof(((soch_span_start *)0)->remote_parent) == 4);
SOCH_ASSERT(offsetof(soch_span_start, time) == 40 && sizeof(((soch_span_start *)0)->time) == 8);
SOCH_ASSERT(offsetof(soch_span_start, attributes) == 48 && sizeof(((soch_span_start *)0)->attributes) == 4);
SOCH_ASSERT(offsetof(soch_span_start, attribute_count) == 52 && sizeof(((soch_span_start *)0)->attribute_count) == 4);
SOCH_ASSERT(offsetof(soch_span_start, links) == 56 && sizeof(((soch_span_start *)0)->links) == 4);
SOCH_ASSERT(offsetof(soch_span_start, link_count) == 60 && sizeof(((soch_span_start *)0)->link_count) == 4);
SOCH_ASSERT(sizeof(soch_span_start) == 64);
SOCH_ASSERT(offsetof(soch_span_event, size) == 0 && sizeof(((soch_span_event *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_span_event, name) == 4 && sizeof(((soch_span_event *)0)->name) == 8);
SOCH_ASSERT(offsetof(soch_span_event, time) == 16 && sizeof(((soch_span_event *)0)->time) == 8);
SOCH_ASSERT(offsetof(soch_span_event, attributes) == 24 && sizeof(((soch_span_event *)0)->attributes) == 4);
SOCH_ASSERT(offsetof(soch_span_event, attribute_count) == 28 && sizeof(((soch_span_event *)0)->attribute_count) == 4);
SOCH_ASSERT(sizeof(soch_span_event) == 32);
SOCH_ASSERT(offsetof(soch_span_end, size) == 0 && sizeof(((soch_span_end *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_span_end, time) == 8 && sizeof(((soch_span_end *)0)->time) == 8);
SOCH_ASSERT(offsetof(soch_span_end, status) == 16 && sizeof(((soch_span_end *)0)->status) == 4);
SOCH_ASSERT(offsetof(soch_span_end, reserved) == 20 && sizeof(((soch_span_end *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_span_end, text) == 24 && sizeof(((soch_span_end *)0)->text) == 8);
SOCH_ASSERT(offsetof(soch_span_end, attributes) == 32 && sizeof(((soch_span_end *)0)->attributes) == 4);
SOCH_ASSERT(offsetof(soch_span_end, attribute_count) == 36 && sizeof(((soch_span_end *)0)->attribute_count) == 4);
SOCH_ASSERT(sizeof(soch_span_end) == 40);
SOCH_ASSERT(offsetof(soch_log_record, size) == 0 && sizeof(((soch_log_record *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_log_record, time) == 8 && sizeof(((soch_log_record *)0)->time) == 8);
SOCH_ASSERT(offsetof(soch_log_record, level) == 16 && sizeof(((soch_log_record *)0)->level) == 4);
SOCH_ASSERT(offsetof(soch_log_record, reserved) == 20 && sizeof(((soch_log_record *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_log_record, message) == 24 && sizeof(((soch_log_record *)0)->message) == 8);
SOCH_ASSERT(offsetof(soch_log_record, target) == 32 && sizeof(((soch_log_record *)0)->target) == 8);
SOCH_ASSERT(offsetof(soch_log_record, span) == 40 && sizeof(((soch_log_record *)0)->span) == 8);
SOCH_ASSERT(offsetof(soch_log_record, remote_span) == 48 && sizeof(((soch_log_record *)0)->remote_span) == 4);
SOCH_ASSERT(offsetof(soch_log_record, attributes) == 52 && sizeof(((soch_log_record *)0)->attributes) == 4);
SOCH_ASSERT(offsetof(soch_log_record, attribute_count) == 56 && sizeof(((soch_log_record *)0)->attribute_count) == 4);
SOCH_ASSERT(sizeof(soch_log_record) == 64);
SOCH_ASSERT(offsetof(soch_bucket, upper) == 0 && sizeof(((soch_bucket *)0)->upper) == 8);
SOCH_ASSERT(offsetof(soch_bucket, count) == 8 && sizeof(((soch_bucket *)0)->count) == 8);
SOCH_ASSERT(sizeof(soch_bucket) == 16);
SOCH_ASSERT(offsetof(soch_exponential_buckets, counts) == 0 && sizeof(((soch_exponential_buckets *)0)->counts) == 4);
SOCH_ASSERT(offsetof(soch_exponential_buckets, count) == 4 && sizeof(((soch_exponential_buckets *)0)->count) == 4);
SOCH_ASSERT(offsetof(soch_exponential_buckets, offset) == 8 && sizeof(((soch_exponential_buckets *)0)->offset) == 4);
SOCH_ASSERT(offsetof(soch_exponential_buckets, reserved) == 12 && sizeof(((soch_exponential_buckets *)0)->reserved) == 4);
SOCH_ASSERT(sizeof(soch_exponential_buckets) == 16);
SOCH_ASSERT(offsetof(soch_exponential, size) == 0 && sizeof(((soch_exponential *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_exponential, scale) == 4 && sizeof(((soch_exponential *)0)->scale) == 4);
SOCH_ASSERT(offsetof(soch_exponential, reserved) == 8 && sizeof(((soch_exponential *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_exponential, zero_count) == 16 && sizeof(((soch_exponential *)0)->zero_count) == 8);
SOCH_ASSERT(offsetof(soch_exponential, zero_threshold) == 24 && sizeof(((soch_exponential *)0)->zero_threshold) == 8);
SOCH_ASSERT(offsetof(soch_exponential, positive) == 32 && sizeof(((soch_exponential *)0)->positive) == 16);
SOCH_ASSERT(offsetof(soch_exponential, negative) == 48 && sizeof(((soch_exponential *)0)->negative) == 16);
SOCH_ASSERT(sizeof(soch_exponential) == 64);
SOCH_ASSERT(offsetof(soch_metric, size) == 0 && sizeof(((soch_metric *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_metric, kind) == 4 && sizeof(((soch_metric *)0)->kind) == 4);
SOCH_ASSERT(offsetof(soch_metric, flags) == 8 && sizeof(((soch_metric *)0)->flags) == 4);
SOCH_ASSERT(offsetof(soch_metric, name) == 12 && sizeof(((soch_metric *)0)->name) == 8);
SOCH_ASSERT(offsetof(soch_metric, labels) == 20 && sizeof(((soch_metric *)0)->labels) == 4);
SOCH_ASSERT(offsetof(soch_metric, label_count) == 24 && sizeof(((soch_metric *)0)->label_count) == 4);
SOCH_ASSERT(offsetof(soch_metric, count) == 32 && sizeof(((soch_metric *)0)->count) == 8);
SOCH_ASSERT(offsetof(soch_metric, value) == 40 && sizeof(((soch_metric *)0)->value) == 8);
SOCH_ASSERT(offsetof(soch_metric, buckets) == 48 && sizeof(((soch_metric *)0)->buckets) == 4);
SOCH_ASSERT(offsetof(soch_metric, bucket_count) == 52 && sizeof(((soch_metric *)0)->bucket_count) == 4);
SOCH_ASSERT(offsetof(soch_metric, exponential) == 56 && sizeof(((soch_metric *)0)->exponential) == 4);
SOCH_ASSERT(offsetof(soch_metric, unit) == 60 && sizeof(((soch_metric *)0)->unit) == 8);
SOCH_ASSERT(offsetof(soch_metric, description) == 68 && sizeof(((soch_metric *)0)->description) == 8);
SOCH_ASSERT(offsetof(soch_metric, start_time) == 80 && sizeof(((soch_metric *)0)->start_time) == 8);
SOCH_ASSERT(sizeof(soch_metric) == 88);
SOCH_ASSERT(offsetof(soch_metric_sink, ctx) == 0 && sizeof(((soch_metric_sink *)0)->ctx) == 4);
SOCH_ASSERT(offsetof(soch_metric_sink, metric) == 4 && sizeof(((soch_metric_sink *)0)->metric) == 4);
SOCH_ASSERT(sizeof(soch_metric_sink) == 8);
SOCH_ASSERT(offsetof(soch_metrics, size) == 0 && sizeof(((soch_metrics *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_metrics, ctx) == 4 && sizeof(((soch_metrics *)0)->ctx) == 4);
SOCH_ASSERT(offsetof(soch_metrics, collect) == 8 && sizeof(((soch_metrics *)0)->collect) == 4);
SOCH_ASSERT(sizeof(soch_metrics) == 12);
SOCH_ASSERT(offsetof(soch_row_sink, ctx) == 0 && sizeof(((soch_row_sink *)0)->ctx) == 4);
SOCH_ASSERT(offsetof(soch_row_sink, row) == 4 && sizeof(((soch_row_sink *)0)->row) == 4);
SOCH_ASSERT(sizeof(soch_row_sink) == 8);
SOCH_ASSERT(offsetof(soch_value_sink, ctx) == 0 && sizeof(((soch_value_sink *)0)->ctx) == 4);
SOCH_ASSERT(offsetof(soch_value_sink, value) == 4 && sizeof(((soch_value_sink *)0)->value) == 4);
SOCH_ASSERT(sizeof(soch_value_sink) == 8);
SOCH_ASSERT(offsetof(soch_row, key) == 0 && sizeof(((soch_row *)0)->key) == 8);
SOCH_ASSERT(offsetof(soch_row, value) == 8 && sizeof(((soch_row *)0)->value) == 8);
SOCH_ASSERT(sizeof(soch_row) == 16);
SOCH_ASSERT(offsetof(soch_storage, size) == 0 && sizeof(((soch_storage *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_storage, get) == 4 && sizeof(((soch_storage *)0)->get) == 4);
SOCH_ASSERT(offsetof(soch_storage, put) == 8 && sizeof(((soch_storage *)0)->put) == 4);
SOCH_ASSERT(offsetof(soch_storage, remove) == 12 && sizeof(((soch_storage *)0)->remove) == 4);
SOCH_ASSERT(offsetof(soch_storage, scan) == 16 && sizeof(((soch_storage *)0)->scan) == 4);
SOCH_ASSERT(offsetof(soch_storage, flush) == 20 && sizeof(((soch_storage *)0)->flush) == 4);
SOCH_ASSERT(offsetof(soch_storage, compact) == 24 && sizeof(((soch_storage *)0)->compact) == 4);
SOCH_ASSERT(offsetof(soch_storage, stats) == 28 && sizeof(((soch_storage *)0)->stats) == 4);
SOCH_ASSERT(offsetof(soch_storage, describe) == 32 && sizeof(((soch_storage *)0)->describe) == 4);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_storage, write_batch) == 36 && sizeof(((soch_storage *)0)->write_batch) == 4);
SOCH_ASSERT(offsetof(soch_storage, open_table) == 40 && sizeof(((soch_storage *)0)->open_table) == 4);
SOCH_ASSERT(offsetof(soch_storage, close_table) == 44 && sizeof(((soch_storage *)0)->close_table) == 4);
SOCH_ASSERT(offsetof(soch_storage, table_get) == 48 && sizeof(((soch_storage *)0)->table_get) == 4);
SOCH_ASSERT(offsetof(soch_storage, table_put) == 52 && sizeof(((soch_storage *)0)->table_put) == 4);
SOCH_ASSERT(offsetof(soch_storage, open_reader) == 56 && sizeof(((soch_storage *)0)->open_reader) == 4);
SOCH_ASSERT(offsetof(soch_storage, close_reader) == 60 && sizeof(((soch_storage *)0)->close_reader) == 4);
SOCH_ASSERT(offsetof(soch_storage, reader_get) == 64 && sizeof(((soch_storage *)0)->reader_get) == 4);
SOCH_ASSERT(offsetof(soch_storage, open_cursor) == 68 && sizeof(((soch_storage *)0)->open_cursor) == 4);
SOCH_ASSERT(offsetof(soch_storage, cursor_next) == 72 && sizeof(((soch_storage *)0)->cursor_next) == 4);
SOCH_ASSERT(offsetof(soch_storage, close_cursor) == 76 && sizeof(((soch_storage *)0)->close_cursor) == 4);
SOCH_ASSERT(offsetof(soch_storage, begin_txn) == 80 && sizeof(((soch_storage *)0)->begin_txn) == 4);
SOCH_ASSERT(offsetof(soch_storage, txn_get) == 84 && sizeof(((soch_storage *)0)->txn_get) == 4);
SOCH_ASSERT(offsetof(soch_storage, txn_put) == 88 && sizeof(((soch_storage *)0)->txn_put) == 4);
SOCH_ASSERT(offsetof(soch_storage, txn_remove) == 92 && sizeof(((soch_storage *)0)->txn_remove) == 4);
SOCH_ASSERT(offsetof(soch_storage, txn_scan) == 96 && sizeof(((soch_storage *)0)->txn_scan) == 4);
SOCH_ASSERT(offsetof(soch_storage, commit_txn) == 100 && sizeof(((soch_storage *)0)->commit_txn) == 4);
SOCH_ASSERT(offsetof(soch_storage, abort_txn) == 104 && sizeof(((soch_storage *)0)->abort_txn) == 4);
SOCH_ASSERT(offsetof(soch_storage, cursor_seek) == 108 && sizeof(((soch_storage *)0)->cursor_seek) == 4);
SOCH_ASSERT(offsetof(soch_storage, list_tables) == 112 && sizeof(((soch_storage *)0)->list_tables) == 4);
SOCH_ASSERT(offsetof(soch_storage, drop_table) == 116 && sizeof(((soch_storage *)0)->drop_table) == 4);
SOCH_ASSERT(offsetof(soch_storage, checkpoint) == 120 && sizeof(((soch_storage *)0)->checkpoint) == 4);
SOCH_ASSERT(offsetof(soch_storage, property) == 124 && sizeof(((soch_storage *)0)->property) == 4);
SOCH_ASSERT(offsetof(soch_storage, multi_get) == 128 && sizeof(((soch_storage *)0)->multi_get) == 4);
SOCH_ASSERT(offsetof(soch_storage, txn_set_savepoint) == 132 && sizeof(((soch_storage *)0)->txn_set_savepoint) == 4);
SOCH_ASSERT(offsetof(soch_storage, txn_rollback_to_savepoint) == 136 && sizeof(((soch_storage *)0)->txn_rollback_to_savepoint) == 4);
#endif
SOCH_ASSERT(sizeof(soch_storage) == (SOCH_TARGET_MINOR >= 1 ? 140 : 36));
SOCH_ASSERT(offsetof(soch_index_entry, row) == 0 && sizeof(((soch_index_entry *)0)->row) == 8);
SOCH_ASSERT(offsetof(soch_index_entry, key) == 8 && sizeof(((soch_index_entry *)0)->key) == 8);
SOCH_ASSERT(sizeof(soch_index_entry) == 16);
SOCH_ASSERT(offsetof(soch_index_change, op) == 0 && sizeof(((soch_index_change *)0)->op) == 4);
SOCH_ASSERT(offsetof(soch_index_change, reserved) == 4 && sizeof(((soch_index_change *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_index_change, row) == 8 && sizeof(((soch_index_change *)0)->row) == 8);
SOCH_ASSERT(offsetof(soch_index_change, key) == 16 && sizeof(((soch_index_change *)0)->key) == 8);
SOCH_ASSERT(sizeof(soch_index_change) == 24);
SOCH_ASSERT(offsetof(soch_index_properties, size) == 0 && sizeof(((soch_index_properties *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_index_properties, flags) == 8 && sizeof(((soch_index_properties *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_index_properties, element) == 16 && sizeof(((soch_index_properties *)0)->element) == 4);
SOCH_ASSERT(offsetof(soch_index_properties, metric) == 20 && sizeof(((soch_index_properties *)0)->metric) == 4);
SOCH_ASSERT(offsetof(soch_index_properties, dimensions) == 24 && sizeof(((soch_index_properties *)0)->dimensions) == 8);
SOCH_ASSERT(offsetof(soch_index_properties, max_key) == 32 && sizeof(((soch_index_properties *)0)->max_key) == 8);
SOCH_ASSERT(offsetof(soch_index_properties, max_neighbors) == 40 && sizeof(((soch_index_properties *)0)->max_neighbors) == 8);
SOCH_ASSERT(sizeof(soch_index_properties) == 48);
SOCH_ASSERT(offsetof(soch_index, size) == 0 && sizeof(((soch_index *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_index, index_type) == 4 && sizeof(((soch_index *)0)->index_type) == 4);
SOCH_ASSERT(offsetof(soch_index, build) == 8 && sizeof(((soch_index *)0)->build) == 4);
SOCH_ASSERT(offsetof(soch_index, insert) == 12 && sizeof(((soch_index *)0)->insert) == 4);
SOCH_ASSERT(offsetof(soch_index, remove) == 16 && sizeof(((soch_index *)0)->remove) == 4);
SOCH_ASSERT(offsetof(soch_index, lookup) == 20 && sizeof(((soch_index *)0)->lookup) == 4);
SOCH_ASSERT(offsetof(soch_index, range) == 24 && sizeof(((soch_index *)0)->range) == 4);
SOCH_ASSERT(offsetof(soch_index, size_bytes) == 28 && sizeof(((soch_index *)0)->size_bytes) == 4);
SOCH_ASSERT(offsetof(soch_index, nearest) == 32 && sizeof(((soch_index *)0)->nearest) == 4);
SOCH_ASSERT(offsetof(soch_index, describe) == 36 && sizeof(((soch_index *)0)->describe) == 4);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_index, nearest_batch) == 40 && sizeof(((soch_index *)0)->nearest_batch) == 4);
SOCH_ASSERT(offsetof(soch_index, search) == 44 && sizeof(((soch_index *)0)->search) == 4);
SOCH_ASSERT(offsetof(soch_index, save) == 48 && sizeof(((soch_index *)0)->save) == 4);
SOCH_ASSERT(offsetof(soch_index, load) == 52 && sizeof(((soch_index *)0)->load) == 4);
SOCH_ASSERT(offsetof(soch_index, flush_index) == 56 && sizeof(((soch_index *)0)->flush_index) == 4);
SOCH_ASSERT(offsetof(soch_index, flushed) == 60 && sizeof(((soch_index *)0)->flushed) == 4);
SOCH_ASSERT(offsetof(soch_index, change_batch) == 64 && sizeof(((soch_index *)0)->change_batch) == 4);
SOCH_ASSERT(offsetof(soch_index, drop_index) == 68 && sizeof(((soch_index *)0)->drop_index) == 4);
SOCH_ASSERT(offsetof(soch_index, begin_build) == 72 && sizeof(((soch_index *)0)->begin_build) == 4);
SOCH_ASSERT(offsetof(soch_index, build_add) == 76 && sizeof(((soch_index *)0)->build_add) == 4);
SOCH_ASSERT(offsetof(soch_index, finish_build) == 80 && sizeof(((soch_index *)0)->finish_build) == 4);
SOCH_ASSERT(offsetof(soch_index, abandon_build) == 84 && sizeof(((soch_index *)0)->abandon_build) == 4);
#endif
SOCH_ASSERT(sizeof(soch_index) == (SOCH_TARGET_MINOR >= 1 ? 88 : 40));
SOCH_ASSERT(offsetof(soch_health, size) == 0 && sizeof(((soch_health *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_health, operational) == 4 && sizeof(((soch_health *)0)->operational) == 4);
SOCH_ASSERT(offsetof(soch_health, reserved) == 8 && sizeof(((soch_health *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_health, wal_size_bytes) == 16 && sizeof(((soch_health *)0)->wal_size_bytes) == 8);
SOCH_ASSERT(offsetof(soch_health, active_txns) == 24 && sizeof(((soch_health *)0)->active_txns) == 8);
SOCH_ASSERT(offsetof(soch_health, buffer_pool_usage) == 32 && sizeof(((soch_health *)0)->buffer_pool_usage) == 8);
SOCH_ASSERT(offsetof(soch_health, checkpoint_age_secs) == 40 && sizeof(((soch_health *)0)->checkpoint_age_secs) == 8);
SOCH_ASSERT(sizeof(soch_health) == 48);
SOCH_ASSERT(offsetof(soch_observability_properties, size) == 0 && sizeof(((soch_observability_properties *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_observability_properties, flags) == 8 && sizeof(((soch_observability_properties *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_observability_properties, log_level) == 16 && sizeof(((soch_observability_properties *)0)->log_level) == 4);
SOCH_ASSERT(offsetof(soch_observability_properties, reserved) == 20 && sizeof(((soch_observability_properties *)0)->reserved) == 4);
SOCH_ASSERT(sizeof(soch_observability_properties) == 24);
SOCH_ASSERT(offsetof(soch_observability, size) == 0 && sizeof(((soch_observability *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_observability, counter_inc) == 4 && sizeof(((soch_observability *)0)->counter_inc) == 4);
SOCH_ASSERT(offsetof(soch_observability, gauge_set) == 8 && sizeof(((soch_observability *)0)->gauge_set) == 4);
SOCH_ASSERT(offsetof(soch_observability, histogram_observe) == 12 && sizeof(((soch_observability *)0)->histogram_observe) == 4);
SOCH_ASSERT(offsetof(soch_observability, span_start) == 16 && sizeof(((soch_observability *)0)->span_start) == 4);
SOCH_ASSERT(offsetof(soch_observability, span_end) == 20 && sizeof(((soch_observability *)0)->span_end) == 4);
SOCH_ASSERT(offsetof(soch_observability, span_event) == 24 && sizeof(((soch_observability *)0)->span_event) == 4);
SOCH_ASSERT(offsetof(soch_observability, log) == 28 && sizeof(((soch_observability *)0)->log) == 4);
SOCH_ASSERT(offsetof(soch_observability, report_health) == 32 && sizeof(((soch_observability *)0)->report_health) == 4);
SOCH_ASSERT(offsetof(soch_observability, describe) == 36 && sizeof(((soch_observability *)0)->describe) == 4);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_observability, attach) == 40 && sizeof(((soch_observability *)0)->attach) == 4);
SOCH_ASSERT(offsetof(soch_observability, span_record_start) == 44 && sizeof(((soch_observability *)0)->span_record_start) == 4);
SOCH_ASSERT(offsetof(soch_observability, span_record_event) == 48 && sizeof(((soch_observability *)0)->span_record_event) == 4);
SOCH_ASSERT(offsetof(soch_observability, span_record_end) == 52 && sizeof(((soch_observability *)0)->span_record_end) == 4);
SOCH_ASSERT(offsetof(soch_observability, span_context) == 56 && sizeof(((soch_observability *)0)->span_context) == 4);
SOCH_ASSERT(offsetof(soch_observability, log_record) == 60 && sizeof(((soch_observability *)0)->log_record) == 4);
SOCH_ASSERT(offsetof(soch_observability, flush) == 64 && sizeof(((soch_observability *)0)->flush) == 4);
#endif
SOCH_ASSERT(sizeof(soch_observability) == (SOCH_TARGET_MINOR >= 1 ? 68 : 40));
SOCH_ASSERT(offsetof(soch_compression_properties, size) == 0 && sizeof(((soch_compression_properties *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_compression_properties, flags) == 8 && sizeof(((soch_compression_properties *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_compression_properties, max_input) == 16 && sizeof(((soch_compression_properties *)0)->max_input) == 8);
SOCH_ASSERT(offsetof(soch_compression_properties, min_level) == 24 && sizeof(((soch_compression_properties *)0)->min_level) == 4);
SOCH_ASSERT(offsetof(soch_compression_properties, max_level) == 28 && sizeof(((soch_compression_properties *)0)->max_level) == 4);
SOCH_ASSERT(offsetof(soch_compression_properties, default_level) == 32 && sizeof(((soch_compression_properties *)0)->default_level) == 4);
SOCH_ASSERT(offsetof(soch_compression_properties, reserved) == 36 && sizeof(((soch_compression_properties *)0)->reserved) == 4);
SOCH_ASSERT(sizeof(soch_compression_properties) == 40);
SOCH_ASSERT(offsetof(soch_compression_options, size) == 0 && sizeof(((soch_compression_options *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_compression_options, flags) == 8 && sizeof(((soch_compression_options *)0)->flags) == 8);
SOCH_ASSERT(offsetof(soch_compression_options, level) == 16 && sizeof(((soch_compression_options *)0)->level) == 4);
SOCH_ASSERT(offsetof(soch_compression_options, reserved) == 20 && sizeof(((soch_compression_options *)0)->reserved) == 4);
SOCH_ASSERT(offsetof(soch_compression_options, dictionary) == 24 && sizeof(((soch_compression_options *)0)->dictionary) == 8);
SOCH_ASSERT(sizeof(soch_compression_options) == 32);
SOCH_ASSERT(offsetof(soch_compression, size) == 0 && sizeof(((soch_compression *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_compression, algorithm) == 4 && sizeof(((soch_compression *)0)->algorithm) == 4);
SOCH_ASSERT(offsetof(soch_compression, compress) == 8 && sizeof(((soch_compression *)0)->compress) == 4);
SOCH_ASSERT(offsetof(soch_compression, decompress) == 12 && sizeof(((soch_compression *)0)->decompress) == 4);
SOCH_ASSERT(offsetof(soch_compression, set_level) == 16 && sizeof(((soch_compression *)0)->set_level) == 4);
SOCH_ASSERT(offsetof(soch_compression, describe) == 20 && sizeof(((soch_compression *)0)->describe) == 4);
#if SOCH_TARGET_MINOR >= 1
SOCH_ASSERT(offsetof(soch_compression, bound) == 24 && sizeof(((soch_compression *)0)->bound) == 4);
SOCH_ASSERT(offsetof(soch_compression, decompressed_size) == 28 && sizeof(((soch_compression *)0)->decompressed_size) == 4);
SOCH_ASSERT(offsetof(soch_compression, compress_with) == 32 && sizeof(((soch_compression *)0)->compress_with) == 4);
SOCH_ASSERT(offsetof(soch_compression, decompress_with) == 36 && sizeof(((soch_compression *)0)->decompress_with) == 4);
SOCH_ASSERT(offsetof(soch_compression, train) == 40 && sizeof(((soch_compression *)0)->train) == 4);
#endif
SOCH_ASSERT(sizeof(soch_compression) == (SOCH_TARGET_MINOR >= 1 ? 44 : 24));
SOCH_ASSERT(offsetof(soch_query_optimizer, size) == 0 && sizeof(((soch_query_optimizer *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_query_optimizer, optimize) == 4 && sizeof(((soch_query_optimizer *)0)->optimize) == 4);
SOCH_ASSERT(sizeof(soch_query_optimizer) == 8);
SOCH_ASSERT(offsetof(soch_auth, size) == 0 && sizeof(((soch_auth *)0)->size) == 4);
SOCH_ASSERT(offsetof(soch_auth, authenticate) == 4 && sizeof(((soch_auth *)0)->authenticate) == 4);
SOCH_ASSERT(offsetof(soch_auth, authorize) == 8 && sizeof(((soch_auth *)0)->authorize) == 4);
SOCH_ASSERT(sizeof(soch_auth) == 12);
#endif

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
