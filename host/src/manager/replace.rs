//! Replacement of extensions while others call them.

use crate::base::kinds::Kinds;
use crate::instance::journal::Kept;
use crate::instance::successor::Moving;
use crate::instance::Instance;
use crate::manager::carry::{self, Carried, Replaced};
use crate::manager::error::{AnyError, ManagerError, Unreplaced};
use crate::manager::making::{within, Making, NotMade};
use crate::manager::plan::{patience, Plan};
use crate::manager::registration::Registration;
use crate::manager::registry::Registry;
use crate::manager::{unknown, PluginManager};
use crate::plugin::recipe::Recipe;
use crate::plugin::version::PluginVersion;
use crate::plugin::PluginInstance;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::sync::Arc;

/// Replacement under load. Calls under way end where they began. Later ones reach the new extension, whichever way they
/// come: by a look at the manager, or by a handle that was taken before, which passes them on. Open readers, cursors and
/// transactions belong to the old one and must end before it does.
///
/// Callers wait for at most the drain timeout of the old one, and no longer than their own limits say; a call that waited in vain is
/// refused as Busy, and may be repeated. Each part of a replacement for which they wait, such as the end of calls under way or
/// the making of the new one, may take a quarter of it, but for what [`PluginManager::hand_over`] is given.
impl PluginManager {
    /// Puts `new` in the place of the extension of this name, and shuts that one down when its calls under way ended. Both
    /// are there for a moment, so `new` has files and ports of its own, and holds what it should before.
    ///
    /// Blocks until the old one has ended, or its drain timeout has.
    ///
    /// # Errors
    /// [`ManagerError::Unknown`], [`ManagerError::ShutDown`], [`ManagerError::Forked`];
    /// [`ManagerError::NotReplaced`], for instance if `new` lacks a kind: the old one serves on.
    pub fn replace(&self, name: &str, new: impl Into<Registration>) -> Result<Replaced, ManagerError> {
        let new = new.into();
        Ok(self.carry(name, self.claim(name)?, Plan::BESIDE, None, |_| Ok(new))?.replaced)
    }

    /// Ends the extension of this name and puts what `make` makes in its place: for an engine that allows its files or its
    /// port one owner. Calls wait meanwhile; [`Replaced::pause`] says how long. If `make` fails, the old one is made again from
    /// its plugin, configuration and options; a value of the application's cannot be.
    ///
    /// Blocks until calls under way have ended and `make` has returned, which has no limit: be done in half of the drain timeout.
    /// If it panics, the old one is made again before that goes on.
    ///
    /// `make` may call the new one, and return an error if it does not answer as it should. Nobody else calls it before.
    ///
    /// ```no_run
    /// # use sochdb_plugin_host::{InstanceOptions, PluginLibrary, PluginManager};
    /// # fn f(manager: &PluginManager, library: &PluginLibrary) -> Result<(), Box<dyn std::error::Error>> {
    /// let options = InstanceOptions::new().data_dir("/var/lib/sochdb/rows");
    /// let replaced = manager.hand_over("rows", || library.instance_with("{}", &options))?;
    /// println!("calls waited {:?}", replaced.pause);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`PluginManager::replace`]; `serves` in [`Unreplaced`](crate::Unreplaced) is false if the old one could not be
    /// made again, and the name stands for nothing that works.
    pub fn hand_over<E: Into<AnyError>>(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<PluginInstance, E>,
    ) -> Result<Replaced, ManagerError> {
        let mut panic = None;
        let carried = self.carry(name, self.claim(name)?, Plan::ONE_OWNER, None, |_| {
            match catch_unwind(AssertUnwindSafe(make)) {
                Ok(Ok(plugin)) => Ok(Registration::from(plugin)),
                Ok(Err(error)) => Err(NotMade::from(error)),
                Err(payload) => {
                    panic = Some(payload);
                    Err(NotMade::from("to make the new one panics"))
                }
            }
        });
        // The old one serves again.
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
        Ok(carried?.replaced)
    }

