//! `index_sorted`, linked in: the same suite as for the loaded library, each test by its name.

use sochdb_plugin_conformance::{run_as_tests, Subject};
use sochdb_plugin_host::sdk::{Host, Plugin};
use sochdb_plugin_host::Index;

fn main() -> std::process::ExitCode {
    let make = |config: &str| Ok(Index::new(index_sorted::SortedIndex::create(Host::detached(config))?)?.into());
    run_as_tests(Subject::linked(make, "{}").expect("an instance"))
}
