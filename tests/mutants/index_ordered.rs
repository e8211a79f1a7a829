//! Mistakes in indexes of bytes that have an order.

use crate::subject::{mistakes, Damage, Mutant, Plugin};

const SORTED: Plugin = Plugin::of("examples-c/index_sorted.c");
const SORTED_IN_RUST: Plugin = Plugin::of("examples-rust/index_sorted");
pub const STRIPED: Plugin = Plugin::of("examples-rust/index_striped");

const SORTED_C: &str = "examples-c/index_sorted.c";
const LOG_C: &str = "tests/plugins/index_in_a_log.c";
const LOG: Plugin = Plugin::of("tests/plugins/index_in_a_log.c");

/// What is missing in the plugins, and there with a mistake.
pub const MORE: &[Mutant] = &[
    Mutant {
        name: "the longest key that is described is too long",
        plugin: SORTED,
        edits: &[
            (
                SORTED_C,
                "static soch_status create(",
                "static soch_status describe(void *instance, soch_index_properties *properties, soch_error *error) {\n    (void)instance, (void)error;\n    properties->max_key = 4096;\n    return SOCH_OK;\n}\n\nstatic soch_status create(",
            ),
            (SORTED_C, ".build = build, .insert = insert,", ".build = build, .insert = insert, .describe = describe,"),
            (
                SORTED_C,
                "    if (is_at(self, place, key, row)) return SOCH_OK;\n",
                "    if (key.len >= 4096) return soch_fail(error, SOCH_LIMIT, 0, \"the key is too long\");\n    if (is_at(self, place, key, row)) return SOCH_OK;\n",
            ),
        ],
        damage: Damage::Nuisance,
        finds: "index_ordered::the_longest_key_that_is_described_is_taken",
    },
    Mutant {
        name: "a builder that is abandoned writes the index anew",
        plugin: LOG,
        edits: &[
            (
                LOG_C,
                "static soch_status index_type(",
                "static soch_status begin_build(void *instance, const soch_call *call, uint32_t table, uint16_t column, void **builder,\n                               soch_error *error) {\n    (void)call, (void)table, (void)column, (void)error;\n    *builder = instance;\n    return SOCH_OK;\n}\n\nstatic soch_status build_add(void *builder, const soch_call *call, const soch_index_entry *entries, size_t count,\n                             soch_error *error) {\n    (void)builder, (void)call, (void)entries, (void)count, (void)error;\n    return SOCH_OK;\n}\n\nstatic soch_status finish_build(void *builder, const soch_call *call, soch_error *error) {\n    (void)builder, (void)call;\n    return soch_fail(error, SOCH_FAILED, 0, \"its entries are lost\");\n}\n\nstatic void abandon_build(void *builder) {\n    index *self = builder;\n    soch_error error = {0};\n    self->is_new = 1;\n    flush_index(self, NULL, self->watermark, &error);\n}\n\nstatic soch_status index_type(",
            ),
            (
                LOG_C,
                ".drop_index = drop_index,",
                ".drop_index = drop_index, .begin_build = begin_build, .build_add = build_add,\n    .finish_build = finish_build, .abandon_build = abandon_build,",
            ),
        ],
        damage: Damage::Loss,
        finds: "index_flush::a_builder_that_is_abandoned_behind_a_drop_leaves_nothing",
    },
];

