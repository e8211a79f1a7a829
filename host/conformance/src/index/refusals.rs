//! Tests of keys that an index of vectors cannot take: they are refused by every call, or harm no other row.

use crate::frame::must::{ensure, skip, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, fill, rows_of, see};
use crate::index::metric::exactly;
use crate::index::vectors::of_vectors;
use crate::inputs::keys::Keys;
use crate::inputs::lent::Lent;
use sochdb_plugin_host::sdk::{
    DistanceMetric, Error, ErrorKind, IndexChange, IndexExtension, KeyElement, RowId, Search,
};
use sochdb_plugin_host::Index;

suite!(Index, "index_refusals":
    other_dimensions_are_refused,
    numbers_that_are_none_are_no_neighbours,
);

const ROWS: u64 = 20;

/// The index has its first rows, each with its key.
fn is_as_before(index: &Index, keys: Keys, after: &str) -> Result<(), NotPassed> {
    see(index)?;
    for row in 0..ROWS {
        let found = rows_of(index, &keys.key(row))?;
        ensure!(found == [row], "after {after} the vector of row {row} finds {found:?}");
    }
    Ok(())
}

fn refused<T: std::fmt::Debug>(what: &str, result: Result<T, Error>) -> Result<(), NotPassed> {
    match result.map_err(|error| error.kind()) {
        Err(ErrorKind::Invalid | ErrorKind::Unsupported) => Ok(()),
        other => Err(format!("{what} gave {other:?}; another dimension is SOCH_INVALID (soch_index)").into()),
    }
}

/// Checks that a call which can change nothing was refused, or found nothing to change.
fn refused_or_nothing<T: std::fmt::Debug>(
    what: &str,
    result: Result<T, Error>,
    is_nothing: impl FnOnce(&T) -> bool,
) -> Result<(), NotPassed> {
    if result.as_ref().is_ok_and(is_nothing) {
        return Ok(());
    }
    refused(what, result)
}

