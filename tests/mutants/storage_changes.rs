//! Mistakes that many changes show: what is counted in too few bits, remembered for too short a time, tidied up while others write, or
//! written where there is no room.

use crate::storage::{LMDB_ON_DISK, VERSIONS};
use crate::subject::{mistakes, Damage, Mutant, Plugin};

const LOG: Plugin = Plugin::of("tests/plugins/rows_in_a_log.c");

pub const IN_VERSIONS: &[Mutant] = mistakes! { VERSIONS, "examples-c/storage_versions.cpp";
    Wrong "changes are numbered with 16 bits":
        "struct version {\n    uint64_t at;" => "struct version {\n    uint16_t at;",
        "storage_many_changes::a_snapshot_from_65_536_writes_ago_stays";
    Loss "what snapshots keep is 8 MiB at most":
        "        if (snapshots_.empty()) forget(where);\n        else old_.insert(where);" =>
        "        static size_t kept;\n        kept = snapshots_.empty() ? 0 : kept + (versions.back().value != nullptr ? versions.back().value->size() : 0);\n        if (snapshots_.empty() || kept > 8u << 20) forget(where);\n        else old_.insert(where);",
        "storage_space::a_snapshot_from_16_mebibytes_ago_stays";
    Loss "the last thousand changes are looked at for conflicts":
        "row->second.back().at > at;" => "row->second.back().at > at && row->second.back().at + 1000 > now_;",
        "storage_many_changes::a_transaction_notices_what_changed_thousands_of_commits_ago";
    Loss "each 4096th row that goes takes the next one along":
        "        if (row->second.back().value == nullptr) rows.erase(row);" =>
        "        static size_t gone;\n        if (row->second.back().value == nullptr) {\n            const auto next = rows.erase(row);\n            if (++gone % 4096 == 0 && next != rows.end()) rows.erase(next);\n        }",
        "storage_many_changes::rows_of_a_tree_that_shrinks_stay";
    Loss "each 4096th row that goes takes the one before along":
        "        if (row->second.back().value == nullptr) rows.erase(row);" =>
        "        static size_t gone;\n        if (row->second.back().value == nullptr) {\n            const auto next = rows.erase(row);\n            if (++gone % 4096 == 0 && next != rows.begin()) rows.erase(std::prev(next));\n        }",
        "storage_many_changes::rows_around_a_part_that_thins_stay";
    Wrong "a walk that passes over 2000 rows that went is at its end":
        "            if (++steps % 1024 == 0) call.go_on();\n            if (reverse_ ?" =>
        "            if (++steps % 1024 == 0) call.go_on();\n            if (steps > 2000) return;\n            if (reverse_ ?",
        "storage_many_changes::what_is_behind_many_that_went_is_found";
    Loss "a write of the value that is there is none":
        "        auto &versions = tables_[where.first][where.second];\n" =>
        "        auto &versions = tables_[where.first][where.second];\n        if (value != nullptr && !versions.empty() && versions.back().value != nullptr && *versions.back().value == *value) return;\n",
        "storage_expiry::a_later_write_ends_a_time_to_live";
    Wrong "a row that expires goes out of a snapshot":
        "value->is_over(now) ? nullptr : value; }" => "value->is_over(std::max(now, std::chrono::steady_clock::now())) ? nullptr : value; }",
        "storage_expiry::a_snapshot_keeps_what_expires_later";
    Crash "the rows that expire are listed without the lock":
        "        if (value != nullptr && value->until != moment::max()) expiring_.emplace(value->until, where);\n" =>
        "        if (value != nullptr && value->until != moment::max()) {\n            mutex_.unlock();\n            expiring_.emplace(value->until, where);\n            mutex_.lock();\n        }\n",
        "storage_expiry::threads_write_rows_that_expire";
};

pub const IN_A_LOG: &[Mutant] = mistakes! { LOG, "tests/plugins/rows_in_a_log.c";
    Loss "a compaction lets writers in, and forgets what they wrote":
        "    if (failed == 0) failed = replace(&self->log, &all);\n    free(all.at);\n" =>
        "    size_t count = self->count;\n    pthread_mutex_unlock(&self->lock);\n    struct timespec brief = {0, 100000};\n    nanosleep(&brief, NULL);\n    pthread_mutex_lock(&self->lock);\n    if (failed == 0) failed = replace(&self->log, &all);\n    while (self->count > count) free(self->rows[--self->count].key);\n    free(all.at);\n",
        "storage_many_changes::what_is_written_while_it_compacts_stays";
    Leak "a compaction keeps the file that it replaced":
        "    if (failed == 0) failed = replace(&self->log, &all);\n" =>
        "    static int count;\n    char old[4200];\n    snprintf(old, sizeof old, \"%s.%d\", self->log.path, count++);\n    if (failed == 0 && link(self->log.path, old) != 0) failed = errno;\n    if (failed == 0) failed = replace(&self->log, &all);\n",
        "storage_space::compact_gives_it_back";
    Loss "a compaction of nothing does not know where its log ends":
        "    if (failed == 0) failed = replace(&self->log, &all);\n" =>
        "    if (failed == 0) failed = replace(&self->log, &all);\n    if (all.len == 0) self->log.end++;\n",
        "storage_reopen::one_that_was_emptied_goes_on";
    Loss "what was written for want of room is forgotten with all rows":
        "    if (failed == 0 && count > 0) failed = append(&self->log, &what);\n" =>
        "    if (failed == 0 && count > 0) failed = append(&self->log, &what);\n    if (failed != 0 && ftruncate(self->log.file, 0) == 0) self->log.end = 0;\n",
        "storage_no_room::a_write_without_room_loses_nothing";
    Wrong "a batch that is stopped is in the log":
        "    // What is in the file and not in memory is there when it is opened again.\n" =>
        "    if (failed == 0 && soch_go_on(call) != SOCH_OK) {\n        free(what.at);\n        pthread_mutex_unlock(&self->lock);\n        return SOCH_CANCELLED;\n    }\n    // What is in the file and not in memory is there when it is opened again.\n",
        "storage_stopped::a_call_that_is_stopped_stays_undone_in_a_later_instance";
};

pub const WITHOUT_ROOM: &[Mutant] = mistakes! { LMDB_ON_DISK, "examples-c/storage_lmdb_transaction.h";
    Crash "a commit that does not block the signal of a full file":
        "    int code = quiet_begin(&signals);\n    if (code != 0) {\n        abort_txn(txn);" =>
        "    int code = 0;\n    (void)signals;\n    if (code != 0) {\n        abort_txn(txn);",
        "storage_no_room::a_transaction_without_room_leaves_nothing";
};
