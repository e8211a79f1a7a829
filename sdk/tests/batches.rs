//! What a batch asks for, as it crosses.

use sochdb_plugin_sdk::abi::*;
use sochdb_plugin_sdk::{BatchOptions, ErrorKind, Write};

#[test]
fn each_flag_is_known_unsupported_or_passed_over() {
    for bit in 0..64 {
        let raw = soch_batch_options { flags: 1 << bit, ..BatchOptions::new().as_raw() };
        match BatchOptions::from_raw(&raw) {
            Ok(options) => {
                assert_eq!((options.durable, bit == 0 || bit >= 32), (1 << bit == SOCH_BATCH_DURABLE, true));
            }
            Err(error) => {
                assert!(error.kind() == ErrorKind::Unsupported && (1..32).contains(&bit), "bit {bit}: {error}");
            }
        }
    }
}

#[test]
fn options_come_back_as_they_went() {
    for transaction in [0, 7, u64::MAX] {
        let options = BatchOptions::new().with_transaction(transaction);
        for options in [options, options.durable()] {
            assert_eq!(BatchOptions::from_raw(&options.as_raw()), Ok(options));
        }
    }
}

#[test]
fn a_range_is_in_order_when_it_is_lent() {
    let keys: [&[u8]; 4] = [b"", b"a", b"ab", b"b"];
    for (start, end) in keys.into_iter().flat_map(|start| keys.map(|end| (start, end))) {
        let raw = Write::DeleteRange { table: 1, start, end }.as_raw();
        let lent = if end.is_empty() || start <= end { start } else { end };
        assert_eq!((raw.key.len, raw.value.len), (lent.len(), end.len()), "{start:?} to {end:?}");
    }
}
