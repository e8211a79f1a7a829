//! `observability_json`, linked in: the same suite as for the loaded library, each test by its name.

use sochdb_plugin_conformance::{run_as_tests, Subject};
use sochdb_plugin_host::sdk::{Host, Plugin};
use sochdb_plugin_host::Observability;

fn main() -> std::process::ExitCode {
    let make =
        |config: &str| Ok(Observability::new(observability_json::JsonLines::create(Host::detached(config))?)?.into());
    run_as_tests(Subject::linked(make, r#"{"path": "{dir}/lines.jsonl"}"#).expect("an instance"))
}
