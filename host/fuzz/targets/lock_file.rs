//! Any bytes as a lock file. One that can be read can be written, and says the same then.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sochdb_plugin_host::trust::Lock;

fuzz_target!(|bytes: &[u8]| match Lock::parse(bytes) {
    Ok(lock) => assert_eq!(Lock::parse(lock.to_text().as_bytes()).as_ref(), Ok(&lock)),
    Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
});
