use crate::frame::instance::{Handles, Instance, Watch};
use crate::frame::kind::Kind;
use crate::frame::measured::Measured;
use crate::frame::must::{unseen, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::outputs::Filled;
use crate::frame::phase::Phase;
use crate::frame::random::Random;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::sdk::{ErrorKind, ExtensionInfo};
use sochdb_plugin_host::{InstanceOptions, LinkedPlugin, LoadError, PluginLibrary, Refusal};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::sync::Arc;
use tempfile::TempDir;

/// Makes an instance from a configuration and what the application gives it.
type Make = Box<dyn Fn(&str, &InstanceOptions) -> Result<Handles, NotMade> + Send + Sync>;

/// Why there is no instance.
pub(crate) struct NotMade {
    /// The status of `create`, if it was called.
    pub(crate) kind: Option<ErrorKind>,
    pub(crate) why: String,
}

impl NotMade {
    fn of(error: &LoadError) -> Self {
        let kind = match error.refusal() {
            Refusal::Create { kind, .. } => Some(*kind),
            _ => None,
        };
        Self { kind, why: format!("create: {error}") }
    }
}

/// Takes figures.
type Receive = Box<dyn Fn(&Measured) + Send + Sync>;

/// Makes the command of a process that calls [`serve`](crate::serve) with the same subject.
type MakeChild = Box<dyn Fn() -> Result<Command, String> + Send + Sync>;

/// The place that the directory of an instance takes in a configuration.
const DIRECTORY: &str = "{dir}";
/// The name of the `data_dir` in that directory.
const DATA_DIR: &str = "data_dir";

/// A directory for one test, which goes with what is returned.
pub(crate) fn new_directory() -> Result<TempDir, NotPassed> {
    let mut builder = tempfile::Builder::new();
    Native::only_mine(builder.prefix("sochdb-check-"));
    builder.tempdir().must("cannot make a directory for the test")
}

/// A plugin under test: what makes its instances, and what its author says of it.
///
/// ```
/// use sochdb_plugin_conformance::{Kind, Subject};
/// use sochdb_plugin_host::sdk::NullObservability;
/// use sochdb_plugin_host::Observability;
///
/// let subject = Subject::linked(|_config| Ok(Observability::new(NullObservability)?.into()), "{}")?;
/// assert_eq!(subject.info().name, "null");
/// assert!(subject.has(Kind::Observability) && !subject.has(Kind::Storage));
/// # Ok::<(), String>(())
/// ```
pub struct Subject {
    make: Make,
    config: String,
    info: ExtensionInfo,
    is_loaded: bool,
    dimensions: Option<usize>,
    checksum: bool,
    seed: u64,
    alone: bool,
    /// Whether a plain write was seen to wait for an open transaction.
    pub(crate) writes_wait: AtomicBool,
    watch: Watch,
    measured: Receive,
    children: Option<MakeChild>,
    crash_points: Option<u32>,
    crash_point: Option<u32>,
    strict_disk: bool,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Subject").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Subject {
    /// Makes a subject of a loaded library. Each instance gets `config`, JSON text, with places of its own in that of
    /// `{dir}`, `{file}` and `{port}` as [`Filled`] has them, and another directory as its `data_dir`.
    #[must_use]
    pub fn loaded(library: PluginLibrary, config: &str) -> Self {
        let info = library.info().clone();
        let make = move |config: &str, options: &InstanceOptions| {
            let plugin = library.instance_with(config, options).map_err(|error| NotMade::of(&error))?;
            Ok(Handles::from(&plugin))
        };
        Self { is_loaded: true, ..Self::new(Box::new(make), config, info) }
    }

    /// Makes a subject of a plugin that is linked in, as [`Subject::loaded`] does of a library.
    #[must_use]
    pub fn linked_in(plugin: LinkedPlugin, config: &str) -> Self {
        let info = plugin.info().clone();
        let make = move |config: &str, options: &InstanceOptions| {
            let made = plugin.instance_with(config, options).map_err(|error| NotMade::of(&error))?;
            Ok(Handles::from(&made))
        };
        Self::new(Box::new(make), config, info)
    }

    /// Makes a subject of a value of the application. `make` makes an instance from its configuration, which is
    /// `config` as in [`Subject::loaded`], and returns its handles.
    ///
    /// # Errors
    /// What `make` returns for a first instance; a directory that cannot be made.
    pub fn linked(
        make: impl Fn(&str) -> sochdb_plugin_host::sdk::Result<Handles> + Send + Sync + 'static,
        config: &str,
    ) -> Result<Self, String> {
        let make: Make = Box::new(move |config, _| {
            make(config).map_err(|error| NotMade { kind: Some(error.kind()), why: format!("create: {error}") })
        });
        let mut subject = Self::new(make, config, ExtensionInfo::default());
        let info = subject.instance().and_then(|mut instance| instance.info());
        subject.info = info.map_err(|why| why.to_string())?;
        Ok(subject)
    }

    fn new(make: Make, config: &str, info: ExtensionInfo) -> Self {
        Self {
            make,
            config: config.to_owned(),
            info,
            is_loaded: false,
            dimensions: None,
            checksum: false,
            seed: 0,
            alone: false,
            writes_wait: AtomicBool::new(false),
            watch: Arc::new(|_| {}),
            measured: Box::new(|_| {}),
            children: None,
            crash_points: None,
            crash_point: None,
            strict_disk: false,
        }
    }

    /// Says that the index takes vectors of this many `f32`s. Otherwise the suite finds out which keys it takes.
    #[must_use]
    pub fn dimensions(mut self, dimensions: usize) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// Says whether the codec's format finds every change of its bytes: then damaged input must be an error.
    #[must_use]
    pub fn checksum(mut self, has: bool) -> Self {
        self.checksum = has;
        self
    }

    /// Makes the tests that draw numbers draw others: those of this seed. Without it the seed is 0, and each run draws the same.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Says that nothing else runs in the process beside the test, so that what the process has is the plugin's. Otherwise the
    /// tests that look for leaks and sockets are skipped, as they are on systems beside Linux.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Makes the tests call `watch` with each phase when it begins, from the thread of the test.
    #[must_use]
    pub fn watched(mut self, watch: impl Fn(Phase) + Send + Sync + 'static) -> Self {
        self.watch = Arc::new(watch);
        self
    }

    /// Makes the tests tell `receive` each figure that they find, from the thread of the test.
    #[must_use]
    pub fn measured(mut self, receive: impl Fn(&Measured) + Send + Sync + 'static) -> Self {
        self.measured = Box::new(receive);
        self
    }

    /// Says how another process is started that makes the same subject and calls [`serve`](crate::serve). Without it what needs one is
    /// skipped: what is left of a storage's or an index's files when its process is killed, or the power fails.
    ///
    /// The process gets its requests as its standard input, which must be left to it; what it prints is not read.
    ///
    /// # Panics
    /// Never. An error of `command` fails the test that needs it.
    #[must_use]
    pub fn children(mut self, command: impl Fn() -> Result<Command, String> + Send + Sync + 'static) -> Self {
        self.children = Some(Box::new(command));
        self
    }

    /// Makes the tests of crashes try this many points each, however long that takes. Without it they try some hundred, and end
    /// after a few seconds.
    #[must_use]
    pub fn crash_points(mut self, points: u32) -> Self {
        self.crash_points = Some(points);
        self
    }

    /// Makes the tests of crashes try the point of this number alone.
    #[must_use]
    pub fn crash_point(mut self, point: u32) -> Self {
        self.crash_point = Some(point);
        self
    }

    /// Says whether the disk of a test in which the power fails keeps what POSIX promises, and no more: what was not synced came
    /// there in any order, and a name only when its directory was synced. Otherwise it is as ext4, XFS and btrfs have it: names
    /// come in their order, and with a file that is synced, and so does what is written behind the end of a file.
    #[must_use]
    pub fn strict_disk(mut self, strict: bool) -> Self {
        self.strict_disk = strict;
        self
    }

    /// Returns name, version and capabilities of the plugin.
    #[must_use]
    pub fn info(&self) -> &ExtensionInfo {
        &self.info
    }

    /// Returns whether tests of this kind are for the plugin.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        kind.capability().is_none_or(|capability| self.info.capabilities.contains(&capability))
    }

    /// Whether its code is a library's, which this program loaded.
    pub(crate) fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    pub(crate) fn vector_dimensions(&self) -> Option<usize> {
        self.dimensions
    }

    pub(crate) fn has_checksum(&self) -> bool {
        self.checksum
    }

    /// Numbers for one purpose of a test, which `salt` tells from others: those of the subject's seed.
    pub(crate) fn random(&self, salt: u64) -> Random {
        Random::new(self.seed ^ salt)
    }

    /// Leaves out a test that looks at what the process has, where the system does not tell, or others may be at work in it.
    pub(crate) fn needs_the_process(&self) -> Result<(), NotPassed> {
        if let Some(why) = Native::UNSEEN {
            unseen!("{why}");
        }
        if !self.alone {
            unseen!("something else may run in this process, as nobody says with `Subject::alone` that nothing does");
        }
        Ok(())
    }

    /// Tells a figure.
    pub(crate) fn measure(&self, name: &'static str, at: f64, value: f64) {
        (self.measured)(&Measured { name, at, value });
    }

    pub(crate) fn has_children(&self) -> bool {
        self.children.is_some()
    }

    /// The command of the next child.
    pub(crate) fn child_command(&self) -> Result<Command, String> {
        self.children.as_ref().map_or_else(|| Err("there is no command for a child".to_owned()), |make| make())
    }

    /// Another process has the plugin from now on.
    pub(crate) fn is_elsewhere(&self) {
        (self.watch)(Phase::Elsewhere);
    }

    /// The one point that is wished for, and how many.
    pub(crate) fn crash_points_wished(&self) -> (Option<u32>, Option<u32>) {
        (self.crash_point, self.crash_points)
    }

    pub(crate) fn has_strict_disk(&self) -> bool {
        self.strict_disk
    }

    /// A new instance, with a new directory.
    pub(crate) fn instance(&self) -> Result<Instance, NotPassed> {
        self.instance_in(new_directory()?)
    }

    /// Where an instance with this directory keeps its data: what stands in the configuration around the first `{dir}`, or else
    /// its `data_dir`.
    pub(crate) fn place_of_data(&self, directory: &Path) -> PathBuf {
        let Some(at) = self.config.find(DIRECTORY) else { return directory.join(DATA_DIR) };
        let from = self.config[..at].rfind('"').map_or(0, |quote| quote + 1);
        let to = self.config[at..].find('"').map_or(self.config.len(), |quote| at + quote);
        PathBuf::from(self.config[from..to].replace(DIRECTORY, &directory.to_string_lossy()))
    }

    /// The instance that comes when this one is gone, in its directory.
    pub(crate) fn again(&self, instance: Instance) -> Result<Instance, NotPassed> {
        let directory = instance.directory();
        drop(instance);
        self.instance_in(directory)
    }

    /// A new instance with this directory.
    pub(crate) fn instance_in(&self, directory: impl Into<Arc<TempDir>>) -> Result<Instance, NotPassed> {
        self.made(&self.config, directory)
    }

    /// The configuration, with its places.
    pub(crate) fn config(&self) -> &str {
        &self.config
    }

    /// A new instance with another configuration.
    pub(crate) fn made(&self, config: &str, directory: impl Into<Arc<TempDir>>) -> Result<Instance, NotPassed> {
        let directory = directory.into();
        let filled = Filled::new(config, directory.path())?;
        let handles = self.handles_with(&filled, directory.path())?;
        Ok(Instance::new(handles, directory, filled.into_output(), self.watch.clone()))
    }

    /// The handles of a new instance with this directory, which stays when they are gone.
    pub(crate) fn handles_in(&self, directory: &Path) -> Result<Handles, NotPassed> {
        self.handles_with(&Filled::new(&self.config, directory)?, directory)
    }

    /// The handles of a new instance with this configuration, which `around` lets be made where the system is as it likes.
    pub(crate) fn handles_within<T>(
        &self,
        filled: &Filled,
        directory: &Path,
        around: impl FnOnce(&dyn Fn() -> Result<Handles, String>) -> T,
    ) -> T {
        (self.watch)(Phase::Create);
        let options = InstanceOptions::new().data_dir(directory.join(DATA_DIR));
        let made = around(&|| (self.make)(filled.config(), &options).map_err(|not| not.why));
        (self.watch)(Phase::Run);
        made
    }

    /// A new instance that the application gives other resources than all others; the directory is for its configuration.
    pub(crate) fn given(
        &self,
        options: &InstanceOptions,
        directory: TempDir,
    ) -> Result<Result<Instance, NotMade>, NotPassed> {
        let filled = Filled::new(&self.config, directory.path())?;
        (self.watch)(Phase::Create);
        let made = (self.make)(filled.config(), options);
        (self.watch)(Phase::Run);
        let instance = |handles| Instance::new(handles, directory.into(), filled.into_output(), self.watch.clone());
        Ok(made.map(instance))
    }

    fn handles_with(&self, filled: &Filled, directory: &Path) -> Result<Handles, NotPassed> {
        Ok(self.handles_within(filled, directory, |make| make())?)
    }
}
