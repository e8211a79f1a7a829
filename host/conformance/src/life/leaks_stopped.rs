//! Leaks of calls that are stopped at one of their first questions, or refused for what they ask for: what each took before, it gives
//! back.

use crate::frame::kind::Kind;
use crate::frame::must::supported;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::{Level, Test};
use crate::inputs::keys::Keys;
use crate::inputs::questions::stopped_at;
use crate::life::called::{all_leave_nothing, any, Call};
use sochdb_plugin_host::sdk::abi::SOCH_UNSUPPORTED;
use sochdb_plugin_host::sdk::{
    BatchOptions, CompressionExtension, CompressionOptions, CursorOptions, Error, IndexExtension, Search,
    StorageExtension, TransactionOptions, VecWriter, Write,
};
use sochdb_plugin_host::{Compression, Storage};

const fn of(kind: Kind, name: &'static str, run: fn(&Subject) -> Result<(), NotPassed>) -> Test {
    Test { name, kind, level: Level::Full, run }
}

pub(crate) const TESTS: &[Test] = &[
    of(Kind::Storage, "leaks::stopped_calls_of_a_storage_leave_nothing", stopped_calls_of_a_storage_leave_nothing),
    of(Kind::Index, "leaks::stopped_calls_of_an_index_leave_nothing", stopped_calls_of_an_index_leave_nothing),
    of(Kind::Compression, "leaks::stopped_calls_of_a_codec_leave_nothing", stopped_calls_of_a_codec_leave_nothing),
];

/// The question after that of the host.
const FIRST: u32 = 2;

/// Calls that are told to stop when they ask first, and when they ask again.
fn stopped<T>(mut call: impl FnMut() -> Result<T, Error>) -> Result<(), Error> {
    any(stopped_at(FIRST, &mut call).0)?;
    any(stopped_at(FIRST + 1, &mut call).0)
}

/// Asks for the tables with room for none.
fn list_tables_without_room(storage: &Storage) -> Result<(), Error> {
    storage.alone("list_tables", |table, instance, error| {
        let Some(list_tables) = table.list_tables else { return SOCH_UNSUPPORTED };
        let (mut none, mut count) = (0, 0);
        // SAFETY: the plugin's function on its own instance; it has room for no table.
        unsafe { list_tables(instance, &mut none, 0, &mut count, error) }
    })
}

fn stopped_calls_of_a_storage_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let storage = &*instance.storage()?;
    for key in 0..40_u8 {
        storage.put(u32::from(key % 3), &[b'k', key], &[key; 100], 0).map_err(|error| format!("put: {error}"))?;
    }
    let keys = [&b"k\x03"[..], b"absent", b"k\x06"];
    let (begin, batch) = (TransactionOptions::new(), BatchOptions::new());
    let mut calls: Vec<(&str, Call<'_>)> = vec![
        ("a `scan` that is stopped", Box::new(|| stopped(|| storage.scan(0, b"", b"", 20)))),
        ("a `multi_get` that is stopped", Box::new(|| stopped(|| storage.multi_get(0, &keys)))),
        ("a `txn_scan` that is stopped", Box::new(|| stopped(|| storage.begin(&begin)?.scan(0, b"", b"", 20)))),
        (
            "a `cursor_next` that is stopped",
            Box::new(|| stopped(|| storage.reader()?.cursor(0, &CursorOptions::new())?.next_batch().map(drop))),
        ),
        ("a `flush` that is stopped", Box::new(|| stopped(|| storage.flush()))),
        ("a `compact` that is stopped", Box::new(|| stopped(|| storage.compact()))),
        ("`list_tables` with too little room", Box::new(|| any(list_tables_without_room(storage)))),
    ];
    // Where there are files, what changes may stay in memory until a flush.
    if !storage.describe().instance.has_files {
        calls.push(("a `drop_table` that is stopped", Box::new(|| stopped(|| storage.drop_table(77)))));
        // As many as some plugins write between two questions, and more.
        let writes = [Write::Put { table: 0, key: b"k\x03", value: b"again" }; 300];
        calls.push((
            "a `write_batch` that is stopped",
            Box::new(move || stopped(|| storage.write_batch(&writes, &batch))),
        ));
        calls.push((
            "a `commit_txn` that is stopped",
            Box::new(|| {
                stopped(|| {
                    let mut inside = storage.begin(&begin)?;
                    inside.put(0, b"k\x03", b"again")?;
                    inside.commit()
                })
            }),
        ));
    }
    all_leave_nothing(directory.path(), calls)
}

