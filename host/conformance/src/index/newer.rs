//! Tests of what only a later minor version has: an index says that it does not know it, and changes nothing (rules 3 and 13).

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{fill, rows_of, same_distances, see};
use crate::index::raw::{searched, searched_into};
use crate::inputs::keys::Keys;
use crate::inputs::newer::{flags, is_refused, UNLISTED};
use sochdb_plugin_host::sdk::abi::{
    soch_bytes, soch_index_change, soch_label, soch_search, soch_search_result, soch_str, SOCH_ELEMENT_BIT,
    SOCH_ELEMENT_BYTES, SOCH_ELEMENT_F16, SOCH_ELEMENT_F32, SOCH_ELEMENT_I8, SOCH_ELEMENT_TEXT, SOCH_FILTER_NONE,
    SOCH_INDEX_INSERT, SOCH_INDEX_REMOVE, SOCH_SEARCH_EXACT, SOCH_SEARCH_IS_EXACT, SOCH_SEARCH_WITHIN,
    SOCH_UNSUPPORTED,
};
use sochdb_plugin_host::sdk::{Error, KeyElement, RowId};
use sochdb_plugin_host::Index;
use std::collections::BTreeSet;
use std::ptr;

suite!(Index, "index_newer":
    a_search_that_asks_for_what_is_unknown_is_refused,
    a_change_of_an_unknown_kind_changes_nothing,
    a_query_of_another_element_is_refused_or_understood,
    what_grew_is_passed_over,
);

const ROWS: u64 = 6;
const K: usize = 3;

fn filled(subject: &Subject, index: &mut Index) -> Result<Keys, NotPassed> {
    let keys = Keys::of(subject)?;
    fill(index, keys, ROWS)?;
    Ok(keys)
}

/// Searches, and says whether the answer is exact and how many rows it has, each if the flags asked for it.
fn search(index: &Index, search: &soch_search) -> Result<(bool, usize), Error> {
    let mut result = soch_search_result { size: size_of::<soch_search_result>(), flags: 0, count: 0 };
    // SAFETY: both are whole, and have their own sizes; the caller lends what the search leads to.
    let rows = unsafe { searched_into(index, search, &raw mut result) }?;
    let is_exact = search.flags & SOCH_SEARCH_EXACT != 0 && result.flags & SOCH_SEARCH_IS_EXACT != 0;
    Ok((is_exact, if search.flags & SOCH_SEARCH_WITHIN != 0 { rows.len() } else { 0 }))
}

/// A search for no more than a query's nearest rows.
fn plain(query: &[u8]) -> soch_search {
    soch_search {
        size: size_of::<soch_search>(),
        flags: 0,
        query: soch_bytes::lend(query),
        k: K,
        element: SOCH_ELEMENT_BYTES,
        filter: SOCH_FILTER_NONE,
        filter_words: ptr::null(),
        filter_count: 0,
        filter_ctx: ptr::null_mut(),
        allows: None,
        parameters: ptr::null(),
        parameter_count: 0,
        max_distance: 0.0,
    }
}

fn a_search_that_asks_for_what_is_unknown_is_refused(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let query = filled(subject, index)?.key(1);
    let plain = plain(&query);
    if search(index, &plain).is_err() {
        skip!("`search` is unsupported");
    }
    let known = [SOCH_SEARCH_EXACT, SOCH_SEARCH_WITHIN, SOCH_SEARCH_EXACT | SOCH_SEARCH_WITHIN];
    flags("search", &known, |flags| search(index, &soch_search { flags, ..plain }))?;
    let is_refused = |what, asked: &soch_search| is_refused(what, search(index, asked).map(drop));
    is_refused("a query of an element that nobody knows", &soch_search { element: UNLISTED, ..plain })?;
    is_refused("a filter of a form that nobody knows", &soch_search { filter: UNLISTED, ..plain })?;
    let parameter = soch_label { name: soch_str::lend("no.such.parameter"), value: soch_str::lend("1") };
    let asked = soch_search { parameters: &parameter, parameter_count: 1, ..plain };
    is_refused("a parameter that nobody knows", &asked)?;
    search(index, &plain).must("a plain search after those that were refused").map(drop)
}

fn change(index: &Index, changes: &[soch_index_change]) -> Result<(), Error> {
    index.alone("change_batch", |table, instance, error| {
        let Some(change_batch) = table.change_batch else { return SOCH_UNSUPPORTED };
        // SAFETY: the plugin's function on its own instance; all is lent for the call.
        unsafe { change_batch(instance, ptr::null(), changes.as_ptr(), changes.len(), error) }
    })
}

fn a_change_of_an_unknown_kind_changes_nothing(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let keys = filled(subject, index)?;
    let all: Vec<_> = (0..ROWS + 2).map(|row| keys.key(row)).collect();
    let one = |op, row: u64| soch_index_change { op, reserved: 0, row, key: soch_bytes::lend(&all[row as usize]) };
    if change(index, &[one(SOCH_INDEX_INSERT, 0)]).is_err() {
        skip!("`change_batch` is unsupported");
    }
    for at in 0..3 {
        let mut changes = vec![one(SOCH_INDEX_INSERT, ROWS), one(SOCH_INDEX_REMOVE, 1)];
        changes.insert(at, one(UNLISTED, 2));
        let what = format!("a batch of 3 changes, of which number {at} is of a kind that nobody knows,");
        is_refused(&what, change(index, &changes))?;
        see(index)?;
        for row in 0..=ROWS {
            let found = rows_of(index, &all[row as usize])?;
            let expected: &[RowId] = if row < ROWS { &[row] } else { &[] };
            ensure!(found == expected, "after {what} the key of row {row} has the rows {found:?}");
        }
    }
    Ok(())
}

