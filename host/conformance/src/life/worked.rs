//! The whole work of an instance in short: each call that changes something, made well and made in vain. Whether its answers are
//! right, other tests say.

use crate::frame::instance::Instance;
use crate::frame::kind::Kind;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::inputs::keys::Keys;
use crate::inputs::questions::stopped_at;
use crate::inputs::waiting_writer::write_waiting;
use sochdb_plugin_host::sdk::{
    BatchOptions, CompressionExtension, CursorOptions, IndexChange, IndexExtension, LogLevel, LogRecord,
    ObservabilityExtension, Result as Called, SpanEnd, SpanEvent, SpanStart, StorageExtension, StorageTable,
    TransactionOptions, Write,
};
use sochdb_plugin_host::{Compression, Index, Observability, Storage};
use std::time::{Duration, Instant};

/// How often an instance makes each call, and for how long at most: what each leaves is more than what an instance may.
const ROUNDS: u8 = 16;
const TIME: Duration = Duration::from_millis(20);

/// The keys for [`work`], if the plugin is an index.
pub(crate) fn keys_of(subject: &Subject) -> Result<Option<Keys>, NotPassed> {
    subject.has(Kind::Index).then(|| Keys::of(subject)).transpose()
}

/// Makes the instance work, whatever its calls return. `keys` are those of its index.
pub(crate) fn work(instance: &mut Instance, keys: Option<Keys>) {
    let end = Instant::now() + TIME;
    for round in (0..ROUNDS).take_while(|round| *round == 0 || Instant::now() < end) {
        // What is unsupported ends a part, which the next one does not mind.
        if let Ok(storage) = instance.storage() {
            let _ = (write(storage, round), read(storage, round), commit(storage, round), conflict(storage, round));
        }
        if let (Ok(index), Some(keys)) = (instance.index(), keys) {
            let _ = (change(index, keys, u64::from(round)), build(index, keys), save(index, &keys.key(1)));
        }
        if let Ok(codec) = instance.compression() {
            let _ = pack(codec, round);
        }
        if let Ok(sink) = instance.observability() {
            tell(sink);
        }
    }
}

fn write(storage: &Storage, round: u8) -> Called<()> {
    let key = &[b'k', round][..];
    storage.put(1, key, &[round; 100], 0)?;
    storage.put(1, key, &[round; 90], 7)?;
    storage.put(2, key, b"", 0)?;
    storage.put(1, b"goes", b"soon", 0)?;
    storage.delete(1, b"goes", 0)?;
    storage.delete(1, b"absent", 0)?;
    let table = storage.open_table(1)?;
    table.put(key, &[round; 110], 0)?;
    table.get(key)?;
    let writes = [Write::Put { table: 1, key: b"batch", value: &[round; 50] }, Write::Delete { table: 2, key }];
    storage.write_batch(&writes, &BatchOptions::new())?;
    let expects = [writes[0], Write::ExpectAbsent { table: 1, key }];
    // In vain: the row is there.
    let _ = storage.write_batch(&expects, &BatchOptions::new());
    storage.write_batch(&[Write::DeleteRange { table: 1, start: b"b", end: b"c" }], &BatchOptions::new())
}

fn read(storage: &Storage, round: u8) -> Called<()> {
    let reader = storage.reader()?;
    let mut forward = reader.cursor(1, &CursorOptions::new())?;
    let reverse = reader.cursor(1, &CursorOptions::new().reversed());
    storage.put(1, b"beside a reader", &[round; 100], 0)?;
    let _ = forward.next_batch()?.next();
    // Both end where they stand.
    drop((forward, reverse));
    drop(reader);
    let _ = storage.list_tables();
    storage.put(3, b"goes", b"with its table", 0)?;
    storage.drop_table(3)
}

fn commit(storage: &Storage, round: u8) -> Called<()> {
    let mut aborted = storage.begin(&TransactionOptions::new())?;
    aborted.put(1, b"never", &[round; 100])?;
    aborted.delete(1, &[b'k', round])?;
    aborted.scan(1, b"", b"", 5)?;
    aborted.abort();
    let mut committed = storage.begin(&TransactionOptions::new())?;
    committed.put(1, b"committed", &[round; 100])?;
    committed.put(1, b"committed", &[round; 80])?;
    committed.put(4, b"committed", b"")?;
    committed.delete(1, b"beside a reader")?;
    committed.delete(1, b"absent")?;
    committed.commit()
}

