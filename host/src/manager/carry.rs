//! One instance takes the place of another, with what that one keeps. If anything fails, the old one serves on.

use crate::base::kinds::Kinds;
use crate::handles::index::Index;
use crate::instance::end::say_ended;
use crate::instance::journal::{Change, Kept};
use crate::instance::successor::{Held, Moving};
use crate::instance::Instance;
use crate::manager::error::{AnyError, ManagerError, Unreplaced};
use crate::manager::making::{within, NotMade};
use crate::manager::plan::{patience, Plan, UNSAVED};
use crate::manager::registration::{Handles, Registration};
use crate::manager::registry::Registry;
use crate::manager::{unknown, PluginManager};
use crate::plugin::backup::Backup;
use crate::plugin::recipe::Recipe;
use crate::plugin::PluginInstance;
use crate::sync::call_gate::after;
use sochdb_plugin_abi::SOCH_KIND_OBSERVABILITY;
use sochdb_plugin_sdk::{Error, ErrorKind, IndexExtension};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many changes go to the new index in one call.
const PART: usize = 1024;

/// How often the new index follows the old one while others change that.
const ROUNDS: usize = 8;

/// The state that an index saved, for the one that loads it.
pub(crate) type Saved = Option<Arc<Kept>>;

/// An index does not load what another version of it saved, and nobody has older bytes of it any more.
#[derive(Debug, thiserror::Error)]
#[error("{by} does not load what {saver} saves")]
struct Unread {
    by: String,
    saver: String,
    source: Error,
}

/// The outcome of a replacement that took place.
///
/// ```
/// use sochdb_plugin_host::{Compression, PluginManager};
#[doc = include_str!("../handles/xor_codec.example")]
/// let manager = PluginManager::new();
/// manager.register_as("pages", Compression::new(Xor)?)?;
/// let held = manager.compression("pages").expect("it was just registered");
/// let replaced = manager.replace("pages", Compression::new(Xor)?)?;
/// assert!(replaced.unended.is_none());
/// assert_eq!(held.compress(b"x")?, Xor.compress(b"x")?); // The new one answers.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replaced {
    /// The name of the extension.
    pub name: String,
    /// The number of the instance that serves now: [`PluginInstance::number`].
    pub number: u64,
    /// The longest that a call waited for the new one, or a change of an index; 0 if none had to.
    pub pause: Duration,
    /// Why the old one did not end as it should, if so: what it had not written may be lost, or a call is still under way in
    /// it.
    pub unended: Option<Error>,
}

/// A replacement that took place, and the way back.
pub(crate) struct Carried {
    pub(crate) replaced: Replaced,
    /// The right to say who comes after the new one.
    pub(crate) moving: Moving,
    /// The state that the old one kept, for the same version of it.
    pub(crate) before: Option<Kept>,
    /// Notes what is changed in the new one, as long as there may be a way back.
    pub(crate) journaling: Option<Journaling>,
}

/// Loads into a new index what the old one saved.
pub(crate) fn load(new: &Arc<Instance>, saved: &Saved) -> Result<(), AnyError> {
    let Some(saved) = saved else { return Ok(()) };
    let index = Handles::all_of(new).index;
    let mut index = index.ok_or_else(|| new.error(ErrorKind::Unsupported, "is no index".to_owned()))?;
    let unread = |source| Unread { by: name_of(new), saver: saved.by.clone(), source };
    index.load_from(&saved.bytes).map_err(unread)?;
    Ok(change(&mut index, &saved.changes)?)
}

/// The plugin and its version, as a person says it.
fn name_of(instance: &Instance) -> String {
    format!("{} {}", instance.info.name, instance.info.version)
}

/// Makes these changes, some in a call.
fn change(index: &mut Index, changes: &[Change]) -> Result<(), Error> {
    for part in changes.chunks(PART) {
        let part: Vec<_> = part.iter().map(Change::lend).collect();
        index.change_batch(&part)?;
    }
    Ok(())
}

/// An index that notes its changes, until this goes.
pub(crate) struct Journaling(Arc<Instance>);

impl Journaling {
    pub(crate) fn begin(index: &Arc<Instance>) -> Self {
        index.succession.journal.begin();
        Self(index.clone())
    }
}

impl Drop for Journaling {
    fn drop(&mut self) {
        self.0.succession.journal.end();
    }
}

/// The old one with what its index keeps, ready to be followed by the next one.
struct Prepared<'a> {
    name: &'a str,
    old: &'a Arc<Instance>,
    plan: Plan,
    saved: Saved,
    /// Since when callers wait, or changes of the index do.
    begin: Instant,
    /// How long changes of the index waited while it was saved.
    waited: Duration,
    /// The changes that were made in both.
    followed: Vec<Change>,
    // Ends before changes go on.
    _journal: Option<Journaling>,
    /// Keeps changes of the index away.
    still: Option<Held<'a>>,
    /// The old one's files, as long as the next one does not serve.
    backup: Option<Backup>,
}

