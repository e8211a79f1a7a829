//! Tests of what only a later minor version has: an index says that it does not know it, and changes nothing (rules 3 and 13).

use crate::frame::must::{ensure, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{fill, rows_of, see};
use crate::index::raw::searched;
use crate::inputs::keys::Keys;
use crate::inputs::newer::{flags, is_refused, UNLISTED};
use sochdb_plugin_host::sdk::abi::{
    soch_bytes, soch_index_change, soch_label, soch_search, soch_str, SOCH_ELEMENT_BYTES, SOCH_FILTER_NONE,
    SOCH_INDEX_INSERT, SOCH_INDEX_REMOVE, SOCH_UNSUPPORTED,
};
use sochdb_plugin_host::sdk::{Error, RowId};
use sochdb_plugin_host::Index;
use std::ptr;

suite!(Index, "index_newer":
    a_search_that_asks_for_what_is_unknown_is_refused,
    a_change_of_an_unknown_kind_changes_nothing,
);

const ROWS: u64 = 6;
const K: usize = 3;

fn filled(subject: &Subject, index: &mut Index) -> Result<Keys, NotPassed> {
    let keys = Keys::of(subject)?;
    fill(index, keys, ROWS)?;
    Ok(keys)
}

fn search(index: &Index, search: &soch_search) -> Result<(), Error> {
    searched(index, search).map(drop)
}

fn a_search_that_asks_for_what_is_unknown_is_refused(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let query = filled(subject, index)?.key(1);
    let plain = soch_search {
        size: size_of::<soch_search>(),
        flags: 0,
        query: soch_bytes::lend(&query),
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
    };
    if search(index, &plain).is_err() {
        skip!("`search` is unsupported");
    }
    flags("search", |flags| search(index, &soch_search { flags, ..plain }))?;
    is_refused("a query of an element that nobody knows", search(index, &soch_search { element: UNLISTED, ..plain }))?;
    is_refused("a filter of a form that nobody knows", search(index, &soch_search { filter: UNLISTED, ..plain }))?;
    let parameter = soch_label { name: soch_str::lend("no.such.parameter"), value: soch_str::lend("1") };
    let asked = soch_search { parameters: &parameter, parameter_count: 1, ..plain };
    is_refused("a parameter that nobody knows", search(index, &asked))?;
    search(index, &plain).must("a plain search after those that were refused")
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