    /// Makes all extensions of a plugin again from `version`, another one of it, loaded or linked in, each with the configuration and options
    /// that it has: one after the other in the order of registration, and all or none. What runs these bytes already is
    /// left as it is, and so is an index that was shut down or panicked and kept its entries in memory, where nobody can save them any
    /// more: register another one in its place. A storage, a sink, and an index with
    /// a `data_dir` are handed over as by [`PluginManager::hand_over`]. Any other index loads what the old one saves: searches go
    /// on, changes wait while it is saved, and those that come while the new one loads it are made in both. A codec is replaced at once.
    ///
    /// To make, load and check a new one may take a quarter of the old one's drain timeout if callers wait for it, else as long as a
    /// build may. One that takes longer is shut down. If it had the old one's files, and a call in it does not end, the old
    /// one cannot be made again.
    ///
    /// What an index without a `data_dir` saved, and its changes since, are kept until all are replaced: so it is put back also if
    /// its version cannot read what the new one saves. Later that is refused, and says so, as the new one serves.
    ///
    /// Files of a `data_dir` are as the new version left them, if it does not serve: an old one that cannot read them any more is
    /// not made again, and `lost` in [`Unreplaced`](crate::Unreplaced) says why. Then register a version that reads them under
    /// the name, which is free. A version that may write another format is better tried with
    /// [`InstanceOptions::backup_dir`](crate::InstanceOptions::backup_dir), whose copy is put back. What was replaced before the failure, and cannot be put
    /// back as its files have the new format, serves on in the new version: `stuck` names it, and nothing that it wrote is lost.
    ///
    /// Blocks as long as all of these replacements do, one after the other.
    ///
    /// `check` gets the name and the new instance before anybody else does, and calls it; `|_, _| Ok(())` checks nothing.
    ///
    /// ```no_run
    /// # use sochdb_plugin_host::{sdk::StorageExtension, DynamicPluginLoader, PluginManager};
    /// # fn f(manager: &PluginManager, loader: &DynamicPluginLoader) -> Result<(), Box<dyn std::error::Error>> {
    /// // SAFETY: whoever named the file trusts it.
    /// let library = unsafe { loader.load("/usr/local/lib/sochdb/plugins/storage_lmdb.so")? };
    /// for replaced in manager.upgrade(&library, |_, new| Ok(drop(new.storage()?.get(0, b"a key")?)))? {
    ///     println!("{}: calls waited {:?}", replaced.name, replaced.pause);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ManagerError::Unknown`] if no extension is of this plugin; those of [`PluginManager::hand_over`]: what was
    /// replaced before the failure is put back, and `stuck` in [`Unreplaced`](crate::Unreplaced) names what could not be.
    pub fn upgrade(
        &self,
        version: impl Into<PluginVersion>,
        check: impl Fn(&str, &PluginInstance) -> Result<(), AnyError> + Send + Sync + 'static,
    ) -> Result<Vec<Replaced>, ManagerError> {
        let source = version.into().source;
        let plugin = &source.entry.info.name;
        let found = self.look(|registry| of_plugin(registry, plugin)).ok_or(ManagerError::Forked)?;
        if found.is_empty() {
            return Err(self.look(|registry| unknown(registry, "extension", plugin)).unwrap_or(ManagerError::Forked));
        }
        let mut planned = Vec::new();
        for (name, kinds, old, recipe) in found.into_iter().filter(|(.., recipe)| !recipe.source.is(&source)) {
            let plan =
                Plan::for_the_same(kinds, &old, &recipe).map_err(|why| ManagerError::not_replaced(&name, &old, why))?;
            if plan.saved && old.has_ended() {
                continue;
            }
            // All, before the first is replaced: nobody else replaces one until the last is, or all are as they were.
            let moving = old.begin_move().map_err(|error| ManagerError::not_replaced(&name, &old, error))?;
            planned.push((name, plan, moving, recipe));
        }
        let check: Arc<Check> = Arc::new(check);
        let (mut done, mut replaced) = (Vec::new(), Vec::new());
        for (name, plan, old, recipe) in planned {
            match self.remake(&name, old, plan, recipe.of_version(&source), &check, None) {
                Ok(carried) => {
                    replaced.push(carried.replaced.clone());
                    done.push((name, plan, carried, recipe));
                }
                Err(error) => {
                    let not_back = self.put_back(done);
                    return Err(match error {
                        ManagerError::NotReplaced(not) => {
                            ManagerError::NotReplaced(Box::new(Unreplaced { stuck: not_back, ..*not }))
                        }
                        other => other,
                    });
                }
            }
        }
        Ok(replaced)
    }

