//! `observability_json`, linked in: the same suite as for the loaded library.

use sochdb_plugin_conformance::{tests_for, Subject};
use sochdb_plugin_host::sdk::{Host, Plugin};
use sochdb_plugin_host::Observability;

#[test]
fn observability_json_conforms_in_process() {
    let make =
        |config: &str| Ok(Observability::new(observability_json::JsonLines::create(Host::detached(config))?)?.into());
    let subject = Subject::linked(make, r#"{"path": "{dir}/lines.jsonl"}"#).expect("an instance");
    for test in tests_for(&subject) {
        if let Some(error) = test.failure(&subject) {
            panic!("{}: {error}", test.name);
        }
    }
}
