//! The tests of `sochdb-plugin check` as a crate's own: by name, in this process, for a debugger and for coverage.

use sochdb_plugin_conformance::{run_as_tests, Subject};
use sochdb_plugin_host::DynamicPluginLoader;

fn main() -> std::process::ExitCode {
    let plugin = DynamicPluginLoader::new().linked(codec_xor::SOCH_PLUGIN).expect("it keeps the contract");
    run_as_tests(Subject::linked_in(plugin, "{}"))
}