pub const MUTANTS: &[Mutant] = mistakes! { SORTED, "examples-c/index_sorted.c";
    Wrong "rows are compared by their lower half":
        "return order != 0 ? order : (own->row > row) - (own->row < row);" =>
        "return order != 0 ? order : ((uint32_t)own->row > (uint32_t)row) - ((uint32_t)own->row < (uint32_t)row);",
        "index_rows::numbers_of_all_64_bits_come_back";
    Loss "rows are kept as 32 bits":
        "    to->row = row;\n" => "    to->row = (uint32_t)row;\n",
        "index_rows::numbers_of_all_64_bits_come_back";
    Wrong "rows are compared as signed numbers":
        "return order != 0 ? order : (own->row > row) - (own->row < row);" =>
        "return order != 0 ? order : ((int64_t)own->row > (int64_t)row) - ((int64_t)own->row < (int64_t)row);",
        "index_rows::numbers_of_all_64_bits_come_back";
    Wrong "the last of all rows is not found":
        "    if (is_at(self, to, key, UINT64_MAX)) to++;\n" => "",
        "index_rows::numbers_of_all_64_bits_come_back";
    Wrong "keys order as signed bytes":
        "int order = least > 0 ? memcmp(own->key, key.ptr, least) : 0;" =>
        "int order = 0;\n    for (size_t at = 0; at < least && !order; at++) order = (signed char)own->key[at] - (signed char)key.ptr[at];",
        "index_ordered::ranges_agree_with_a_model";
    Wrong "a longer key comes before its beginning":
        "(own->len > key.len) - (own->len < key.len)" => "(own->len < key.len) - (own->len > key.len)",
        "index_ordered::ranges_agree_with_a_model";
    Wrong "keys are compared up to a zero":
        "memcmp(own->key, key.ptr, least)" => "strncmp((const char *)own->key, (const char *)key.ptr, least)",
        "index_ordered::ranges_agree_with_a_model";
    Wrong "keys order by length first":
        "return order != 0 ? order : (own->len > key.len) - (own->len < key.len);" =>
        "return own->len != key.len ? (own->len > key.len ? 1 : -1) : order;",
        "index_ordered::ranges_agree_with_a_model";
    Wrong "an empty start is behind all keys":
        "size_t from = seek(self, start, 0), to" => "size_t from = start.len > 0 ? seek(self, start, 0) : self->count, to",
        "index_ordered::ranges_agree_with_a_model";
    Wrong "the end is part of a range":
        "end.len > 0 ? seek(self, end, 0)" => "end.len > 0 ? seek(self, end, UINT64_MAX)",
        "index_ordered::ranges_agree_with_a_model";
    Wrong "a range leaves out the last row of its limit":
        "found < limit ? found : (size_t)limit" => "found < limit ? found : limit > 1 ? (size_t)limit - 1 : (size_t)limit",
        "index_ordered::ranges_agree_with_a_model";
    Loss "keys of more than 255 bytes are cut":
        "    to->len = key.len;\n" => "    to->len = key.len > 255 ? 255 : key.len;\n",
        "index_ordered::keys_of_every_length_are_kept";
    Loss "the length of a key has 16 bits":
        "    to->len = key.len;\n" => "    to->len = (uint16_t)key.len;\n",
        "index_ordered::keys_of_every_length_are_kept";
    Loss "a build takes 1000 entries":
        "for (; made.count < count; made.count++) {" => "for (; made.count < count && made.count < 1000; made.count++) {",
        "index_rows::builds_of_every_size_are_whole";
    Loss "a build counts with 16 bits":
        "for (; made.count < count; made.count++) {" => "for (; made.count < (uint16_t)count; made.count++) {",
        "index_rows::a_build_of_65_536_entries_is_whole";
    Wrong "what comes twice in a build is twice there":
        "if (kept > 0 && compare_entries(&made.entries[kept - 1], &made.entries[i]) == 0) {" => "if (0) {",
        "index_rows::entries_come_twice_and_in_any_order";
    Loss "a build keeps one row of a key":
        "    return compare(left, key, other->row);" => "    return compare_keys(left, key);",
        "index_rows::entries_come_twice_and_in_any_order";
    Wrong "a build takes entries as they come":
        "    if (status == SOCH_OK) status = sort(made.entries, made.count, sizeof *made.entries, compare_entries, call);\n" => "",
        "index_rows::entries_come_twice_and_in_any_order";
    Loss "rows behind the 4096th insert are dropped":
        "    if (self->count == self->capacity) {" => "    if (self->count == 4096) return SOCH_OK;\n    if (self->count == self->capacity) {",
        "index_rows::many_inserts_are_all_there";
    Crash "the array of entries grows too late":
        "    if (self->count == self->capacity) {" => "    if (self->count > self->capacity) {",
        "index_rows::many_inserts_are_all_there";
    Loss "a row is removed with the first of its key":
        "    if (!is_at(self, place, key, row)) return SOCH_OK;\n    self->key_bytes" =>
        "    place = seek(self, key, 0);\n    if (place >= self->count || compare_keys(&self->entries[place], key) != 0) return SOCH_OK;\n    self->key_bytes",
        "index_ordered::a_delete_takes_one_pair";
    Loss "a row that is not there removes its neighbour":
        "    if (!is_at(self, place, key, row)) return SOCH_OK;\n    self->key_bytes" =>
        "    if (place >= self->count) return SOCH_OK;\n    self->key_bytes",
        "index_ordered::a_delete_takes_one_pair";
    Crash "rows are written beyond the caller's array":
        "i < found && i < capacity; i++" => "i < found; i++",
        "index_rows::the_callers_array_may_be_small";
    Wrong "rows that do not fit are not counted":
        "    *count = found;\n" => "    *count = found < capacity ? found : capacity;\n",
        "index_rows::the_callers_array_may_be_small";
    Loss "rows behind the 65537th are dropped":
        "    entry made;\n    if (!make(&made, key, row)) return no_memory(error);" => "    entry made;\n    if (self->count > 65536) return SOCH_OK;\n    if (!make(&made, key, row)) return no_memory(error);",
        "index_rows::a_build_of_65_536_entries_is_whole";
    Crash "one byte behind a key is read":
        "    to->row = row;\n" => "    to->row = row;\n    if (*(const volatile uint8_t *)(key.ptr + key.len) == 0) to->row = row;\n",
        "index_lent::nothing_is_read_behind_a_key";
    Loss "a build of nothing keeps what was there":
        "    (void)table, (void)column;\n" => "    (void)table, (void)column;\n    if (count == 0) return SOCH_OK;\n",
        "index::build_replaces_everything";
    Loss "a key has the row that came last":
        "    if (is_at(self, place, key, row)) return SOCH_OK;" =>
        "    if (place < self->count && compare_keys(&self->entries[place], key) == 0) {\n        self->entries[place].row = row;\n        return SOCH_OK;\n    }",
        "index::one_key_may_have_many_rows";
    Wrong "a limit of 0 is none":
        "found < limit ? found" => "limit == 0 || found < limit ? found",
        "index::a_range_is_ordered_and_limited";
    Loss "the last entry comes into the place of one that is removed":
        "    memmove(self->entries + place, self->entries + place + 1, (self->count - place) * sizeof *self->entries);" =>
        "    self->entries[place] = self->entries[self->count];",
        "index::it_agrees_with_a_model";
    Wrong "an empty key is none":
        "    sorted_index *self = instance;\n    size_t place = seek(self, key, row);\n    if (is_at" =>
        "    sorted_index *self = instance;\n    if (key.len == 0) return soch_fail(error, SOCH_INVALID, 0, \"a key is empty\");\n    size_t place = seek(self, key, row);\n    if (is_at",
        "index::a_key_of_another_form_is_refused";
    Wrong "the size is that of the head":
        "*bytes = self->count * sizeof(entry) + self->key_bytes;" => "*bytes = sizeof *self;",
        "index::size_grows";
};

