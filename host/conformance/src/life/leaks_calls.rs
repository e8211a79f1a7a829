//! Leaks of calls: what stays behind of good ones and of refused ones, slot by slot. What a storage or an index keeps grows, and
//! of it only calls are repeated that change nothing in the end.

use crate::frame::checker::checker;
use crate::frame::must::{ensure, supported, unseen};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::{Level, Test};
use crate::index::search::KNOWN;
use crate::inputs::keys::Keys;
use crate::life::held::leaks;
use sochdb_plugin_host::sdk::{
    BatchOptions, CompressionExtension, CursorOptions, Error, ErrorKind, IndexChange, IndexExtension, LogLevel,
    LogRecord, ObservabilityExtension, RowSink, Search, SpanEnd, SpanEvent, SpanParent, SpanStart, StorageExtension,
    StorageTable, TransactionOptions, VecWriter, Write,
};
use std::path::Path;
use std::time::{Duration, Instant};

macro_rules! tests {
    ($($kind:ident: $test:ident),+) => {
        pub(crate) const TESTS: &[Test] = &[$(Test {
            name: concat!("leaks::", stringify!($test)),
            kind: crate::frame::kind::Kind::$kind,
            level: Level::Full,
            run: $test,
        }),+];
    };
}

tests!(
    Storage: calls_of_a_storage_leave_nothing,
    Index: calls_of_an_index_leave_nothing,
    Compression: calls_of_a_codec_leave_nothing,
    Observability: calls_of_a_sink_leave_nothing
);

pub(crate) type Call<'a> = Box<dyn FnMut() -> Result<(), Error> + 'a>;

/// A call, whatever it returns.
pub(crate) fn any<T>(result: Result<T, Error>) -> Result<(), Error> {
    match result {
        Err(error) if error.kind() == ErrorKind::Unsupported => Err(error),
        _ => Ok(()),
    }
}

