//! The tests of `sochdb-plugin check` as a crate's own: by name, in this process, for a debugger and for coverage. The plugin is
//! a codec and a sink.

use sochdb_plugin_conformance::{run_as_tests, Subject};
use sochdb_plugin_host::DynamicPluginLoader;

fn main() -> std::process::ExitCode {
    let plugin = DynamicPluginLoader::new().linked(linked_kinds::SOCH_PLUGIN).expect("it keeps the contract");
    run_as_tests(Subject::linked_in(plugin, "{}"))
}