    /// Makes these again from what they were made before. The names of those that cannot be.
    fn put_back(&self, done: Vec<(String, Plan, Carried, Recipe)>) -> Vec<String> {
        let no_check: Arc<Check> = Arc::new(|_: &str, _: &PluginInstance| Ok(()));
        let mut stuck = Vec::new();
        for (name, plan, carried, recipe) in done.into_iter().rev() {
            let Carried { moving, before, journaling, .. } = carried;
            let again = self.remake(&name, moving, plan, recipe, &no_check, before);
            drop(journaling);
            match again {
                // Somebody took it out meanwhile.
                Ok(_) | Err(ManagerError::Unknown { .. }) => {}
                Err(_) => stuck.push(name),
            }
        }
        stuck
    }

    fn remake(
        &self,
        name: &str,
        old: Moving,
        plan: Plan,
        recipe: Recipe,
        check: &Arc<Check>,
        kept: Option<Kept>,
    ) -> Result<Carried, ManagerError> {
        let (algorithm, patience) = (old.instance().algorithm.clone(), patience(old.instance()));
        // Nobody waits for an index that follows the old one.
        let limit = if plan.followed { old.instance().limits.build_timeout } else { patience };
        let (named, check) = (name.to_owned(), check.clone());
        self.carry(name, old, plan, kept, |saved| {
            let (saved, making) = (saved.clone(), Arc::new(Making::default()));
            let shared = making.clone();
            let made = move || -> Result<PluginInstance, AnyError> {
                let plugin = shared.have(PluginInstance { instance: recipe.make()? })?;
                if plugin.instance.algorithm != algorithm {
                    let other = &plugin.instance.algorithm;
                    return Err(format!("the algorithm is `{other}` where `{algorithm}` is asked for").into());
                }
                carry::load(&plugin.instance, &saved)?;
                check(&named, &plugin)?;
                Ok(plugin)
            };
            match within("to make, load and check the new one", limit, made) {
                Ok(Ok(plugin)) => Ok(Registration::from(plugin)),
                Ok(Err(error)) => Err(NotMade::from(error)),
                Err(why) => Err(making.give_up(why, patience)),
            }
        })
    }

    /// The right to replace the one instance of this name.
    fn claim(&self, name: &str) -> Result<Moving, ManagerError> {
        let old = self.one_of(name)?;
        old.begin_move().map_err(|error| ManagerError::not_replaced(name, &old, error))
    }

    /// The one instance of this name.
    pub(crate) fn one_of(&self, name: &str) -> Result<Arc<Instance>, ManagerError> {
        let find = |registry: &Registry| {
            let mut found: Vec<Arc<Instance>> = registry.named(name).map(|entry| entry.instance().clone()).collect();
            match found.pop() {
                None => Err(unknown(registry, "extension", name)),
                Some(one) if found.iter().any(|other| !Arc::ptr_eq(other, &one)) => {
                    let why = "several extensions have this name, one for each kind: register them under names of their own, by \
                               `register_as`";
                    Err(ManagerError::not_replaced(name, &one, why))
                }
                Some(one) => Ok(one),
            }
        };
        self.look(find).ok_or(ManagerError::Forked)?
    }
}

/// The check of a new instance, under its name.
type Check = dyn Fn(&str, &PluginInstance) -> Result<(), AnyError> + Send + Sync;

/// The loaded extensions of a plugin, in the order of registration, each once with its first name and all its kinds.
fn of_plugin(registry: &Registry, plugin: &str) -> Vec<(String, Kinds, Arc<Instance>, Recipe)> {
    let mut found: Vec<(String, Kinds, Arc<Instance>, Recipe)> = Vec::new();
    for entry in registry.entries().filter(|entry| entry.instance().info.name == plugin) {
        let instance = entry.instance();
        match found.iter_mut().find(|(_, _, other, _)| Arc::ptr_eq(other, instance)) {
            Some((_, kinds, ..)) => kinds.0 |= entry.kinds.0,
            None => {
                if let Some(recipe) = Recipe::of(instance).cloned() {
                    found.push((entry.name.to_string(), entry.kinds, instance.clone(), recipe));
                }
            }
        }
    }
    found
}
