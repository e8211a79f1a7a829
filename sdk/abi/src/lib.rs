//! The contract between a SochDB host and its plugins.
//!
//! A plugin is one shared library that exports one constant, `soch_plugin_v1`, and carries one note with
//! the same facts. It links against nothing of the host. `SOCH_PLUGIN` at the end of this file writes both.
//!
//! Build      C, by any compiler that takes the options of gcc:
//!              cc -O2 -shared -fPIC -fvisibility=hidden -Iinclude plugin.c -o plugin.so
//!            C++, by g++ or clang++; sochdb_plugin.hpp says why the linker gets the file:
//!              c++ -O2 -shared -fPIC -fvisibility=hidden -Wl,--version-script=include/sochdb_plugin.map -Iinclude plugin.cpp -o plugin.so
//!            WebAssembly, by clang:
//!              clang --target=wasm32 -mbulk-memory -O2 -ffreestanding -nostdlib -Wl,--no-entry,--no-gc-sections,--export-table,--export=soch_plugin_v1 -Iinclude plugin.c -o plugin.wasm
//!              (--no-gc-sections, or the linker drops the note; -mbulk-memory, or clang calls memcpy and memset, which nobody has there)
//! Ownership  Nothing that one side allocates is freed by the other. Input is lent for the call: copy what you
//!            keep. Output goes to the caller's `soch_writer`, sink or arrays. The one thing a plugin owns
//!            across calls is its instance (and the handles it opens), which the host only passes back, be it NULL.
//! NULL       A function pointer may be NULL where its text says "optional"; a "required" one that is NULL is
//!            refused at load. Pointers to results and to `soch_error` are never NULL. `ptr` of bytes or text, and an
//!            array, may be NULL if its length is 0, and only then. Text is UTF-8, counted, without a NUL at its end, unless it is
//!            a `const char *`.
//! Status     Every call that can fail returns a `soch_status`. On failure results are not looked at, and the
//!            plugin may say why in `soch_error`: `soch_fail` does it in one line. On SOCH_OK or SOCH_NOT_FOUND the
//!            error is not looked at. Return the status of a writer or sink as it is.
//! Threads    Each function has one tag.
//!            [any-thread]  may be called from any thread, by several at once.
//!            [exclusive]   from any thread, but no other call with the same first argument is under way; for
//!                          one whose first argument is the instance: no other call on that instance.
//!            [static]      constant data: it does not change or move as long as the library is loaded, and a
//!                          library is never unloaded.
//!            A plugin may call the host from its own threads, until `destroy` returns. The functions of a writer
//!            or sink do not call back into the instance, so a plugin may hold its locks over them.
//! Panics     A C++ exception or a Rust panic must not leave the plugin (sochdb_plugin.hpp and the Rust SDK see
//!            to it): catch it and return SOCH_PANICKED; a function without a status only catches it. The
//!            instance then gets no call but `destroy`. A crash, `exit` or `abort` ends the process, which is the host's unless
//!            the host gave the plugin one of its own: a plugin is trusted code, with all rights of its process.
//! Process    A plugin leaves the process as it found it, in its constructors and in every call: floating-point environment
//!            (do not link with -ffast-math or -Ofast, which change it at load), signal masks, stacks and handlers,
//!            working directory, umask, locale, environment, resource limits, priority and policy of a thread, interval timers,
//!            and descriptors 0 to 2. The host compares them around the load and `create`, puts back what it can, and tells its
//!            operator; around calls it does not, so a plugin that needs another rounding restores the old one before it
//!            returns. No other program has what it opens (O_CLOEXEC). `sochdb-plugin check` fails on each change, in any call.
//!            A write beyond the limit of a file's size, or to a pipe that nobody reads, sends SIGXFSZ or SIGPIPE, which
//!            end the host: block the two around it (examples-c/quiet.h; in Rust quietly of the SDK), and report the error.
//! Growth     A struct "grows at its end": its first field is its size as its owner compiled it. Of a table, the host
//!            copies what both sides know and takes the missing rest as NULL. A struct that is "frozen" never changes,
//!            where pointers have one width: what is passed by value or lies in arrays, and soch_error, soch_writer,
//!            soch_row_sink, soch_value_sink and soch_metric_sink, of which each call makes one. What they lack comes with
//!            another slot.
//!            Nothing is renamed, moved or retyped, and no function changes its meaning: a new meaning gets a new table
//!            or slot. A field that is added to what a caller asks for, and changes what the call does, comes with a flag
//!            of SOCH_OPTIONS_MUST_UNDERSTAND, as an older plugin does not read it; a field that its struct came with
//!            needs none.
//! Versions   A plugin of the host's SOCH_ABI_MAJOR loads, older or newer, unless its min_host_minor is above the
//!            host's SOCH_ABI_MINOR. Both then use the smaller minor. Define SOCH_TARGET_MINOR before the include
//!            to hide what is newer than the oldest host that you support. 1.0 is the least that a host of this major has;
//!            "Since 1.1" marks what came then, the slots behind it in a table came no earlier, and what only they use came
//!            with them. A new major is a new entry symbol.
//!
//! Rules      What holds everywhere, and what one side does about what only the other knows:
//!            1  A status that is not listed means SOCH_FAILED, in both directions.
//!            2  A log level below SOCH_LOG_DEBUG means SOCH_LOG_DEBUG, one above SOCH_LOG_ERROR means SOCH_LOG_ERROR, in
//!               both directions.
//!            3  An operation of a write that the plugin does not know is SOCH_UNSUPPORTED, and so is the whole call: it
//!               changed nothing.
//!            4  A metric of a kind that the plugin does not know is passed over.
//!            5  Of soch_plugin.flags, a host refuses a plugin with one that it does not know among
//!               SOCH_FLAGS_MUST_UNDERSTAND; the others it passes over.
//!            6  Bits of kinds that a host does not know are passed over in a plugin of a newer minor version, and refused
//!               in others.
//!            7  Whoever fills a struct that the other side owns writes no byte beyond its `size`; whoever reads one reads
//!               none. The fields that a struct came with are always there.
//!            8  A call may end with its instance, and `destroy` may never come: the process may be killed. What must
//!               last is written and flushed before.
//!            9  Bytes that are lent have no alignment: copy numbers out of them (memcpy).
//!            10 An instance may run where there are no files, no sockets and no threads of its own. What it needs, it
//!               asks for in `create`, which fails if it is not there. A writer or sink may take its time.
//!            11 An error that cannot be undone stays. After one, such as a disk that failed in `flush` or in a write that
//!               waits for it, every later call of the instance is an error, also `flush`, `compact`, `stats` and
//!               `shutdown`, until a new instance opens the data again: a second try may succeed because the kernel
//!               takes for written what it has lost.
//!            12 A kind of span that is not listed means SOCH_SPAN_INTERNAL, a status of one that is not listed
//!               SOCH_SPAN_UNSET. An attribute of a kind that is not listed is passed over.
//!            13 Of the flags of a call's options, one among SOCH_OPTIONS_MUST_UNDERSTAND that the plugin does not know is
//!               SOCH_UNSUPPORTED, and the call changed nothing; the others it passes over.
//!            14 Of properties, results, metrics and trace contexts, a flag that the reader does not know is passed over.
//!               So a plugin with a flag that its host must understand has a min_host_minor that knows it.
//!            15 A form of a filter and an element of a query that the index does not know are SOCH_UNSUPPORTED. Of an
//!               element that the host does not know, it knows that keys are bytes; a metric of distance that it does not
//!               know means SOCH_DISTANCE_OTHER.
//!            16 A field `reserved` is written as 0 and not looked at.
//!            17 An integer that says yes or no is 0 for no, and any other number for yes.
//!
//! Read on in this order: soch_plugin (the entry), the table of your kind, soch_host (what the host does for you).
#![no_std]
#![deny(missing_debug_implementations, clippy::must_use_candidate, clippy::return_self_not_must_use)]
#![allow(non_camel_case_types, missing_docs)]
// The header's tags, such as `[static]`, look like links to rustdoc.
#![allow(rustdoc::broken_intra_doc_links)]

mod attribute;
mod batch;
mod call;
mod capability;
mod compression;
mod cursor;
mod data;
mod host;
mod index;
mod kinds;
mod layout_hash;
mod lend;
mod log_record;
mod metrics;
mod observability;
mod plugin;
mod properties;
mod search;
mod span;
mod status;
mod storage;
mod storage_properties;
mod transaction;

pub use crate::attribute::*;
pub use crate::batch::*;
pub use crate::call::*;
pub use crate::capability::*;
pub use crate::compression::*;
pub use crate::cursor::*;
pub use crate::data::*;
pub use crate::host::*;
pub use crate::index::*;
pub use crate::layout_hash::*;
pub use crate::log_record::*;
pub use crate::metrics::*;
pub use crate::observability::*;
pub use crate::plugin::*;
pub use crate::properties::*;
pub use crate::search::*;
pub use crate::span::*;
pub use crate::status::*;
pub use crate::storage::*;
pub use crate::storage_properties::*;
pub use crate::transaction::*;

/// The major version of this contract. It is also the number in the entry's name.
pub const SOCH_ABI_MAJOR: u16 = 1;
/// The minor version of this contract.
pub const SOCH_ABI_MINOR: u16 = 1;