fn stopped_calls_of_an_index_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let index = instance.index()?;
    let entries: Vec<(u64, Vec<u8>)> = (0..50).map(|row| (row, keys.key(row))).collect();
    let lent: Vec<(u64, &[u8])> = entries.iter().map(|(row, key)| (*row, &key[..])).collect();
    supported("build", index.build(1, 2, &lent))?;
    let saved = supported("save", index.save(1))?.unwrap_or_default();
    let (mut one, mut two, three, four) = (index.clone(), index.clone(), index.clone(), index.clone());
    let (key, index) = (lent[7].1, &*index);
    let unknown = [("no.such-parameter", "1")];
    let calls: Vec<(&str, Call<'_>)> = vec![
        ("a `range` that is stopped", Box::new(|| stopped(|| index.range(b"", b"", 20)))),
        ("a `search` that is stopped", Box::new(|| stopped(|| index.search(&Search::new(key, 5))))),
        (
            "a `search` with a parameter that is not known",
            Box::new(|| {
                // It is there: that it does not know this is no reason to leave it out.
                index.search(&Search::new(key, 5))?;
                _ = index.search(&Search::new(key, 5).with_parameters(&unknown));
                Ok(())
            }),
        ),
        ("a `nearest_batch` that is stopped", Box::new(|| stopped(|| index.nearest_batch(&[key, key], 5)))),
        ("a `save` that is stopped", Box::new(|| stopped(|| index.save(1)))),
        ("a `load` that is stopped", Box::new(|| stopped(|| one.load_from(&saved)))),
        ("a `build` that is stopped", Box::new(|| stopped(|| two.build(1, 2, &lent)))),
        ("a `build_add` that is stopped", Box::new(|| stopped(|| three.begin_build(1, 2)?.add(&lent)))),
        (
            "a `finish_build` that is stopped",
            Box::new(|| {
                stopped(|| {
                    let mut builder = four.begin_build(1, 2)?;
                    builder.add(&lent)?;
                    builder.finish()
                })
            }),
        ),
    ];
    all_leave_nothing(directory.path(), calls)
}

/// Packs a part of a dictionary with it, and unpacks these bytes of what comes out with a dictionary that may be another one.
fn with(codec: &Compression, dictionary: &[u8], other: &[u8], bytes: usize) -> Result<(), Error> {
    let (mut packed, mut output) = (Vec::new(), Vec::new());
    let options = |dictionary| CompressionOptions::new().with_dictionary(dictionary);
    codec.compress_with(
        &dictionary[..300],
        &options(dictionary),
        &mut VecWriter::new(&mut packed, 1 << 20).writer(),
    )?;
    packed.truncate(bytes);
    any(codec.decompress_with(&packed, &options(other), &mut VecWriter::new(&mut output, 1 << 20).writer()))
}

fn stopped_calls_of_a_codec_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let codec = &*instance.compression()?;
    let samples: Vec<Vec<u8>> =
        (0..300_u32).map(|at| format!("{{\"user\": {at}, \"of\": {}}}", at % 7).into_bytes()).collect();
    let lent: Vec<&[u8]> = samples.iter().map(Vec::as_slice).collect();
    let train = |samples: &[&[u8]]| codec.train(samples, 4096, &mut VecWriter::new(&mut Vec::new(), 4096).writer());
    let (one, other) = (subject.random(61).bytes(500), subject.random(62).bytes(500));
    let calls: Vec<(&str, Call<'_>)> = vec![
        ("a `train` that is stopped", Box::new(|| stopped(|| train(&lent)))),
        ("a `train` of no samples", Box::new(|| any(train(&[])))),
        ("`compress_with` and `decompress_with`", Box::new(|| with(codec, &one, &one, usize::MAX))),
        ("`decompress_with` and another dictionary", Box::new(|| with(codec, &one, &other, usize::MAX))),
        ("`decompress_with` of bytes that are cut short", Box::new(|| with(codec, &one, &one, 7))),
    ];
    all_leave_nothing(directory.path(), calls)
}
