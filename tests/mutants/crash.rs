//! Mistakes of what must outlive a crash.

use crate::storage::LMDB_ON_DISK;
use crate::subject::{Damage, Mutant, Plugin};

const FILE: &str = "tests/plugins/rows_in_a_log.c";
/// What it includes.
pub const HEADER: &str = "tests/plugins/log.h";
/// So many points, also on a busy machine.
const LOG: Plugin = Plugin::of(FILE).with(&["--crash-points", "100"]);
/// How two threads meet is another way in each run, of which there is one for so many points.
const THREADS: Plugin = LOG.with(&["--crash-points", "500"]);
const STRICT: Plugin = LOG.with(&["--crash-points", "100", "--crash-strict"]);
const LMDB: Plugin = LMDB_ON_DISK.with(&["--crash-points", "100"]);
const LMDB_THAT_FLUSHES: Plugin = LMDB_ON_DISK.with(&["--crash-points", "100", "--config", r#"{"sync": "flush"}"#]);

/// Whoever opens the log goes on behind what a power loss tore.
pub const BEHIND: (&str, &str, &str) = (
    HEADER,
    "return ftruncate(self->file, (off_t)self->end) == 0 ? 0 : errno;\n}\n\nstatic void close_log",
    "off_t end = lseek(self->file, 0, SEEK_END);\n    if (end >= 0) self->end = (uint64_t)end;\n    \
     return end >= 0 ? 0 : errno;\n}\n\nstatic void close_log",
);

const KILLED: &str = "storage_crash::killed_at_any_call_it_keeps_what_it_promised";
const COPY: &str = "storage_crash::a_power_loss_leaves_a_copy_as_it_was_made";
const TOGETHER: &str = "storage_crash::a_power_loss_leaves_what_threads_were_told_is_durable";
const FAILING: &str = "storage_crash::failing_calls_lose_nothing_that_it_promised";
const READS: &str = "storage_crash::what_cannot_be_read_is_not_missing";
const POWER: &str = "storage_crash::a_power_loss_at_any_call_leaves_what_it_promised";

/// One that loses rows.
pub const fn loss(
    name: &'static str,
    plugin: Plugin,
    edits: &'static [(&'static str, &'static str, &'static str)],
    finds: &'static str,
) -> Mutant {
    Mutant { name, plugin, edits, damage: Damage::Loss, finds }
}