fn other_dimensions_are_refused(subject: &Subject) -> Result<(), NotPassed> {
    Keys::of_all_changes(subject)?;
    let keys = of_vectors(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    fill(index, keys, ROWS)?;
    let (good, other) = (keys.key(30), keys.key(31));
    let right = good.len();
    let mut lengths = vec![0, 1, 3, right / 2, right - 1, right + 1, right + 4, 2 * right];
    lengths.extend(right.checked_sub(4));
    for len in lengths.into_iter().filter(|len| *len != right) {
        let wrong = Lent::new(&good.iter().chain(&other).copied().cycle().take(len).collect::<Vec<_>>())?;
        let wrong = &wrong[..];
        let how = |call: &str| format!("{call} of {len} bytes where a vector has {right}");
        refused(&how("insert"), index.insert(wrong, 900))?;
        refused_or_nothing(&how("remove"), index.delete(wrong, 1), |()| true)?;
        refused_or_nothing(&how("lookup"), index.lookup(wrong), Vec::is_empty)?;
        refused(&how("nearest"), index.nearest(wrong, 3))?;
        refused(&how("nearest_batch with one"), index.nearest_batch(&[&good, wrong, &other], 3))?;
        refused(&how("search"), index.search(&Search::new(wrong, 3)))?;
        refused(&how("exact search"), index.search(&Search::new(wrong, 3).exactly()))?;
        refused(&how("build with a key"), index.build(1, 2, &[(1, &good), (2, wrong), (3, &other)]))?;
        let change = [IndexChange::Insert { key: wrong, row: 900 }];
        refused(&how("change_batch with a key"), index.change_batch(&change))?;
        let mut builder = index.begin_build(1, 2).must("begin_build")?;
        let added = builder.add(&[(1, &good), (2, wrong)]).and_then(|()| builder.finish());
        refused(&how("a build by parts with a key"), added)?;
        is_as_before(index, keys, &how("calls with a key"))?;
    }
    Ok(())
}

/// Vectors with numbers that nobody computes with, and whether a distance to one may be less than others.
fn odd_vectors(element: KeyElement, dimensions: usize) -> Vec<(&'static str, Vec<u8>, bool)> {
    let made = |number: f32, half: u16, only_last: bool| -> Vec<u8> {
        let first_odd = if only_last { dimensions - 1 } else { 0 };
        let each = |at: usize| match (element, at >= first_odd) {
            (KeyElement::F16, true) => half.to_ne_bytes().to_vec(),
            (KeyElement::F16, false) => 0x3800_u16.to_ne_bytes().to_vec(),
            (_, true) => number.to_ne_bytes().to_vec(),
            (_, false) => 0.5_f32.to_ne_bytes().to_vec(),
        };
        (0..dimensions).flat_map(each).collect()
    };
    vec![
        ("NaN at the end", made(f32::NAN, 0x7E00, true), false),
        ("NaN everywhere", made(f32::NAN, 0x7E00, false), false),
        ("NaN with a sign", made(-f32::NAN, 0xFE00, true), false),
        ("infinity at the end", made(f32::INFINITY, 0x7C00, true), false),
        ("minus infinity everywhere", made(f32::NEG_INFINITY, 0xFC00, false), false),
        ("zeros", made(0.0, 0, false), true),
        ("zeros with a sign", made(-0.0, 0x8000, false), true),
        ("the largest numbers", made(f32::MAX, 0x7BFF, false), true),
        ("the smallest numbers", made(1e-45, 1, false), true),
    ]
}

/// One number that compares with none does not make two vectors of a row the same.
fn a_vector_is_another_with_nan(
    index: &mut Index,
    keys: Keys,
    (element, dimensions): (KeyElement, usize),
    entries: &[(RowId, Vec<u8>)],
) -> Result<(), NotPassed> {
    let nan =
        if element == KeyElement::F16 { 0x7E00_u16.to_ne_bytes().to_vec() } else { f32::NAN.to_ne_bytes().to_vec() };
    for at in [0, dimensions - 1] {
        build(index, entries)?;
        let (row, own) = &entries[7];
        let mut other = own.clone();
        other[at * nan.len()..][..nan.len()].copy_from_slice(&nan);
        let how = |what: &str| format!("{what} that is another one's with NaN at {at}");
        let may_be_invalid = |result: Result<(), Error>, what: &str| match result {
            Err(error) if error.kind() == ErrorKind::Invalid => Ok(false),
            result => result.must(&how(what)).map(|()| true),
        };
        may_be_invalid(index.delete(&other, *row), "a delete of a vector")?;
        is_as_before(index, keys, &how("a delete of a vector"))?;
        if may_be_invalid(index.insert(&other, *row), "an insert of a vector")? {
            is_as_before(index, keys, &how("an insert of a vector"))?;
            index.delete(own, *row).must("delete of a vector beside one with NaN")?;
            index.insert(own, *row).must("insert of a vector beside one with NaN")?;
            is_as_before(index, keys, &how("a vector that went and came beside one"))?;
            index.delete(&other, *row).must(&how("delete of a vector"))?;
            is_as_before(index, keys, &how("a delete of a vector"))?;
        }
    }
    Ok(())
}

/// Such a vector is Invalid, or taken; then no distance is NaN, and none of the other rows is hidden.
fn numbers_that_are_none_are_no_neighbours(subject: &Subject) -> Result<(), NotPassed> {
    Keys::of_all_changes(subject)?;
    let keys = of_vectors(subject)?;
    let Keys::Vectors(element @ (KeyElement::F32 | KeyElement::F16), dimensions, _) = keys else {
        skip!("each key is a vector of numbers");
    };
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let entries: Vec<(RowId, Vec<u8>)> = (0..ROWS).map(|row| (row, keys.key(row))).collect();
    let by_angle = index.describe().metric == DistanceMetric::InnerProduct;
    for (what, vector, may_be_near) in odd_vectors(element, dimensions) {
        build(index, &entries)?;
        let taken = match index.insert(&vector, 900) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::Invalid => false,
            Err(error) => return Err(format!("insert of {what}: {error}; what it cannot take is SOCH_INVALID").into()),
        };
        is_as_before(index, keys, &format!("an insert of {what}"))?;
        for query in [0, 7, 1000].map(|number| keys.key(number)) {
            let found = exactly(index, &query, 100)?;
            let nan = found.iter().find(|(_, distance)| distance.is_nan());
            ensure!(nan.is_none(), "{nan:?} is at a distance that is NaN, by {what}");
            let rows = ROWS as usize + usize::from(taken);
            ensure!(found.len() <= rows, "{} rows are found of {rows}, by {what}", found.len());
            let normal = found.iter().filter(|(row, _)| *row < ROWS).count();
            ensure!(normal as u64 == ROWS, "{normal} of {ROWS} rows are found beside {what}");
            let near = found.iter().take(ROWS as usize).find(|(row, _)| *row == 900);
            ensure!(near.is_none() || may_be_near || by_angle, "{what} are nearer than numbers: {near:?}");
        }
        for result in [index.nearest(&vector, 100), Ok(Vec::new())] {
            let found = match result {
                Err(error) if error.kind() == ErrorKind::Invalid => continue,
                found => supported(&format!("nearest to {what}"), found)?.unwrap_or_default(),
            };
            let strange = found.iter().find(|(row, distance)| distance.is_nan() || (*row >= ROWS && *row != 900));
            ensure!(strange.is_none(), "nearest to {what} is {strange:?}");
        }
        match index.delete(&vector, 900) {
            Err(error) if error.kind() == ErrorKind::Invalid && !taken => {}
            result => result.must(&format!("delete of {what}"))?,
        }
        is_as_before(index, keys, &format!("a delete of {what}"))?;
    }
    a_vector_is_another_with_nan(index, keys, (element, dimensions), &entries)
}