impl<'a> Prepared<'a> {
    /// Saves what the index keeps, if the next one loads that. Later changes of it wait, or are noted.
    ///
    /// If the next one is the version before, it loads what that one saved, and `kept` is it, as it may not read what this one saves.
    fn of(name: &'a str, old: &'a Arc<Instance>, plan: Plan, kept: Option<Kept>) -> Result<Self, ManagerError> {
        let mut prepared = Self {
            name,
            old,
            plan,
            saved: None,
            followed: Vec::new(),
            begin: Instant::now(),
            waited: Duration::ZERO,
            _journal: None,
            still: None,
            backup: None,
        };
        if let Some(recipe) = Recipe::of(old).filter(|_| plan.one_owner) {
            prepared.backup = recipe.options.begin_backup().map_err(|why| prepared.serves_on(why))?;
        }
        if plan.saved || plan.followed {
            prepared.hold()?;
        }
        let since = kept.and_then(|kept| {
            let changes = [kept.changes, old.succession.journal.take().ok()?].concat();
            Some(Arc::new(Kept { changes, ..kept }))
        });
        prepared._journal = plan.followed.then(|| Journaling::begin(old));
        if since.is_some() {
            prepared.saved = since;
        } else if let Some(index) = Handles::all_of(old).index.filter(|_| plan.saved) {
            prepared.saved = match index.save(0) {
                Ok(saved) => Some(Arc::new(Kept { by: name_of(old), bytes: Arc::new(saved), changes: Vec::new() })),
                Err(error) if error.kind() == ErrorKind::Unsupported => return Err(prepared.serves_on(UNSAVED)),
                Err(error) => return Err(prepared.serves_on(error)),
            };
        }
        if plan.followed {
            prepared.still = None;
            prepared.waited = prepared.begin.elapsed();
        }
        Ok(prepared)
    }

    fn serves_on(&self, why: impl Into<AnyError>) -> ManagerError {
        ManagerError::not_replaced(self.name, self.old, why)
    }

    fn hold(&mut self) -> Result<(), ManagerError> {
        let held = self.old.hold_changes(patience(self.old));
        let late = || self.serves_on("changes of the index under way do not end");
        self.still = Some(held.ok_or_else(late)?);
        Ok(())
    }

    /// Makes the changes in the new index that were noted. From then on they wait.
    fn catch_up(&mut self, new: &Registration) -> Result<(), ManagerError> {
        if !self.plan.followed {
            return Ok(());
        }
        // Most of them beside others, so that few are left when nobody may change it.
        for _ in 0..ROUNDS {
            if self.follow(new)? < PART {
                break;
            }
        }
        self.begin = Instant::now();
        self.hold()?;
        self.follow(new).map(drop)
    }

    /// Makes the changes in the new index that were made in the old one since this was called last. How many there were.
    fn follow(&mut self, new: &Registration) -> Result<usize, ManagerError> {
        let changes = self.old.succession.journal.take().map_err(|why| self.serves_on(why))?;
        if let Some(mut index) = new.handles.index.clone() {
            change(&mut index, &changes).map_err(|why| self.serves_on(why))?;
        }
        let count = changes.len();
        self.followed.extend(changes);
        Ok(count)
    }
}

impl PluginManager {
    /// Gives the place that `moving` has, which is registered under `name`, to the instance that `make` makes.
    pub(crate) fn carry(
        &self,
        name: &str,
        moving: Moving,
        plan: Plan,
        kept: Option<Kept>,
        make: impl FnOnce(&Saved) -> Result<Registration, NotMade>,
    ) -> Result<Carried, ManagerError> {
        let old = &moving.instance().clone();
        let carried = Prepared::of(name, old, plan, kept).and_then(|mut prepared| {
            let (new, moving) = self.make_next(&mut prepared, moving, make)?;
            prepared.catch_up(&new)?;
            self.settle(prepared, moving, &new)
        });
        carried.map_err(|error| match error {
            // It had ended before.
            ManagerError::NotReplaced(not) if old.has_ended() && !old.is_succeeded() => {
                ManagerError::NotReplaced(Box::new(Unreplaced { serves: false, ..*not }))
            }
            error => error,
        })
    }

