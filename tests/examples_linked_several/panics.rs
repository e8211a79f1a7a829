//! Panics of a plugin that is linked in: where a call tells of no error, and in `Drop`, the host's log has their texts.

use crate::{loader, Lines};
use sochdb_plugin_host::sdk::prelude::*;
use std::sync::Arc;

struct Panics;

impl Plugin for Panics {
    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }
}

impl ObservabilityExtension for Panics {
    fn gauge_set(&self, name: &str, _: f64, _: Labels<'_>) {
        panic!("no gauge {name}");
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("in its end");
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
