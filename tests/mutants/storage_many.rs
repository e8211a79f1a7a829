//! Mistakes in what storages do beside rows and ranges: many keys at a time.

use crate::storage::{MEMORY, MEMORY_IN_RUST};
use crate::subject::{mistakes, Damage, Mutant};

pub const IN_C: &[Mutant] = mistakes! { MEMORY, "examples-c/storage_memory.c";
    Wrong "many gets that end at the first key that is not there":
        "        if (row != NULL) status = values->value(values->ctx, i, value_of(row));\n" =>
        "        if (row == NULL) break;\n        status = values->value(values->ctx, i, value_of(row));\n",
        "storage_multi_get::many_keys_are_found_as_get_finds_them";
    Wrong "many gets that give a value to another key":
        "        if (row != NULL) status = values->value(values->ctx, i, value_of(row));\n" =>
        "        if (row != NULL) status = values->value(values->ctx, self->random++ % count, value_of(row));\n",
        "storage_multi_get::many_keys_are_found_as_get_finds_them";
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