pub const SAVED: &[Mutant] = mistakes! { SORTED, "examples-c/index_sorted_saved.h";
    Wrong "keys that are loaded are not counted":
        "        made->key_bytes += key.len;\n" => "",
        "index_ways::what_goes_takes_no_more_away_than_it_brought";
    Nuisance "a status of its own in place of that of the writer of a save":
        "    return soch_put(self->output, bytes, len);" => "    return soch_put(self->output, bytes, len) == SOCH_OK ? SOCH_OK : SOCH_IO;",
        "index_persist::a_save_hands_a_status_on_as_it_is";
    Wrong "a checksum that all saves add to":
        "    saving to = {output, FIRST_SUM};" => "    static saving to;\n    to.output = output;\n    to.sum = FIRST_SUM;",
        "index_threads::a_save_may_wait_in_its_writer";
    Loss "32 bits of a row are saved":
        "add_number(&to, one->row)" => "add_number(&to, (uint32_t)one->row)",
        "index_persist::every_form_of_entry_is_saved";
    Loss "16 bits of a key's length are saved":
        "add_number(&to, one->len)" => "add_number(&to, (uint16_t)one->len)",
        "index_persist::every_form_of_entry_is_saved";
    Loss "the first 1000 entries are saved":
        "i < self->count; i++) {" => "i < self->count && i < 1000; i++) {",
        "index_persist::every_form_of_entry_is_saved";
    Loss "32 bits of a watermark are saved":
        "add_number(&to, watermark)" => "add_number(&to, (uint32_t)watermark)",
        "index_persist::what_was_saved_is_loaded";
    Wrong "the sum of what was saved is not looked at":
        "return sum == number_at(end) ? SOCH_OK : damaged(error);" => "return SOCH_OK;",
        "index_persist::damaged_bytes_change_nothing";
    Loss "an index is empty after a load that failed":
        "    if (saved.len < 32) return damaged(error);" => "    clear(self);\n    if (saved.len < 32) return damaged(error);",
        "index_persist::damaged_bytes_change_nothing";
    Loss "an index is empty after a load that was stopped":
        "    status = read_entries(&made" => "    clear(self);\n    status = read_entries(&made",
        "index_stopped::a_load_that_is_stopped_changes_nothing";
    Wrong "what is loaded is added to what was there":
        "    clear(self);\n    *self = made;\n" =>
        "    for (size_t i = 0; i < made.count; i++) {\n        soch_bytes key = {made.entries[i].key, made.entries[i].len};\n        insert(self, key, made.entries[i].row, error);\n    }\n    clear(&made);\n",
        "index_persist::a_load_replaces_everything";
    Loss "what does not fit into a save is gone":
        "    return status == SOCH_OK ? add_number(&to, to.sum) : status;" =>
        "    if (status != SOCH_OK) clear(instance);\n    return status == SOCH_OK ? add_number(&to, to.sum) : status;",
        "index_persist::a_save_keeps_the_writers_limit";
    Crash "the begin of a format is read where there is none":
        "    if (saved.len < 32) return damaged(error);\n" => "",
        "index_lent::nothing_is_read_behind_what_was_saved";
};

