//! An index that was saved is loaded whole or not at all, whatever became of its bytes.

use sochdb_plugin_host::sdk::{ErrorKind, IndexExtension, Result, RowId};
use sochdb_plugin_host::{CallOptions, CancelToken, Index};
use support::in_c;
use support::plugins::{in_rust, load};

const WATERMARK: u64 = 0x0102_0304_0506_0708;

/// A key of each number.
type Key = fn(u64) -> Vec<u8>;

/// The indexes that can be saved, without rows: their names here, and their keys.
fn indexes() -> Vec<(&'static str, Index, Key)> {
    fn text(number: u64) -> Vec<u8> {
        format!("{number}{}", "k".repeat((number % 3) as usize)).into()
    }
    fn vector(number: u64) -> Vec<u8> {
        [number as f32, 1.0, -2.5].map(f32::to_ne_bytes).concat()
    }
    let index =
        |library: &std::path::Path, config| load(library).instance(config).expect("an instance").index().expect("one");
    let hnsw = |metric| index(&in_rust("index_hnsw"), metric);
    vec![
        ("index_sorted in C", index(&in_c!("index_sorted"), "{}"), text),
        ("index_sorted in Rust", index(&in_rust("index_sorted"), "{}"), text),
        ("index_hnsw", hnsw(r#"{"dimensions": 3, "metric": "l2"}"#), vector),
        ("index_hnsw by cosine", hnsw(r#"{"dimensions": 3, "metric": "cosine"}"#), vector),
    ]
}

fn build(index: &mut Index, key: Key, rows: u64) {
    let keys: Vec<_> = (0..rows).map(key).collect();
    let entries: Vec<(RowId, &[u8])> = (0..rows).zip(keys.iter().map(Vec::as_slice)).collect();
    index.build(1, 2, &entries).expect("it builds");
}

/// All that it says, as text.
fn said(index: &Index, key: Key) -> String {
    let rows: Vec<_> = (0..9).map(|number| index.lookup(&key(number)).expect("a lookup")).collect();
    format!("{rows:?} {:?} {:?}", index.range(b"", b"", 99), index.save(WATERMARK).expect("it is saved"))
}

fn refused(index: &mut Index, bytes: &[u8], how: impl Fn() -> String) {
    let kind = index.load_from(bytes).map_err(|error| error.kind());
    assert!(matches!(kind, Err(ErrorKind::Corruption | ErrorKind::Unsupported)), "{}: {kind:?}", how());
}

/// Each length that a save may be cut to, and each byte of it as any other.
#[test]
fn damaged_bytes_change_nothing() {
    for (name, mut index, key) in indexes() {
        build(&mut index, key, 5);
        let saved = index.save(WATERMARK).expect("it is saved");
        build(&mut index, key, 2);
        let before = said(&index, key);
        for length in 0..saved.len() {
            refused(&mut index, &saved[..length], || format!("{name}: {length} bytes of {}", saved.len()));
        }
        for at in 0..saved.len() {
            let mut damaged = saved.clone();
            for other in 1..=u8::MAX {
                damaged[at] = saved[at] ^ other;
                refused(&mut index, &damaged, || format!("{name}: byte {at} as {}", damaged[at]));
            }
        }
        assert_eq!(said(&index, key), before, "{name}");
        assert_eq!(index.load_from(&saved), Ok(WATERMARK), "{name}");
        assert_eq!(index.lookup(&key(4)), Ok(vec![4]), "{name}");
    }
}

/// Of another index, or of the same with another configuration.
#[test]
fn what_another_one_saved_is_not_loaded() {
    let mut others = indexes();
    for (_, index, key) in &mut others {
        build(index, *key, 3);
    }
    let saved: Vec<_> = others.iter().map(|(name, index, _)| (*name, index.save(1).expect("it is saved"))).collect();
    for (name, mut index, key) in indexes() {
        build(&mut index, key, 2);
        let before = said(&index, key);
        for (other, bytes) in &saved {
            // The twins are one index in two languages.
            let same = *other == name || [*other, name].iter().all(|name| name.starts_with("index_sorted"));
            if !same {
                let kind = index.load_from(bytes).map_err(|error| error.kind());
                assert_eq!(kind, Err(ErrorKind::Unsupported), "{name} loads what {other} saved");
            }
        }
        assert_eq!(said(&index, key), before, "{name}");
    }
}

#[test]
fn what_is_cancelled_changes_nothing() {
    for (name, mut index, key) in indexes() {
        build(&mut index, key, 5_000);
        let saved = index.save(1).expect("it is saved");
        build(&mut index, key, 2);
        let before = said(&index, key);
        let cancel = CancelToken::new();
        cancel.cancel();
        let options = CallOptions::new().with_cancel(&cancel);
        let kind = |result: Result<()>| result.map_err(|error| error.kind());
        let loaded = options.run(|| index.load_from(&saved).map(drop));
        assert_eq!(kind(loaded), Err(ErrorKind::Cancelled), "{name}");
        assert_eq!(said(&index, key), before, "{name}");
        index.load_from(&saved).expect("it is loaded");
        let saving = options.run(|| index.save(2).map(drop));
        assert_eq!(kind(saving), Err(ErrorKind::Cancelled), "{name}");
    }
}
