//! Tests of an index that is saved and loaded: it finds again what it found, and damaged bytes are refused and change
//! nothing. An index that cannot be saved says so.

use crate::frame::must::{ensure, needed, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::index::rows::{every_form, has_entries};
use crate::inputs::handed_on::hands_on;
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::abi::SOCH_UNSUPPORTED;
use sochdb_plugin_host::sdk::{ErrorKind, IndexExtension, RowId, Search, VecWriter};
use sochdb_plugin_host::Index;

suite!(Index, "index_persist":
    what_was_saved_is_loaded,
    a_load_replaces_everything,
    every_form_of_entry_is_saved,
    what_was_removed_is_not_saved,
    damaged_bytes_change_nothing,
    a_save_keeps_the_writers_limit,
    a_save_hands_a_status_on_as_it_is,
);

const ROWS: u64 = 400;

/// The rows of a range, and the distances of the nearest; None of what the index does not do.
type Answer = (Option<Vec<RowId>>, Option<Vec<u32>>);

/// The bytes that an index of some rows saved, with this watermark.
fn saved(subject: &Subject, rows: u64, watermark: u64) -> Result<Vec<u8>, NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &entries(keys, rows))?;
    match index.save(watermark) {
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            let kind = index.load_from(b"").err().map(|error| error.kind());
            ensure!(kind == Some(ErrorKind::Unsupported), "save is unsupported, and load gave {kind:?}");
            skip!("`save` is unsupported")
        }
        saved => saved.must("save"),
    }
}

fn entries(keys: Keys, rows: u64) -> Vec<(RowId, Vec<u8>)> {
    (0..rows).map(|row| (row, keys.key(row))).collect()
}

/// The index finds these rows, each by its key, and no other.
fn has_rows(index: &Index, keys: Keys, rows: u64) -> Result<(), NotPassed> {
    see(index)?;
    for row in 0..rows {
        let found = rows_of(index, &keys.key(row))?;
        ensure!(found == [row], "row {row} of {rows} is found as {found:?}");
    }
    let stranger = rows_of(index, &keys.key(rows + 7))?;
    ensure!(stranger.is_empty(), "the rows {stranger:?} are found, which were not saved");
    Ok(())
}

/// The answers of the index to queries for rows that it has and that it has not.
fn answers(index: &Index, keys: Keys) -> Result<Vec<Answer>, NotPassed> {
    let queries = (0..10).map(|query| keys.key(query * 40)).chain((0..10).map(|query| keys.key(1_000_000 + query)));
    let ask = |query: Vec<u8>| {
        let range = supported("range", index.range(&query, b"", 7))?;
        let nearest = match supported("nearest", index.nearest(&query, 5))? {
            // An approximate answer may be another one after a load; one that is exact is not.
            Some(nearest) => match supported("search", index.search(&Search::new(&query, 5).exactly()))? {
                Some(found) => Some(found.neighbors),
                None => Some(nearest),
            },
            None => None,
        };
        Ok((range, nearest.map(|found| found.iter().map(|(_, distance)| distance.to_bits()).collect())))
    };
    queries.map(ask).collect()
}

fn what_was_saved_is_loaded(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    for (rows, watermark) in [(ROWS, 77), (0, 0), (1, u64::MAX)] {
        let bytes = saved(subject, rows, watermark)?;
        let (mut instance, mut built) = (subject.instance()?, subject.instance()?);
        let (index, built) = (instance.index()?, built.index()?);
        build(built, &entries(keys, rows))?;
        // Where it holds a watermark of its own, that is another one.
        index.flush(watermark ^ 1).must("flush")?;
        let loaded = index.load_from(&bytes).must("load")?;
        ensure!(loaded == watermark, "saved with watermark {watermark}, loaded with {loaded}");
        has_rows(index, keys, rows)?;
        let (before, after) = (answers(built, keys)?, answers(index, keys)?);
        ensure!(before == after, "the index that was saved answers {before:?}, the one that was loaded {after:?}");
        // It goes on as if it had never been away.
        needed("insert", index.insert(&keys.key(rows), rows))?;
        has_rows(index, keys, rows + 1)?;
        needed("delete", index.delete(&keys.key(rows), rows))?;
        has_rows(index, keys, rows)?;
        let again = index.save(watermark).must("save")?;
        let mut other = subject.instance()?;
        let other = other.index()?;
        other.load_from(&again).must("load of what was loaded and saved")?;
        has_rows(other, keys, rows)?;
    }
    Ok(())
}