pub const IN_RUST: &[Mutant] = mistakes! { SORTED_IN_RUST, "examples-rust/index_sorted/src/lib.rs";
    Wrong "a range looks at the first byte of its end":
        "end.is_empty() || &**key < end" => "end.is_empty() || key.first() < end.first()",
        "index_ordered::ranges_agree_with_a_model";
    Loss "a delete takes all rows of the key":
        "            self.entries.remove(place);\n            self.key_bytes -= key.len();" =>
        "            let _ = place;\n            self.entries.retain(|(have, _)| &**have != key);\n            self.key_bytes = 0;",
        "index_ordered::a_delete_takes_one_pair";
};

pub const BESIDE_OTHERS: &[Mutant] = mistakes! { STRIPED, "examples-rust/index_striped/src/lib.rs";
    Wrong "a remove is lost where another call is at its key":
        "        self.change(key).remove(key, row);" =>
        "        if let Ok(mut stripe) = self.stripe_of(key).try_write() {\n            stripe.remove(key, row);\n        }",
        "index_threads::a_key_changes_while_others_read_its_rows";
    Loss "a change puts back what it copied":
        "        self.change(key).insert(key, row);" =>
        "        let mut made = Stripe::default();\n        Self::look(self.stripe_of(key)).entries.iter().for_each(|(key, row)| made.insert(key, *row));\n        made.insert(key, row);\n        std::thread::sleep(std::time::Duration::from_micros(200));\n        *self.change(key) = made;",
        "index::concurrent_changes_are_all_there";
};