    /// Makes the next one. If only one of them may be there, the old one ends before, and is made again if there is no next.
    fn make_next(
        &self,
        prepared: &mut Prepared<'_>,
        moving: Moving,
        make: impl FnOnce(&Saved) -> Result<Registration, NotMade>,
    ) -> Result<(Registration, Moving), ManagerError> {
        let (old, plan, patience) = (prepared.old, prepared.plan, patience(prepared.old));
        if plan.one_owner {
            moving.have_callers_wait();
            old.drain_and_close(patience).map_err(|error| prepared.serves_on(error))?;
        }
        let left = if plan.one_owner { old.leave(after(patience)) } else { Ok(()) };
        let left = left.map_err(|error| NotMade { keeps_files: error.kind() == ErrorKind::Busy, why: error.into() });
        let copied =
            left.and_then(|()| Ok(prepared.backup.as_ref().map_or(Ok(()), |copy| copy.fill(after(patience)))?));
        let is_touched = copied.is_ok();
        let made = copied.and_then(|()| make(&prepared.saved));
        let NotMade { why, keeps_files } =
            match made.and_then(|new| self.lacks(old, &new).map_or(Ok(new), |why| Err(NotMade::from(why)))) {
                Ok(new) => return Ok((new, moving)),
                Err(not) if !plan.one_owner => return Err(prepared.serves_on(not.why)),
                Err(not) => not,
            };
        let backup = prepared.backup.take().filter(|_| is_touched);
        let again = if keeps_files {
            Err("a call that does not end has its files".to_owned())
        } else {
            let files = backup.as_ref().map_or(Ok(()), Backup::put_back);
            files.and_then(|()| self.restore(old, &prepared.saved))
        };
        Err(match again {
            Ok(again) => {
                moving.to(&again.instance);
                prepared.serves_on(why)
            }
            Err(not) => {
                drop(moving);
                // Its sink was kept for the next one.
                say_ended();
                prepared.serves_on(why).but_lost(not, backup.map(Backup::keep))
            }
        })
    }

    /// Gives the place to the new one, and ends the old one.
    fn settle(&self, prepared: Prepared<'_>, moving: Moving, new: &Registration) -> Result<Carried, ManagerError> {
        let Prepared { name, old, plan, saved, followed, begin, waited, _journal, still, backup } = prepared;
        let next = new.instance.begin_move().map_err(|error| ManagerError::not_replaced(name, old, error))?;
        // From the first change on that it gets by itself.
        let journaling = saved.is_some().then(|| Journaling::begin(&new.instance));
        self.put(old, new)?;
        moving.to(&new.instance);
        drop(backup);
        let pause = if plan == Plan::BESIDE { Duration::ZERO } else { waited.max(begin.elapsed()) };
        // Closes the gate, so that changes that waited go on to the next one; then waits for the calls under way.
        let mut ended = old.shutdown_until(Instant::now());
        drop(still);
        if ended.as_ref().is_err_and(|error| error.kind() == ErrorKind::Busy) {
            ended = old.shutdown();
        }
        // A panic ended it before, and may be why it was replaced.
        let unended = ended.err().filter(|error| error.kind() != ErrorKind::Panicked);
        let replaced = Replaced { name: name.to_owned(), number: new.instance.number, pause, unended };
        let before = saved.map(|saved| {
            let changes = [&*saved.changes, &*followed].concat();
            Kept { by: saved.by.clone(), bytes: saved.bytes.clone(), changes }
        });
        Ok(Carried { replaced, moving: next, before, journaling })
    }

    /// Why `new` cannot be all that `old` is here.
    fn lacks(&self, old: &Instance, new: &Registration) -> Option<String> {
        let has = new.handles.kinds();
        let wanted = |registry: &Registry| {
            registry.entries().filter(|entry| entry.is_of(old)).fold(0, |kinds, entry| kinds | entry.kinds.0)
        };
        let name_of_new = |registry: &Registry| {
            let mut entries = registry.entries();
            entries.find(|entry| entry.is_of(&new.instance)).map(|entry| entry.name.to_string())
        };
        if let Some(name) = self.look(name_of_new)? {
            return Some(format!("the new one is registered already, as `{name}`"));
        }
        let missing = Kinds(self.look(wanted)? & !has.0);
        (missing.0 != 0).then(|| format!("`{}` has no kind {missing}", new.instance.info.name))
    }

    /// Makes the old one again, from what it was made.
    fn restore(&self, old: &Arc<Instance>, saved: &Saved) -> Result<Registration, String> {
        let recipe = Recipe::of(old).ok_or("it is a value of the application's")?.clone();
        let (saved, limit) = (saved.clone(), patience(old));
        let again = move || {
            let plugin = PluginInstance { instance: recipe.make().map_err(|error| error.to_string())? };
            load(&plugin.instance, &saved).map_err(|error| error.to_string())?;
            Ok::<_, String>(plugin)
        };
        let again = Registration::from(within("to make and load it", limit, again)??);
        self.put(old, &again).map_err(|error| error.to_string())?;
        Ok(again)
    }

    /// Registers `new` where `old` is.
    fn put(&self, old: &Arc<Instance>, new: &Registration) -> Result<(), ManagerError> {
        let mut registry = self.write()?;
        if registry.shut {
            return Err(ManagerError::ShutDown);
        }
        let is_sink = registry.entries().any(|entry| entry.is_of(old) && entry.kinds.0 & SOCH_KIND_OBSERVABILITY != 0);
        if !registry.exchange(old, new) {
            return Err(unknown(&registry, "extension", &old.info.name));
        }
        drop(registry);
        self.join(&new.instance);
        if let Some(sink) = new.handles.observability.clone().filter(|_| is_sink) {
            self.fan_out.exchange(old, sink, &self.metrics);
        }
        Ok(())
    }
}
