//! One instance takes the place of another, with what that one keeps. If anything fails, the old one serves on.

use crate::base::kinds::Kinds;
use crate::instance::end::say_ended;
use crate::instance::journal::Change;
use crate::instance::successor::{Held, Moving};
use crate::instance::Instance;
use crate::manager::error::{AnyError, ManagerError, Unreplaced};
use crate::manager::making::{within, NotMade};
use crate::manager::registration::{Handles, Registration};
use crate::manager::registry::Registry;
use crate::manager::{unknown, PluginManager};
use crate::plugin::recipe::Recipe;
use crate::plugin::PluginInstance;
use crate::sync::call_gate::after;
use sochdb_plugin_abi::{SOCH_KIND_INDEX, SOCH_KIND_OBSERVABILITY, SOCH_KIND_STORAGE};
use sochdb_plugin_sdk::{Error, ErrorKind, IndexExtension};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Why nothing takes the place of an index that stays where it is.
const UNSAVED: &str =
    "what its index keeps can be neither saved nor found in a `data_dir`: build another one and `replace` it";

/// So many changes go to the new index in one call.
const PART: usize = 1024;

/// How often the new index follows the old one while others change that.
const ROUNDS: usize = 8;

/// The bytes that an index saved, for the one that loads them.
pub(crate) type Saved = Option<Arc<Vec<u8>>>;

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

/// How one instance takes the place of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Whether the old one ends before the new one is made, as both cannot have the same files or port. Calls wait.
    pub(crate) one_owner: bool,
    /// Whether what the old index saves is loaded by the new one.
    pub(crate) saved: bool,
    /// Whether changes of the old index that are made meanwhile are made again in the new one. Searches and changes go on.
    pub(crate) followed: bool,
}

impl Plan {
    /// Both are there, and each has its own.
    pub(crate) const BESIDE: Self = Self { one_owner: false, saved: false, followed: false };
    /// Only one of them may be there.
    pub(crate) const ONE_OWNER: Self = Self { one_owner: true, saved: false, followed: false };

    /// The plan that loses nothing of what an instance of these kinds keeps.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn for_the_same(kinds: Kinds, old: &Instance, recipe: &Recipe) -> Result<Self, String> {
        let has = |kind: u32| kinds.0 & kind != 0;
        let has_files = recipe.options.has_data_dir();
        if has(SOCH_KIND_STORAGE) && !old.described.storage.durable {
            return Err("it does not keep its rows where the next one finds them, as it does not describe itself as \
                        durable: fill another one and `replace` it"
                .to_owned());
        }
        let saved = has(SOCH_KIND_INDEX) && !has_files;
        let one_owner = has(SOCH_KIND_STORAGE) || has(SOCH_KIND_OBSERVABILITY) || has_files;
        Ok(Self { one_owner, saved, followed: saved && !one_owner })
    }
}

/// The time that each part of a replacement has: callers wait four times as long.
pub(crate) fn patience(old: &Instance) -> Duration {
    old.limits.drain_timeout / 4
}

/// Loads into a new index what the old one saved.
pub(crate) fn load(new: &Arc<Instance>, saved: &Saved) -> Result<(), Error> {
    let Some(saved) = saved else { return Ok(()) };
    let index = Handles::all_of(new).index;
    let mut index = index.ok_or_else(|| new.error(ErrorKind::Unsupported, "is no index".to_owned()))?;
    index.load_from(saved).map(drop)
}

/// An old index that notes its changes, until this goes.
pub(crate) struct Journaling<'a>(&'a Instance);

impl<'a> Journaling<'a> {
    pub(crate) fn begin(old: &'a Instance) -> Self {
        old.succession.journal.begin();
        Self(old)
    }
}

impl Drop for Journaling<'_> {
    fn drop(&mut self) {
        self.0.succession.journal.end();
    }
}

/// Makes the changes in the new index that were made in the old one since this was called last. How many there were.
fn follow(old: &Instance, new: &Registration) -> Result<usize, AnyError> {
    let changes = old.succession.journal.take()?;
    let Some(mut index) = new.handles.index.clone() else { return Ok(0) };
    for part in changes.chunks(PART) {
        let part: Vec<_> = part.iter().map(Change::lend).collect();
        index.change_batch(&part)?;
    }
    Ok(changes.len())
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
    // Ends before changes go on.
    _journal: Option<Journaling<'a>>,
    /// Keeps changes of the index away.
    still: Option<Held<'a>>,
}

