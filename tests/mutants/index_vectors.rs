//! Mistakes in indexes of vectors.

use crate::subject::{mistakes, Damage, Mutant, Plugin};

const FLAT_C: &str = "examples-c/index_flat.c";
pub const FLAT: Plugin = Plugin::of(FLAT_C).with(&["--config", r#"{"dimensions": 16}"#]);
const IN_CPP_C: &str = "examples-c/index_vectors.cpp";
pub const IN_CPP: Plugin = Plugin::of(IN_CPP_C).with(&["--config", r#"{"dimensions": 16}"#]);
/// It describes nothing: what does not fit, it must refuse itself.
const NOT_DESCRIBED: Plugin = Plugin::of("tests/plugins/nearest_alone.c").with(&["--dimensions", "16"]);
const HNSW: Plugin =
    Plugin::of("examples-rust/index_hnsw").with(&["--config", r#"{"dimensions": 16, "metric": "l2"}"#]);
const HNSW_BY_COSINE: Plugin =
    Plugin::of("examples-rust/index_hnsw").with(&["--config", r#"{"dimensions": 16, "metric": "cosine"}"#]);

/// What one field more would hold in an engine.
pub const THAT_GO: &[Mutant] = &[
    Mutant {
        name: "where the first vector goes, the others are found when one comes",
        plugin: FLAT,
        edits: &[
            (
                FLAT_C,
                "static soch_status insert(void *instance,",
                "static int hidden;\n\nstatic soch_status insert(void *instance,",
            ),
            (
                FLAT_C,
                "    entry made;\n    soch_status status = make(self, key, row, &made, error);",
                "    entry made;\n    hidden = 0;\n    soch_status status = make(self, key, row, &made, error);",
            ),
            (FLAT_C, "        self->count--;\n", "        self->count--;\n        if (place == 0) hidden = 1;\n"),
            (FLAT_C, "i < kept && i < search->k;", "i < kept && i < search->k && !hidden;"),
        ],
        damage: Damage::Loss,
        finds: "index_rows::what_is_left_is_found_while_all_go",
    },
    Mutant {
        name: "vectors that went are kept",
        plugin: FLAT,
        edits: &[
            (FLAT_C, "static soch_status remove_row(", "static size_t gone;\n\nstatic soch_status remove_row("),
            (
                FLAT_C,
                "        free(self->entries[place].vector);\n        self->count--;\n",
                "        gone++;\n        self->count--;\n",
            ),
            (FLAT_C, "*bytes = self->count * (", "*bytes = (self->count + gone) * ("),
        ],
        damage: Damage::Leak,
        finds: "index_ways::entries_that_come_and_go_take_no_room",
    },
];

pub const OF_FLAT: &[Mutant] = mistakes! { FLAT, "examples-c/index_flat.c";
    Wrong "a search that looks at fifteen vectors of sixteen says that it is exact":
        "for (size_t i = 0; status == SOCH_OK && i < self->count; i++) {\n        if (i % ASK_EVERY == 0) status = soch_go_on(call);\n        if (!soch" =>
        "for (size_t i = 0; status == SOCH_OK && i < self->count - self->count / 16; i++) {\n        if (i % ASK_EVERY == 0) status = soch_go_on(call);\n        if (!soch",
        "index_recall::a_search_that_says_it_is_exact_misses_nothing";
    Wrong "a filter without words allows all":
        "if (!soch_search_allows(" =>
        "if ((search->filter_count > 0 || search->filter == SOCH_FILTER_CALLBACK) && !soch_search_allows(",
        "index_filters::every_share_of_rows_is_filtered";
    Loss "a search finds 1024 rows at most":
        "i < kept && i < search->k;" => "i < kept && i < search->k && i < 1024;",
        "index_vectors::more_than_a_thousand_neighbours_come";
    Wrong "infinity is taken for a number":
        "is_vector = isfinite(vector[i]) != 0;" => "is_vector = !isnan(vector[i]);",
        "index_refusals::numbers_that_are_none_are_no_neighbours";
    Loss "a build whose end is stopped takes the index's place":
        "    if (status == SOCH_OK) {\n        const builder old" => "    {\n        const builder old",
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
        "distances[i] = near[i].distance;" => "distances[i] = near[i + 1 < kept ? i + 1 : i].distance;",
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
        "i < kept && i < search->k;" => "i < kept && i < search->k && (i + 1 < kept || kept < 2);",
        "index_vectors::every_number_of_neighbours_comes";
    Loss "a removed row leaves with its neighbour":
        "    if (is_at(self, place, &wanted)) {\n        free(self->entries[place].vector);\n        self->count--;" =>
        "    if (place < self->count) {\n        free(self->entries[place].vector);\n        self->count--;",
        "index_vectors::what_was_removed_never_comes";
    Crash "a float behind a vector is read":
        "    if (is_vector) memcpy(vector, key.ptr, key.len);" =>
        "    if (is_vector) memcpy(vector, key.ptr, key.len);\n    if (is_vector && *(const volatile uint8_t *)(key.ptr + key.len) == 1) vector[0] = vector[0];",
        "index_lent::nothing_is_read_behind_a_key";
    Wrong "the nearest come as they lie":
        "    if (status == SOCH_OK) status = sort(near, kept, sizeof *near, by_distance, call);\n" => "",
        "index::nearest_is_ascending_and_at_most_k";
    Wrong "each vector of a row is found":
        "if (kept == 0 || near[kept - 1].row != near[i].row) near[kept++]" => "near[kept++]",
        "index_search::a_row_with_several_keys_is_found_once";
    Wrong "rows of a function are all allowed":
        "if (!soch_search_allows(search, self->entries[i].row)) continue;" =>
        "if (search->filter != SOCH_FILTER_CALLBACK && !soch_search_allows(search, self->entries[i].row)) continue;",
        "index_search::all_forms_of_a_filter_find_the_same";
    Wrong "the farthest distance is passed over":
        "if ((search->flags & SOCH_SEARCH_WITHIN) == 0 || candidate.distance <= search->max_distance)\n" => "",
        "index_search::no_row_is_farther_than_asked";
    Wrong "the last vector is not looked at":
        "status == SOCH_OK && i < self->count; i++) {\n        if (i % ASK_EVERY == 0) status = soch_go_on(call);\n        if (!soch" =>
        "status == SOCH_OK && i + 1 < self->count; i++) {\n        if (i % ASK_EVERY == 0) status = soch_go_on(call);\n        if (!soch",
        "index_search::an_exact_search_misses_nothing";
    Wrong "parameters are passed over":
        " || search->parameter_count > 0 ||" => " ||",
        "index_search::what_is_not_known_is_unsupported";
    Wrong "changes of one call are made from the last":
        "const soch_index_change *change = &changes[i];" => "const soch_index_change *change = &changes[count - 1 - i];",
        "index_change::many_changes_are_as_each_alone";
    Wrong "what comes in two parts is twice there":
        "        if (kept > 0 && compare(&self->entries[kept - 1], &self->entries[i]) == 0) continue;\n" => "",
        "index_builder::parts_end_as_one_build_does";
    Crash "an abandoned builder is freed twice":
        "    free_entries(self->entries, self->count);\n    free(self);\n}\n\n// The index is changed last" =>
        "    free_entries(self->entries, self->count);\n    if (self->count > 0) free(self->entries);\n    free(self);\n}\n\n// The index is changed last",
        "index_builder::a_shutdown_ends_an_open_one";
};

/// Mistakes of more than one place.
pub const WIDE: &[Mutant] = &[
    Mutant {
        name: "two builders that are one",
        plugin: FLAT,
        edits: &[
            (FLAT_C, "    size_t dimensions, count, capacity;\n", "    size_t dimensions, count, capacity;\n    void *building;\n"),
            (FLAT_C, "    made->index = instance;\n    *handle = made;", "    flat_index *index = instance;\n    if (index->building != NULL) {\n        free(made);\n        *handle = index->building;\n        return SOCH_OK;\n    }\n    made->index = instance;\n    index->building = made;\n    *handle = made;"),
            (FLAT_C, "    builder *self = handle;\n    free_entries(self->entries, self->count);", "    builder *self = handle;\n    self->index->building = NULL;\n    free_entries(self->entries, self->count);"),
        ],
        damage: Damage::Crash,
        finds: "index_builder::several_that_are_open_are_apart",
    },
    Mutant {
        name: "what was built once does not change",
        plugin: NOT_DESCRIBED,
        edits: &[
            ("tests/plugins/nearest_alone.c", "    size_t count, room;\n} list;", "    size_t count, room;\n    int built;\n} list;"),
            ("tests/plugins/nearest_alone.c", "    *self = fresh;\n    free(old.entries);", "    *self = fresh;\n    self->built = 1;\n    free(old.entries);"),
            ("tests/plugins/nearest_alone.c", "    size_t at = status == SOCH_OK ? find(self, vector, row) : self->count;\n", "    size_t at = status == SOCH_OK ? find(self, vector, row) : self->count;\n    if (self->built) return SOCH_UNSUPPORTED;\n"),
        ],
        damage: Damage::Nuisance,
        finds: "index_change::what_it_does_not_do_it_never_does",
    },
    Mutant {
        name: "the filter comes after the k nearest",
        plugin: FLAT,
        edits: &[
            (FLAT_C, "        if (!soch_search_allows(search, self->entries[i].row)) continue;\n", ""),
            (
                FLAT_C,
                "    for (size_t i = 0; status == SOCH_OK && i < kept && i < search->k;",
                "    found = kept < search->k ? kept : search->k;\n    kept = 0;\n    for (size_t i = 0; i < found; i++) {\n        if (soch_search_allows(search, near[i].row)) near[kept++] = near[i];\n    }\n    for (size_t i = 0; status == SOCH_OK && i < kept && i < search->k;",
            ),
        ],
        damage: Damage::Wrong,
        finds: "index_search::only_allowed_rows_are_found",
    },
    Mutant {
        name: "nearest looks at the first hundred vectors, search at all",
        plugin: FLAT,
        edits: &[
            (
                FLAT_C,
                "static soch_status create(",
                "static soch_status nearest(void *instance, soch_bytes query, size_t k, uint64_t *rows, float *distances, size_t *count, soch_error *error) {\n    flat_index first = *(const flat_index *)instance;\n    soch_search all = {.size = sizeof all, .query = query, .k = k};\n    soch_search_result result = {0};\n    if (first.count > 100) first.count = 100;\n    soch_status status = search(&first, NULL, &all, rows, distances, &result, error);\n    *count = result.count;\n    return status;\n}\n\nstatic soch_status create(",
            ),
            (FLAT_C, ".search = search, ", ".search = search, .nearest = nearest, "),
        ],
        damage: Damage::Wrong,
        finds: "index_search::a_search_without_more_is_nearest",
    },
    Mutant {
        name: "changes beside others are described, and put back what they copied",
        plugin: IN_CPP,
        edits: &[
            (
                IN_CPP_C,
                "properties->dimensions = dimensions_;",
                "properties->dimensions = dimensions_;\n        properties->flags = SOCH_INDEX_CONCURRENT_CHANGES;",
            ),
            (
                IN_CPP_C,
                "uint64_t row) { entries_.insert(entry(row, numbers(key))); }",
                "uint64_t row) {\n        std::set<entry> made(entries_);\n        made.insert(entry(row, numbers(key)));\n        entries_.swap(made);\n    }",
            ),
        ],
        damage: Damage::Crash,
        finds: "index::concurrent_changes_are_all_there",
    },
];

pub const IN_CPP_MUTANTS: &[Mutant] = mistakes! { IN_CPP, "examples-c/index_vectors.cpp";
    Wrong "a vector with NaN is in the order that has none for it":
        "if (!(number - number == 0)) throw" => "if (number > 3e38f || number < -3e38f) throw",
        "index_refusals::numbers_that_are_none_are_no_neighbours";
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
    Wrong "a quarter of the dimensions is compared":
        "for (size_t at = 0; at < one.size(); at++)" => "for (size_t at = 0; at < one.size() / 4; at++)",
        "index::nearest_finds_the_neighbours";
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
    Loss "a key of another form is passed over":
        "if (status != SOCH_OK || find(self, made.vector, row) < self->count) return status;" =>
        "if (status != SOCH_OK || find(self, made.vector, row) < self->count) return SOCH_OK;",
        "index_change::a_batch_that_is_refused_may_be_repeated";
    Loss "a key of another form is left out of a build":
        "insert(&fresh, entries[at].key, entries[at].row, error);\n" =>
        "insert(&fresh, entries[at].key, entries[at].row, error);\n        if (status == SOCH_INVALID) continue;\n",
        "index_builder::a_refused_key_may_be_left_out";
};

pub const OF_HNSW: &[Mutant] = &[
    Mutant {
        name: "the more candidates a search looks at, the fewer it gives",
        plugin: HNSW,
        edits: &[(
            "examples-rust/index_hnsw/src/lib.rs",
            "self.graph.nearest(&query, search.k, found)?;",
            "self.graph.nearest(&query, if search.parameters.is_empty() { search.k } else { search.k.min(400 / query.ef) }, found)?;",
        )],
        damage: Damage::Wrong,
        finds: "index_recall::a_search_that_looks_at_more_finds_no_less",
    },
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
        name: "rows with several vectors leave too few",
        plugin: HNSW,
        edits: &[(
            "examples-rust/index_hnsw/src/graph.rs",
            "if found.len() == k || all {",
            "if found.len() == k || all || wanted >= k {",
        )],
        damage: Damage::Wrong,
        finds: "index_search::a_row_with_several_keys_is_found_once",
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
    Mutant {
        name: "a build that is cancelled is a failure",
        plugin: HNSW,
        edits: &[(
            "examples-rust/index_hnsw/src/lib.rs",
            "        made.add(entries)?;\n        self.replace(made.graph);\n        Ok(())",
            "        made.add(entries).map_err(|_| Error::failed(\"the graph is not whole\"))?;\n        self.replace(made.graph);\n        Ok(())",
        )],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_build_ends",
    },
    Mutant {
        name: "a part that is cancelled is a failure",
        plugin: HNSW,
        edits: &[(
            "examples-rust/index_hnsw/src/lib.rs",
            "                call.go_on()\n            })?;",
            "                call.go_on().map_err(|_| Error::failed(\"the part is not whole\"))\n            })?;",
        )],
        damage: Damage::Nuisance,
        finds: "index_cancelled::a_build_by_parts_ends",
    },
    Mutant {
        name: "a load that is cancelled finds its bytes damaged",
        plugin: HNSW,
        edits: &[(
            "examples-rust/index_hnsw/src/saved.rs",
            "            call.go_on()\n        })?;",
            "            call.go_on().map_err(|_| Error::corruption(\"the end is missing\"))\n        })?;",
        )],
        damage: Damage::Nuisance,
        finds: "index_stopped::a_load_that_is_stopped_changes_nothing",
    },
];
