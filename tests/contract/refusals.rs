//! Plugins whose entry or tables are wrong: each is refused with its code, and the message says what was found.
//! What is wrong with files is in host/tests.

use sochdb_plugin_host::sdk::abi::soch_compression;
use sochdb_plugin_host::sdk::ErrorKind;
use sochdb_plugin_host::{LoadError, Refusal};
use support::plugins::{load_c, Private};

fn refused(source: &str, flags: &[&str]) -> LoadError {
    match Private::compile(source, flags).load() {
        Ok(library) => panic!("{source} {flags:?} was loaded as {:?}", library.info()),
        Err(error) => error,
    }
}

/// Compiles it, and checks with which code and text it is refused.
fn refused_with(source: &str, flags: &[&str], code: &str, text: &str) {
    let error = refused(source, flags);
    assert_eq!(error.code(), code, "{flags:?}: {error}");
    assert!(error.to_string().contains(text), "{flags:?}: {error:?} does not name {text:?}");
    assert!(!error.remedy().is_empty(), "{flags:?}: no remedy");
}

#[test]
fn the_plugin_is_right_without_a_lie() {
    load_c("wrong_entry", &[]);
    load_c("null_slot", &["-DCOMPRESSION"]);
}

#[test]
fn magic_is_not_that_of_a_plugin() {
    refused_with("wrong_entry", &["-DMAGIC=42"], "E_NOTE_MISMATCH", "magic");
}

#[test]
fn entry_is_shorter_than_the_first_version_was() {
    refused_with("wrong_entry", &["-DSIZE=136"], "E_ENTRY_MALFORMED", "136");
    refused_with("wrong_entry", &["-DSIZE=0"], "E_ENTRY_MALFORMED", "0 bytes");
    refused_with("wrong_entry", &["-DSIZE=143"], "E_ENTRY_MALFORMED", "143");
}

/// Nothing behind the entry is copied, whatever size it says.
#[test]
fn entry_is_shorter_than_it_says() {
    for size in ["145", "152", "208", "0xfffffff8u"] {
        let error = refused("wrong_entry", &[&format!("-DSIZE={size}")]);
        assert_eq!(error.code(), "E_ENTRY_SIZE", "{size}: {error}");
        assert!(error.to_string().contains("144"), "{error} does not say how long it is");
    }
}

#[test]
fn note_and_entry_differ() {
    refused_with("wrong_entry", &["-DNAME=\"another\""], "E_ENTRY_MISMATCH", "another");
    refused_with("wrong_entry", &["-DVERSION=\"2.0.0\""], "E_ENTRY_MISMATCH", "2.0.0");
    refused_with("wrong_entry", &["-DMAJOR=2"], "E_NOTE_MISMATCH", "abi_major");
    refused_with("wrong_entry", &["-DMINOR=0"], "E_NOTE_MISMATCH", "abi_minor");
    refused_with("wrong_entry", &["-DMIN_HOST=1", "-DNOTE_MIN_HOST=0"], "E_NOTE_MISMATCH", "min_host_minor");
    refused_with("wrong_entry", &["-DFLAGS=1"], "E_NOTE_MISMATCH", "flags");
}

#[test]
fn kinds_differ_from_the_tables() {
    let error = refused("wrong_entry", &["-DKINDS=(SOCH_KIND_STORAGE|SOCH_KIND_COMPRESSION)"]);
    assert_eq!(error.code(), "E_ENTRY_KINDS", "{error}");
    assert!(error.to_string().contains("says the kinds storage, compression; the entry has: compression"), "{error}");
    assert!(error.remedy().contains("SOCH_KIND_COMPRESSION"), "{}", error.remedy());
    let error = refused("wrong_entry", &["-DCODEC=0", "-Wno-unused-const-variable"]);
    assert_eq!(error.code(), "E_ENTRY_KINDS", "{error}");
    assert!(error.remedy().ends_with("as `SOCH_PLUGIN` names it: SOCH_KIND_COMPRESSION"), "{}", error.remedy());
}

#[test]
fn a_text_is_not_utf_8() {
    for (field, flag) in [("description", "-DDESCRIPTION=\"a\\xff\""), ("author", "-DAUTHOR=\"\\xc3\"")] {
        refused_with("wrong_entry", &[flag], "E_ENTRY_MALFORMED", &format!("its {field} is not UTF-8"));
    }
}

