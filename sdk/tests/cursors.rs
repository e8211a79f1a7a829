//! The options of a cursor as they cross, and the end of a prefix.

use sochdb_plugin_sdk::abi::{soch_bytes, soch_cursor_options, SOCH_CURSOR_KEYS_ONLY, SOCH_CURSOR_REVERSE};
use sochdb_plugin_sdk::{prefix_end, CursorOptions, ErrorKind};
use std::ptr::null;

#[test]
fn each_flag_is_known_unsupported_or_passed_over() {
    for bit in 0..64 {
        let raw = soch_cursor_options { flags: 1 << bit, ..CursorOptions::new().as_raw() };
        // SAFETY: its keys are empty.
        match unsafe { CursorOptions::from_raw(&raw) } {
            Ok(options) => {
                let known = (1 << bit == SOCH_CURSOR_REVERSE, 1 << bit == SOCH_CURSOR_KEYS_ONLY);
                assert_eq!((options.reverse, options.keys_only), known, "bit {bit}");
                assert!(bit == 0 || bit >= 32, "bit {bit} is passed over");
            }
            Err(error) => {
                assert!(error.kind() == ErrorKind::Unsupported && (1..32).contains(&bit), "bit {bit}: {error}")
            }
        }
    }
}

#[test]
fn options_come_back_as_they_went() {
    for (start, end) in [(&b""[..], &b""[..]), (b"a", b""), (b"", b"b"), (b"a", b"b\0")] {
        let options = CursorOptions::range(start, end);
        for options in [options, options.reversed(), options.without_values(), options.reversed().without_values()] {
            // SAFETY: the keys are constants.
            assert_eq!(unsafe { CursorOptions::from_raw(&options.as_raw()) }, Ok(options));
        }
    }
}

#[test]
fn a_bound_at_null_with_a_length_is_refused() {
    let nowhere = soch_bytes { ptr: null(), len: 1 };
    let raw = CursorOptions::new().as_raw();
    for raw in [soch_cursor_options { start: nowhere, ..raw }, soch_cursor_options { end: nowhere, ..raw }] {
        // SAFETY: nothing is lent.
        assert_eq!(unsafe { CursorOptions::from_raw(&raw) }.unwrap_err().kind(), ErrorKind::Invalid);
    }
}

#[test]
fn the_end_of_a_prefix_is_behind_all_that_begin_with_it_and_nothing_else() {
    let bytes = [0, 1, 0x7F, 0xFE, 0xFF];
    let mut keys = vec![Vec::new()];
    for _ in 0..3 {
        let longer = keys.iter().flat_map(|key: &Vec<u8>| bytes.iter().map(|byte| [&key[..], &[*byte]].concat()));
        keys = keys.iter().cloned().chain(longer).collect();
    }
    for prefix in keys.iter().filter(|key| key.len() < 3) {
        let end = prefix_end(prefix);
        for key in &keys {
            let inside = key >= prefix && (end.is_empty() || *key < end);
            assert_eq!(inside, key.starts_with(prefix), "{key:02x?} in {prefix:02x?} to {end:02x?}");
        }
    }
}

/// Engines want a range in order, and panic or worse where it is not.
#[test]
fn every_range_is_lent_in_order() {
    let keys: Vec<Vec<u8>> = [&b""[..], b"\0", b"a", b"a\0", b"b", b"\xff", b"\xff\xff"].map(<[u8]>::to_vec).to_vec();
    for start in &keys {
        for end in &keys {
            let mut by_hand = CursorOptions::new();
            (by_hand.start, by_hand.end) = (start, end);
            for options in [by_hand, CursorOptions::range(start, end)] {
                // SAFETY: the keys outlive the options.
                let read = unsafe { CursorOptions::from_raw(&options.as_raw()) }.expect("no flag is set");
                let is_empty = !end.is_empty() && start >= end;
                assert_eq!(read.end, &end[..]);
                assert_eq!(read.start, if is_empty { end } else { start }, "{start:?} to {end:?}");
            }
        }
    }
}
