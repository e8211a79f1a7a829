//! Tests of an index's calls that change nothing and may take long: each ends soon after it is cancelled.

use crate::frame::must::needed;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::build;
use crate::inputs::cancelled::{ends_when_cancelled, long_enough, time, BRIEF};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{Error, IndexExtension, RowId};
use sochdb_plugin_host::Index;

suite!(Index, "index_cancelled_calls":
    a_range_ends,
    a_batch_of_queries_ends,
    the_begin_of_a_build_ends,
);

fn keys_of(entries: &[(RowId, Vec<u8>)]) -> Vec<&[u8]> {
    entries.iter().map(|(_, key)| &key[..]).collect()
}

/// Cancels a call of an index with so many entries that it takes long.
fn ends_over_entries(
    subject: &Subject,
    what: &str,
    call: impl Fn(&Index, &[&[u8]]) -> Result<(), Error>,
) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let all = |count: u64| (0..count).map(|row| (row, keys.key(row))).collect::<Vec<_>>();
    let count = long_enough(what, BRIEF, |count| {
        let entries = all(count);
        build(index, &entries)?;
        time(|| needed(what, call(index, &keys_of(&entries))))
    })?;
    let entries = all(count);
    ends_when_cancelled(what, index, |index| call(index, &keys_of(&entries)), |_, _| Ok(()))
}

fn a_range_ends(subject: &Subject) -> Result<(), NotPassed> {
    ends_over_entries(subject, "range", |index, _| index.range(b"", b"", usize::MAX).map(drop))
}

fn a_batch_of_queries_ends(subject: &Subject) -> Result<(), NotPassed> {
    ends_over_entries(subject, "nearest_batch", |index, queries| index.nearest_batch(queries, 3).map(drop))
}

fn the_begin_of_a_build_ends(subject: &Subject) -> Result<(), NotPassed> {
    ends_over_entries(subject, "begin_build", |index, _| index.begin_build(1, 2).map(drop))
}
