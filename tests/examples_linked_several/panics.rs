//! Panics of a plugin that is linked in: where a call tells of no error, and in `Drop`, the host's log has their texts.

use crate::{loader, Lines};
use sochdb_plugin_host::sdk::prelude::*;
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
