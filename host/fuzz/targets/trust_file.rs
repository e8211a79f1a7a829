//! Any bytes as a trust file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sochdb_plugin_host::trust::TrustFile;

fuzz_target!(|bytes: &[u8]| {
    if let Err(error) = TrustFile::parse(bytes) {
        assert!(error.line >= 1 && error.column >= 1, "{error:?}");
        assert!(!error.to_string().contains(char::is_control), "{error:?}");
    }
});
