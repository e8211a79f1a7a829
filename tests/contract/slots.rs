//! What the host does about each slot that a plugin's table lacks, as its documentation in `sdk/abi/src` says: the list in
//! `tests/support/src/slots.rs` comes from there.

#[path = "../../include/slot_rule.rs"]
mod slot_rule;

use sochdb_plugin_host::sdk::{
    BatchOptions, CompressionExtension, CompressionOptions, CompressionProperties, CursorOptions, ErrorKind,
    HealthInfo, IndexExtension, IndexProperties, LogLevel, LogRecord, ObservabilityExtension, ObservabilityProperties,
    Result, RowFilter, Search, StorageExtension, StorageProperties, StorageStats, TransactionOptions, VecWriter, Write,
};
use sochdb_plugin_host::{Index, LoadError, Observability, PluginInstance, PluginLibrary, PluginManager, Storage};
use std::collections::BTreeSet;
use support::plugins::Private;
use support::slots::{Rule, Slot, SLOTS};

/// A plugin whose table of this kind is as `flag` says.
fn load(kind: &str, flag: &str) -> Result<PluginLibrary, LoadError> {
    Private::compile("null_slot", &[&format!("-D{}", kind.to_uppercase()), flag]).load()
}

/// The table was refused for the lack of this slot.
fn is_refused((kind, slot, ..): &Slot, flag: &str) {
    let error = load(kind, flag).err().unwrap_or_else(|| panic!("{kind} {flag}: loaded without {slot}"));
    assert_eq!(error.code(), "E_SLOT_MISSING", "{kind} {flag}: {error}");
    let text = error.to_string();
    let named = text.contains(&format!("`{slot}`")) && text.contains(&format!("soch_{kind}"));
    assert!(named, "{text} does not name soch_{kind}.{slot}");
    assert!(error.remedy().contains(&format!("`.{slot}`")), "{} does not name it", error.remedy());
}

fn storage(plugin: &PluginInstance) -> Storage {
    plugin.storage().expect("a storage")
}

fn index(plugin: &PluginInstance) -> Index {
    plugin.index().expect("an index")
}

fn sink(plugin: &PluginInstance) -> Observability {
    plugin.observability().expect("a sink")
}

/// A call that answers nothing.
fn silent(call: impl FnOnce()) -> Result<()> {
    call();
    Ok(())
}

/// What was described is what is described where nothing is known.
fn described<T: Default + PartialEq + std::fmt::Debug>(properties: T) -> Result<()> {
    assert_eq!(properties, T::default());
    Ok(())
}

/// Lets readers open and transactions begin, or not.
fn let_handles_open(plugin: &PluginInstance, open: bool) {
    let calls: *mut usize = plugin.interface("com.example.calls/1").expect("its calls").cast_mut().cast();
    // SAFETY: behind the plugin's counts is whether its handles open, which nothing else uses now.
    unsafe { calls.add(3).write_volatile(open.into()) };
}

/// Uses one optional slot, or one group.
type Use = fn(&PluginInstance) -> Result<()>;

