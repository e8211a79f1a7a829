//! Mistakes in scans, cursors and snapshots of storages.

use crate::storage::{LMDB, MEMORY, MEMORY_IN_RUST, VERSIONS};
use crate::subject::{Damage, Mutant};

const MAIN: &str = "examples-c/storage_memory.c";
const ROWS: &str = "examples-c/storage_memory_rows.h";
const CPP: &str = "examples-c/storage_versions.cpp";
const LMDB_ROWS: &str = "examples-c/storage_lmdb_rows.h";

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a scan counts its limit in 32 bits",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "soch_scan_by_cursor(&walk, call, cursor_next, limit, rows, error)",
            "soch_scan_by_cursor(&walk, call, cursor_next, (uint32_t)limit, rows, error)",
        )],
        damage: Damage::Loss,
        finds: "storage_range::limits_of_every_width_are_kept",
    },
    Mutant {
        name: "a scan takes a huge limit for a negative one",
        plugin: MEMORY,
        edits: &[(
            MAIN,
            "soch_scan_by_cursor(&walk, call, cursor_next, limit, rows, error)",
            "soch_scan_by_cursor(&walk, call, cursor_next, (int64_t)limit == INT64_MIN ? 0 : limit, rows, error)",
        )],
        damage: Damage::Loss,
        finds: "storage_range::limits_of_every_width_are_kept",
    },
    Mutant {
        name: "a scan inside takes a limit of 0 for none",
        plugin: MEMORY,
        edits: &[(
            "examples-c/storage_memory_transaction.h",
            "    soch_status status = SOCH_OK;\n    (void)error;\n    for (size_t looked",
            "    soch_status status = SOCH_OK;\n    (void)error;\n    if (limit == 0) limit = UINT64_MAX;\n    for (size_t looked",
        )],
        damage: Damage::Wrong,
        finds: "storage_range::limits_of_every_width_are_kept",
    },
    Mutant {
        name: "a scan inside has its end among its rows",
        plugin: MEMORY,
        edits: &[(
            "examples-c/storage_memory_transaction.h",
            "return row == NULL || (end.len > 0 && compare(key_of(row), end) >= 0)",
            "return row == NULL || (end.len > 0 && compare(key_of(row), end) > 0)",
        )],
        damage: Damage::Wrong,
        finds: "storage_range::long_ranges_agree_with_a_model",
    },
    Mutant {
        name: "a cursor looks at its end only among its first rows",
        plugin: VERSIONS,
        edits: &[
            (
                CPP,
                "            if (reverse_ ? row->first < start_ : !end_.empty() && row->first >= end_) return;",
                "            if (taken_ < 64 && (reverse_ ? row->first < start_ : !end_.empty() && row->first >= end_)) return;",
            ),
            (CPP, "                ++*count;\n", "                ++*count, ++taken_;\n"),
            (CPP, "    bool is_behind_ = false;\n", "    bool is_behind_ = false;\n    size_t taken_ = 0;\n"),
        ],
        damage: Damage::Wrong,
        finds: "storage_range::long_ranges_agree_with_a_model",
    },
    Mutant {
        name: "a cursor backwards goes beyond its start after the first rows",
        plugin: LMDB,
        edits: &[(
            LMDB_ROWS,
            "    return self->reverse ? order >= 0 : order < 0;",
            "    return self->reverse ? order >= 0 || self->far_len == 4 : order < 0;",
        )],
        damage: Damage::Wrong,
        finds: "storage_range::long_ranges_agree_with_a_model",
    },
    Mutant {
        name: "a cursor that is moved forgets its end",
        plugin: LMDB,
        edits: &[(
            LMDB_ROWS,
            "    self->begun = self->at_end = false;\n    return SOCH_OK;",
            "    self->begun = self->at_end = false;\n    if (key.len == 2) self->far_len = 0;\n    return SOCH_OK;",
        )],
        damage: Damage::Wrong,
        finds: "storage_cursor::one_that_is_moved_goes_on_where_it_should",
    },
    Mutant {
        name: "a cursor that is moved backwards leaves out the row itself",
        plugin: LMDB,
        edits: &[(LMDB_ROWS, "set_place(&self->sought, self->table, key, self->reverse);", "set_place(&self->sought, self->table, key, false);")],
        damage: Damage::Loss,
        finds: "storage_cursor::one_that_is_moved_goes_on_where_it_should",
    },
    Mutant {
        name: "a cursor that is moved after its end stays there",
        plugin: LMDB,
        edits: &[(LMDB_ROWS, "    self->begun = self->at_end = false;\n    return SOCH_OK;", "    self->begun = false;\n    return SOCH_OK;")],
        damage: Damage::Loss,
        finds: "storage_cursor::one_that_is_moved_goes_on_where_it_should",
    },
    Mutant {
        name: "a start that is longer than any key begins at what is left of it",
        plugin: LMDB,
        edits: &[(LMDB_ROWS, "made->after = after || key.len > KEY_MOST;", "made->after = after;")],
        damage: Damage::Wrong,
        finds: "storage_cursor::every_small_range_agrees_with_a_model",
    },
    Mutant {
        name: "a cursor skips what was removed and the row behind it",
        plugin: VERSIONS,
        edits: &[(
            CPP,
            "            if (!reverse_) ++row;\n        }\n    }\n\n    void seek",
            "            if (!reverse_) ++row;\n            if (!reverse_ && value == nullptr && row != rows.end()) ++row;\n        }\n    }\n\n    void seek",
        )],
        damage: Damage::Loss,
        finds: "storage_range::rows_between_removed_ones_are_found",
    },
    Mutant {
        name: "a batch of a cursor that are all removed rows is its end",
        plugin: VERSIONS,
        edits: &[
            (CPP, "        while (*count < lent.size() && row", "        size_t looked = 0;\n        while (looked++ < lent.size() && row"),
        ],
        damage: Damage::Loss,
        finds: "storage_range::rows_between_removed_ones_are_found",
    },
    Mutant {
        name: "only eight cursors may be open",
        plugin: MEMORY,
        edits: &[
            (
                MAIN,
                "    cursor *made = malloc(sizeof *made);\n",
                "    static cursor pool[8];\n    static unsigned next;\n    cursor *made = &pool[next++ % 8];\n",
            ),
            (MAIN, "static void close_cursor(void *handle) {\n    free(handle);", "static void close_cursor(void *handle) {\n    (void)handle;"),
        ],
        damage: Damage::Wrong,
        finds: "storage_range::many_cursors_are_open_at_once",
    },
    Mutant {
        name: "a reader's cursors share one place",
        plugin: MEMORY,
        edits: &[
            (
                MAIN,
                "    cursor *made = malloc(sizeof *made);\n",
                "    static cursor only;\n    cursor *made = &only;\n",
            ),
            (MAIN, "static void close_cursor(void *handle) {\n    free(handle);", "static void close_cursor(void *handle) {\n    (void)handle;"),
        ],
        damage: Damage::Wrong,
        finds: "storage_reader::readers_and_cursors_do_not_disturb_each_other",
    },
    Mutant {
        name: "a snapshot that is not the newest loses rows",
        plugin: MEMORY,
        edits: &[(
            ROWS,
            "    if (at != NULL && (self->newest == NULL || row->birth > self->newest->seen)) {",
            "    if (at != NULL && (self->newest == NULL || row->birth > self->newest->seen || row->value_len == 77)) {",
        )],
        damage: Damage::Crash,
        finds: "storage_range::snapshots_keep_many_rows_that_went",
    },
    Mutant {
        name: "the last reader to end buries for all",
        plugin: MEMORY,
        edits: &[(ROWS, "(self->oldest != NULL && row->death > self->oldest->seen)", "(self->newest != NULL && row->death > self->newest->seen)")],
        damage: Damage::Crash,
        finds: "storage_range::snapshots_keep_many_rows_that_went",
    },
    Mutant {
        name: "a snapshot does not keep what a range removes",
        plugin: VERSIONS,
        edits: &[
            (
                CPP,
                "        for (const auto &change : made) shelf_.put(change.first, change.second);",
                "        for (const auto &change : made) change.second == nullptr ? shelf_.lose(change.first) : shelf_.put(change.first, change.second);",
            ),
            (
                CPP,
                "    void next_change() {\n",
                "    void lose(const place &where) { tables_[where.first].erase(where.second); }\n    void next_change() {\n",
            ),
        ],
        damage: Damage::Crash,
        finds: "storage_range::snapshots_keep_many_rows_that_went",
    },
    Mutant {
        name: "a snapshot sees a row that was removed and put again",
        plugin: VERSIONS,
        edits: &[(
            CPP,
            "        if (!versions.empty() && versions.back().at == now_) versions.back().value = std::move(value);",
            "        if (!versions.empty() && (versions.back().at == now_ || versions.back().value == nullptr)) versions.back().value = std::move(value);",
        )],
        damage: Damage::Wrong,
        finds: "storage_reader::snapshots_agree_with_models",
    },
    Mutant {
        name: "a leaf is left out backwards",
        plugin: MEMORY_IN_RUST,
        edits: &[(
            "examples-rust/storage_memory/src/tree.rs",
            "                    above.push(children[..at].iter());",
            "                    above.push(children[..at - usize::from(at == 15)].iter());",
        )],
        damage: Damage::Loss,
        finds: "storage_range::long_ranges_agree_with_a_model",
    },
    Mutant {
        name: "a range that ends at a leaf's first key takes the leaf along",
        plugin: MEMORY_IN_RUST,
        edits: &[(
            "examples-rust/storage_memory/src/tree.rs",
            "            self.until.is_empty() || key < &*self.until",
            "            self.until.is_empty() || key < &*self.until || (self.until.len() == 4 && key == &*self.until)",
        )],
        damage: Damage::Wrong,
        finds: "storage_range::long_ranges_agree_with_a_model",
    },
    Mutant {
        name: "keys that differ behind 2000 bytes are one",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory_rows.h", "    size_t least = left.len < right.len ? left.len : right.len;\n    int order = least > 0 ? memcmp(left.ptr, right.ptr, least) : 0;", "    size_t least = left.len < right.len ? left.len : right.len;\n    int order = least > 0 ? memcmp(left.ptr, right.ptr, least < 2000 ? least : 2000) : 0;")],
        damage: Damage::Loss,
        finds: "storage_sizes::keys_of_every_length_are_each_a_key",
    },
    Mutant {
        name: "a cursor ends where more than 1000 rows are asked for",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory.c", "for (*count = 0; *count < capacity && self->row != self->stop; ++*count) {", "for (*count = 0; *count < capacity && self->row != self->stop; ++*count) {\n        if (*count == 1000) { self->row = self->stop; break; }")],
        damage: Damage::Loss,
        finds: "storage_cursor_sizes::as_many_rows_as_are_asked_for_come",
    },
    Mutant {
        name: "a start of a scan inside is cut to 512 bytes",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory_transaction.h", "    const node *before = walk(&self->before, number, NULL, start, end);\n    const node *own", "    if (start.len > 512) start.len = 512;\n    const node *before = walk(&self->before, number, NULL, start, end);\n    const node *own")],
        damage: Damage::Wrong,
        finds: "storage_scan::bounds_longer_than_any_key_are_kept",
    },
    Mutant {
        name: "an end of a scan that is longer than the longest key is none",
        plugin: MEMORY,
        edits: &[(MAIN, "    const soch_cursor_options options = {sizeof options, 0, start, end};\n", "    if (end.len >= 1000) end.len = 0;\n    const soch_cursor_options options = {sizeof options, 0, start, end};\n")],
        damage: Damage::Wrong,
        finds: "storage_scan::bounds_longer_than_any_key_are_kept",
    },
    Mutant {
        name: "a cursor without values that has no end",
        plugin: VERSIONS,
        edits: &[(CPP, "          end_(copy(options.end)), at_", "          end_((options.flags & SOCH_CURSOR_KEYS_ONLY) != 0 && !reverse_ ? std::string() : copy(options.end)), at_")],
        damage: Damage::Wrong,
        finds: "storage_cursor::every_small_range_agrees_with_a_model",
    },
    Mutant {
        name: "a cursor without values that goes backwards from the end of the table",
        plugin: VERSIONS,
        edits: &[(CPP, "unbound_(reverse_ && end_.empty())", "unbound_(reverse_ && (end_.empty() || (options.flags & SOCH_CURSOR_KEYS_ONLY) != 0))")],
        damage: Damage::Wrong,
        finds: "storage_cursor::every_small_range_agrees_with_a_model",
    },
    Mutant {
        name: "a handle that a flush ends",
        plugin: VERSIONS,
        edits: &[(CPP, "    table_handle(shelf &of, uint32_t number) : of_(of), number_(number) {}", "    table_handle(shelf &of, uint32_t number) : of_(of), number_(number), flushes_(of.flushes) {}"), (CPP, "    shelf &of_;\n    uint32_t number_;\n};\n\n} // namespace", "    shelf &of_;\n    uint32_t number_;\n    uint64_t flushes_;\n};\n\n} // namespace"), (CPP, "    void flush(soch::call) {}", "    void flush(soch::call) { shelf_.flushes++; }"), (CPP, "    void count(soch_storage_stats *stats) const {", "    uint64_t flushes = 0;\n    void count(soch_storage_stats *stats) const {"), (CPP, "        const std::string *found = of_.find(place(number_, copy(key)), of_.now());", "        const std::string *found = flushes_ != of_.flushes ? nullptr : of_.find(place(number_, copy(key)), of_.now());")],
        damage: Damage::Wrong,
        finds: "storage_table::a_handle_stays_over_what_moves_rows",
    },
    Mutant {
        name: "readers that belong to their threads",
        plugin: LMDB,
        edits: &[("examples-c/storage_lmdb_env.h", "flags | MDB_NOTLS, 0600", "flags, 0600")],
        damage: Damage::Nuisance,
        finds: "storage_reader::another_thread_may_go_on_with_one",
    },
    Mutant {
        name: "a row of a mebibyte with its key is the longest",
        plugin: MEMORY,
        edits: &[(ROWS, "static node *make_row(table *in, soch_bytes key, soch_bytes value) {\n", "static node *make_row(table *in, soch_bytes key, soch_bytes value) {\n    if (key.len + value.len > (1u << 20) + 256) return NULL;\n")],
        damage: Damage::Loss,
        finds: "storage_sizes::the_longest_key_has_the_longest_value",
    },
];
