//! What `host/src/plugin/symbols.md` says of gdb. One test alone in its process, as gdb stops it, and a probe has 2 s.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{self, Command};
use support::in_c;
use support::plugins::Private;
use support::{run, skipped, tool, Finished, MINUTE};

/// Asks where a function of the plugin is that it does not export, in words that no language of the program changes.
const FIND: [&str; 2] = ["set language c", "info symbol flip"];

/// Runs gdb with these arguments and commands, and [`FIND`].
fn debug(gdb: &Path, arguments: &[&OsStr], commands: &[&str]) -> Finished {
    let mut command = Command::new(gdb);
    command.args(["-nx", "-batch"]);
    for line in commands.iter().chain(&FIND) {
        command.args(["-ex", line]);
    }
    run(command.args(arguments), MINUTE)
}

#[test]
fn gdb_finds_the_symbols_of_a_plugin_as_it_is_documented() {
    const TEST: &str = "gdb_finds_the_symbols_of_a_plugin_as_it_is_documented";
    let Some(gdb) = tool(TEST, "gdb") else { return };
    let plugin = Private::copy(&in_c!("codec_xor"));
    let _library = plugin.load().expect("a good plugin");
    let (core, process) = (plugin.directory().join("core"), process::id().to_string());
    let attached = debug(&gdb, &["-p".as_ref(), process.as_ref()], &[&format!("gcore {}", core.display())]);
    if !core.exists() {
        return skipped(TEST, &format!("gdb may not look at this process: {}", attached.stderr));
    }
    assert!(attached.stdout.contains("flip in section .text of /proc/"), "{}{}", attached.stdout, attached.stderr);

    let maps = fs::read_to_string("/proc/self/maps").expect("/proc is mounted");
    let first = maps.lines().find(|row| row.contains("/memfd:sochdb-plugin:codec_xor.so (deleted)"));
    let base = first.and_then(|row| row.split('-').next()).expect("it is mapped");
    let program = env::current_exe().expect("this test's own path");
    let path = plugin.path.display();
    let add = format!("add-symbol-file \"{path}\" -o 0x{base}");
    let added = debug(&gdb, &[program.as_os_str(), core.as_os_str()], &[&add, "info proc mappings"]);
    assert!(added.stdout.contains(&format!("flip in section .text of {path}")), "{}{}", added.stdout, added.stderr);
    // Without the audit line, the first mapping tells the base.
    let first = added.stdout.lines().find(|row| row.contains("sochdb-plugin:codec_xor"));
    assert!(first.is_some_and(|row| row.contains(base)), "{base}: {}", added.stdout);
}
