//! `storage_memory`, linked in: the same suite as for the loaded library.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::{Host, Plugin};
use sochdb_plugin_host::Storage;

#[test]
fn storage_memory_conforms_in_process() {
    let make = |config: &str| Ok(Storage::new(storage_memory::MemoryStorage::create(Host::detached(config))?)?.into());
    let subject = Subject::linked(make, "{}").expect("an instance");
    for test in tests_for(&subject) {
        if let Some(error) = test.failure(&subject) {
            panic!("{}: {error}", test.name);
        }
    }
}
