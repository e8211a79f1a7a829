//! How an instance begins and ends.

use crate::frame::instance::{Handles, Instance};
use crate::frame::kind::Kind;
use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{rows_of, see};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::abi::{SOCH_NAME_SIZE, SOCH_VERSION_SIZE};
use sochdb_plugin_host::sdk::machinery::export::is_identifier;
use sochdb_plugin_host::sdk::{
    CompressionExtension, ErrorKind, ExtensionCapability, IndexExtension, ObservabilityExtension, Result as CallResult,
    StorageExtension,
};

suite!(Lifecycle, "lifecycle":
    info_is_that_of_the_library,
    instances_come_and_go,
    two_instances_are_independent,
    shutdown_twice_is_ok,
    calls_after_shutdown_are_refused,
    a_clone_keeps_the_instance,
    every_listed_interface_is_there,
);

type Calls = Vec<(&'static str, CallResult<()>)>;

/// One call of each kind that the instance has.
fn call(handles: &Handles) -> Calls {
    let mut results = Calls::new();
    if let Some(storage) = &handles.storage {
        results.push(("get", storage.get(1, b"key").map(drop)));
        results.push(("scan", storage.scan(1, b"", b"", 1).map(drop)));
    }
    if let Some(index) = &handles.index {
        let size = match index.size_bytes() {
            Err(error) if error.kind() == ErrorKind::Unsupported => Ok(()),
            size => size.map(drop),
        };
        results.push(("size_bytes", size));
    }
    if let Some(compression) = &handles.compression {
        results.push(("compress", compression.compress(b"text").map(drop)));
    }
    results
}

pub(crate) fn works(instance: &mut Instance, when: &str) -> Result<(), NotPassed> {
    works_by(instance.handles(), when)
}

/// [`works`], by handles alone.
pub(crate) fn works_by(handles: &Handles, when: &str) -> Result<(), NotPassed> {
    for (slot, result) in call(handles) {
        result.must(&format!("{when}: `{slot}`"))?;
    }
    if let Some(observability) = handles.observability.as_ref().filter(|sink| sink.describe().takes_spans) {
        let span = observability.span_start("work", None);
        ensure!(span != 0, "{when}: `span_start` started no span");
        observability.span_end(span);
    }
    Ok(())
}

fn info_is_that_of_the_library(subject: &Subject) -> Result<(), NotPassed> {
    let info = subject.instance()?.info()?;
    ensure!(is_identifier(&info.name, SOCH_NAME_SIZE), "the name {:?} is not an identifier", info.name);
    ensure!(is_identifier(&info.version, SOCH_VERSION_SIZE), "the version {:?} is not an identifier", info.version);
    ensure!(!info.capabilities.is_empty(), "the instance has no capability");
    ensure!(&info == subject.info(), "the instance says it is {info:?}, the library {:?}", subject.info());
    Ok(())
}

fn instances_come_and_go(subject: &Subject) -> Result<(), NotPassed> {
    for round in 0..10 {
        works(&mut subject.instance()?, &format!("instance {round}"))?;
    }
    Ok(())
}

fn two_instances_are_independent(subject: &Subject) -> Result<(), NotPassed> {
    let (mut first, mut second) = (subject.instance()?, subject.instance()?);
    if subject.has(Kind::Storage) {
        first.storage()?.put(1, b"only here", b"1", 0).must("put")?;
        let found = second.storage()?.get(1, b"only here").must("get")?;
        ensure!(found.is_none(), "a value that was put into one instance is in the other");
    }
    if subject.has(Kind::Index) {
        let keys = Keys::of(subject)?;
        needed("insert", first.index()?.insert(&keys.key(1), 1))?;
        see(first.index()?)?;
        see(second.index()?)?;
        let found = rows_of(second.index()?, &keys.key(1))?;
        ensure!(found.is_empty(), "a row that was added to one index is in the other: {found:?}");
    }
    first.shutdown()?;
    works(&mut second, "after the shutdown of another instance")?;
    drop(first);
    works(&mut second, "after the end of another instance")
}

fn shutdown_twice_is_ok(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    works(&mut instance, "before shutdown")?;
    instance.shutdown()?;
    instance.shutdown()
}

fn calls_after_shutdown_are_refused(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    instance.shutdown()?;
    for (slot, result) in call(instance.handles()) {
        let kind = result.err().map(|error| error.kind());
        ensure!(kind == Some(ErrorKind::ShutDown), "`{slot}` after shutdown gave {kind:?}, not ShutDown");
    }
    if let Some(observability) = &instance.handles().observability {
        observability.counter_inc("late", 1, &[]);
        ensure!(observability.span_start("late", None) == 0, "a span was started after shutdown");
    }
    Ok(())
}

fn a_clone_keeps_the_instance(subject: &Subject) -> Result<(), NotPassed> {
    let mut instance = subject.instance()?;
    let clone = instance.handles().clone();
    *instance.handles() = clone;
    works(&mut instance, "through a clone")
}

/// The ids in `capabilities` are answered by `get_interface`. An extension that is linked in has none.
fn every_listed_interface_is_there(subject: &Subject) -> Result<(), NotPassed> {
    use ExtensionCapability::{Compression, Index, Observability, Storage};
    let mut instance = subject.instance()?;
    let Some(plugin) = &instance.handles().plugin else { skip!("a value of the application has no interfaces") };
    let listed = subject.info().capabilities.iter();
    let custom: Vec<_> =
        listed.filter(|listed| !matches!(listed, Storage | Index | Observability | Compression)).collect();
    if custom.is_empty() {
        skip!("no custom capability is listed");
    }
    for listed in custom {
        let id = listed.to_string();
        let found = plugin.interface(&id).is_some();
        ensure!(!plugin.is_poisoned(), "`get_interface` panicked for {id:?}");
        ensure!(found, "`get_interface` gave NULL for {id:?}, which `capabilities` lists");
    }
    Ok(())
}