/// Two that write the same row, of which one commits in vain, where there can be two.
fn conflict(storage: &Storage, round: u8) -> Called<()> {
    let options = TransactionOptions::new().with_wait(Duration::ZERO);
    let (mut one, mut other) = (storage.begin(&options)?, storage.begin(&options)?);
    one.put(1, b"of both", &[round; 100])?;
    let _ = other.put(1, b"of both", &[round; 100]);
    one.commit()?;
    other.commit()
}

fn change(index: &mut Index, keys: Keys, round: u64) -> Called<()> {
    let (key, other) = (keys.key(round), keys.key(round + 1));
    index.insert(&key, round)?;
    index.insert(&key, round)?;
    index.insert(&other, round)?;
    index.delete(&key, round)?;
    index.delete(&other, round)?;
    index.delete(&other, round)?;
    let insert = IndexChange::Insert { key: &key, row: round };
    index.change_batch(&[insert, IndexChange::Delete { key: &key, row: round }, insert])?;
    if let Some(refused) = keys.refused() {
        // In vain: it is no key.
        let _ = (index.insert(refused, 1), index.delete(refused, 1), index.build(1, 2, &[(1, &key), (2, refused)]));
        let _ = index.change_batch(&[insert, IndexChange::Insert { key: refused, row: 1 }]);
    }
    index.flush(round).map(drop)
}

fn build(index: &mut Index, keys: Keys) -> Called<()> {
    // Each twice, of which one is kept.
    let all: Vec<_> = (0..8).map(|number| (number / 2, keys.key(number / 2))).collect();
    let entries: Vec<_> = all.iter().map(|(row, key)| (*row, &key[..])).collect();
    index.build(1, 2, &entries)?;
    index.begin_build(1, 2)?.add(&entries)?;
    let mut builder = index.begin_build(1, 2)?;
    builder.add(&entries)?;
    builder.add(&entries)?;
    builder.finish()
}

fn save(index: &mut Index, key: &[u8]) -> Called<()> {
    let whole = index.save(1)?;
    index.load_from(&whole)?;
    let mut saved = whole.clone();
    // In vain: cut short, changed, and not its own.
    let _ = index.load_from(&saved[..saved.len() - 1]);
    if let Some(last) = saved.last_mut() {
        *last ^= 1;
    }
    let _ = (index.load_from(&saved), index.load_from(b"of another one"));
    for question in 2..5 {
        // In vain, if it asks so often.
        let _ = stopped_at(question, || index.load_from(&whole));
        let _ = stopped_at(question, || index.build(1, 2, &[(1, key)]));
        let _ = stopped_at(question, || index.save(1));
    }
    Ok(())
}

/// Two calls, one of which waits in its writer for the other: what each has for itself is there twice.
fn pack_beside(codec: &Compression) {
    let (input, mut packed) = ([7; 500], Vec::new());
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| write_waiting(&mut packed, |to| codec.compress_into(&input, to)));
        while !waits.is_finished() {
            let _ = codec.compress(&input);
        }
    });
}

fn pack(codec: &mut Compression, round: u8) -> Called<()> {
    if round == 0 {
        pack_beside(codec);
    }
    let mut packed = codec.compress(&[round; 500])?;
    codec.decompress(&packed)?;
    packed.truncate(packed.len() / 2);
    let _ = codec.decompress(&packed);
    codec.set_level(1)
}

fn tell(sink: &Observability) {
    let labels = [("table", "orders")];
    sink.counter_inc("work", 1, &labels);
    sink.gauge_set("working", 1.5, &labels);
    sink.histogram_observe("work_seconds", 1.5, &labels);
    let span = sink.span_start("work", None);
    sink.span_event(span, "step", &labels);
    sink.span_end(span);
    let span = sink.start_span(&SpanStart::new("work"));
    sink.add_span_event(span, &SpanEvent::new("step"));
    sink.end_span(span, &SpanEnd::failed("in vain"));
    sink.log(LogLevel::Info, "work", &labels);
    sink.log_record(&LogRecord::new(LogLevel::Info, "work"));
}
