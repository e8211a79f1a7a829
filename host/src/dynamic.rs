use crate::compression::Compression;
use crate::index::Index;
use crate::instance::Limits;
use crate::library::Library;
use crate::loader::{admit, Admitted, LoadError, Options, Place, Policy, StepOutcome, Steps, Trust};
use crate::observability::Observability;
use crate::plugin::{Context, PluginLibrary};
use crate::services::{HostServices, TracingServices};
use crate::storage::Storage;
use crate::{Digest, Facts, Note};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Loads plugins from files that the caller trusts.
///
/// Each load runs the steps of [`Step`](crate::Step) in their order, and stops at the first that refuses. The bytes that were
/// checked are the bytes that run. On success and on refusal one `tracing` event with target `sochdb_plugin::audit`
/// says so, with the fields `path`, `verdict`, `code`, `step`, `name`, `version`, `digest`.
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
    /// its user (set-user-ID, file capabilities) it does not count.
    pub fn new() -> Self {
        Self::with_trust(Trust::from_environment())
    }

    /// A loader that loads because the program says so, whatever the environment.
    pub fn new_trusted() -> Self {
        Self::with_trust(Trust::Program)
    }

    fn with_trust(trust: Trust) -> Self {
        let context = Context {
            services: Arc::new(TracingServices),
            product: concat!("sochdb-plugin-host ", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits::default(),
            observer: Arc::new(|_| {}),
        };
        Self { options: Options::new(trust), context: Arc::new(context) }
    }

    /// Whether it loads anything. If not, [`DynamicPluginLoader::load`] refuses before any system call.
    pub fn is_trusted(&self) -> bool {
        self.options.trust.is_trusted()
    }

    /// What plugins get from the application; the default is [`TracingServices`].
    pub fn services(self, services: Arc<dyn HostServices>) -> Self {
        self.with(|context| context.services = services)
    }

    /// Name and version of the application, as plugins see it, such as `sochdb 2.1.0`.
    pub fn product(self, product: &str) -> Self {
        self.with(|context| context.product = product.to_owned())
    }

    /// The most bytes that one call of a plugin may write; the default is 1 GiB.
    pub fn output_limit(self, bytes: u64) -> Self {
        self.with(|context| context.limits.output = bytes)
    }

    /// How long a call or a shutdown waits for other calls to end; the default is 30 s.
    pub fn patience(self, patience: Duration) -> Self {
        self.with(|context| context.limits.patience = patience)
    }

    /// Whether to look for plugins that write where they must not: guard bytes behind every room that is reserved.
    /// Slower; for tests of a plugin. Off by default.
    pub fn checking(self, on: bool) -> Self {
        self.with(|context| context.limits.checking = on)
    }

    /// Who is told how each step of a verification, a load and the making of an instance ended, in order. No lock is
    /// held then, so that it may load plugins itself; the steps from the identity to the version are told together.
    pub fn observer(self, observer: impl Fn(StepOutcome) + Send + Sync + 'static) -> Self {
        self.with(|context| context.observer = Arc::new(observer))
    }

    /// How much is demanded of where a plugin lies.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.options.policy = policy;
        self
    }

    /// The largest file that is looked at, in bytes; the default is 64 MiB.
    pub fn max_size(mut self, bytes: u64) -> Self {
        self.options.max_size = bytes;
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Context)) -> Self {
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
    /// was found, `{:?}` code, text and remedy. Up to and including the note nothing of the file has run. Bytes that
    /// were refused after they had run are refused again without running again.
    pub unsafe fn load(&self, path: impl AsRef<Path>) -> Result<PluginLibrary, LoadError> {
        let path = path.as_ref();
        let mut observer = |outcome| (self.context.observer)(outcome);
        let loaded = admit(path, &self.options, &mut observer).and_then(|admitted| {
            // SAFETY: the caller promises it.
            unsafe { Library::open(admitted, &mut Steps::new(&mut observer)) }
        });
        audit(path, loaded.as_ref());
        let (library, place) = loaded?;
        Ok(PluginLibrary { library, place: Arc::new(place), context: self.context.clone() })
    }

    /// Decides as [`DynamicPluginLoader::load`] does, but stops before anything of the file runs.
    ///
    /// # Errors
    /// As [`DynamicPluginLoader::load`], up to the note.
    pub fn verify(&self, path: impl AsRef<Path>) -> Result<Verified, LoadError> {
        let mut observer = |outcome| (self.context.observer)(outcome);
        let Admitted { digest, facts, note, .. } = admit(path.as_ref(), &self.options, &mut observer)?;
        Ok(Verified { digest, facts, note })
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

/// A file that would be loaded as far as can be said without running it.
#[derive(Clone, Debug)]
pub struct Verified {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// What its ELF file says.
    pub facts: Facts,
    /// What its note says.
    pub note: Note,
}

fn audit(path: &Path, loaded: Result<&(&'static Library, Place), &LoadError>) {
    let path = path.as_os_str().as_encoded_bytes().escape_ascii();
    match loaded {
        Ok((library, place)) => tracing::info!(
            target: "sochdb_plugin::audit",
            %path,
            verdict = "loaded",
            name = %library.entry.info.name,
            version = %library.entry.info.version,
            digest = %library.digest,
            owner = place.owner,
            mode = format_args!("{:04o}", place.mode),
        ),
        Err(error) => tracing::warn!(
            target: "sochdb_plugin::audit",
            %path,
            verdict = "refused",
            code = error.code(),
            step = error.step().name(),
            message = %error,
        ),
    }
}