/// Makes each call many times; those that are unsupported are left out.
pub(crate) fn all_leave_nothing(directory: &Path, calls: Vec<(&str, Call<'_>)>) -> Result<(), NotPassed> {
    if let Some(checker) = checker() {
        unseen!("{checker}, which finds leaks itself");
    }
    for (what, mut call) in calls {
        if call().is_err_and(|error| error.kind() == ErrorKind::Unsupported) {
            continue;
        }
        let found = leaks(directory, || call().map_err(|error| NotPassed::Failed(format!("{what}: {error}"))))?;
        ensure!(
            found.is_none(),
            "of {what}, {}; what a call took, it or the end of its handle gives back",
            found.unwrap_or_default()
        );
    }
    Ok(())
}

fn calls_of_a_storage_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let storage = &*instance.storage()?;
    let fill = |key: u8| storage.put(1, &[b'k', key], &[key; 100], 0);
    (0..50).try_for_each(fill).map_err(|error| format!("put: {error}"))?;
    let (key, absent) = (&b"k\x07"[..], &b"absent"[..]);
    let table = storage.open_table(1).ok();
    let options = TransactionOptions::new();
    let at_once = TransactionOptions::new().with_wait(Duration::ZERO);
    let batch = BatchOptions::new();
    // What is written, and that something was, may stay in memory until a flush: no write is among them, and each commit is
    // flushed.
    let mut calls: Vec<(&str, Call<'_>)> = vec![
        ("`get`", Box::new(|| any(storage.get(1, key)))),
        ("`get` of an absent key", Box::new(|| any(storage.get(1, absent)))),
        (
            "`get` whose writer refuses",
            Box::new(|| any(storage.get_into(1, key, &mut VecWriter::new(&mut Vec::new(), 9).writer()))),
        ),
        ("`scan`", Box::new(|| any(storage.scan(1, b"", b"", 20)))),
        (
            "`scan` whose sink ends it",
            Box::new(|| {
                let mut ends = |_: &[u8], _: &[u8]| Err(Error::failed("it is enough"));
                any(storage.scan_into(1, b"", b"", 20, &mut RowSink::new(&mut ends)))
            }),
        ),
        ("`scan` of an empty range", Box::new(|| any(storage.scan(1, b"z", b"a", 20)))),
        ("`stats`", Box::new(|| any(storage.stats()))),
        ("`list_tables`", Box::new(|| any(storage.list_tables()))),
        ("`property`", Box::new(|| any(storage.property("no.such.property")))),
        ("`open_table`", Box::new(|| any(storage.open_table(1)))),
        ("`open_table` of a new table", Box::new(|| any(storage.open_table(77)))),
        ("`open_reader`", Box::new(|| any(storage.reader()))),
        ("`reader_get`", Box::new(|| any(storage.reader().and_then(|mut reader| reader.get(1, key).map(drop))))),
        (
            "`open_cursor`",
            Box::new(|| {
                let reader = storage.reader()?;
                any(reader
                    .cursor(1, &CursorOptions::range(b"", b""))
                    .and_then(|mut cursor| cursor.next_batch().map(drop)))
            }),
        ),
        (
            "`open_cursor` backwards",
            Box::new(|| {
                let reader = storage.reader()?;
                any(reader.cursor(1, &CursorOptions::new().reversed()).map(drop))
            }),
        ),
        (
            "`open_cursor` beside others of one reader",
            Box::new(|| {
                let (range, whole) = (CursorOptions::range(b"a", b"z"), CursorOptions::new());
                let (reader, mut open) = (storage.reader()?, Vec::new());
                for options in [whole, range, whole.reversed(), range.reversed()].into_iter().cycle().take(12) {
                    open.extend(reader.cursor(1, &options).ok());
                    open.last_mut().map_or(Ok(()), |cursor| cursor.next_batch().map(drop))?;
                }
                Ok(())
            }),
        ),
        (
            "`cursor_seek`",
            Box::new(|| {
                let reader = storage.reader()?;
                any(reader.cursor(1, &CursorOptions::new()).and_then(|mut cursor| cursor.seek(b"k\x20")))
            }),
        ),
        ("`begin` and an abort", Box::new(|| any(storage.begin(&options)))),
        (
            "`begin` beside an open transaction",
            Box::new(|| {
                let held = storage.begin(&at_once)?;
                any(storage.begin(&at_once))?;
                held.abort();
                Ok(())
            }),
        ),
        (
            "`txn_put` of a row that another transaction has written, and aborts",
            Box::new(|| {
                let mut held = storage.begin(&at_once)?;
                held.put(1, key, b"of nobody")?;
                any(storage.begin(&at_once).and_then(|mut other| other.put(1, key, b"of nobody either")))
            }),
        ),
        (
            "`txn_put` and an abort",
            Box::new(|| {
                let mut transaction = storage.begin(&options)?;
                transaction.put(1, key, b"of nobody")?;
                any(transaction.scan(1, b"", b"", 5))
            }),
        ),
        (
            "`begin`, reads, a commit and `flush`",
            Box::new(|| {
                let transaction = storage.begin(&options)?;
                any(transaction.get(1, key))?;
                any(transaction.commit())?;
                storage.flush()
            }),
        ),
        (
            "`write_batch` of nothing and `flush`",
            Box::new(|| {
                any(storage.write_batch(&[], &batch))?;
                storage.flush()
            }),
        ),
        ("`checkpoint` into what is there", Box::new(|| any(storage.checkpoint(directory.path())))),
        ("`compact`", Box::new(|| any(storage.compact()))),
        ("`drop_table` of one without rows", Box::new(|| any(storage.drop_table(78)))),
        (
            "`checkpoint` and its end",
            Box::new(|| {
                let place = directory.path().join("copy");
                any(storage.checkpoint(&place))?;
                std::fs::remove_dir_all(&place)
                    .map_err(|error| Error::failed(format!("the copy is not there: {error}")))
            }),
        ),
    ];
    // Where there are no files, nothing waits for a flush.
    if !storage.describe().instance.has_files {
        calls.push((
            "a `put` of the same row beside a snapshot",
            Box::new(|| {
                let reader = storage.reader()?;
                any(storage.put(1, key, &[7; 100], 0))?;
                drop(reader);
                any(storage.put(2, b"other", b"row", 0))
            }),
        ));
        // What a snapshot held of a row that is gone goes with it, whether or not the key is written again.
        let mut number = 0_u64;
        calls.push((
            "a new row that goes beside a snapshot",
            Box::new(move || {
                number += 1;
                storage.put(1, &number.to_be_bytes(), &[7; 100], 0)?;
                let reader = storage.reader()?;
                storage.delete(1, &number.to_be_bytes(), 0)?;
                drop(reader);
                any(storage.put(2, b"other", b"row", 0))
            }),
        ));
        let (at_once, mut number) = (&at_once, 0_u64);
        calls.push((
            "a new row that another transaction takes away",
            Box::new(move || {
                number += 1;
                let key = [b"t", &number.to_be_bytes()[..]].concat();
                let mut puts = storage.begin(at_once)?;
                puts.put(1, &key, &[7; 100])?;
                puts.commit()?;
                let mut takes = storage.begin(at_once)?;
                takes.delete(1, &key)?;
                takes.commit()
            }),
        ));
    }
    if let Some(table) = &table {
        calls.push(("`table_get`", Box::new(|| any(table.get(key)))));
        calls.push(("`table_get` of an absent key", Box::new(|| any(table.get(absent)))));
    }
    calls.push((
        "a `write_batch` that fails",
        Box::new(|| {
            let expect = Write::Expect { table: 1, key, value: b"other" };
            any(storage.write_batch(&[Write::Put { table: 1, key, value: b"x" }, expect], &batch))
        }),
    ));
    all_leave_nothing(directory.path(), calls)
}