#[test]
fn capabilities_that_cannot_be_asked_for() {
    let kinds = "-DKINDS=(SOCH_KIND_COMPRESSION|SOCH_KIND_CUSTOM)";
    for (ids, text) in [
        ("\"\"", "capability 0 in its list is empty"),
        ("\"com.example.thing/1\", \"\"", "capability 1 in its list is empty"),
        ("\"a/1\", \"b/1\", \"a/1\"", "the capability a/1 twice"),
        ("\"\\xff/1\"", "not UTF-8"),
    ] {
        refused_with("wrong_entry", &[&format!("-DCAPABILITY={ids}"), kinds], "E_ENTRY_MALFORMED", text);
    }
}

#[test]
fn a_table_is_longer_than_its_version_has() {
    let flags = ["-DTABLE_SIZE=(sizeof(soch_compression)+8)"];
    let most = format!("more than the {} of its version", size_of::<soch_compression>());
    refused_with("wrong_entry", &flags, "E_TABLE_MALFORMED", &most);
}

#[test]
fn a_remedy_tells_the_author_what_to_write() {
    for (source, flags, fix) in [
        ("null_slot", ["-DSTORAGE", "-DSIZE=0"], "`.size = sizeof(table)`"),
        ("null_slot", ["-DCOMPRESSION", "-DNULL_SLOT=decompress"], "`.decompress`"),
        (
            "wrong_entry",
            ["-DCAPABILITY=\"a/1\"", "-DKINDS=(SOCH_KIND_COMPRESSION|SOCH_KIND_CUSTOM)"],
            "`.get_interface`",
        ),
    ] {
        let error = refused(source, &flags);
        assert!(error.remedy().contains(fix), "{error:?} does not say {fix}");
    }
}

#[test]
fn name_has_no_end() {
    let name = format!("-DNAME=\"{}\"", "n".repeat(5000));
    refused_with("wrong_entry", &[&name], "E_ENTRY_MALFORMED", "does not end");
}

#[test]
fn a_capability_without_get_interface() {
    let flags = ["-DCAPABILITY=\"com.example.thing/1\"", "-DKINDS=(SOCH_KIND_COMPRESSION|SOCH_KIND_CUSTOM)"];
    refused_with("wrong_entry", &flags, "E_ENTRY_MALFORMED", "get_interface");
}

#[test]
fn a_table_has_a_size_that_none_can_have() {
    for size in ["0", "7", "12", "61", "(1<<20)", "SIZE_MAX"] {
        let error = refused("null_slot", &["-DSTORAGE", &format!("-DSIZE={size}")]);
        assert_eq!(error.code(), "E_TABLE_MALFORMED", "{size}: {error}");
        assert!(error.to_string().contains("soch_storage"), "{error}");
    }
}

#[test]
fn a_table_has_nothing_but_its_size() {
    refused_with("null_slot", &["-DSTORAGE", "-DSIZE=8"], "E_SLOT_MISSING", "`get`");
    refused_with("null_slot", &["-DCOMPRESSION", "-DSIZE=8"], "E_SLOT_MISSING", "`algorithm`");
}

#[test]
fn a_flag_that_no_version_knows() {
    let error = refused("wrong_entry", &["-DFLAGS=4", "-DNOTE_FLAGS=4"]);
    assert!(error.to_string().contains('4'), "{error}");
    assert!(error.code().contains("FLAGS"), "{}", error.code());
}

#[test]
fn create_fails() {
    let library = load_c("create_fails", &[]);
    match library.instance("no space on device 7").err().as_ref().map(LoadError::refusal) {
        Some(Refusal::Create { plugin, kind, message, .. }) => {
            assert_eq!((plugin.as_str(), *kind), ("create_fails", ErrorKind::Io));
            assert_eq!(message, "no space on device 7", "the plugin's own text, and the name once");
        }
        other => panic!("an instance that fails: {other:?}"),
    }
    match library.instance("").err().as_ref().map(LoadError::refusal) {
        Some(Refusal::Create { kind, message, .. }) => {
            assert_eq!(*kind, ErrorKind::Failed);
            assert!(message.contains("without a text"), "{message}");
        }
        other => panic!("an instance that fails without a text: {other:?}"),
    }
}

#[test]
fn a_kind_that_the_plugin_is_not() {
    let plugin = load_c("wrong_entry", &[]).instance("{}").expect("an instance");
    assert!(plugin.compression().is_ok());
    for error in [plugin.storage().err(), plugin.index().err(), plugin.observability().err()] {
        let error = error.expect("a plugin that is a codec only");
        assert_eq!(error.code(), "E_KIND_MISSING");
        assert!(error.to_string().contains("compression"), "{error} does not say what there is");
    }
    assert!(plugin.interface("com.example.thing/1").is_none());
}
