//! Any bytes as a shared library: the reader gives an answer, which is safe to print.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sochdb_plugin_host::Facts;

fuzz_target!(|bytes: &[u8]| {
    let shown = match Facts::read(bytes) {
        Ok(facts) => format!("{facts:?}"),
        Err(error) => format!("{error} {error:?} {}", error.remedy()),
    };
    assert!(!shown.contains(char::is_control), "{shown:?}");
});