/// Of every kind each optional slot and each group: how it is used, and what the answer is without it.
const DEFAULTS: &[(&str, &str, Use, Result<(), ErrorKind>)] = &[
    ("storage", "compact", |plugin| storage(plugin).compact(), Ok(())),
    (
        "storage",
        "stats",
        |plugin| storage(plugin).stats().map(|stats| assert_eq!(stats, StorageStats::default())),
        Ok(()),
    ),
    (
        "storage",
        "write_batch",
        |plugin| storage(plugin).write_batch(&[Write::Delete { table: 1, key: b"k" }], &BatchOptions::new()),
        Err(ErrorKind::Unsupported),
    ),
    ("storage", "list_tables", |plugin| storage(plugin).list_tables().map(drop), Err(ErrorKind::Unsupported)),
    ("storage", "drop_table", |plugin| storage(plugin).drop_table(1), Err(ErrorKind::Unsupported)),
    (
        "storage",
        "checkpoint",
        |plugin| storage(plugin).checkpoint(&std::env::temp_dir().join("sochdb-no-checkpoint")),
        Err(ErrorKind::Unsupported),
    ),
    ("storage", "property", |plugin| storage(plugin).property("any").map(|text| assert_eq!(text, None)), Ok(())),
    (
        "storage",
        "savepoint",
        |plugin| {
            let_handles_open(plugin, true);
            storage(plugin).begin(&TransactionOptions::new())?.set_savepoint()
        },
        Err(ErrorKind::Unsupported),
    ),
    ("storage", "multi_get", |plugin| storage(plugin).multi_get(1, &[]).map(drop), Ok(())),
    ("storage", "describe", |plugin| described::<StorageProperties>(storage(plugin).describe()), Ok(())),
    ("storage", "table", |plugin| storage(plugin).open_table(1).map(drop), Ok(())),
    ("storage", "reader", |plugin| storage(plugin).reader().map(drop), Err(ErrorKind::Unsupported)),
    (
        "storage",
        "seek",
        |plugin| {
            let_handles_open(plugin, true);
            match storage(plugin).reader() {
                Err(error) if error.kind() == ErrorKind::Unsupported => Ok(()),
                reader => reader?.cursor(1, &CursorOptions::new())?.seek(b"k"),
            }
        },
        Ok(()),
    ),
    (
        "storage",
        "transaction",
        |plugin| storage(plugin).begin(&TransactionOptions::new()).map(drop),
        Err(ErrorKind::Unsupported),
    ),
    ("index", "build", |plugin| index(plugin).build(1, 2, &[]), Err(ErrorKind::Unsupported)),
    ("index", "insert", |plugin| index(plugin).insert(b"k", 1), Err(ErrorKind::Unsupported)),
    ("index", "remove", |plugin| index(plugin).delete(b"k", 1), Err(ErrorKind::Unsupported)),
    ("index", "size_bytes", |plugin| index(plugin).size_bytes().map(drop), Err(ErrorKind::Unsupported)),
    ("index", "nearest", |plugin| index(plugin).nearest(b"k", 1).map(drop), Err(ErrorKind::Unsupported)),
    ("index", "describe", |plugin| described::<IndexProperties>(index(plugin).describe()), Ok(())),
    ("index", "lookup", |plugin| index(plugin).lookup(b"k").map(drop), Err(ErrorKind::Unsupported)),
    ("index", "range", |plugin| index(plugin).range(b"", b"", 1).map(drop), Err(ErrorKind::Unsupported)),
    (
        "index",
        "search",
        |plugin| index(plugin).search(&Search::new(b"k", 1).among(RowFilter::bitmap(&[1]))).map(drop),
        Err(ErrorKind::Unsupported),
    ),
    ("index", "persist", |plugin| index(plugin).save(1).map(drop), Err(ErrorKind::Unsupported)),
    ("index", "nearest_batch", |plugin| index(plugin).nearest_batch(&[], 1).map(drop), Ok(())),
    (
        "index",
        "flush",
        |plugin| index(plugin).flush(1).and_then(|()| index(plugin).flushed()).map(|held| assert_eq!(held, 0)),
        Ok(()),
    ),
    ("index", "change_batch", |plugin| index(plugin).change_batch(&[]), Ok(())),
    ("index", "builder", |plugin| index(plugin).begin_build(1, 2).map(drop), Ok(())),
    ("index", "drop_index", |plugin| index(plugin).drop_index(), Err(ErrorKind::Unsupported)),
    ("observability", "counter_inc", |plugin| silent(|| sink(plugin).counter_inc("c", 1, &[])), Ok(())),
    ("observability", "gauge_set", |plugin| silent(|| sink(plugin).gauge_set("g", 1.0, &[])), Ok(())),
    ("observability", "histogram_observe", |plugin| silent(|| sink(plugin).histogram_observe("h", 1.0, &[])), Ok(())),
    ("observability", "span_start", |plugin| silent(|| _ = sink(plugin).span_start("s", None)), Ok(())),
    ("observability", "span_end", |plugin| silent(|| sink(plugin).span_end(1)), Ok(())),
    ("observability", "span_event", |plugin| silent(|| sink(plugin).span_event(1, "e", &[])), Ok(())),
    ("observability", "log", |plugin| silent(|| sink(plugin).log(LogLevel::Info, "text", &[])), Ok(())),
    ("observability", "report_health", |plugin| silent(|| sink(plugin).report_health(&HealthInfo::default())), Ok(())),
    ("observability", "describe", |plugin| described::<ObservabilityProperties>(sink(plugin).describe()), Ok(())),
    (
        "observability",
        "attach",
        |plugin| sink(plugin).attach(PluginManager::new().metrics()),
        Err(ErrorKind::Unsupported),
    ),
    ("observability", "span_record", |plugin| silent(|| assert_eq!(sink(plugin).span_context(1), None)), Ok(())),
    (
        "observability",
        "log_record",
        |plugin| silent(|| sink(plugin).log_record(&LogRecord::new(LogLevel::Info, "text"))),
        Ok(()),
    ),
    ("observability", "flush", |plugin| sink(plugin).flush(), Ok(())),
    (
        "compression",
        "describe",
        |plugin| described::<CompressionProperties>(plugin.compression().expect("a codec").describe()),
        Ok(()),
    ),
    ("compression", "set_level", |plugin| plugin.compression().expect("a codec").set_level(7), Ok(())),
    (
        "compression",
        "decompressed_size",
        |plugin| plugin.compression().expect("a codec").decompressed_size(b"").map(|size| assert_eq!(size, None)),
        Ok(()),
    ),
    (
        "compression",
        "options",
        |plugin| {
            let options = CompressionOptions::new().with_level(1);
            let mut output = Vec::new();
            let codec = plugin.compression().expect("a codec");
            codec.compress_with(b"", &options, &mut VecWriter::new(&mut output, 9).writer())
        },
        Err(ErrorKind::Unsupported),
    ),
    (
        "compression",
        "train",
        |plugin| {
            let mut output = Vec::new();
            plugin.compression().expect("a codec").train(&[], 9, &mut VecWriter::new(&mut output, 9).writer())
        },
        Err(ErrorKind::Unsupported),
    ),
    (
        "compression",
        "bound",
        |plugin| {
            assert_eq!(plugin.compression().expect("a codec").bound(100), None);
            Ok(())
        },
        Ok(()),
    ),
];