impl<'a> Prepared<'a> {
    /// Saves what the index keeps, if the next one loads that. Later changes of it wait, or are noted.
    fn of(name: &'a str, old: &'a Arc<Instance>, plan: Plan) -> Result<Self, ManagerError> {
        let mut prepared = Self {
            name,
            old,
            plan,
            saved: None,
            begin: Instant::now(),
            waited: Duration::ZERO,
            _journal: None,
            still: None,
        };
        if plan.saved || plan.followed {
            prepared.hold()?;
        }
        prepared._journal = plan.followed.then(|| Journaling::begin(old));
        if let Some(index) = Handles::all_of(old).index.filter(|_| plan.saved) {
            prepared.saved = match index.save(0) {
                Ok(saved) => Some(Arc::new(saved)),
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
            if follow(self.old, new).map_err(|why| self.serves_on(why))? < PART {
                break;
            }
        }
        self.begin = Instant::now();
        self.hold()?;
        follow(self.old, new).map_err(|why| self.serves_on(why)).map(drop)
    }
}

impl PluginManager {
    /// Gives the place that `moving` has, which is registered under `name`, to the instance that `make` makes. Returns the
    /// right to say who comes after that one, too.
    pub(crate) fn carry(
        &self,
        name: &str,
        moving: Moving,
        plan: Plan,
        make: impl FnOnce(&Saved) -> Result<Registration, NotMade>,
    ) -> Result<(Replaced, Moving), ManagerError> {
        let old = &moving.instance().clone();
        let carried = Prepared::of(name, old, plan).and_then(|mut prepared| {
            let (new, moving) = self.make_next(&prepared, moving, make)?;
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
        prepared: &Prepared<'_>,
        moving: Moving,
        make: impl FnOnce(&Saved) -> Result<Registration, NotMade>,
    ) -> Result<(Registration, Moving), ManagerError> {
        let Prepared { old, plan, saved, .. } = prepared;
        if plan.one_owner {
            moving.have_callers_wait();
            old.drain_and_close(patience(old)).map_err(|error| prepared.serves_on(error))?;
        }
        let left = if plan.one_owner { old.leave(after(patience(old))) } else { Ok(()) };
        let left = left.map_err(|error| NotMade { keeps_files: error.kind() == ErrorKind::Busy, why: error.into() });
        let made = left.and_then(|()| make(saved));
        let NotMade { why, keeps_files } =
            match made.and_then(|new| self.lacks(old, &new).map_or(Ok(new), |why| Err(NotMade::from(why)))) {
                Ok(new) => return Ok((new, moving)),
                Err(not) if !plan.one_owner => return Err(prepared.serves_on(not.why)),
                Err(not) => not,
            };
        let again = if keeps_files {
            Err("a call that does not end has its files".to_owned())
        } else {
            self.restore(old, saved)
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
                prepared.serves_on(why).but_lost(&not)
            }
        })
    }

    /// Gives the place to the new one, and ends the old one.
    fn settle(
        &self,
        prepared: Prepared<'_>,
        moving: Moving,
        new: &Registration,
    ) -> Result<(Replaced, Moving), ManagerError> {
        let Prepared { name, old, plan, begin, waited, _journal, still, .. } = prepared;
        let next = new.instance.begin_move().map_err(|error| ManagerError::not_replaced(name, old, error))?;
        self.put(old, new)?;
        moving.to(&new.instance);
        let pause = if plan == Plan::BESIDE { Duration::ZERO } else { waited.max(begin.elapsed()) };
        // Closes the gate, so that changes that waited go on to the next one; then waits for the calls under way.
        let mut ended = old.shutdown_until(Instant::now());
        drop(still);
        if ended.as_ref().is_err_and(|error| error.kind() == ErrorKind::Busy) {
            ended = old.shutdown();
        }
        // A panic ended it before, and may be why it was replaced.
        let unended = ended.err().filter(|error| error.kind() != ErrorKind::Panicked);
        Ok((Replaced { name: name.to_owned(), number: new.instance.number, pause, unended }, next))
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
