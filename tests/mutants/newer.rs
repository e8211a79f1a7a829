//! Mistakes with what only a later minor version has, which a plugin must refuse or pass over.

use crate::index_vectors::FLAT;
use crate::storage::MEMORY;
use crate::subject::{Damage, Mutant};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a batch with an unknown operation is invalid",
        plugin: MEMORY,
        edits: &[(
            "examples-c/storage_memory.c",
            "return soch_fail(error, SOCH_UNSUPPORTED, 0, \"a batch with this operation or flag\");",
            "return soch_fail(error, SOCH_INVALID, 0, \"a batch with this operation or flag\");",
        )],
        damage: Damage::Nuisance,
        finds: "storage_newer::a_batch_with_an_unknown_operation_changes_nothing",
    },
    Mutant {
        name: "a cursor goes back if its flags are that and no others",
        plugin: MEMORY,
        edits: &[(
            "examples-c/storage_memory.c",
            "    made->reverse = (options->flags & SOCH_CURSOR_REVERSE) != 0;",
            "    made->reverse = options->flags == SOCH_CURSOR_REVERSE;",
        )],
        damage: Damage::Wrong,
        finds: "storage_newer::unknown_options_are_refused_or_passed_over",
    },
    Mutant {
        name: "the highest flag that must be known is not looked at",
        plugin: MEMORY,
        edits: &[(
            "examples-c/storage_memory.c",
            "    if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_CURSOR_REVERSE) != 0) {",
            "    if ((options->flags & INT32_MAX & ~SOCH_CURSOR_REVERSE) != 0) {",
        )],
        damage: Damage::Wrong,
        finds: "storage_newer::unknown_options_are_refused_or_passed_over",
    },
    Mutant {
        name: "a transaction whose flags nobody looks at",
        plugin: MEMORY,
        edits: &[(
            "examples-c/storage_memory_transaction.h",
            "if ((options->flags & SOCH_OPTIONS_MUST_UNDERSTAND & ~SOCH_TRANSACTION_DURABLE) != 0)",
            "if (0)",
        )],
        damage: Damage::Loss,
        finds: "storage_newer::unknown_options_are_refused_or_passed_over",
    },
    Mutant {
        name: "a change of an unknown kind removes its row",
        plugin: FLAT,
        edits: &[(
            "examples-c/index_flat.c",
            "    for (size_t i = 0; i < count; i++) {\n        if (changes[i].op !=",
            "    for (size_t i = 0; i < count && i < 1; i++) {\n        if (changes[i].op !=",
        )],
        damage: Damage::Loss,
        finds: "index_newer::a_change_of_an_unknown_kind_changes_nothing",
    },
    Mutant {
        name: "a query of an unknown element is taken for bytes",
        plugin: FLAT,
        edits: &[("examples-c/index_flat.c", " ||\n        search->element != SOCH_ELEMENT_BYTES)", ")")],
        damage: Damage::Wrong,
        finds: "index_newer::a_search_that_asks_for_what_is_unknown_is_refused",
    },
    Mutant {
        name: "parameters are passed over",
        plugin: FLAT,
        edits: &[("examples-c/index_flat.c", " || search->parameter_count > 0 ||", " ||")],
        damage: Damage::Wrong,
        finds: "index_newer::a_search_that_asks_for_what_is_unknown_is_refused",
    },
    Mutant {
        name: "a query of any element is a vector",
        plugin: FLAT,
        edits: &[("examples-c/index_flat.c", "search->element != SOCH_ELEMENT_BYTES)", "search->element > SOCH_ELEMENT_TEXT)")],
        damage: Damage::Wrong,
        finds: "index_newer::a_query_of_another_element_is_refused_or_understood",
    },
    Mutant {
        name: "a search of a later version asks for too much",
        plugin: FLAT,
        edits: &[(
            "examples-c/index_flat.c",
            "search->parameter_count > 0 ||",
            "search->parameter_count > 0 || search->size > sizeof *search ||",
        )],
        damage: Damage::Nuisance,
        finds: "index_newer::what_grew_is_passed_over",
    },
    Mutant {
        name: "a change with a reserved number is not known",
        plugin: FLAT,
        edits: &[(
            "examples-c/index_flat.c",
            "if (changes[i].op != SOCH_INDEX_INSERT && changes[i].op != SOCH_INDEX_REMOVE)",
            "if ((changes[i].op != SOCH_INDEX_INSERT && changes[i].op != SOCH_INDEX_REMOVE) || changes[i].reserved != 0)",
        )],
        damage: Damage::Nuisance,
        finds: "index_newer::what_grew_is_passed_over",
    },
];
