//! Mistakes that show while another call waits in what it was lent, or to who looks at the same moment.

use crate::index_vectors::IN_CPP;
use crate::storage::{MEMORY, VERSIONS};
use crate::subject::{Damage, Mutant};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "two scans have one cursor",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory.c", "    const soch_cursor_options options = {sizeof options, 0, start, end};\n    snapshot now;\n    cursor walk;", "    const soch_cursor_options options = {sizeof options, 0, start, end};\n    snapshot now;\n    static cursor walk;")],
        damage: Damage::Crash,
        finds: "storage_waiting::a_call_may_wait_in_what_it_was_lent",
    },
    Mutant {
        name: "two searches have one list of the best",
        plugin: IN_CPP,
        edits: &[("examples-c/index_vectors.cpp", "        std::vector<std::pair<float, uint64_t>> best;", "        static std::vector<std::pair<float, uint64_t>> best;\n        best.clear();")],
        damage: Damage::Wrong,
        finds: "index_threads::a_search_may_wait_in_its_filter",
    },
    Mutant {
        name: "a long batch is seen in parts",
        plugin: VERSIONS,
        edits: &[("examples-c/storage_versions.cpp", "        for (const auto &change : made) shelf_.put(change.first, change.second);", "        size_t seen = 0;\n        for (const auto &change : made) {\n            if (seen++ % 64 == 63) { shelf_.next_change(); const_cast<std::unique_lock<std::mutex> &>(locked).unlock(); const_cast<std::unique_lock<std::mutex> &>(locked).lock(); }\n            shelf_.put(change.first, change.second);\n        }")],
        damage: Damage::Wrong,
        finds: "storage_moments::a_batch_is_seen_at_one_moment",
    },
    Mutant {
        name: "a commit is seen table by table",
        plugin: MEMORY,
        edits: &[("examples-c/storage_memory_transaction.h", "            in->first[0] = NULL;\n", "            in->first[0] = NULL;\n            pthread_rwlock_unlock(&to->lock);\n            pthread_rwlock_wrlock(&to->lock);\n")],
        damage: Damage::Wrong,
        finds: "storage_moments::a_commit_is_seen_at_one_moment_for_longer",
    },
];
