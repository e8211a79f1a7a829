//! Mistakes in what storages do beside rows and ranges: many keys at a time, times to live, savepoints.

use crate::storage::{LMDB, MEMORY, MEMORY_IN_RUST, VERSIONS};
use crate::subject::{mistakes, Damage, Mutant, Plugin};

pub const IN_C: &[Mutant] = mistakes! { MEMORY, "examples-c/storage_memory.c";
    Wrong "many gets that end at the first key that is not there":
        "        if (row != NULL) status = values->value(values->ctx, i, value_of(row));\n" =>
        "        if (row == NULL) break;\n        status = values->value(values->ctx, i, value_of(row));\n",
        "storage_multi_get::many_keys_are_found_as_get_finds_them";
    Wrong "many gets that give a value to another key":
        "        if (row != NULL) status = values->value(values->ctx, i, value_of(row));\n" =>
        "        if (row != NULL) status = values->value(values->ctx, self->random++ % count, value_of(row));\n",
        "storage_multi_get::many_keys_are_found_as_get_finds_them";
    Wrong "many gets that pass over a key that comes twice":
        "        const node *row = find(in, keys[i], self->writes, NULL);\n        if (row != NULL) status = values" =>
        "        if (i > 0 && compare(keys[i], keys[i - 1]) == 0) continue;\n        const node *row = find(in, keys[i], self->writes, NULL);\n        if (row != NULL) status = values",
        "storage_multi_get::many_keys_are_found_as_get_finds_them";
    Wrong "at most 4096 keys at a time":
        "for (size_t i = 0; i < count && status == SOCH_OK; i++) {\n        if (i % ASK_EVERY == 0 && (" =>
        "for (size_t i = 0; i < count && i < 4096 && status == SOCH_OK; i++) {\n        if (i % ASK_EVERY == 0 && (",
        "storage_multi_get::keys_of_every_number_have_answers";
    Nuisance "many gets that say in their own words that the sink has enough":
        "        if (row != NULL) status = values->value(values->ctx, i, value_of(row));\n" =>
        "        if (row != NULL && values->value(values->ctx, i, value_of(row)) != SOCH_OK) status = SOCH_FAILED;\n",
        "storage_multi_get::a_sink_that_wants_no_more_ends_it";
    Nuisance "many gets that sleep":
        "    (void)error;\n    pthread_rwlock_rdlock(&self->lock);\n    table *in = find_table(self, number);\n    for (" =>
        "    (void)error;\n    extern int usleep(unsigned microseconds); usleep(300000);\n    pthread_rwlock_rdlock(&self->lock);\n    table *in = find_table(self, number);\n    for (",
        "storage_cancelled::many_gets_end";
};

pub const IN_RUST: &[Mutant] = mistakes! { MEMORY_IN_RUST, "examples-rust/storage_memory/src/lib.rs";
    Nuisance "many gets that go on when the sink has enough":
        "found.map_or(Ok(()), |found| values.push(at, found))" =>
        "found.map_or(Ok(()), |found| Ok(drop(values.push(at, found))))",
        "storage_multi_get::a_sink_that_wants_no_more_ends_it";
};

pub const EXPIRING: &[Mutant] = mistakes! { VERSIONS, "examples-c/storage_versions.cpp";
    Loss "a time to live that is taken for a time":
        "    return now + std::chrono::milliseconds(ttl_ms);" =>
        "    return moment(std::chrono::milliseconds(ttl_ms));",
        "storage_expiry::a_row_is_there_for_its_time_and_then_gone";
    Loss "a time to live that is too long for the clock":
        "    if (ttl_ms == 0 || ttl_ms >= static_cast<uint64_t>(most)) return moment::max();\n" =>
        "    static_cast<void>(most);\n    if (ttl_ms == 0) return moment::max();\n",
        "storage_expiry::a_row_is_there_for_its_time_and_then_gone";
    Loss "a time to live of 32 bits":
        "    return now + std::chrono::milliseconds(ttl_ms);" =>
        "    return now + std::chrono::milliseconds(static_cast<uint32_t>(ttl_ms));",
        "storage_expiry::a_long_time_to_live_is_no_short_one";
    Wrong "a time to live of seconds":
        "    return now + std::chrono::milliseconds(ttl_ms);" =>
        "    return now + std::chrono::seconds(ttl_ms);",
        "storage_expiry::a_row_is_there_for_its_time_and_then_gone";
    Wrong "a row that has expired for who looks at one, and not for who walks":
        "const std::string *left(const text *value, moment now) { return value == nullptr || value->is_over(now) ? nullptr : value; }" =>
        "size_t looked = 0;\nconst std::string *left(const text *value, moment now) { return value == nullptr || (value->is_over(now) && looked++ % 8 < 2) ? nullptr : value; }",
        "storage_expiry::a_row_is_there_for_its_time_and_then_gone";
    Loss "the end of a time to live takes what was put later":
        "row->second.back().value->is_over(now)) put(where, nullptr);" =>
        "true) put(where, nullptr);",
        "storage_expiry::a_later_write_ends_a_time_to_live";
    Wrong "a cursor that passes over what has expired meanwhile":
        "            const std::string *value = seen(row->second, of_.at());" =>
        "            const std::string *value = seen(row->second, point{of_.at().change, of_.of().now().time});",
        "storage_expired::a_reader_from_before_goes_on_to_see_one";
    Wrong "a transaction that passes over what has expired meanwhile":
        "snapshot_.of().find(where, snapshot_.at());" =>
        "snapshot_.of().find(where, point{snapshot_.at().change, snapshot_.of().now().time});",
        "storage_expired::a_transaction_from_before_goes_on_to_see_one";
    Wrong "a row that is over is as a batch expects it":
        "shelf_.find(place(write.table, copy(write.key)), shelf_.now());" =>
        "shelf_.find(place(write.table, copy(write.key)), point{shelf_.now().change, moment::min()});",
        "storage_expired::one_counts_for_nothing";
    Wrong "a batch that ends times to live before it is made":
        "            if (write.op < SOCH_WRITE_EXPECT) continue;\n" =>
        "            if (write.op < SOCH_WRITE_EXPECT) {\n                const std::string *old = shelf_.find(place(write.table, copy(write.key)), shelf_.now());\n                if (old != nullptr) const_cast<text *>(static_cast<const text *>(old))->until = moment::max();\n                continue;\n            }\n",
        "storage_expired::a_write_that_is_taken_back_ends_no_time_to_live";
    Wrong "a write inside that ends the time to live of the old row":
        "        writes_[place(number, copy(key))] = std::make_shared<const text>(value);" =>
        "        const auto locked = snapshot_.of().lock();\n        const std::string *old = snapshot_.of().find(place(number, copy(key)), snapshot_.at());\n        if (old != nullptr) const_cast<text *>(static_cast<const text *>(old))->until = moment::max();\n        writes_[place(number, copy(key))] = std::make_shared<const text>(value);",
        "storage_expired::a_write_that_is_taken_back_ends_no_time_to_live";
};

