//! Leaks of calls: what stays behind of good ones and of refused ones, slot by slot. What a storage or an index keeps grows, and
//! of it only calls are repeated that change nothing in the end.

use crate::frame::must::{supported, unseen};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::{Level, Test};
use crate::index::search::KNOWN;
use crate::inputs::keys::Keys;
use crate::life::called::{all_leave_nothing, any, Call};
use crate::life::leaks_storage::calls_of_a_storage_leave_nothing;
use sochdb_plugin_host::sdk::{
    CompressionExtension, IndexChange, IndexExtension, LogLevel, LogRecord, ObservabilityExtension, Search, SpanEnd,
    SpanEvent, SpanParent, SpanStart, VecWriter,
};
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
