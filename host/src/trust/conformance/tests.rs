//! Versions of the conformance suite, as texts and as demands.

use super::*;

fn of(text: &str) -> Conformance {
    text.parse().expect("a text of it")
}

#[test]
fn only_kinds_with_a_version_are_read() {
    for text in ["storage/1", "storage/65535, index/2", "compression/1,observability/3"] {
        assert_eq!(of(&of(text).to_string()), of(text));
    }
    for text in
        ["", "storage", "storage/", "storage/0", "storage/65536", "storage/-1", "storage/1,", "none/1", "custom/1"]
    {
        assert_eq!(text.parse::<Conformance>(), Err(ConformanceError), "{text}");
    }
    assert!("storage/1, storage/1".parse::<Conformance>().is_err());
}

#[test]
fn what_is_demanded_of_a_kind_is_demanded_of_a_plugin_of_it() {
    let (storage, both) = (Kinds(1), Kinds(3));
    let demanded = of("storage/2").union(of("storage/1, index/1"));
    assert_eq!(demanded, of("storage/2, index/1"));
    assert_eq!(demanded.lacking(of("storage/1"), both), of("storage/2, index/1"));
    assert_eq!(demanded.lacking(of("storage/3"), both), of("index/1"));
    assert!(demanded.lacking(Conformance::of(storage, 2), storage).is_none());
}