fn calls_of_an_index_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let index = instance.index()?;
    let entries: Vec<(u64, Vec<u8>)> = (0..50).map(|row| (row, keys.key(row))).collect();
    let lent: Vec<(u64, &[u8])> = entries.iter().map(|(row, key)| (*row, &key[..])).collect();
    supported("build", index.build(1, 2, &lent))?;
    let no_number = vec![0xFF; entries[0].1.len()];
    let (key, refused) = (&keys.key(7)[..], keys.refused().unwrap_or(b""));
    let (mut one, two, three) = (index.clone(), index.clone(), index.clone());
    let (mut four, mut five) = (index.clone(), index.clone());
    let index = &*index;
    let mut calls: Vec<(&str, Call<'_>)> = vec![
        ("`lookup`", Box::new(|| any(index.lookup(key)))),
        ("`range`", Box::new(|| any(index.range(b"", b"", 20)))),
        ("`nearest`", Box::new(|| any(index.nearest(key, 5)))),
        ("`nearest_batch`", Box::new(|| any(index.nearest_batch(&[key, key], 5)))),
        ("`search`", Box::new(|| any(index.search(&Search::new(key, 5))))),
        (
            "`search` with what is no value of a parameter",
            Box::new(|| {
                let ask = |name| any(index.search(&Search::new(key, 5).with_parameters(&[(name, "no value")])));
                KNOWN.iter().try_for_each(|(name, _)| ask(name))
            }),
        ),
        ("`nearest` to what is no number", Box::new(|| any(index.nearest(&no_number, 5)))),
        ("`size_bytes`", Box::new(|| any(index.size_bytes()))),
        ("`save`", Box::new(|| any(index.save(1)))),
        (
            "`save` whose writer refuses",
            Box::new(|| any(index.save_into(1, &mut VecWriter::new(&mut Vec::new(), 99).writer()))),
        ),
        ("`flushed`", Box::new(|| any(index.flushed()))),
        (
            "a build that is abandoned",
            Box::new(move || {
                let mut builder = two.begin_build(1, 2)?;
                any(builder.add(&[(1, key)]))
            }),
        ),
        ("`load` of what was never saved", Box::new(move || any(one.load_from(b"no index")))),
    ];
    if keys.refused().is_some() {
        calls.push(("`insert` of a key that is refused", Box::new(move || any(four.insert(refused, 1)))));
        calls.push(("`nearest` to a key that is refused", Box::new(move || any(three.nearest(refused, 5)))));
        calls.push((
            "`change_batch` with a key that is refused",
            Box::new(move || any(five.change_batch(&[IndexChange::Insert { key: refused, row: 1 }]))),
        ));
    }
    all_leave_nothing(directory.path(), calls)
}

