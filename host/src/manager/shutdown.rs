//! The end of all extensions.

use crate::instance::Instance;
use crate::manager::error::{ManagerError, Unended};
use crate::manager::PluginManager;
use crate::sync::call_gate::after;
use sochdb_plugin_sdk::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

impl PluginManager {
    /// Shuts every extension down, once, in reverse order of registration, each after its calls under way ended, and
    /// refuses what is registered later. A second call only tries again those that had not ended.
    ///
    /// Blocks until all have ended, at most as long as the longest drain timeout of the extensions, 30 s if nothing else was said;
    /// [`PluginManager::shutdown_all_within`] takes another limit.
    ///
    /// # Errors
    /// [`ManagerError::Shutdown`] with all errors; the other extensions are shut down all the same.
    /// [`ManagerError::Forked`].
    pub fn shutdown_all(&self) -> Result<(), ManagerError> {
        let instances = self.end_registration()?;
        let drain_timeout =
            instances.iter().map(|(_, instance)| instance.limits.drain_timeout).max().unwrap_or_default();
        end_all(&instances, after(drain_timeout))
    }

    /// Shuts every extension down as [`PluginManager::shutdown_all`] does, within `limit`. An extension that does
    /// not end in three quarters of the time that is left, as a call or its `shutdown` hangs, does not keep the others
    /// from ending: the rest of the time is theirs.
    ///
    /// Blocks until all have ended, at most for `limit`.
    ///
    /// # Errors
    /// Those of [`PluginManager::shutdown_all`]; [`Unended::has_ended`] says which extensions were still under way.
    pub fn shutdown_all_within(&self, limit: Duration) -> Result<(), ManagerError> {
        end_all(&self.end_registration()?, after(limit))
    }

    /// All extensions with their first names, in the order in which they end.
    fn end_registration(&self) -> Result<Vec<(String, Arc<Instance>)>, ManagerError> {
        let mut registry = self.write()?;
        registry.shut = true;
        let name_of = |instance: &Arc<Instance>| registry.name_of(instance).unwrap_or_default().to_owned();
        Ok(registry.instances().into_iter().rev().map(|instance| (name_of(&instance), instance)).collect())
    }
}

fn end_all(instances: &[(String, Arc<Instance>)], deadline: Instant) -> Result<(), ManagerError> {
    let mut results = Vec::new();
    for (at, (_, instance)) in instances.iter().enumerate() {
        // Three quarters of the time that is left: others may need this one's end, and the rest is theirs if it hangs.
        let spare = match at + 1 < instances.len() {
            true => deadline.saturating_duration_since(Instant::now()) / 4,
            false => Duration::ZERO,
        };
        results.push(instance.shutdown_until(deadline - spare));
    }
    for ((_, instance), result) in instances.iter().zip(&mut results) {
        // Those that had not ended have had the time of the others too.
        if result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Busy && !instance.has_ended()) {
            *result = instance.shutdown_until(deadline);
        }
    }
    let unended = instances.iter().zip(results).filter_map(|((name, instance), result)| {
        let (name, plugin) = (name.clone(), instance.info.name.clone());
        result.err().map(|error| Unended { name, plugin, error, has_ended: instance.has_ended() })
    });
    let unended: Vec<Unended> = unended.collect();
    if unended.is_empty() {
        Ok(())
    } else {
        Err(ManagerError::Shutdown(unended))
    }
}
