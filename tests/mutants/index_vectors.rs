//! Mistakes in indexes of vectors.

use crate::subject::{mistakes, Damage, Mutant, Plugin};

pub const FLAT: Plugin = Plugin::of("examples-c/index_flat.c").with(&["--config", r#"{"dimensions": 16}"#]);
pub const IN_CPP: Plugin = Plugin::of("examples-c/index_vectors.cpp").with(&["--config", r#"{"dimensions": 16}"#]);
/// It describes nothing: what does not fit, it must refuse itself.
const NOT_DESCRIBED: Plugin = Plugin::of("tests/plugins/nearest_alone.c").with(&["--dimensions", "16"]);
const HNSW: Plugin =
    Plugin::of("examples-rust/index_hnsw").with(&["--config", r#"{"dimensions": 16, "metric": "l2"}"#]);
const HNSW_BY_COSINE: Plugin =
    Plugin::of("examples-rust/index_hnsw").with(&["--config", r#"{"dimensions": 16, "metric": "cosine"}"#]);

pub const OF_FLAT: &[Mutant] = mistakes! { FLAT, "examples-c/index_flat.c";
    Wrong "infinity is taken for a number":
        "is_vector = isfinite(vector[i]) != 0;" => "is_vector = !isnan(vector[i]);",
        "index_refusals::numbers_that_are_none_are_no_neighbours";
    Loss "a build whose end is stopped takes the index's place":
        "    (void)error;\n    if (status == SOCH_OK) {\n        if (self->count > 0) qsort" => "    (void)error;\n    {\n        if (self->count > 0) qsort",
        "index_stopped::a_build_that_is_stopped_changes_nothing";
    Wrong "all distances are 0":
        "    return (float)sum;" => "    return (float)(sum * 0);",
        "index_vectors::distances_are_those_of_their_rows";
    Wrong "the root of what is described as a square":
        "    return (float)sum;" => "    double root = sum;\n    for (int step = 0; step < 99 && root > 0; step++) root = (root + sum / root) / 2;\n    return (float)root;",
        "index_vectors::distances_are_those_of_their_rows";
    Wrong "the last dimension is left out":
        "for (size_t i = 0; i < self->dimensions; i++) sum +=" => "for (size_t i = 0; i + 1 < self->dimensions; i++) sum +=",
        "index_vectors::distances_are_those_of_their_rows";
    Wrong "differences are summed, not their squares":
        "sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);" => "sum += __builtin_fabs((double)a[i] - b[i]);",
        "index_vectors::distances_are_those_of_their_rows";
    Wrong "a distance is that of the next row":
        "distances[result->count] = near[result->count].distance;" =>
        "distances[result->count] = near[result->count + 1 < found ? result->count + 1 : result->count].distance;",
        "index_vectors::distances_are_those_of_their_rows";
    Loss "rows are kept as 32 bits":
        "    made->row = row;\n" => "    made->row = (uint32_t)row;\n",
        "index_rows::numbers_of_all_64_bits_come_back";
    Loss "of rows with one vector the last is kept":
        "    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);\n}\n\nstatic int by_distance" =>
        "    return order;\n}\n\nstatic int by_distance",
        "index_vectors::many_rows_of_one_vector_all_come";
    Wrong "a filter looks at the lower half of a row":
        "soch_search_allows(search, self->entries[i].row)" => "soch_search_allows(search, (uint32_t)self->entries[i].row)",
        "index_filters::a_filter_knows_rows_of_all_64_bits";
    Wrong "rows behind a bitmap are allowed":
        "if (!soch_search_allows(search, self->entries[i].row)) continue;" =>
        "if (!(search->filter == SOCH_FILTER_BITMAP && self->entries[i].row / 64 >= search->filter_count) &&\n            !soch_search_allows(search, self->entries[i].row)) continue;",
        "index_filters::every_share_of_rows_is_filtered";
    Wrong "a filter of half of the rows is not worth its time":
        "if (!soch_search_allows(search, self->entries[i].row)) continue;" =>
        "if (!(search->filter == SOCH_FILTER_SORTED && search->filter_count > self->count / 3) &&\n            !soch_search_allows(search, self->entries[i].row)) continue;",
        "index_filters::every_share_of_rows_is_filtered";
    Wrong "a row at the largest distance is left out":
        "candidate.distance <= search->max_distance" => "candidate.distance < search->max_distance",
        "index_filters::the_farthest_distance_is_included";
    Wrong "a largest distance of 0 is none":
        "(search->flags & SOCH_SEARCH_WITHIN) == 0 ||" => "(search->flags & SOCH_SEARCH_WITHIN) == 0 || search->max_distance == 0 ||",
        "index_filters::the_farthest_distance_is_included";
    Wrong "numbers that are none are taken":
        "is_vector = isfinite(vector[i]) != 0;" => "is_vector = 1;",
        "index_refusals::numbers_that_are_none_are_no_neighbours";
    Wrong "a query is kept for all threads":
        "    const flat_index *self = instance;\n    entry query;\n" => "    const flat_index *self = instance;\n    static entry query;\n",
        "index_threads::searches_beside_each_other_agree";
    Loss "a batch has 1000 changes":
        "for (size_t i = 0; status == SOCH_OK && i < count; i++) {\n        const soch_index_change" =>
        "for (size_t i = 0; status == SOCH_OK && i < count && i < 1000; i++) {\n        const soch_index_change",
        "index_change::batches_of_every_size_are_whole";
    Wrong "the farthest of equals is left out":
        "result->count < found && result->count < search->k;" =>
        "result->count < found && result->count < search->k && (result->count + 1 < found || found < 2);",
        "index_vectors::every_number_of_neighbours_comes";
    Loss "a removed row leaves with its neighbour":
        "    if (is_at(self, place, &wanted)) {\n        free(self->entries[place].vector);\n        self->count--;" =>
        "    if (place < self->count) {\n        free(self->entries[place].vector);\n        self->count--;",
        "index_vectors::what_was_removed_never_comes";
    Crash "a float behind a vector is read":
        "    if (is_vector) memcpy(vector, key.ptr, key.len);" =>
        "    if (is_vector) memcpy(vector, key.ptr, key.len);\n    if (is_vector && *(const volatile uint8_t *)(key.ptr + key.len) == 1) vector[0] = vector[0];",
        "index_lent::nothing_is_read_behind_a_key";
};

pub const IN_CPP_MUTANTS: &[Mutant] = mistakes! { IN_CPP, "examples-c/index_vectors.cpp";
    Loss "a remove takes all vectors of the row":
        "void remove(soch::bytes key, uint64_t row) { entries_.erase(entry(row, numbers(key))); }" =>
        "void remove(soch::bytes key, uint64_t row) {\n        numbers(key);\n        for (auto at = entries_.lower_bound(entry(row, {})); at != entries_.end() && at->first == row;) at = entries_.erase(at);\n    }",
        "index_vectors::a_row_moves_to_another_vector";
    Loss "an insert replaces the vector of the row":
        "void insert(soch::bytes key, uint64_t row) { entries_.insert" =>
        "void insert(soch::bytes key, uint64_t row) {\n        const auto made = numbers(key);\n        for (auto at = entries_.lower_bound(entry(row, {})); at != entries_.end() && at->first == row;) at = entries_.erase(at);\n        entries_.insert",
        "index_vectors::a_row_moves_to_another_vector";
    Wrong "of rows at one distance the first is found":
        "if (!is_allowed || !search.within(distance)) continue;" =>
        "if (!is_allowed || !search.within(distance)) continue;\n            if (std::any_of(best.begin(), best.end(), [&](const std::pair<float, uint64_t> &one) { return one.first == distance; })) continue;",
        "index_vectors::many_rows_of_one_vector_all_come";
    Wrong "instances have their entries in common":
        "    std::set<entry> entries_;\n};" => "    static std::set<entry> entries_;\n};\nstd::set<index_vectors::entry> index_vectors::entries_;",
        "index_threads::instances_do_not_mix";
};

pub const OF_NOT_DESCRIBED: &[Mutant] = mistakes! { NOT_DESCRIBED, "tests/plugins/nearest_alone.c";
    Wrong "what lacks dimensions is filled up":
        "if (key.len != DIMENSIONS * sizeof(float))" => "if (key.len > DIMENSIONS * sizeof(float))",
        "index_refusals::other_dimensions_are_refused";
    Wrong "dimensions too many are cut off":
        "    if (key.len != DIMENSIONS * sizeof(float)) return soch_fail(error, SOCH_INVALID, 0, \"a vector has 16 numbers\");\n    memcpy(vector, key.ptr, key.len);" =>
        "    if (key.len < DIMENSIONS * sizeof(float)) return soch_fail(error, SOCH_INVALID, 0, \"a vector has 16 numbers\");\n    memcpy(vector, key.ptr, DIMENSIONS * sizeof(float));",
        "index_refusals::other_dimensions_are_refused";
    Crash "bytes that are no whole float overflow":
        "key.len != DIMENSIONS * sizeof(float)" => "key.len / sizeof(float) != DIMENSIONS",
        "index_refusals::other_dimensions_are_refused";
    Crash "the dimension of a query is not looked at":
        "    soch_status status = take(query, vector, error);\n    size_t at, place;" =>
        "    soch_status status = SOCH_OK;\n    size_t at, place;\n    memcpy(vector, query.ptr, sizeof vector);",
        "index_refusals::other_dimensions_are_refused";
};

pub const OF_HNSW: &[Mutant] = &[
    Mutant {
        name: "the square of what is described as Euclidean",
        plugin: HNSW,
        edits: &[("examples-rust/index_hnsw/src/metric.rs", ".sum::<f64>().sqrt() as f32,", ".sum::<f64>() as f32,")],
        damage: Damage::Wrong,
        finds: "index_vectors::distances_are_those_of_their_rows",
    },
    Mutant {
        name: "a cosine of vectors that have another length than 1",
        plugin: HNSW_BY_COSINE,
        edits: &[(
            "examples-rust/index_hnsw/src/metric.rs",
            "(1.0 - dot / (a_square.sqrt() * b_square.sqrt())).max(0.0) as f32",
            "((1.0 - dot).max(0.0) + 0.0 * a_square * b_square) as f32",
        )],
        damage: Damage::Wrong,
        finds: "index_vectors::distances_are_those_of_their_rows",
    },
    Mutant {
        name: "living vectors are lost while a graph is renewed",
        plugin: HNSW,
        edits: &[(
            "examples-rust/index_hnsw/src/graph.rs",
            "Some(node) if node.rows.is_empty() => drop",
            "Some(node) if node.rows.is_empty() || moves == 1 => drop",
        )],
        damage: Damage::Loss,
        finds: "index_vectors::what_was_removed_never_comes",
    },
    Mutant {
        name: "what is in the graph that is renewed is not saved",
        plugin: HNSW,
        edits: &[(
            "examples-rust/index_hnsw/src/graph.rs",
            "        let parts = [Some(&self.young), self.old.as_ref()];\n",
            "        let parts = [Some(&self.young), None];\n",
        )],
        damage: Damage::Loss,
        finds: "index_persist::what_was_removed_is_not_saved",
    },
    Mutant {
        name: "infinity is a number",
        plugin: HNSW,
        edits: &[("examples-rust/index_hnsw/src/metric.rs", "!number.is_finite()", "number.is_nan()")],
        damage: Damage::Wrong,
        finds: "index_refusals::numbers_that_are_none_are_no_neighbours",
    },
];