fn calls_of_a_codec_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let mut own = instance.compression()?.clone();
    let codec = &*instance.compression()?;
    let input = b"one line, and one line, and one line more".repeat(20);
    let packed = codec.compress(&input).map_err(|error| format!("compress: {error}"))?;
    let damaged = &packed[..packed.len() / 2];
    let mut changed = packed.clone();
    if let Some(last) = changed.last_mut() {
        *last ^= 0x5A;
    }
    let calls: Vec<(&str, Call<'_>)> = vec![
        ("`compress`", Box::new(|| any(codec.compress(&input)))),
        (
            "`compress` whose writer refuses",
            Box::new(|| any(codec.compress_into(&input, &mut VecWriter::new(&mut Vec::new(), 9).writer()))),
        ),
        (
            "`decompress` whose writer refuses",
            Box::new(|| any(codec.decompress_into(&packed, &mut VecWriter::new(&mut Vec::new(), 9).writer()))),
        ),
        ("`compress` of nothing", Box::new(|| any(codec.compress(b"")))),
        ("`decompress`", Box::new(|| any(codec.decompress(&packed)))),
        ("`decompress` of half of it", Box::new(|| any(codec.decompress(damaged)))),
        ("`decompress` of changed bytes", Box::new(|| any(codec.decompress(&changed)))),
        ("`decompress` of something else", Box::new(|| any(codec.decompress(b"\xff\xff\xff\xffnothing")))),
        ("`decompressed_size`", Box::new(|| any(codec.decompressed_size(damaged)))),
        ("`set_level`", Box::new(move || any(own.set_level(1)))),
    ];
    all_leave_nothing(directory.path(), calls)
}

/// The longest time for a flush of nothing.
const FLUSHED_SOON: Duration = Duration::from_millis(100);

fn calls_of_a_sink_leave_nothing(subject: &Subject) -> Result<(), NotPassed> {
    subject.needs_the_process()?;
    let mut instance = subject.instance()?;
    let directory = instance.directory();
    let sink = &*instance.observability()?;
    // What is buffered is no leak once it is delivered.
    let done = |calls: &mut u32| {
        *calls += 1;
        if calls.is_multiple_of(64) {
            any(sink.flush())?;
        }
        Ok(())
    };
    let begin = Instant::now();
    if sink.flush().is_err() || begin.elapsed() > FLUSHED_SOON {
        unseen!("`flush` takes long or fails: nobody may be there who takes what it delivers");
    }
    let [mut a, mut b, mut c, mut d] = [0; 4];
    let labels = [("table", "orders"), ("kind", "leak")];
    let calls: Vec<(&str, Call<'_>)> = vec![
        (
            "calls that change metrics",
            Box::new(|| {
                sink.counter_inc("leaks", 1, &labels);
                sink.gauge_set("leaking", 1.5, &labels);
                sink.histogram_observe("leaks_seconds", 1.5, &labels);
                done(&mut a)
            }),
        ),
        (
            "spans with an event",
            Box::new(|| {
                let span = sink.span_start("leak", None);
                sink.span_event(span, "leak", &labels);
                sink.span_end(span);
                done(&mut b)
            }),
        ),
        (
            "spans with all that is known of them",
            Box::new(|| {
                let parent = sink.start_span(&SpanStart::new("leak"));
                let span = sink.start_span(&SpanStart::new("leak").with_parent(SpanParent::Span(parent)));
                sink.add_span_event(span, &SpanEvent::new("leak").with_attributes(&[("text", "text".into())]));
                sink.end_span(span, &SpanEnd::failed("full"));
                sink.end_span(parent, &SpanEnd::new());
                sink.span_end(u64::MAX);
                done(&mut c)
            }),
        ),
        (
            "log lines",
            Box::new(|| {
                sink.log(LogLevel::Error, "leak", &labels);
                sink.log_record(&LogRecord::new(LogLevel::Error, "leak").with_attributes(&[("text", "text".into())]));
                done(&mut d)
            }),
        ),
    ];
    all_leave_nothing(directory.path(), calls)
}
