use crate::compression::Compression;
use crate::index::Index;
use crate::instance::Limits;
use crate::library::{self, Library};
use crate::loader::TrustFiles;
use crate::loader::{admit, Admitted, LoadError, Options, Permission, Record, RuleSource, StepOutcome, Steps, Worker};
use crate::observability::Observability;
use crate::plugin::{Context, PluginLibrary};
use crate::rehearsal::Rehearsed;
use crate::services::{HostServices, TracingServices};
use crate::storage::Storage;
use crate::trust::Policy;
use crate::{Digest, Facts, Note};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Loads plugins from files that the caller trusts.
///
/// Each load runs the steps of [`Step`](crate::Step) in their order, and stops at the first that refuses. The bytes that were
/// checked are the bytes that run.
///
/// # Audit
/// Each load, and each [`DynamicPluginLoader::probe`], ends in one `tracing` event with target
/// `sochdb_plugin::audit`: level `INFO` if it was accepted, `WARN` if it was refused, or changed the process. What was not
/// found out before a refusal is empty. The making of an instance has such a line, with verdict `changed`, if it changed the
/// process.
///
/// | field | what |
/// | --- | --- |
/// | `time` | UTC, RFC 3339, with milliseconds |
/// | `path` | as it was given, and as a shell reads it back: quoted where that is needed, what is not seen escaped |
/// | `verdict` | `loaded`, `probed` or `refused` |
/// | `code` | the code of the refusal, such as `E_DIR_WRITABLE`; see [`LoadError`] |
/// | `digest` | SHA-256 of the bytes, 64 hexadecimal digits |
/// | `policy` | the strictest policy that applied |
/// | `probe` | the probe's sandbox, or why there was no probe |
/// | `load_base` | where the library begins in memory, hexadecimal; accepted loads only |
/// | `build_id` | its build ID, hexadecimal |
/// | `name`, `version`, `publisher` | of the plugin, and who signed it; accepted only |
/// | `owner`, `mode` | of the file, the mode octal; accepted only |
/// | `step`, `message` | which step refused, and its words; refused only |
/// | `changes` | what the plugin's code changed of the process, see [`ProcessChange`](crate::ProcessChange), and whether it was put back |
///
#[doc = include_str!("symbols.md")]
#[derive(Clone)]
pub struct DynamicPluginLoader {
    options: Options,
    context: Arc<Context>,
}

impl std::fmt::Debug for DynamicPluginLoader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DynamicPluginLoader").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Default for DynamicPluginLoader {
    fn default() -> Self {
        Self::new()
    }
}

impl DynamicPluginLoader {
    /// A loader that loads if whoever started the process allowed it: `SOCHDB_ALLOW_NATIVE_PLUGINS` is `1`, `true`,
    /// `yes` or `on`, with any case and surrounding space. It is read once, here. In a process with more rights than
    /// its user (set-user-ID, file capabilities) it does not count. It obeys the operator's trust files
    /// ([`TrustFiles::Operator`]).
    pub fn new() -> Self {
        Self::with(Permission::from_environment(), TrustFiles::Operator)
    }

    /// A loader that loads because the program says so, whatever the environment. It obeys no trust files, unless
    /// [`DynamicPluginLoader::trust_files`] names some.
    pub fn new_trusted() -> Self {
        Self::with(Permission::Program, TrustFiles::Unused)
    }

