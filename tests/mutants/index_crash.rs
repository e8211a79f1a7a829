//! Mistakes of what must outlive a crash, in indexes with files of their own.

use crate::crash::{loss, BEHIND, HEADER};
use crate::subject::{Mutant, Plugin};

const FILE: &str = "tests/plugins/index_in_a_log.c";
const TEXTS: &str = "tests/plugins/texts_in_a_file.c";
/// So many points, also on a busy machine.
const LOG: Plugin = Plugin::of(FILE).with(&["--crash-points", "100"]);
const STRICT: Plugin = LOG.with(&["--crash-points", "100", "--crash-strict"]);
const IN_A_FILE: Plugin = Plugin::of(TEXTS).with(&["--crash-points", "100"]);
/// Lets its keys be vectors.
const VECTORS: (&str, &str, &str) = (FILE, "#include <math.h>", "#define VECTORS\n#include <math.h>");

const KILLED: &str = "index_crash::killed_at_any_call_it_is_as_a_flush_left_it";
const FAILING: &str = "index_crash::failing_calls_lose_nothing_that_was_flushed";
const READS: &str = "index_crash::what_cannot_be_read_is_not_missing";
const POWER: &str = "index_crash::a_power_loss_at_any_call_leaves_what_was_flushed";

pub const MUTANTS: &[Mutant] = &[
    loss(
        "flushes that cannot be read are none",
        LOG,
        &[
            (HEADER, "    if (there < 0) return errno;\n", ""),
            (HEADER, "        return failed;\n    }\n    self->end +=", "        return 0;\n    }\n    self->end +="),
        ],
        READS,
    ),
    loss(
        "the length of a key has 16 bits in the log",
        LOG,
        &[(FILE, "    uint32_t len = (uint32_t)key.len;", "    uint32_t len = (uint16_t)key.len;")],
        "index_flush::keys_of_every_length_are_flushed",
    ),
    loss(
        "the length of a key has 16 bits in the log, behind others",
        LOG,
        &[(FILE, "    uint32_t len = (uint32_t)key.len;", "    uint32_t len = row > 9999 ? (uint16_t)key.len : (uint32_t)key.len;")],
        "index_flush::a_long_key_is_flushed_behind_many",
    ),
    loss(
        "a flush that is not synced",
        LOG,
        &[(FILE, "if (failed == 0) failed = flush_file(&self->log);", "")],
        POWER,
    ),
    loss(
        "flushes that come behind a torn one, which nobody reads",
        LOG,
        &[BEHIND],
        POWER,
    ),
    loss(
        "a flush of vectors that is synced before it is written",
        LOG,
        &[
            VECTORS,
            (FILE, "failed = append(&self->log, &what);", "failed = flush_file(&self->log);"),
            (FILE, "if (failed == 0) failed = flush_file(&self->log);", "if (failed == 0) failed = append(&self->log, &what);"),
        ],
        POWER,
    ),
    loss(
        "a watermark that is written before its changes",
        LOG,
        &[(
            FILE,
            "failed = append(&self->log, &what);",
            "buffer first = {what.at, 8, 0};\n        failed = append(&self->log, &first);\n        \
             if (failed == 0) failed = append(&self->log, &what);",
        )],
        KILLED,
    ),
    loss(
        "a watermark of vectors that is written before them",
        LOG,
        &[
            VECTORS,
            (
                FILE,
                "failed = append(&self->log, &what);",
                "buffer first = {what.at, 8, 0};\n        failed = append(&self->log, &first);\n        \
                 if (failed == 0) failed = append(&self->log, &what);",
            ),
        ],
        KILLED,
    ),
    loss(
        "a removal that is not written",
        LOG,
        &[(FILE, "self->is_new ? 0 : note(", "self->is_new || what == GOES ? 0 : note(")],
        KILLED,
    ),
    loss(
        "a load that the next flush does not write anew",
        LOG,
        &[(FILE, "if (failed == 0) take(instance, &made);", "if (failed == 0) take(instance, &made), ((index *)instance)->is_new = 0;")],
        KILLED,
    ),
    loss(
        "a build that is written where the last one is",
        LOG,
        &[
            (HEADER, "open(self->new_path, O_RDWR", "open(self->path, O_RDWR"),
            (HEADER, "rename(self->new_path, self->path) != 0", "0"),
        ],
        KILLED,
    ),
    loss(
        "a drop that removes what there is before it says so",
        LOG,
        &[(
            FILE,
            "return unlink(self->log.path) == 0",
            "buffer none = {(uint8_t *)&self->watermark, 8, 0};\n    if (replace(&self->log, &none) != 0) return SOCH_IO;\n    \
             return unlink(self->log.path) == 0",
        )],
        KILLED,
    ),
    loss(
        "a flush that failed and forgets what changed",
        LOG,
        &[(FILE, "if (failed == 0) self->changed.len = 0, self", "self->changed.len = 0;\n    if (failed == 0) self")],
        FAILING,
    ),
    loss(
        "a watermark that is told though its flush failed",
        LOG,
        &[(FILE, "    if (failed == 0) self->changed.len = 0,", "    self->watermark = watermark;\n    if (failed == 0) self->changed.len = 0,")],
        FAILING,
    ),
    loss(
        "a short write that is taken for a whole one",
        LOG,
        &[(HEADER, "from += written, len -= (size_t)written, at += (uint64_t)written;", "len = 0;")],
        FAILING,
    ),
    loss(
        "a sync that is tried again after it failed",
        LOG,
        &[(HEADER, "if (failed != 0) self->broken = failed;\n", "")],
        FAILING,
    ),
    loss(
        "a build that is not synced before it is renamed",
        LOG,
        &[(HEADER, "if (failed == 0) failed = sync_file(made);", "")],
        POWER,
    ),
    loss(
        "a directory that is not synced after the rename of a build",
        LOG,
        &[(HEADER, "if (failed == 0) failed = self->broken = sync_names(self);", "")],
        POWER,
    ),
    loss(
        "a record whose checksum nobody looks at",
        STRICT,
        &[(HEADER, " || checksum(read, head[0]) != head[1]", "")],
        POWER,
    ),
    loss(
        "texts that are renamed before they are synced",
        IN_A_FILE,
        &[(TEXTS, " || fsync(fileno(file)) != 0", "")],
        POWER,
    ),
    loss(
        "texts whose name is not synced",
        IN_A_FILE,
        &[(TEXTS, " || fsync(self->directory) != 0", "")],
        POWER,
    ),
    loss(
        "texts that are written where the last ones are",
        IN_A_FILE,
        &[(TEXTS, "fopen(self->new_path", "fopen(self->path"), (TEXTS, "rename(self->new_path, self->path) != 0 || ", "")],
        KILLED,
    ),
    loss(
        "texts of which the last part may be missing",
        IN_A_FILE,
        &[
            (TEXTS, "failed |= fflush(file) != 0 || fsync", "fflush(file);\n    failed |= fsync"),
            (TEXTS, "failed |= fclose(file) != 0;", "fclose(file);"),
        ],
        FAILING,
    ),
    loss(
        "a removal that leaves a text which a build added twice",
        IN_A_FILE,
        &[(TEXTS, "while ((at = find", "if ((at = find")],
        KILLED,
    ),
];
