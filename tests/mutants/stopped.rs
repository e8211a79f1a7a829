//! Mistakes of calls that are stopped: what they give, and what they leave behind.

use crate::index_vectors::FLAT;
use crate::storage::MEMORY;
use crate::subject::{mistakes, Damage, Mutant, Needs, Plugin};

const SORTED: Plugin = Plugin::of("examples-c/index_sorted.c");
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
};

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
