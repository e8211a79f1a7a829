//! Values of the application that say of each instance that it is another plugin: the suite finds them out.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{Extension, ExtensionInfo};
use sochdb_plugin_host::Compression;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A codec that copies, and has this version.
struct Copying(String);

impl Extension for Copying {
    fn info(&self) -> ExtensionInfo {
        ExtensionInfo::new("copying", &self.0)
    }
}

impl CompressionExtension for Copying {
    fn algorithm(&self) -> &str {
        "copying"
    }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
}

/// The tests of lifecycles that fail if instances have these versions, by their number.
fn failures(version: impl Fn(u64) -> String + Send + Sync + 'static) -> Vec<&'static str> {
    let made = AtomicU64::new(0);
    let make = move |_: &str| Ok(Compression::new(Copying(version(made.fetch_add(1, Relaxed))))?.into());
    let subject = Subject::linked(make, "{}").expect("an instance");
    let tests = tests_for(&subject).filter(|test| test.name.starts_with("lifecycle::i"));
    tests.filter(|test| test.failure(&subject).is_some()).map(|test| test.name).collect()
}

#[test]
fn an_instance_of_another_version_is_found() {
    assert_eq!(failures(|_| "1.0.0".to_owned()), [""; 0]);
    assert_eq!(failures(|number| format!("1.0.{number}")), ["lifecycle::info_is_that_of_the_library"]);
    assert_eq!(failures(|_| "of today".to_owned()), ["lifecycle::info_is_that_of_the_library"]);
}