    fn with(permission: Permission, files: TrustFiles) -> Self {
        let context = Context {
            services: Arc::new(TracingServices),
            product: concat!("sochdb-plugin-host ", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits::default(),
            restoring: false,
            observer: Arc::new(|_| {}),
        };
        Self { options: Options::new(permission, RuleSource::new(files)), context: Arc::new(context) }
    }

    /// Whether it loads anything. If not, [`DynamicPluginLoader::load`] refuses before any system call.
    pub fn is_trusted(&self) -> bool {
        self.options.permission.is_trusted()
    }

    /// What plugins get from the application; the default is [`TracingServices`].
    pub fn services(self, services: Arc<dyn HostServices>) -> Self {
        self.change(|context| context.services = services)
    }

    /// Name and version of the application, as plugins see it, such as `sochdb 2.1.0`.
    pub fn product(self, product: &str) -> Self {
        self.change(|context| context.product = product.to_owned())
    }

    /// The most bytes that one call of a plugin may write; the default is 1 GiB.
    pub fn output_limit(self, bytes: u64) -> Self {
        self.change(|context| context.limits.output = bytes)
    }

    /// How long a call or a shutdown waits for other calls to end; the default is 30 s.
    pub fn patience(self, patience: Duration) -> Self {
        self.change(|context| context.limits.patience = patience)
    }

    /// Whether to look for plugins that write where they must not, by guard bytes behind every room that is reserved, and
    /// for readers that change what they lend or keep the array that a cursor is given: what is lent is compared with a
    /// copy when its time ends, and the array is overwritten after each call. Slower; for tests of a plugin. Off by default.
    pub fn checking(self, on: bool) -> Self {
        self.change(|context| context.limits.checking = on)
    }

    /// Whether the program promises that none of its threads changes the working directory, the umask, the locale, the
    /// environment, what signals do, the limits, the timers or the standard descriptors while a plugin is loaded or makes an
    /// instance. Off by default.
    ///
    /// A load and the making of an instance leave the process as it was: the calling thread's floating-point environment,
    /// signal mask, locale and the like are put back always, and so are signal handlers in a plugin's code. What any thread may
    /// change is put back if the process has no other thread, or with this promise; otherwise a change that another
    /// thread meant could be lost. Each change is told in the audit line and to the observer, see [`ProcessChange`](crate::ProcessChange).
    pub fn restoring(mut self, on: bool) -> Self {
        self.options.restoring = on;
        self.change(|context| context.restoring = on)
    }

    /// Who is told how each step of a verification, a load and the making of an instance ended, in order. No lock is
    /// held then, so that it may load plugins itself; the steps from the identity to the version are told together.
    pub fn observer(self, observer: impl Fn(StepOutcome) + Send + Sync + 'static) -> Self {
        self.change(|context| context.observer = Arc::new(observer))
    }

    /// Whose decisions it obeys.
    pub fn trust_files(mut self, files: TrustFiles) -> Self {
        self.options.rules = RuleSource::new(files);
        self
    }

    /// What is demanded of every plugin; the default is [`Policy::Development`]. The trust files can demand more of a
    /// directory, not less. With a policy that the program gives, an operator's trust files need no home
    /// ([`TrustFiles::Operator`]).
    pub fn policy(mut self, policy: Policy) -> Self {
        self.options.policy = Some(policy);
        self
    }

    /// Whether the constructors run in a process of their own first, on by default, which costs a few milliseconds a
    /// library. [`Policy::Strict`] demands it whatever is said here. What it shows and what not is said in the crate's
    /// table of threats.
    ///
    /// A plugin that was built with a sanitizer needs it off: the sanitizer's library must be the first one of a program,
    /// which is started with it in `LD_PRELOAD`, and the probe inherits no environment.
    pub fn probing(mut self, on: bool) -> Self {
        self.options.probing = on;
        self
    }

    /// How long the constructors may take in that process; the default is 2 s.
    pub fn probe_limit(mut self, limit: Duration) -> Self {
        self.options.probe_limit = limit;
        self
    }

    /// How long a load may take in all, from the trust files to the probe, whose own limit counts within it; the default is
    /// 30 s. Then it is [`LoadError::Timeout`], also where a file system never answers: the thread that waits for it is left
    /// behind, and ends when it gets its answer. When 16 such threads wait, loads are refused at once. What the dynamic linker
    /// and the constructors do in this process after the probe is not limited.
    pub fn load_limit(mut self, limit: Duration) -> Self {
        self.options.load_limit = limit;
        self
    }

    /// Whether the kernel is asked if its policy (such as IPE or an integrity policy) lets the file run, by
    /// `AT_EXECVE_CHECK`, which Linux has since 6.14; an older one says nothing. The file must be executable then
    /// (`chmod a+x`). Off by default.
    pub fn exec_check(mut self, on: bool) -> Self {
        self.options.exec_check = on;
        self
    }

    /// The largest file that is looked at, in bytes; the default is 64 MiB.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.options.max_size = bytes;
        self
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    fn change(mut self, change: impl FnOnce(&mut Context)) -> Self {
        change(Arc::make_mut(&mut self.context));
        self
    }

    /// Loads the library at `path`, which is absolute and without symbolic links. Bytes that were loaded before are
    /// the same library.
    ///
    /// # Safety
    /// The caller trusts the file as much as the program itself: its code runs with all rights of the process, from
    /// the library's constructors on.
    ///
    /// # Errors
    /// Why it was refused: [`LoadError::code`] is stable, [`LoadError::remedy`] says what to do. `{}` prints only what
    /// was found, `{:?}` code, text and remedy. What is refused before the step `probe` has run
    /// nothing, anywhere; what is refused at it has run its constructors in the probe only; what is refused at `open` or
    /// later may have run them here. Bytes that were refused after they had run are refused again without running again.
    pub unsafe fn load(&self, path: impl AsRef<Path>) -> Result<PluginLibrary, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.open(self.ready(path.as_ref(), false)?) }
    }

    /// Admits the plugin at `path`, and if asked probes it.
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`], up to there.
    pub(crate) fn ready<'a>(&self, path: &'a Path, probe: bool) -> Result<Ready<'a>, LoadError> {
        let mut observer = |outcome| (self.context.observer)(outcome);
        let (mut steps, mut record) = (Steps::new(&mut observer), Record::default());
        let mut worker = Worker::new(self.options.load_limit);
        let admitted = admit(path, &self.options, &mut worker, &mut steps, &mut record);
        let ready = admitted.and_then(|admitted| match probe {
            true => library::rehearse(admitted, &self.options, &mut worker, &mut steps, &mut record),
            false => Ok((admitted, None)),
        });
        match &ready {
            Ok((admitted, _)) if probe => record.emit(path, Ok(admitted.audited())),
            Ok(_) => {}
            Err(error) => record.emit(path, Err(error)),
        }
        let (admitted, rehearsed) = ready?;
        if probe {
            // It may be long until it is loaded, behind others.
            worker.rest();
        }
        Ok(Ready { path, admitted, rehearsed, left: worker.left(), worker, record })
    }

    /// Loads what was admitted.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`].
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`], from there on.
    pub(crate) unsafe fn open(&self, ready: Ready<'_>) -> Result<PluginLibrary, LoadError> {
        let Ready { path, admitted, rehearsed, left, mut worker, mut record } = ready;
        worker.go_on(left);
        let mut observer = |outcome| (self.context.observer)(outcome);
        let mut steps = Steps::new(&mut observer);
        // SAFETY: the caller promises it.
        let loaded = unsafe { Library::open(admitted, rehearsed, &self.options, &mut worker, &mut steps, &mut record) };
        record.emit(path, loaded.as_ref().map(|(library, place)| library.audited(place)));
        let (library, place) = loaded?;
        Ok(PluginLibrary { library, place: Arc::new(place), context: self.context.clone() })
    }

    /// Decides as [`DynamicPluginLoader::load`] does, but stops before anything of the file runs, anywhere.
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`], up to the dependencies.
    pub fn verify(&self, path: impl AsRef<Path>) -> Result<Verified, LoadError> {
        let mut observer = |outcome| (self.context.observer)(outcome);
        let (mut worker, mut record) = (Worker::new(self.options.load_limit), Record::default());
        let mut steps = Steps::new(&mut observer);
        admit(path.as_ref(), &self.options, &mut worker, &mut steps, &mut record).map(Verified::from)
    }

    /// Decides as [`DynamicPluginLoader::load`] does, up to and including the probe: the constructors run in a process
    /// of their own, without rights where the kernel has Landlock, and nothing is loaded into this one.
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`], up to the dynamic linker's refusal.
    pub fn probe(&self, path: impl AsRef<Path>) -> Result<Verified, LoadError> {
        self.ready(path.as_ref(), true).map(|ready| ready.admitted.into())
    }

    /// Loads a plugin with this configuration and takes its storage.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`].
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`] and [`PluginLibrary::instance`].
    pub unsafe fn load_storage(&self, path: impl AsRef<Path>, config: &str) -> Result<Storage, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.load(path) }?.instance(config)?.storage()
    }

    /// Loads a plugin with this configuration and takes its index.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`].
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`] and [`PluginLibrary::instance`].
    pub unsafe fn load_index(&self, path: impl AsRef<Path>, config: &str) -> Result<Index, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.load(path) }?.instance(config)?.index()
    }

    /// Loads a plugin with this configuration and takes its sink of metrics, spans and logs.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`].
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`] and [`PluginLibrary::instance`].
    pub unsafe fn load_observability(&self, path: impl AsRef<Path>, config: &str) -> Result<Observability, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.load(path) }?.instance(config)?.observability()
    }

    /// Loads a plugin with this configuration and takes its codec.
    ///
    /// # Safety
    /// As for [`DynamicPluginLoader::load`].
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`] and [`PluginLibrary::instance`].
    pub unsafe fn load_compression(&self, path: impl AsRef<Path>, config: &str) -> Result<Compression, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.load(path) }?.instance(config)?.compression()
    }
}

/// A plugin that was admitted, and perhaps probed.
pub(crate) struct Ready<'a> {
    path: &'a Path,
    admitted: Admitted,
    rehearsed: Option<Rehearsed>,
    worker: Worker,
    /// How much of the time for it is left.
    left: Duration,
    record: Record,
}

/// A file that would be loaded as far as can be said without running it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verified {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// What its ELF file says.
    pub facts: Facts,
    /// What its note says.
    pub note: Note,
    /// The strictest policy that applies to it.
    pub policy: Policy,
    /// Who signed it, if its policy asks.
    pub publisher: Option<String>,
}

impl From<Admitted> for Verified {
    fn from(admitted: Admitted) -> Self {
        let Admitted { digest, facts, note, publisher, standing, .. } = admitted;
        Self { digest, facts, note, policy: standing.policy, publisher }
    }
}