fn a_load_replaces_everything(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let bytes = saved(subject, 10, 1)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &entries(keys, ROWS))?;
    index.load_from(&bytes).must("load")?;
    has_rows(index, keys, 10)
}

fn every_form_of_entry_is_saved(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let all = every_form(subject, keys)?;
    let (mut instance, mut other) = (subject.instance()?, subject.instance()?);
    let (index, other) = (instance.index()?, other.index()?);
    build(index, &all)?;
    let bytes = needed("save", index.save(1 << 40))?;
    build(other, &entries(keys, 30))?;
    let watermark = other.load_from(&bytes).must("load of rows and keys of every form")?;
    ensure!(watermark == 1 << 40, "saved with watermark 1 << 40, loaded with {watermark}");
    see(other)?;
    has_entries(other, &all)
}

/// An index that keeps what was removed for a while, or moves what is left, saves what is there.
fn what_was_removed_is_not_saved(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let (mut instance, mut other) = (subject.instance()?, subject.instance()?);
    let (index, other) = (instance.index()?, other.index()?);
    build(index, &entries(keys, 200))?;
    for removed in 0..190 {
        needed("delete", index.delete(&keys.key(removed), removed))?;
        if removed % 27 != 22 {
            continue;
        }
        see(index)?;
        other.load_from(&needed("save", index.save(removed))?).must("load of what was saved between deletes")?;
        see(other)?;
        for row in 0..200 {
            let found = rows_of(other, &keys.key(row))?;
            let wanted = (row > removed).then_some(row);
            let same = found.iter().copied().eq(wanted);
            ensure!(same, "saved after {} deletes of 200, the key of row {row} finds {found:?}", removed + 1);
        }
    }
    Ok(())
}

fn damaged_bytes_change_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let bytes = saved(subject, 20, 5)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &entries(keys, 3))?;
    let refuse = |index: &mut Index, damaged: &[u8], how: &str| {
        let kind = index.load_from(damaged).err().map(|error| error.kind());
        let typed = matches!(kind, Some(ErrorKind::Corruption | ErrorKind::Unsupported));
        ensure!(typed, "{how}: load gave {kind:?}, not Corruption or Unsupported");
        has_rows(index, keys, 3).map_err(|why| format!("{how}, and the index is not as before: {why}").into())
    };
    let mut random = subject.random(31);
    refuse(index, b"", "no bytes")?;
    refuse(index, &random.bytes(999), "999 bytes at random")?;
    refuse(index, &vec![0; bytes.len()], "as many zeros")?;
    refuse(index, &[&bytes[..], b"!"].concat(), "a byte more")?;
    for _ in 0..64 {
        let length = random.below(bytes.len() as u64) as usize;
        refuse(index, &bytes[..length], &format!("the first {length} bytes of {}", bytes.len()))?;
    }
    for _ in 0..256 {
        let (at, bit) = (random.below(bytes.len() as u64) as usize, random.below(8));
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << bit;
        refuse(index, &damaged, &format!("bit {bit} of byte {at} of {} changed", bytes.len()))?;
    }
    index.load_from(&bytes).must("load of what is whole")?;
    has_rows(index, keys, 20)
}

fn a_save_keeps_the_writers_limit(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let bytes = saved(subject, ROWS, 1)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &entries(keys, ROWS))?;
    for limit in [0, 1, bytes.len() as u64 - 1] {
        let mut room = Vec::new();
        let kind = index.save_into(1, &mut VecWriter::new(&mut room, limit).writer()).err().map(|error| error.kind());
        ensure!(
            kind == Some(ErrorKind::Limit),
            "a save of {} bytes into {limit} gave {kind:?}, not Limit",
            bytes.len()
        );
    }
    let again = index.save(1).must("save after saves that did not fit")?;
    ensure!(again.len() == bytes.len(), "the same index is saved in {} bytes and in {}", bytes.len(), again.len());
    has_rows(index, keys, ROWS)
}

/// The host keeps the error of its own writer; who calls a slot without one gets the status alone.
fn a_save_hands_a_status_on_as_it_is(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    saved(subject, 3, 1)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &entries(keys, 3))?;
    hands_on("save", |writer| {
        index.alone("save", |table, instance, error| match table.save {
            // SAFETY: the plugin's function on its own instance; all is lent for the call.
            Some(save) => unsafe { save(instance, std::ptr::null(), 1, writer, error) },
            None => SOCH_UNSUPPORTED,
        })
    })?;
    has_rows(index, keys, 3)
}