/// Elements that are listed, as a search has them.
const ELEMENTS: [(KeyElement, u32); 5] = [
    (KeyElement::F32, SOCH_ELEMENT_F32),
    (KeyElement::F16, SOCH_ELEMENT_F16),
    (KeyElement::I8, SOCH_ELEMENT_I8),
    (KeyElement::Bit, SOCH_ELEMENT_BIT),
    (KeyElement::Text, SOCH_ELEMENT_TEXT),
];

/// An index that takes them turns vectors, or texts, into its own; one that looks past the element takes bytes for what they are not.
fn a_query_of_another_element_is_refused_or_understood(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let keys = filled(subject, index)?;
    let own_key = keys.key(1);
    if search(index, &plain(&own_key)).is_err() {
        skip!("`search` is unsupported");
    }
    let (own, dimensions, one_length) = match keys {
        Keys::Vectors(element, dimensions, one_length) => (element, dimensions, one_length),
        Keys::Texts => (KeyElement::Text, 16, false),
        Keys::Bytes => (KeyElement::Bytes, 16, false),
    };
    for (element, raw) in ELEMENTS.into_iter().filter(|(element, _)| *element != own) {
        let query = match element {
            KeyElement::Text => Keys::Texts.key(1),
            _ => Keys::Vectors(element, dimensions, one_length).key(1),
        };
        // Bits that fill no byte make no query.
        if element == KeyElement::Bit && dimensions % 8 != 0 {
            continue;
        }
        match searched(index, &soch_search { element: raw, ..plain(&query) }) {
            Err(error) => is_refused(&format!("a query of the element {element:?}"), Err(error))?,
            Ok(found) => {
                let rows: BTreeSet<RowId> = found.iter().map(|(row, _)| *row).filter(|row| *row < ROWS).collect();
                ensure!(
                    rows.len() == found.len() && found.is_sorted_by(|a, b| a.1 <= b.1),
                    "a query of the element {element:?} is taken, and finds {found:?} of {ROWS} rows"
                );
            }
        }
        // As vectors of another width these bytes have another dimension.
        if keys.are_vectors() && element != KeyElement::Text {
            let taken = search(index, &soch_search { element: raw, ..plain(&own_key) });
            ensure!(
                taken.is_err(),
                "the bytes of a vector of {own:?} are taken as a query of the element {element:?}, of which they are too many or too \
                 few: what the index does not take is SOCH_UNSUPPORTED (rule 15)"
            );
        }
    }
    search(index, &plain(&own_key)).must("a plain search after those that were refused").map(drop)
}

/// A struct as a later version has it: behind what is known there is more.
#[repr(C)]
struct Grown<T> {
    known: T,
    behind: [u8; BEHIND],
}

const BEHIND: usize = 32;
const NOT_ZERO: u8 = 0xA5;

/// Searches where the search has so many bytes more, and its result.
fn grown(index: &Index, query: &[u8], more: [usize; 2]) -> Result<Vec<(RowId, f32)>, NotPassed> {
    let known = soch_search { size: size_of::<soch_search>() + more[0], ..plain(query) };
    let asked = Grown { known, behind: [NOT_ZERO; BEHIND] };
    let known = soch_search_result { size: size_of::<soch_search_result>() + more[1], flags: 0, count: 0 };
    let mut result = Grown { known, behind: [NOT_ZERO; BEHIND] };
    // SAFETY: both structs have as many bytes as they say.
    let found = unsafe { searched_into(index, (&raw const asked).cast(), (&raw mut result).cast()) };
    let found = found.must("a search of a later version, which asks for no more,")?;
    let beyond = result.behind[more[1]..].iter().find(|byte| **byte != NOT_ZERO);
    ensure!(beyond.is_none(), "a search writes behind its result of {} bytes (rule 7)", known.size);
    ensure!(result.known.size == known.size, "a search sets the size of its result to {}", result.known.size);
    Ok(found)
}

fn what_grew_is_passed_over(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let keys = filled(subject, index)?;
    let query = keys.key(1);
    let searches = search(index, &plain(&query)).is_ok();
    if searches {
        let found = grown(index, &query, [0, 0])?;
        for more in [[BEHIND, 0], [0, BEHIND], [BEHIND, BEHIND]] {
            let now = grown(index, &query, more)?;
            ensure!(
                same_distances(&now, &found),
                "with {more:?} bytes more in a search and its result {now:?} is found, and without {found:?} (rule 7)"
            );
        }
    }
    let keys = [ROWS, 1].map(|row| keys.key(row));
    let one = |op, row, key| soch_index_change { op, reserved: 1, row, key: soch_bytes::lend(key) };
    let changes = [one(SOCH_INDEX_INSERT, ROWS, &keys[0]), one(SOCH_INDEX_REMOVE, 1, &keys[1])];
    if change(index, &changes.map(|change| soch_index_change { reserved: 0, ..change })).is_err() {
        return if searches { Ok(()) } else { skip!("neither `search` nor `change_batch` is supported") };
    }
    let back = [one(SOCH_INDEX_REMOVE, ROWS, &keys[0]), one(SOCH_INDEX_INSERT, 1, &keys[1])];
    for (changes, expected) in [(&back, [&[][..], &[1]]), (&changes, [&[ROWS], &[]])] {
        change(index, changes)
            .must("a batch of changes with another number in `reserved`, which is not looked at (rule 16),")?;
        see(index)?;
        for (key, rows) in keys.iter().zip(expected) {
            let found = rows_of(index, key)?;
            ensure!(
                found == rows,
                "after changes with another number in `reserved` {found:?} is found where {rows:?} is"
            );
        }
    }
    Ok(())
}
