//! A search as it crosses: what comes in is what went out, and what is not known is refused before it is looked at.

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::machinery::search::{with_raw_search, with_search};
use sochdb_plugin_sdk::{Error, ErrorKind, KeyElement, RowFilter, Search};
use std::ptr::null;

/// The search that arrives on the other side, shown as text with the rows below 200 that it allows.
fn arrives(search: &Search<'_>) -> String {
    let mut seen = String::new();
    let crossed = with_raw_search(search, |raw| {
        // SAFETY: it is lent for this call.
        unsafe {
            with_search(raw, |search| {
                let rows: Vec<u64> = (0..200).filter(|row| search.rows.contains(*row)).collect();
                let Search { query, k, element, max_distance, parameters, exact, .. } = search;
                seen = format!("{query:?} {k} {element:?} {rows:?} {max_distance:?} {parameters:?} {exact}");
                Ok(())
            })
        }
    });
    crossed.expect("it is known on both sides");
    seen
}

#[test]
fn a_search_arrives_as_it_was_sent() {
    let search = Search::new(b"q", 3);
    let all: Vec<u64> = (0..200).collect();
    assert_eq!(arrives(&search), format!("[113] 3 Bytes {all:?} None [] false"));
    let rows = [1, 64, 130];
    let more = search.exactly().within(0.25).with_element(KeyElement::Text).with_parameters(&[("ef", "9"), ("x", "")]);
    let expected = r#"[113] 3 Text [1, 64, 130] Some(0.25) [("ef", "9"), ("x", "")] true"#;
    let contains = |row| rows.contains(&row);
    for filter in
        [RowFilter::sorted(&rows).expect("they ascend"), RowFilter::bitmap(&[2, 1, 4]), RowFilter::by(&contains)]
    {
        assert_eq!(arrives(&more.among(filter)), expected);
    }
    assert_eq!(arrives(&search.among(RowFilter::bitmap(&[]))), "[113] 3 Bytes [] None [] false");
}

/// The error of a search that `change` spoils.
fn refused(change: impl FnOnce(&mut soch_search)) -> Error {
    with_raw_search(&Search::new(b"q", 3), |raw| {
        let mut raw = *raw;
        change(&mut raw);
        // SAFETY: it is lent for this call; bad pointers are what is tested, and refused before they are read.
        unsafe { with_search(&raw, |_| panic!("it reached the index")) }
    })
    .expect_err("it is refused")
}

#[test]
fn what_is_not_known_of_a_search_is_unsupported() {
    for bit in 2..32 {
        assert_eq!(refused(|raw| raw.flags |= 1 << bit).kind(), ErrorKind::Unsupported, "flag {bit}");
    }
    for filter in [SOCH_FILTER_CALLBACK + 1, 77, u32::MAX] {
        assert_eq!(refused(|raw| raw.filter = filter).kind(), ErrorKind::Unsupported, "filter {filter}");
    }
    for element in [SOCH_ELEMENT_TEXT + 1, u32::MAX] {
        assert_eq!(refused(|raw| raw.element = element).kind(), ErrorKind::Unsupported, "element {element}");
    }
}

#[test]
fn flags_that_need_not_be_understood_are_passed_over() {
    let mut arrived = 0;
    for bit in 32..64 {
        let crossed = with_raw_search(&Search::new(b"q", 3), |raw| {
            let raw = soch_search { flags: raw.flags | 1 << bit, ..*raw };
            // SAFETY: it is lent for this call.
            unsafe {
                with_search(&raw, |_| {
                    arrived += 1;
                    Ok(())
                })
            }
        });
        crossed.expect("it is passed over");
    }
    assert_eq!(arrived, 32);
}

#[test]
fn null_in_a_search_is_invalid() {
    // SAFETY: NULL is what is tested.
    let error = unsafe { with_search(null(), |_| panic!("it reached the index")) }.expect_err("there is no search");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    for filter in [SOCH_FILTER_BITMAP, SOCH_FILTER_SORTED] {
        let error = refused(|raw| (raw.filter, raw.filter_count) = (filter, 4));
        assert_eq!((error.kind(), error.message()), (ErrorKind::Invalid, "an array of 4 items at 0x0"));
    }
    assert_eq!(refused(|raw| raw.filter = SOCH_FILTER_CALLBACK).kind(), ErrorKind::Invalid);
    assert_eq!(refused(|raw| (raw.parameters, raw.parameter_count) = (null(), 1)).kind(), ErrorKind::Invalid);
    assert_eq!(refused(|raw| raw.query = soch_bytes { ptr: null(), len: 1 }).kind(), ErrorKind::Invalid);
    let no_number = refused(|raw| (raw.flags, raw.max_distance) = (SOCH_SEARCH_WITHIN, f64::NAN));
    assert_eq!(no_number.kind(), ErrorKind::Invalid);
}
