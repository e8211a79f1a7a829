//! Crash consistency: what a durable storage, or an index with files of its own, has kept after its process was killed, the
//! power failed, or a call of the system did.
//!
//! A child does steps that are drawn by seed, with calls that wait for the supervisor (seccomp, user notification:
//! `linux/kernel`, `linux/numbers`) whenever they might change files. The supervisor (`supervised`) makes those that concern the
//! child's directory in its place (`perform`), one after the other, and notes what each changed and when the child said that a
//! step was done. So it knows all that a disk may hold: it kills the child before any call, lets any call fail, or builds the
//! directory as a power loss may leave it (`disk`, `content`). A process that wrote none of it opens what is left (`looker`). Where
//! reads fail, calls that read wait, too, and an instance that opens what is there reads it by each way.
//!
//! The steps, and which states a plugin may come again with, are those of its kind (`promise`): `storage::crash` knows that
//! every durable step is there, and of the others each whole or not at all; `index::crash` that there is the state of the last
//! flush which returned, or of one after it of which nobody was told how it ended, with its watermark. A storage's copy has all that was
//! written before it (`storage::crash::copies`).
//!
//! Behind a kill another process opens what is left, flushes, and the power fails: what it found is as durable as what it wrote.
//!
//! # What a power loss leaves
//! A file holds what was written before the last `fsync`, `fdatasync` or `msync` of it, or with `O_SYNC` and `O_DSYNC`;
//! `sync_file_range` counts for nothing. Of what came later there is a part by seed: nothing, everything, all until one moment and
//! a part of the next write, of each page of 4096 bytes or each sector of 512 what it held at a moment of its own, or only the
//! length. A sector is never torn. Names, and the order of what is new, are as file systems with a journal have them, or as
//! POSIX promises: `linux/content`. After an `fsync` that fails with EIO or ENOSPC, what it should have written never comes.
//!
//! # Long runs
//! `--crash-points 10000` on a machine of two processors that did other work meanwhile, the command in a debug build: LMDB as it
//! is configured by default 196 s of kills, 194 s of failing calls, 33 s of power losses; redb with `{"sync": "flush"}` 1033 s,
//! 1062 s, 133 s. Nothing was found. Power losses of tantivy's index, 1000 points in 143 s, show what its example mends: a commit
//! does not sync the directory after it renamed the file that makes it count.
//!
//! # Limits
//! - Linux on x86-64 and ARM, where a process may install such filters and look at its children. Elsewhere the tests are skipped.
//! - One thread does the steps, but for those of `storage::crash::together`, where two do. What those find depends on how the threads
//!   meet, for which a call that waits for the disk takes some milliseconds there; what it says is sure.
//! - Other ways to change files fail, so that a plugin takes those that are known: io_uring, `splice`, `sendfile`,
//!   `copy_file_range`, clones, files without a name. Symbolic links are not noted, nor are processes that the plugin starts.
//! - What is written through a map is noted at the next call that concerns the directory if the file is short, else when it is
//!   synced. An `mmap` that is made writable later is not noticed.
//! - Damage of what was synced, disks that lie, and files outside of the directory are not tried.

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
pub(crate) mod promise;

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{failing_calls, failing_reads, killed, power_loss, Request, Talk};
#[cfg(target_os = "linux")]
pub(crate) use linux::tried::{failing_calls, failing_reads, killed, power_loss};
#[cfg(target_os = "linux")]
pub(crate) use linux::{child::Request, talk::Talk};
