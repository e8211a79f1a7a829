//! `index_sorted`, linked in: the same suite as for the loaded library.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::{Host, Plugin};
use sochdb_plugin_host::Index;

#[test]
fn index_sorted_conforms_in_process() {
    let make = |config: &str| Ok(Index::new(index_sorted::SortedIndex::create(Host::detached(config))?)?.into());
    let subject = Subject::linked(make, "{}").expect("an instance");
    for test in tests_for(&subject) {
        if let Some(error) = test.failure(&subject) {
            panic!("{}: {error}", test.name);
        }
    }
}
