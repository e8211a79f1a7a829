//! Mistakes in what a search asks for: which rows, how many, how far, and by which parameters.

use crate::index_vectors::FLAT;
use crate::subject::{mistakes, Damage, Mutant};

const FLAT_C: &str = "examples-c/index_flat.c";

pub const OF_FLAT: &[Mutant] = mistakes! { FLAT, "examples-c/index_flat.c";
    Wrong "the farthest distance is passed over where rows are listed":
        "if ((search->flags & SOCH_SEARCH_WITHIN) == 0 ||" =>
        "if ((search->flags & SOCH_SEARCH_WITHIN) == 0 || search->filter == SOCH_FILTER_SORTED ||",
        "index_filters::a_filter_and_a_farthest_distance_hold_together";
    Wrong "a row is allowed by 1 alone":
        "if (!soch_search_allows(search, self->entries[i].row)) continue;" =>
        "if (search->filter == SOCH_FILTER_CALLBACK ? search->allows(search->filter_ctx, self->entries[i].row) != 1\n                                                   : !soch_search_allows(search, self->entries[i].row)) continue;",
        "index_filters::any_number_but_0_allows_a_row";
    Crash "one row more than there is room for is written":
        "i < kept && i < search->k; i++) {\n        rows[i] = near[i].row;\n        distances[i] = near[i].distance;\n        result->count++;" =>
        "i < kept && i <= search->k; i++) {\n        rows[i] = near[i].row;\n        distances[i] = near[i].distance;\n        if (i < search->k) result->count++;",
        "index_rows::no_more_than_k_neighbours_are_written";
    Wrong "the value of a parameter is not looked at":
        " || search->parameter_count > 0 ||" =>
        " || (search->parameter_count > 0 && search->parameters[0].name.len != 2) ||",
        "index_search::a_value_that_a_parameter_cannot_have_is_invalid";
};

/// Rows that are noted once more for filters, and only there where all of them come.
pub const NOTED: &[Mutant] = &[Mutant {
    name: "a filter looks at the rows of the last build",
    plugin: FLAT,
    edits: &[
        (
            FLAT_C,
            "    size_t dimensions, count, capacity;\n",
            "    size_t dimensions, count, capacity, built;\n    uint64_t noted[4096];\n",
        ),
        (
            FLAT_C,
            "        index->count = self->count;\n",
            "        index->count = self->count;\n        for (index->built = 0; index->built < self->count && index->built < 4096; index->built++)\n            index->noted[index->built] = self->entries[index->built].row;\n",
        ),
        (
            FLAT_C,
            "soch_search_allows(search, self->entries[i].row)",
            "soch_search_allows(search, i < self->built ? self->noted[i] : self->entries[i].row)",
        ),
    ],
    damage: Damage::Wrong,
    finds: "index_filters::a_filter_is_of_the_rows_as_they_are",
}];