/// What the use of it answers, and how many functions of the plugin's table it called.
fn answer(kind: &str, name: &str, library: &PluginLibrary) -> (Result<(), ErrorKind>, usize) {
    let row = DEFAULTS.iter().find(|row| (row.0, row.1) == (kind, name));
    let (_, _, used, _) = row.unwrap_or_else(|| panic!("say in DEFAULTS what the default of {kind}.{name} answers"));
    let mut plugin = library.instance("{}").expect("an instance");
    let calls: *const usize = plugin.interface("com.example.calls/1").expect("its calls").cast();
    // The library is one for all that is compiled alike.
    let_handles_open(&plugin, false);
    let asked_at_create = name == "describe";
    let counter = ["describe", "log"].iter().position(|other| *other == name).map_or(0, |at| at + 1);
    // SAFETY: the plugin has three counts there, those of `describe` and `log` behind that of all others; nothing else calls
    // it.
    let count = || unsafe { calls.add(counter).read_volatile() };
    let before = count();
    if asked_at_create {
        plugin = library.instance("{}").expect("another instance");
    }
    let answer = used(&plugin).map_err(|error| error.kind());
    (answer, count() - before)
}

/// The name by which DEFAULTS has the slot.
fn default_of((_, slot, _, rule): &Slot) -> Option<&'static str> {
    match rule {
        Rule::Required => None,
        Rule::Optional => Some(slot),
        Rule::Group(group) => Some(group),
    }
}

#[test]
fn a_required_slot_that_is_null_is_refused() {
    for slot in SLOTS.iter().filter(|slot| slot.3 == Rule::Required) {
        is_refused(slot, &format!("-DNULL_SLOT={}", slot.1));
    }
}

#[test]
fn an_optional_slot_that_is_null_is_never_called_and_answers_its_default() {
    for slot in SLOTS {
        let (kind, name, ..) = slot;
        let Some(default) = default_of(slot) else { continue };
        let library =
            load(kind, &format!("-DNULL_SLOT={name}")).unwrap_or_else(|error| panic!("{kind}.{name}: {error}"));
        let wanted = DEFAULTS.iter().find(|row| (row.0, row.1) == (*kind, default)).map(|row| row.3);
        let (answer, calls) = answer(kind, default, &library);
        assert_eq!((Some(answer), calls), (wanted, 0), "{kind}.{name}, and so all of {default}, is NULL");
    }
}