pub const EXPIRING_ON_DISK: &[Mutant] = mistakes! { Plugin::of("tests/plugins/rows_in_a_log.c"), "tests/plugins/rows_in_a_log.c";
    Wrong "rows that are written anew stay for ever":
        "if (!is_over(&self->rows[at])) failed = add_row(all, &self->rows[at]);" =>
        "row it = self->rows[at];\n        it.until = 0;\n        if (!is_over(&self->rows[at])) failed = add_row(all, &it);",
        "storage_expiry::the_time_goes_on_while_no_instance_has_the_rows";
    Wrong "a time to live that begins anew with each instance":
        "    if (failed == 0) failed = load(self);\n" =>
        "    if (failed == 0) failed = load(self);\n    for (size_t i = 0; i < self->count; i++) if (self->rows[i].until != 0) self->rows[i].until = end_of(400);\n",
        "storage_expiry::the_time_goes_on_while_no_instance_has_the_rows";
    Wrong "rows of a copy stay for ever":
        "    if (failed == 0) failed = write_copy(" =>
        "    uint32_t lens[2];\n    for (size_t at = 0; at < all.len; at += HEAD + lens[0] + lens[1]) {\n        memcpy(lens, all.at + at + 5, 8);\n        memset(all.at + at + 13, 0, 8);\n    }\n    if (failed == 0) failed = write_copy(",
        "storage_expiry::the_time_goes_on_in_a_copy";
    Loss "a time to live that ends with its instance":
        "    if (failed == 0) failed = load(self);\n" =>
        "    if (failed == 0) failed = load(self);\n    for (size_t i = 0; i < self->count; i++) if (self->rows[i].until != 0) self->rows[i].until = 1;\n",
        "storage_expiry::the_time_goes_on_while_no_instance_has_the_rows";
};

pub const SAVED: &[Mutant] = mistakes! { MEMORY, "examples-c/storage_memory_rows.h";
    Wrong "a rollback that leaves what was removed away":
        "                } else if (row->death > seen) {\n" =>
        "                } else if (row->removes) {\n",
        "storage_savepoint::what_was_written_since_one_goes";
    Loss "a rollback that looks at forty rows of a table":
        "            for (node *row = in->first[0], *next; row != NULL; row = next) {\n                place at;" =>
        "            size_t looked = 0;\n            for (node *row = in->first[0], *next; row != NULL && looked++ < 40; row = next) {\n                place at;",
        "storage_savepoint::much_that_is_taken_back_takes_nothing_with_it";
    Wrong "a rollback that leaves new keys":
        "                if (row->birth > seen) {\n                    seek(" =>
        "                if (row->birth > seen && row->birth < self->writes) {\n                    seek(",
        "storage_savepoint::many_agree_with_a_model";
};

pub const NESTED: &[Mutant] = mistakes! { LMDB, "examples-c/storage_lmdb_transaction.h";
    Loss "a commit of the innermost savepoint":
        "    code = commit(owner, self->outermost);" =>
        "    code = commit(owner, self->inside.txn);",
        "storage_savepoint::what_is_left_of_them_ends_with_the_transaction";
};

pub const KEPT: &[Mutant] = mistakes! { MEMORY_IN_RUST, "examples-rust/storage_memory/src/transaction.rs";
    Wrong "a rollback that keeps its savepoint":
        "self.savepoints.pop().ok_or_else(|| Error::invalid(\"no savepoint is set\"))?;" =>
        "self.savepoints.last().cloned().ok_or_else(|| Error::invalid(\"no savepoint is set\"))?;",
        "storage_savepoint::what_was_written_since_one_goes";
};
