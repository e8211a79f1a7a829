//! The layout of the contract: the same figures in the header, in Rust, and as abi_stable describes the types.

use sochdb_plugin_abi::{self as abi, SOCH_ABI_MINOR, SOCH_LAYOUT_HASHES};
use sochdb_plugin_sdk::machinery::layout::Layout;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::{align_of, offset_of, size_of};

// Sizes, alignments and offsets that the header asserts, computed by build.rs with the rules of C.
include!(concat!(env!("OUT_DIR"), "/layout_asserts.rs"));

const ASSERTS: &str = include_str!(concat!(env!("OUT_DIR"), "/layout_asserts.rs"));
const HEADER: &str = include_str!("../../include/sochdb_plugin.h");

/// What the compiler above proved of every struct, `kind` being `size_of` or `align_of`.
fn proved(kind: &str) -> BTreeMap<&'static str, usize> {
    let start = format!("assert!({kind}::<abi::");
    let read = |line: &'static str| {
        let (name, figure) = line.trim().strip_prefix(&start)?.split_once(">() == ")?;
        Some((name, figure.strip_suffix(");")?.parse().expect("a figure")))
    };
    let of_64_bit = ASSERTS.split("#[cfg(target_arch").next().expect("the part before it");
    of_64_bit.lines().filter_map(read).collect()
}

#[test]
fn header_and_rust_assert_the_same_figures() {
    let offsets = |text: &str, marker: &str| text.lines().filter(|line| line.trim().starts_with(marker)).count();
    assert_eq!(offsets(HEADER, "SOCH_ASSERT(offsetof("), offsets(ASSERTS, "assert!(offset_of!("));
    let structs: BTreeSet<&str> = HEADER.lines().filter_map(struct_name).collect();
    let sizes = proved("size_of");
    assert_eq!(structs, sizes.keys().copied().collect(), "structs of the header, structs that are asserted");
    for (name, size) in sizes {
        let plain = format!("SOCH_ASSERT(sizeof({name}) == {size});");
        let grown = format!("SOCH_ASSERT(sizeof({name}) == (SOCH_TARGET_MINOR >= ");
        let ends = format!(" ? {size} : ");
        let line = HEADER.lines().find(|line| *line == plain || (line.starts_with(&grown) && line.contains(&ends)));
        assert!(line.is_some(), "the header does not assert that {name} takes {size} bytes");
    }
}

#[test]
fn abi_stable_sees_the_sizes_of_the_compiler() {
    let (sizes, aligns) = (proved("size_of"), proved("align_of"));
    assert_eq!(Layout::CURRENT.root.size(), size_of::<abi::soch_plugin>());
    let Layout { root, storage, index, observability, compression, .. } = Layout::CURRENT;
    let mut todo = vec![root];
    todo.extend([storage, index, observability, compression].into_iter().flatten());
    let (mut visited, mut checked) = (BTreeSet::new(), BTreeSet::new());
    while let Some(layout) = todo.pop() {
        if !visited.insert(std::ptr::from_ref(layout)) {
            continue;
        }
        if let Some(size) = sizes.get(layout.name()) {
            assert_eq!(layout.size(), *size, "size of {}", layout.name());
            assert_eq!(layout.alignment(), aligns[layout.name()], "alignment of {}", layout.name());
            checked.insert(layout.name());
        }
        todo.extend(layout.shared_vars().type_layouts().iter().map(|layout| layout()));
    }
    // The note is read from the file, and the tables of capabilities are found by their ids: the entry leads to neither.
    let apart = ["soch_note", "soch_query_optimizer", "soch_auth"];
    let missed: Vec<_> = sizes.keys().filter(|name| !checked.contains(**name) && !apart.contains(name)).collect();
    assert!(missed.is_empty(), "the layout that plugins export does not lead to {missed:?}");
}

#[test]
fn each_minor_version_has_its_own_hash() {
    assert_eq!(SOCH_LAYOUT_HASHES.len(), usize::from(SOCH_ABI_MINOR) + 1);
    let distinct: BTreeSet<_> = SOCH_LAYOUT_HASHES.iter().collect();
    assert_eq!(distinct.len(), SOCH_LAYOUT_HASHES.len(), "two minor versions have one hash");
    assert!(!distinct.contains(&[0; 16]), "a hash of zeros is what a forgotten field has");
}

