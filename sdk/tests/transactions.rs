//! The options of a transaction as they cross.

use sochdb_plugin_sdk::abi::{soch_transaction_options, SOCH_TRANSACTION_DURABLE};
use sochdb_plugin_sdk::{ErrorKind, TransactionOptions};
use std::time::Duration;

#[test]
fn a_flag_that_must_be_understood_and_is_not_known_is_unsupported() {
    for bit in 0..64 {
        let raw = soch_transaction_options { flags: 1 << bit, ..TransactionOptions::new().as_raw() };
        match TransactionOptions::from_raw(&raw) {
            Ok(options) => assert_eq!(
                (options.durable, options.wait, true),
                (1 << bit == SOCH_TRANSACTION_DURABLE, Duration::from_secs(1), bit == 0 || bit >= 32)
            ),
            Err(error) => {
                assert!(error.kind() == ErrorKind::Unsupported && (1..32).contains(&bit), "bit {bit}: {error}")
            }
        }
    }
}

#[test]
fn options_come_back_as_they_went() {
    for wait in [Duration::ZERO, Duration::from_millis(7), Duration::from_secs(86_400)] {
        for options in [TransactionOptions::new().with_wait(wait), TransactionOptions::new().with_wait(wait).durable()]
        {
            assert_eq!(TransactionOptions::from_raw(&options.as_raw()), Ok(options));
        }
    }
    let longest = TransactionOptions::new().with_wait(Duration::MAX).as_raw();
    assert_eq!(longest.wait_ms, u64::MAX, "what does not fit is the longest time");
}
