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