#[test]
fn a_slot_that_is_there_is_called() {
    let all: BTreeSet<_> = SLOTS.iter().filter_map(|slot| Some((slot.0, default_of(slot)?))).collect();
    let listed: BTreeSet<_> = DEFAULTS.iter().map(|row| (row.0, row.1)).collect();
    assert_eq!(listed, all, "DEFAULTS has what the contract has");
    for (kind, name) in all {
        let (answer, calls) = answer(kind, name, &load(kind, "-DALL").expect("all slots are there"));
        assert_eq!(calls, 1, "{kind}.{name}");
        let silent =
            matches!(name, "bound" | "describe") || kind == "observability" && !matches!(name, "attach" | "flush");
        assert_eq!(answer, if silent { Ok(()) } else { Err(ErrorKind::Busy) }, "{kind}.{name}");
    }
}

/// What is behind the size that the table says is not looked at, whatever is there.
#[test]
fn a_table_that_ends_before_any_slot_lacks_all_from_there() {
    let mut at = ("", 0);
    for (number, slot) in SLOTS.iter().enumerate() {
        let (kind, name, ..) = slot;
        at = (kind, if at.0 == *kind { at.1 + 8 } else { 8 });
        let flag = format!("-DSIZE={}", at.1);
        let missing = SLOTS[number..].iter().find(|slot| slot.0 == *kind && slot.3 == Rule::Required);
        match missing {
            Some(missing) => is_refused(missing, &flag),
            None => {
                let library = load(kind, &flag).unwrap_or_else(|error| panic!("{kind} ends before {name}: {error}"));
                let default = default_of(slot).expect("it is optional");
                assert_eq!(answer(kind, default, &library).1, 0, "{kind}.{name} is behind the table's end");
            }
        }
    }
}

#[test]
fn a_plugin_of_an_older_minor_has_the_defaults_of_every_later_slot() {
    let minors: BTreeSet<_> = SLOTS.iter().map(|slot| slot.2).filter(|since| *since > 0).collect();
    assert!(!minors.is_empty(), "minor versions added slots");
    let later = |minor| SLOTS.iter().filter(move |slot| slot.2 >= minor).map(|slot| (slot.0, default_of(slot)));
    for (minor, (kind, default)) in minors
        .into_iter()
        .flat_map(|minor| later(minor).collect::<BTreeSet<_>>().into_iter().map(move |slot| (minor, slot)))
    {
        let default = default.unwrap_or_else(|| panic!("{kind} requires a slot that older plugins lack"));
        let library = load(kind, &format!("-DSOCH_TARGET_MINOR={}", minor - 1)).expect("a plugin of an older minor");
        let wanted = DEFAULTS.iter().find(|row| (row.0, row.1) == (kind, default)).map(|row| row.3);
        let (answer, calls) = answer(kind, default, &library);
        assert_eq!((Some(answer), calls), (wanted, 0), "{kind}.{default} came with minor {minor}");
    }
}

/// Each wrong documentation stops the build with what it says, each right one is understood.
#[test]
fn the_documentation_of_a_slot_says_one_rule() {
    use slot_rule::{rule, threads, Rule};
    let group = |name: &str| Ok(Rule::Group(name.to_owned()));
    assert_eq!(rule("Does it. Required. Since 1.2. [any-thread]"), Ok(Rule::Required));
    assert_eq!(rule("Does it. Optional; the default does nothing. [exclusive]"), Ok(Rule::Optional));
    assert_eq!(rule("Does it. Optional group `g`. [exclusive]"), group("g"));
    assert_eq!(rule("Optional group `g`; without it `get` is called. Since 1.1. [exclusive]"), group("g"));
    for (doc, says) in [
        ("Does it. [exclusive]", "says none of"),
        ("Does it. Required. Optional; the default does nothing.", "more than one of"),
        ("Does it. Required. Required.", "more than one of"),
        ("Optional group `a`. Optional group `b`.", "more than one of"),
        ("Does it. Required if there are any.", "`Required if there are any`, which is none of"),
        ("Does it. Optional.", "`Optional`, which is none of"),
        ("Does it. Optional; without it nothing happens.", "which is none of"),
        ("Does it. Optional group g.", "which is none of"),
        ("Does it. Optional group ``.", "which is none of"),
        ("Does it. Optional group `g` and more.", "which is none of"),
    ] {
        let wrong = rule(doc).expect_err(doc);
        assert!(wrong.contains(says), "{doc}: {wrong} does not say {says}");
    }
    assert_eq!(threads("Calls nothing [exclusive]. Required. [any-thread]"), Ok(()));
    for doc in ["Required.", "[exclusive] Required.", "Required. [static]", "Required. [any-thread] [exclusive]"] {
        threads(doc).expect_err(doc);
    }
}
