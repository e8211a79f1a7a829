//! The calls below of a plugin fail where it does not do what the contract says. `sochdb-plugin check --fuzz` wrote them. It is
//! a test of a crate that has sochdb-plugin-host among its dependencies.
#![allow(dead_code, unused_imports, unused_mut, unused_variables)]

use sochdb_plugin_host::sdk::*;
use sochdb_plugin_host::*;

fn same(len: usize, first: u8) -> Vec<u8> {
    vec![first; len]
}

fn pattern(len: usize, first: u8) -> Vec<u8> {
    (0..len).map(|at| first.wrapping_add((at * 7 + (at >> 8)) as u8)).collect()
}

fn noise(len: usize, first: u8) -> Vec<u8> {
    let mut state = u32::from(first) << 24;
    let mut next = || {
        let byte = (state >> 24) as u8;
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        byte
    };
    (0..len).map(|_| next()).collect()
}

fn directory() -> std::path::PathBuf {
    let directory = std::env::temp_dir().join(format!("found-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    directory
}

fn library() -> PluginLibrary {
    let file = std::env::var("PLUGIN").unwrap_or_else(|_| PLUGIN.to_owned());
    // SAFETY: whoever runs the test trusts the plugin.
    unsafe { DynamicPluginLoader::new_trusted().load(file) }.expect("it loads")
}

fn plugin(library: &PluginLibrary) -> PluginInstance {
    let directory = directory();
    let config = CONFIG.replace("{dir}", directory.to_str().expect("a path in UTF-8"));
    let options = InstanceOptions::new().data_dir(directory.join("data_dir"));
    library.instance_with(&config, &options).expect("an instance")
}

const PLUGIN: &str = "/tmp/sochdb-test-SYwnh5/index_sorted.so";
const CONFIG: &str = "{}";

#[test]
fn it_does_what_the_contract_says() {
    let library = library();
    let mut index = plugin(&library).index().expect("it is an index");
    index.build(1, 1, &[(4294967295, &b"\x61"[..])]).expect("step 0");
    assert_eq!(index.range(&b""[..], &b"\x61"[..], 18446744073709551615).expect("step 1"), [] as [u64; 0]);
}
