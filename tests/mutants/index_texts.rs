//! Mistakes in indexes of texts, and in those with files of their own.

use crate::subject::{mistakes, Damage, Mutant, Plugin};

const TEXTS: Plugin = Plugin::of("tests/plugins/texts_in_a_file.c");

pub const MUTANTS: &[Mutant] = mistakes! { TEXTS, "tests/plugins/texts_in_a_file.c";
    Loss "of an entry that a build had twice one is left":
        "    while ((at = find(" => "    if ((at = find(",
        "index_ways::an_entry_that_came_twice_goes_at_once";
    Loss "a flush with the watermark of the last one writes nothing":
        "    soch_status status = soch_go_on(call);\n    if (status != SOCH_OK) return status;\n#ifdef FORGETS" =>
        "    soch_status status = soch_go_on(call);\n    if (status != SOCH_OK) return status;\n    if (watermark > 0 && watermark == self->watermark) return copy(&self->seen, &self->changed);\n#ifdef FORGETS",
        "index_flush::what_replaced_all_is_flushed";
    Leak "a flush that is stopped leaves what it began":
        "    soch_status status = soch_go_on(call);\n    if (status != SOCH_OK) return status;\n#ifdef FORGETS" =>
        "    FILE *begun = fopen(self->new_path, \"wb\");\n    if (begun != NULL) fputs(\"texts\", begun), fclose(begun);\n    soch_status status = soch_go_on(call);\n    if (status != SOCH_OK) return status;\n#ifdef FORGETS",
        "index_flush::a_flush_that_was_stopped_leaves_nothing_behind_a_drop";
    Wrong "what the texts of a row have adds up":
        "if (distances[place] <= far) continue;" => "far += distances[place];",
        "index_texts::texts_of_a_row_do_not_add_up";
    Wrong "a row comes by the first of its texts":
        "if (distances[place] <= far) continue;" => "continue;",
        "index_texts::a_row_comes_by_its_best_text";
    Wrong "the beginning of a word is a word":
        " && (after == one->len || one->text[after] == ' ') &&" => " && after <= one->len &&",
        "index_rows::builds_of_every_size_are_whole";
    Wrong "one word of a query is looked at":
        "for (; at < query.len; at = end + 1) {" => "for (; at < query.len; at = query.len) {",
        "index_texts::words_find_their_texts";
    Wrong "the first word of a text is not found":
        "(place == 0 || one->text[place - 1] == ' ')" => "(place > 0 && one->text[place - 1] == ' ')",
        "index_texts::words_find_their_texts";
    Wrong "texts beyond ASCII are refused":
        "if (key.ptr[at] >= 0xF5) return 0;" => "if (key.ptr[at] >= 0x80) return 0;",
        "index_texts::words_find_their_texts";
    Loss "texts of more than 4096 bytes are not kept":
        "int whole = text != NULL &&" => "int whole = text != NULL && len <= 4096 &&",
        "index_flush::every_form_of_entry_is_flushed";
    Loss "a text ends at 1000 bytes":
        "    entry made = {row, key.len, malloc(key.len + 1)};" =>
        "    if (key.len > 1000) key.len = 1000;\n    entry made = {row, key.len, malloc(key.len + 1)};",
        "index_texts::long_texts_are_found";
    Wrong "a remove of one text takes the row's other one":
        "one->row == row && one->len == key.len && memcmp(one->text, key.ptr, key.len) == 0" => "one->row == row",
        "index_texts::removed_texts_never_come";
    Loss "32 bits of a row are written":
        "        failed |= fwrite(&one->row, sizeof one->row, 1, file) != 1;" =>
        "        uint64_t half = (uint32_t)one->row;\n        failed |= fwrite(&half, sizeof half, 1, file) != 1;",
        "index_flush::every_form_of_entry_is_flushed";
    Loss "the first 1000 entries are written":
        "for (size_t at = 0; at < what->count; at++) {" => "for (size_t at = 0; at < what->count && at < 1000; at++) {",
        "index_flush::every_form_of_entry_is_flushed";
    Loss "the last entry is not read again":
        "        if (whole) whole = add" => "        whole = whole && fgetc(file) != EOF && fseek(file, -1, SEEK_CUR) == 0;\n        if (whole) whole = add",
        "index_flush::what_was_flushed_is_there_again";
    Wrong "a text of which nothing is said is the nearest":
        "        if (far == 0) continue;\n" => "        if (far == 0) far = -9;\n",
        "index_texts::words_find_their_texts";
    Loss "a build is added to what was there":
        "    clear(&self->changed);\n    self->changed = made.changed;\n" =>
        "    for (size_t at = 0; at < made.changed.count; at++) {\n        const entry *one = &made.changed.entries[at];\n        insert(self, (soch_bytes){(const uint8_t *)one->text, one->len}, one->row, error);\n    }\n    clear(&made.changed);\n",
        "index_flush::a_build_is_flushed_whole";
    Nuisance "a query without words is a failure":
        "    const texts *self = instance;\n    size_t at, place;\n    *count = 0;\n" =>
        "    const texts *self = instance;\n    size_t at, place;\n    *count = 0;\n    if (query.len == 0) return soch_fail(error, SOCH_FAILED, 0, \"nothing is asked for\");\n",
        "index_texts::odd_queries_end_well";
    Nuisance "a flush that compares each with each, and is a failure when it is cancelled":
        "    if (status != SOCH_OK) return status;\n#ifdef FORGETS" =>
        "    if (status != SOCH_OK) return status;\n    const list *all = &self->changed;\n    for (size_t at = 0; at < all->count; at++) {\n        const entry *one = &all->entries[at], *other;\n        if (soch_go_on(call) != SOCH_OK) return soch_fail(error, SOCH_FAILED, 0, \"the file is not whole\");\n        for (other = all->entries; other < all->entries + all->count; other++) {\n            size_t least = one->len < other->len ? one->len : other->len;\n            if (memcmp(one->text, other->text, least) == 0 && one->len == other->len && one->row == other->row && one != other) return SOCH_CORRUPTION;\n        }\n    }\n#ifdef FORGETS",
        "index_cancelled::a_flush_ends";
};
