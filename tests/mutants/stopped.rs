//! Mistakes of calls that are stopped: what they give, and what they leave behind.

use crate::index_vectors::FLAT;
use crate::storage::MEMORY;
use crate::subject::{mistakes, Damage, Mutant, Needs, Plugin};

const SORTED: Plugin = Plugin::of("examples-c/index_sorted.c");
const LOG_C: &str = "tests/plugins/index_in_a_log.c";
const LOG: Plugin = Plugin::of("tests/plugins/index_in_a_log.c");
const ZSTD: Plugin = Plugin::of("examples-c/compression_zstd.c").needs(Needs::Zstd);

pub const OF_MEMORY: &[Mutant] = mistakes! { MEMORY, "examples-c/storage_memory.c";
    Wrong "many gets that are stopped give a part and say that it is all":
        "(status = soch_go_on(call)) != SOCH_OK) break;\n        const node *row" =>
        "soch_go_on(call) != SOCH_OK) break;\n        const node *row",
        "storage_stopped::a_read_that_is_stopped_gives_no_part";
    Leak "a batch that is stopped leaves its rows":
        "i < count && status != SOCH_OK; i++) free(made[i]);" => "i < count && status == SOCH_BUSY; i++) free(made[i]);",
        "leaks::stopped_calls_of_a_storage_leave_nothing";
};

pub const OF_FLAT: &[Mutant] = mistakes! { FLAT, "examples-c/index_flat.c";
    Wrong "a search that is stopped gives the nearest of a part":
        "        if (i % ASK_EVERY == 0) status = soch_go_on(call);\n        if (!soch_search_allows" =>
        "        if (i % ASK_EVERY == 0 && soch_go_on(call) != SOCH_OK) break;\n        if (!soch_search_allows",
        "index_stopped::a_look_that_is_stopped_gives_no_part";
    Loss "a part that is stopped takes those before it along":
        "        if (status != SOCH_OK) return status;\n        self->count++;" =>
        "        if (status == SOCH_CANCELLED)\n            while (self->count > 0) free(self->entries[--self->count].vector);\n        if (status != SOCH_OK) return status;\n        self->count++;",
        "index_stopped::what_a_stopped_build_add_took_may_be_given_again";
    Wrong "of changes that are stopped the last is made":
        "        status = soch_go_on(call);\n        if (status != SOCH_OK) break;\n        status = change->op" =>
        "        status = soch_go_on(call);\n        if (status != SOCH_OK) {\n            remove_row(instance, changes[count - 1].key, changes[count - 1].row, error);\n            break;\n        }\n        status = change->op",
        "index_stopped::changes_that_were_stopped_may_be_repeated";
};

pub const OF_A_LOG: &[Mutant] = mistakes! { LOG, "tests/plugins/index_in_a_log.c";
    Loss "a flush that is stopped takes its changes for written":
        "    if (status != SOCH_OK) return status;\n    pthread_mutex_lock(&self->lock);\n    buffer what" =>
        "    if (status != SOCH_OK) {\n        self->changed.len = 0;\n        return status;\n    }\n    pthread_mutex_lock(&self->lock);\n    buffer what",
        "index_stopped::a_flush_that_is_stopped_is_whole_or_not_there_again";
    Loss "a drop that is stopped leaves the first half":
        "    (void)call;\n    return unlink(self->log.path)" =>
        "    if (soch_go_on(call) != SOCH_OK) {\n        self->entries.count /= 2, self->is_new = 1;\n        flush_index(instance, NULL, self->watermark, error);\n        return SOCH_CANCELLED;\n    }\n    return unlink(self->log.path)",
        "index_stopped::a_drop_that_is_stopped_leaves_all_or_nothing";
};

pub const NOTED: &[Mutant] = &[Mutant {
    name: "a flush that is stopped notes its watermark, and no change",
    plugin: LOG,
    edits: &[
        (
            LOG_C,
            "    if (status != SOCH_OK) return status;\n    pthread_mutex_lock(&self->lock);\n    buffer what",
            "    pthread_mutex_lock(&self->lock);\n    buffer what",
        ),
        (
            LOG_C,
            "    if (failed == 0 && !self->is_new) failed = add(",
            "    if (failed == 0 && !self->is_new && status == SOCH_OK) failed = add(",
        ),
        (
            LOG_C,
            "    if (failed == 0) self->changed.len = 0, self->is_new = 0, self->watermark = watermark;\n    free(what.at);\n    pthread_mutex_unlock(&self->lock);\n    return failed == 0 ? SOCH_OK : fail(error, failed);",
            "    if (failed == 0 && status == SOCH_OK) self->changed.len = 0, self->is_new = 0, self->watermark = watermark;\n    free(what.at);\n    pthread_mutex_unlock(&self->lock);\n    return failed == 0 ? status : fail(error, failed);",
        ),
    ],
    damage: Damage::Loss,
    finds: "index_stopped::a_flush_that_is_stopped_is_whole_or_not_there_again",
}];

pub const SAVED: &[Mutant] = mistakes! { SORTED, "examples-c/index_sorted_saved.h";
    Loss "a save that is stopped is cut and says that it is whole":
        "(status = soch_go_on(call)) != SOCH_OK) break;\n        status = add_number(&to, one->row);" =>
        "soch_go_on(call) != SOCH_OK) break;\n        status = add_number(&to, one->row);",
        "index_stopped::a_load_that_is_stopped_changes_nothing";
    Leak "a load that is stopped leaves what it has read":
        "    if (status != SOCH_OK) {\n        clear(&made);\n        return status;" =>
        "    if (status != SOCH_OK) {\n        if (status == SOCH_CORRUPTION) clear(&made);\n        return status;",
        "leaks::stopped_calls_of_an_index_leave_nothing";
};

pub const OF_ZSTD: &[Mutant] = mistakes! { ZSTD, "examples-c/compression_zstd.c";
    Leak "a training that is stopped leaves the samples":
        "        status = soch_go_on(call);\n    }\n    if (status == SOCH_OK) {\n        // Once" =>
        "        status = soch_go_on(call);\n        if (status != SOCH_OK) return status;\n    }\n    if (status == SOCH_OK) {\n        // Once",
        "leaks::stopped_calls_of_a_codec_leave_nothing";
};
