//! Many changes of an index in one call.

use crate::handles::index::Index;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{IndexChange, IndexExtension, Result};

impl Index {
    /// Makes changes by the plugin's own slot, or else one by one.
    pub(crate) fn change_all(&self, changes: &[IndexChange<'_>]) -> Result<()> {
        changes.iter().try_for_each(|change| self.instance.takes_indexed("change_batch", change.key()))?;
        let limits = self.instance.limits_of_call("change_batch")?;
        let Some(change_batch) = self.table.change_batch else {
            return changes.iter().try_for_each(|change| {
                self.instance.limits_of_call("change_batch")?;
                match *change {
                    IndexChange::Insert { key, row } => self.insert_concurrently(key, row),
                    IndexChange::Delete { key, row } => self.delete_concurrently(key, row),
                    _ => Err(self.lacks("change_batch")),
                }
            });
        };
        let raw: Vec<soch_index_change> = changes.iter().map(IndexChange::as_raw).collect();
        // SAFETY: the plugin's function, which is alone if it must be; all is lent for the call.
        let call = |instance, error| unsafe { change_batch(instance, limits, raw.as_ptr(), raw.len(), error) };
        self.done("change_batch", self.change("change_batch", changes, call))
    }
}