pub const MUTANTS: &[Mutant] = &[
    loss(
        "what cannot be read is the end of the log",
        LOG,
        &[
            (HEADER, "    if (there < 0) return errno;\n", ""),
            (HEADER, "        return failed;\n    }\n    self->end +=", "        return 0;\n    }\n    self->end +="),
        ],
        READS,
    ),
    loss(
        "a flush that does nothing",
        LOG,
        &[(FILE, "int failed = self->log.broken;\n    if (failed == 0) failed = flush_file(&self->log);", "int failed = self->log.broken;")],
        POWER,
    ),
    loss(
        "a durable batch that is not",
        LOG,
        &[(FILE, "if (failed == 0 && (options->flags & SOCH_BATCH_DURABLE) != 0) failed = flush_file(&self->log);", "")],
        POWER,
    ),
    loss(
        "a durable batch that is synced before it is written",
        LOG,
        &[
            (FILE, "if (failed == 0 && count > 0) failed = append", "if (failed == 0) failed = flush_file(&self->log);\n    if (failed == 0 && count > 0) failed = append"),
            (FILE, "if (failed == 0 && (options->flags & SOCH_BATCH_DURABLE) != 0) failed = flush_file(&self->log);", ""),
        ],
        POWER,
    ),
    loss(
        "a new file that is not synced before it is renamed",
        LOG,
        &[(HEADER, "if (failed == 0) failed = sync_file(made);", "")],
        POWER,
    ),
    loss(
        "a directory that is not synced after a rename",
        STRICT,
        &[(HEADER, "if (failed == 0) failed = self->broken = sync_names(self);", "")],
        POWER,
    ),
    loss(
        "a directory that is not synced after a file was made",
        STRICT,
        &[(HEADER, "return self->file < 0 ? errno : sync_names(self);", "return self->file < 0 ? errno : 0;")],
        POWER,
    ),
    loss(
        "a record whose checksum nobody looks at",
        STRICT,
        &[(HEADER, " || checksum(read, head[0]) != head[1]", "")],
        POWER,
    ),
    loss(
        "a durable batch that returns while another one's sync is under way",
        THREADS,
        &[(
            FILE,
            "    if (failed == 0 && (options->flags & SOCH_BATCH_DURABLE) != 0) failed = flush_file(&self->log);\n    \
             pthread_mutex_unlock(&self->lock);",
            "    static int syncing;\n    pthread_mutex_unlock(&self->lock);\n    \
             if (failed == 0 && (options->flags & SOCH_BATCH_DURABLE) != 0 && !__atomic_exchange_n(&syncing, 1, __ATOMIC_ACQ_REL)) {\n        \
             failed = flush_file(&self->log);\n        __atomic_store_n(&syncing, 0, __ATOMIC_RELEASE);\n    }",
        )],
        TOGETHER,
    ),
    loss(
        "records that come behind a torn one, which nobody reads",
        LOG,
        &[BEHIND],
        POWER,
    ),
    loss(
        "a flush that leaves out what a killed process wrote",
        LOG,
        &[
            (HEADER, "    uint64_t end;\n    char path", "    uint64_t end, opened;\n    char path"),
            (HEADER, "    int failed = sync_file(self->file);", "    if (self->end == self->opened) return 0;\n    int failed = sync_file(self->file);"),
            (HEADER, "    return ftruncate(self->file, (off_t)self->end) == 0 ? 0 : errno;\n}\n\nstatic void close_log", "    self->opened = self->end;\n    return ftruncate(self->file, (off_t)self->end) == 0 ? 0 : errno;\n}\n\nstatic void close_log"),
        ],
        KILLED,
    ),
    loss(
        "a flush that syncs another file",
        LOG,
        &[(HEADER, "int failed = sync_file(self->file);", "int failed = sync_file(self->directory);")],
        POWER,
    ),
    loss(
        "a flush by `sync_file_range`",
        LOG,
        &[
            (HEADER, "#define _POSIX_C_SOURCE 200809L", "#define _GNU_SOURCE"),
            (HEADER, "fdatasync(file) == 0", "sync_file_range(file, 0, 0, 7) == 0"),
        ],
        POWER,
    ),
    loss(
        "a copy that is not synced",
        LMDB,
        &[("examples-c/storage_lmdb_operator.h", "    if (code == MDB_SUCCESS) code = sync_path(file);\n", "")],
        COPY,
    ),
    Mutant {
        name: "a file that is open for ever once its rename failed",
        plugin: LOG,
        edits: &[(HEADER, "self->broken = 0, close(made);", "self->broken = 0;")],
        damage: Damage::Leak,
        finds: FAILING,
    },
    loss(
        "a short write that is taken for a whole one",
        LOG,
        &[(HEADER, "from += written, len -= (size_t)written, at += (uint64_t)written;", "len = 0;")],
        FAILING,
    ),
    loss(
        "a write that a signal interrupted, taken for done",
        LOG,
        &[(HEADER, "if (written < 0 && errno == EINTR) continue;", "if (written < 0 && errno == EINTR) return 0;")],
        FAILING,
    ),
    loss(
        "a write whose error is ignored",
        LOG,
        &[(HEADER, "if (written <= 0) failed = written < 0 ? errno : ENOSPC;", "if (written <= 0) break;")],
        FAILING,
    ),
    loss(
        "a sync whose error is ignored",
        LOG,
        &[(HEADER, "do failed = fdatasync(file) == 0 ? 0 : errno;", "do failed = 0 * fdatasync(file);")],
        FAILING,
    ),
    loss(
        "a sync that is tried again after it failed",
        LOG,
        &[(HEADER, "if (failed != 0) self->broken = failed;\n", "")],
        FAILING,
    ),
    loss(
        "a rename whose error is ignored",
        LOG,
        &[(HEADER, "if (failed == 0 && rename(self->new_path, self->path) != 0) failed = errno;", "if (failed == 0) failed = 0 * rename(self->new_path, self->path);")],
        FAILING,
    ),
    loss(
        "a record that failed and leaves a gap",
        LOG,
        &[(HEADER, "if (failed == 0) self->end += record.len;", "self->end += record.len;\n    if (failed == 0) failed = 0;")],
        FAILING,
    ),
    loss(
        "a batch that is a record for each write",
        LOG,
        &[
            (
                FILE,
                "failed = add_row(&what, &it);",
                "buffer one = {0};\n        failed = add_row(&what, &it);\n        if (failed == 0) failed = add_row(&one, &it);\n        \
                 if (failed == 0) failed = append(&self->log, &one);\n        free(one.at);",
            ),
            (FILE, "if (failed == 0 && count > 0) failed = append(&self->log, &what);", ""),
        ],
        KILLED,
    ),
    loss(
        "a delete that is not written",
        LOG,
        &[(FILE, "if (failed == 0 && count > 0) failed", "if (failed == 0 && count > 0 && (count > 1 || writes[0].op == SOCH_WRITE_PUT)) failed")],
        KILLED,
    ),
    loss(
        "a file that is written anew where it is",
        LOG,
        &[
            (HEADER, "open(self->new_path, O_RDWR", "open(self->path, O_RDWR"),
            (HEADER, "rename(self->new_path, self->path) != 0", "0"),
        ],
        KILLED,
    ),
    loss(
        "an old file that goes before the new one comes",
        LOG,
        &[(HEADER, "if (failed == 0 && rename(", "if (failed == 0) unlink(self->path);\n        if (failed == 0 && rename(")],
        KILLED,
    ),
    loss(
        "a file that is cut when it is opened",
        LOG,
        &[(HEADER, "open(self->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)", "open(self->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)")],
        KILLED,
    ),
    loss(
        "a transaction that is committed when it is aborted",
        LMDB,
        &[("examples-c/storage_lmdb_transaction.h", "mdb_txn_abort(self->outermost);\n    end_turn", "mdb_txn_commit(self->outermost);\n    end_turn")],
        KILLED,
    ),
    loss(
        "an engine that is not told to sync",
        LMDB,
        &[("examples-c/storage_lmdb_env.h", "if (code == 0) code = mdb_env_sync(self->env, 1);", "")],
        POWER,
    ),
    loss(
        "a durable transaction that is not",
        LMDB,
        &[("examples-c/storage_lmdb_transaction.h", "if (code == MDB_SUCCESS && durable) code = sync_to_disk(owner);", "(void)durable;")],
        POWER,
    ),
    loss(
        "an engine that overwrites before it syncs, which is said to be durable",
        LMDB_THAT_FLUSHES,
        &[("examples-c/storage_lmdb.c", "if (self->syncs_at_commit) properties->flags |= SOCH_STORAGE_DURABLE;", "properties->flags |= SOCH_STORAGE_DURABLE;")],
        POWER,
    ),
    loss(
        "a commit that waits for no disk",
        LMDB,
        &[("examples-c/storage_lmdb_transaction.h", "    code = commit(owner, self->outermost);", "    mdb_env_set_flags(owner->env, MDB_NOSYNC, 1);\n    code = commit(owner, self->outermost);\n    if (!durable) mdb_env_sync(owner->env, 1);\n    durable = false;\n    mdb_env_set_flags(owner->env, MDB_NOSYNC, 0);")],
        POWER,
    ),
];
