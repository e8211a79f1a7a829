//! Plugins of an older and a newer minor version, and what is refused between them.

use sochdb_plugin_host::sdk::{
    BatchOptions, CompressionExtension, ErrorKind, IndexExtension, ObservabilityExtension, StorageExtension, Write,
};
use sochdb_plugin_host::PluginLibrary;
use std::fs;
use support::plugins::{load_c, Private};
use support::{root, PrivateDir};

/// Calls what every minor version has, on all four kinds.
fn works(library: &PluginLibrary) {
    let plugin = library.instance("a").expect("an instance");
    let storage = plugin.storage().expect("a storage");
    assert_eq!(storage.get(1, b"k").expect("get").as_deref(), Some(&b"a"[..]));
    storage.put(1, b"k", b"", 0).expect("put");
    storage.flush().expect("flush");
    assert_eq!(plugin.index().expect("an index").lookup(b"k").expect("lookup"), [0; 0]);
    assert_eq!(plugin.observability().expect("a sink").span_start("s", None), 1);
    assert_eq!(plugin.compression().expect("a codec").compress(b"text").expect("compress"), b"text");
    plugin.shutdown().expect("shutdown");
}

/// Calls what the plugin does not have.
fn has_the_defaults(library: &PluginLibrary) {
    let plugin = library.instance("a").expect("an instance");
    let storage = plugin.storage().expect("a storage");
    storage.compact().expect("the default of compact does nothing");
    assert_eq!(storage.stats().expect("the default of stats"), Default::default());
    let put = Write::Put { table: 1, key: b"k", value: b"v" };
    let error = storage.write_batch(&[put], &BatchOptions::new()).expect_err("there are no batches");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let error = plugin.index().expect("an index").nearest(b"k", 3).expect_err("there are no distances");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let mut codec = plugin.compression().expect("a codec");
    codec.set_level(7).expect("the default of set_level accepts all");
    assert_eq!(codec.bound(100), None);
}

#[test]
fn an_older_minor_loads_and_gets_the_defaults() {
    let library = load_c("logs_its_life", &["-DSOCH_TARGET_MINOR=0", "-DNAME=\"older\""]);
    assert_eq!(library.abi_version(), (1, 0));
    works(&library);
    has_the_defaults(&library);
}

#[test]
fn this_minor_loads_and_gets_the_defaults() {
    let library = load_c("logs_its_life", &["-DNAME=\"current\""]);
    assert_eq!(library.abi_version(), (1, 1));
    works(&library);
    has_the_defaults(&library);
}

macro_rules! tables {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        const TABLES: &[&str] = &[$(stringify!($table)),+];
    };
}

sochdb_plugin_abi::for_each_kind!(tables);

/// The header of a minor version to come: each table has one slot more.
fn newer_header() -> String {
    let mut header = fs::read_to_string(root().join("include/sochdb_plugin.h")).expect("the header");
    let mut change = |from: &str, to: &str| {
        assert!(header.contains(from), "the header has no {from:?}");
        header = header.replace(from, to);
    };
    for table in TABLES.iter().chain(&["soch_plugin"]) {
        change(&format!("\n}} {table};"), &format!("\n  void (*newer)(void);\n}} {table};"));
    }
    change("#define SOCH_ABI_MINOR 1\n", "#define SOCH_ABI_MINOR 2\n");
    change("#if UINTPTR_MAX == UINT64_MAX\n", "#if 0\n");
    let hash = "{0x5e, 0xda, 0x29, 0x3d, 0x4f, 0x3b, 0x30, 0xd1, 0xd0, 0x96, 0xe7, 0x46, 0xd6, 0x0f, 0xaf, 0x23}";
    change(
        "#elif SOCH_TARGET_MINOR == 1\n",
        &format!("#elif SOCH_TARGET_MINOR == 2\n#define SOCH_LAYOUT_HASH {hash}\n#elif SOCH_TARGET_MINOR == 1\n"),
    );
    header
}

#[test]
fn a_newer_minor_loads() {
    let directory = PrivateDir::new("newer");
    let header = directory.write("newer.h", &newer_header());
    let include = format!("-include{}", header.display());
    // The plugin's own request to the C library comes too late behind -include.
    let library = load_c("logs_its_life", &["-D_POSIX_C_SOURCE=200809L", &include, "-DNAME=\"newer\""]);
    assert_eq!(library.abi_version(), (1, 1), "both sides use the smaller minor");
    works(&library);
    has_the_defaults(&library);
}

#[test]
fn a_plugin_that_needs_a_newer_host_is_refused_before_it_runs() {
    let directory = PrivateDir::new("min_host");
    let ran = directory.join("ran");
    let flag = format!("-DRAN=\"{}\"", ran.display());
    let error = Private::compile("wrong_entry", &["-DMIN_HOST=2", &flag]).load().expect_err("a host of minor 2");
    assert_eq!(error.code(), "E_HOST_TOO_OLD");
    let text = error.to_string();
    assert!(text.contains('2') && text.contains('1'), "{text} does not name both versions");
    assert!(!ran.exists(), "a constructor of a refused plugin ran");
    Private::compile("wrong_entry", &["-DMIN_HOST=1", &flag]).load().expect("a host of minor 1");
    assert!(ran.exists(), "the constructor of a plugin that was loaded ran");
}
