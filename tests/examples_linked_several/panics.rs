//! Panics of a plugin that is linked in: where a call tells of no error, and in `Drop`, the host's log has their texts.

use crate::{loader, Lines};
use sochdb_plugin_host::sdk::prelude::*;
use sochdb_plugin_host::sdk::{CursorOptions, Extension, TransactionOptions};
use sochdb_plugin_host::{Caller, DynamicPluginLoader, HostServices};
use std::sync::Arc;

/// In its end it panics, or it only logs if the configuration says so.
struct Panics(Host);

impl Plugin for Panics {
    fn create(host: Host) -> Result<Self> {
        Ok(Self(host))
    }
}

impl ObservabilityExtension for Panics {
    fn gauge_set(&self, name: &str, _: f64, _: Labels<'_>) {
        panic!("no gauge {name}");
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        match self.0.config_text() {
            "logs" => self.0.log(LogLevel::Info, "it ends", &[]),
            _ => panic!("in its end"),
        }
    }
}

sochdb_plugin_host::sdk::export_plugin!(#[cfg(any())] "panics", Panics: observability);

#[test]
fn their_texts_are_in_the_log() {
    let lines = Arc::new(Lines::default());
    let plugin = loader(&lines).linked(SOCH_PLUGIN).expect("it is of this contract");
    let instance = plugin.instance("{}").expect("an instance");
    instance.observability().expect("a sink").gauge_set("depth", 1.0, &[]);
    drop(instance);
    let lines = lines.take();
    let [call, end] = &lines[..] else { panic!("not two lines: {lines:?}") };
    assert!(call.starts_with("panics: `gauge_set` panicked") && call.contains("panicked: no gauge depth"), "{call}");
    assert!(end.starts_with("panics: `destroy` panicked") && end.contains("panicked: in its end"), "{end}");
}

/// Services that panic at each line of a plugin, and keep those of the host.
#[derive(Default)]
struct Panicking(Lines);

impl HostServices for Panicking {
    fn log(&self, from: &Caller<'_>, level: LogLevel, message: &str, fields: Labels<'_>) {
        assert!(message != "it ends", "the application's panic");
        self.0.log(from, level, message, fields);
    }
}

#[test]
fn one_of_the_application_is_not_taken_for_the_plugins() {
    let services = Arc::new(Panicking::default());
    let loader = DynamicPluginLoader::new().services(services.clone());
    let plugin = loader.linked(SOCH_PLUGIN).expect("it is of this contract");
    drop(plugin.instance("logs").expect("an instance"));
    assert_eq!(services.0.take(), [""; 0], "the plugin did not panic");
}

/// A storage, all of whose handles panic when they are dropped.
mod handles {
    use sochdb_plugin_host::sdk::prelude::*;
    use sochdb_plugin_host::sdk::{CursorOptions, StorageTable, StorageTransaction, TransactionOptions};

    pub struct Handles;

    pub struct Handle(&'static str);

    impl Drop for Handle {
        fn drop(&mut self) {
            panic!("in the end of a {}", self.0);
        }
    }

    impl Plugin for Handles {
        fn create(_: Host) -> Result<Self> {
            Ok(Self)
        }
    }

    impl StorageExtension for Handles {
        support::keeps_no_rows!();

        fn flush(&self) -> Result<()> {
            Ok(())
        }

        fn open_table(&self, _: TableId) -> Result<Box<dyn StorageTable>> {
            Ok(Box::new(Handle("table")))
        }

        fn reader(&self) -> Result<Box<dyn StorageReader + '_>> {
            Ok(Box::new(Handle("reader")))
        }

        fn begin(&self, _: &TransactionOptions) -> Result<Box<dyn StorageTransaction + '_>> {
            Ok(Box::new(Handle("transaction")))
        }
    }

    impl StorageTable for Handle {
        fn get_into(&self, _: &[u8], _: &mut Writer<'_>) -> Result<bool> {
            Ok(false)
        }

        fn put(&self, _: &[u8], _: &[u8], _: TransactionId) -> Result<()> {
            Ok(())
        }
    }

    impl StorageReader for Handle {
        fn get(&self, _: TableId, _: &[u8]) -> Result<Option<Value<'_>>> {
            Ok(None)
        }

        fn cursor<'a>(&'a self, _: TableId, _: &CursorOptions<'_>) -> Result<Box<dyn StorageCursor + 'a>> {
            Ok(Box::new(Handle("cursor")))
        }
    }

    impl StorageCursor for Handle {
        fn next_batch<'c>(&'c mut self, _: &mut RowBatch<'c>) -> Result<()> {
            Ok(())
        }
    }

    impl StorageTransaction for Handle {
        fn get_into(&self, _: TableId, _: &[u8], _: &mut Writer<'_>) -> Result<bool> {
            Ok(false)
        }

        fn put(&mut self, _: TableId, _: &[u8], _: &[u8]) -> Result<()> {
            Ok(())
        }

        fn delete(&mut self, _: TableId, _: &[u8]) -> Result<()> {
            Ok(())
        }

        fn scan_into(&mut self, _: TableId, _: &[u8], _: &[u8], _: usize, _: &mut RowSink<'_>) -> Result<()> {
            Ok(())
        }

        fn commit(self: Box<Self>) -> Result<()> {
            Ok(())
        }
    }

    sochdb_plugin_host::sdk::export_plugin!(#[cfg(any())] "handles", Handles: storage);
}

#[test]
fn those_at_the_end_of_a_handle_are_told_each_with_its_own_text() {
    let lines = Arc::new(Lines::default());
    let plugin = loader(&lines).linked(handles::SOCH_PLUGIN).expect("it is of this contract");
    let storage = plugin.instance("{}").expect("an instance").storage().expect("a storage");
    let told = |slot: &str, text: &str| {
        let lines = lines.take();
        let [line] = &lines[..] else { panic!("{slot}: not one line: {lines:?}") };
        assert!(line.starts_with(&format!("handles: `{slot}` panicked: what it closed is gone")), "{line}");
        assert!(line.contains(&format!("panicked: in the end of a {text}")), "{line}");
    };
    let reader = storage.reader().expect("a reader");
    drop(reader.cursor(1, &CursorOptions::new()).expect("a cursor"));
    told("close_cursor", "cursor");
    drop(reader);
    told("close_reader", "reader");
    drop(storage.begin(&TransactionOptions::new()).expect("a transaction"));
    told("abort_txn", "transaction");
    drop(storage.open_table(1).expect("a table"));
    told("close_table", "table");
    // One that is open is closed by the shutdown.
    let table = storage.open_table(1).expect("a table");
    storage.get(1, b"k").expect("it works on");
    Extension::shutdown(&mut storage.clone()).expect("it ends");
    told("close_table", "table");
    drop(table);
    assert_eq!(lines.take(), [""; 0]);
}