/// The name in `typedef struct NAME {`.
fn struct_name(line: &str) -> Option<&str> {
    line.strip_prefix("typedef struct ")?.strip_suffix(" {")
}

/// Each struct of the header with its doc comment and its fields, as written.
fn structs() -> Vec<(&'static str, String, Vec<&'static str>)> {
    let lines: Vec<&str> = HEADER.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = struct_name(line) else { continue };
        let doc: Vec<&str> =
            lines[..at].iter().rev().map_while(|line| line.strip_prefix("//")).map(str::trim).collect();
        let body = lines[at + 1..].iter().take_while(|line| !line.starts_with('}'));
        let fields = body.map(|line| line.trim()).filter(|line| !line.starts_with("//")).collect();
        found.push((name, doc.into_iter().rev().collect::<Vec<_>>().join(" "), fields));
    }
    found
}

#[test]
fn what_grows_says_its_size_first() {
    let structs = structs();
    assert!(structs.len() > 15, "{} structs in the header", structs.len());
    for (name, doc, fields) in structs {
        let (grows, frozen) = (doc.contains("Grows at its end."), doc.contains("Frozen."));
        assert!(grows != frozen, "{name} must say either `Grows at its end.` or `Frozen.`, and says: {doc}");
        if frozen {
            assert!(!fields[0].ends_with(" size;"), "{name} is frozen and begins with a size");
            continue;
        }
        match name {
            "soch_plugin" => assert_eq!(fields[..2], ["uint64_t magic;", "uint32_t size;"]),
            "soch_note" => assert_eq!(fields[..2], ["uint32_t owner_size;", "uint32_t body_size;"]),
            _ => assert_eq!(fields[0], "size_t size;", "{name} grows and does not begin with its size"),
        }
    }
}

/// The structs that are frozen as they are passed by value or lie in arrays.
const IN_PLACE: [&str; 12] = [
    "soch_attribute",
    "soch_bucket",
    "soch_bytes",
    "soch_exponential_buckets",
    "soch_index_change",
    "soch_index_entry",
    "soch_label",
    "soch_row",
    "soch_span_link",
    "soch_str",
    "soch_trace_context",
    "soch_write",
];
/// The structs that are frozen though they are passed by pointer: the first page says why.
const BY_POINTER: [&str; 5] = ["soch_error", "soch_writer", "soch_row_sink", "soch_value_sink", "soch_metric_sink"];

#[test]
fn what_is_frozen_is_in_place_or_named_on_the_first_page() {
    let structs = structs();
    let frozen: BTreeSet<&str> =
        structs.iter().filter(|(_, doc, _)| doc.contains("Frozen.")).map(|(name, ..)| *name).collect();
    assert_eq!(frozen, IN_PLACE.into_iter().chain(BY_POINTER).collect(), "what never grows");
    let growth = HEADER.split("// Growth ").nth(1).and_then(|rest| rest.split("// Versions").next());
    let words: BTreeSet<&str> =
        growth.expect("it is there").split(|at: char| at != '_' && !at.is_alphanumeric()).collect();
    let named: BTreeSet<&str> = frozen.intersection(&words).copied().collect();
    assert_eq!(named, BY_POINTER.into_iter().collect(), "what the first page names");
}

#[test]
fn first_40_bytes_of_the_entry_stay() {
    assert_eq!(offset_of!(abi::soch_plugin, magic), 0);
    assert_eq!(offset_of!(abi::soch_plugin, size), 8);
    assert_eq!(offset_of!(abi::soch_plugin, abi_major), 12);
    assert_eq!(offset_of!(abi::soch_plugin, layout_hash), 24);
    assert_eq!(offset_of!(abi::soch_plugin, name), 40);
    assert_eq!(&abi::SOCH_MAGIC.to_le_bytes(), b"SOCHPLG1");
    assert_eq!(align_of::<abi::soch_plugin>(), 8);
}
