use crate::instance::host_services::default_services;
use crate::instance::limits::Limits;
use crate::loader::audit::Record;
use crate::loader::library::{self, Library};
use crate::loader::options::Options;
use crate::loader::permission::Permission;
use crate::loader::pipeline::{admit, Admitted};
use crate::loader::step_runner::Steps;
use crate::loader::steps::probe::ProbeOutcome;
use crate::loader::trust_source::RuleSource;
use crate::loader::trust_source::TrustFiles;
use crate::loader::worker::Worker;
use crate::plugin::recipe::Context;
use crate::plugin::PluginLibrary;
use crate::refusal::load_error::LoadError;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::plugin::verified::Verified;

/// A loader of plugins, from files that the caller trusts.
///
/// Each load runs the steps of [`Step`](crate::Step) in their order, and stops at the first that refuses. The bytes that were
/// checked are the bytes that run. Clones have the same options, and any thread may load, several at once.
///
/// ```no_run
/// use sochdb_plugin_host::DynamicPluginLoader;
///
/// let loader = DynamicPluginLoader::new_trusted().product("sochdb 2.1.0");
/// // SAFETY: whoever named the file trusts it.
/// let library = unsafe { loader.load("/usr/local/lib/sochdb/plugins/codec_xor.so")? };
/// let codec = library.instance("{}")?.compression()?;
/// # Ok::<(), sochdb_plugin_host::LoadError>(())
/// ```
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
/// | `verdict` | `loaded`, `probed`, `refused`, or `changed` of an instance |
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
    pub(crate) options: Options,
    pub(crate) context: Arc<Context>,
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
    /// Makes a loader that loads if whoever started the process allowed it: the variable
    /// [`SOCHDB_ALLOW_NATIVE_PLUGINS`](crate::ALLOW_VARIABLE) is `1`, `true`, `yes` or `on`, in any case and with space
    /// around it or not. The variable is read once, here; in a process with more rights than its user (set-user-ID, file
    /// capabilities) it does not count. The loader obeys the operator's trust files ([`TrustFiles::Operator`]).
    #[must_use]
    pub fn new() -> Self {
        Self::with(Permission::from_environment(), TrustFiles::Operator)
    }

    /// Makes a loader that loads because the program says so, whatever the environment. The loader obeys no trust files,
    /// unless [`DynamicPluginLoader::trust_files`] names some.
    #[must_use]
    pub fn new_trusted() -> Self {
        Self::with(Permission::Program, TrustFiles::Unused)
    }

    fn with(permission: Permission, files: TrustFiles) -> Self {
        let context = Context {
            services: default_services(),
            product: concat!("sochdb-plugin-host ", env!("CARGO_PKG_VERSION")).to_owned(),
            limits: Limits::default(),
            restoring: false,
            observer: None,
            #[cfg(feature = "recorder")]
            recorder: None,
        };
        Self { options: Options::new(permission, RuleSource::new(files)), context: Arc::new(context) }
    }

    /// Whether the loader loads anything. If not, [`DynamicPluginLoader::load`] refuses before any system call.
    ///
    /// Never blocks.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.options.permission.is_trusted()
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Loads the library at `path`, which must be absolute and without symbolic links. Bytes that were loaded before, from
    /// whatever path, are the same library.
    ///
    /// Blocks until it is loaded, at most for the [`load_limit`](Self::load_limit) until code of the plugin runs.
    ///
    /// # Safety
    /// The caller trusts the file as much as the program itself: its code runs with all rights of the process, from
    /// the library's constructors on.
    ///
    /// # Errors
    /// The refusal: [`LoadError::code`] is stable, [`LoadError::remedy`] says what to do. `{}` prints only what was found,
    /// `{:?}` code, text and remedy. A plugin that is refused before the step `probe` has run nothing, anywhere; one that
    /// is refused at it has run its constructors in the probe only; one that is refused at `open` or later may have run
    /// them here. Bytes that were refused after they had run are refused again without running again.
    pub unsafe fn load(&self, path: impl AsRef<Path>) -> Result<PluginLibrary, LoadError> {
        // SAFETY: the caller promises it.
        unsafe { self.open(self.ready(path.as_ref(), false)?) }
    }

    /// Admits the plugin at `path`, and if asked probes it.
    ///
    /// # Errors
    /// Those of [`DynamicPluginLoader::load`], up to there.
    pub(crate) fn ready<'a>(&self, path: &'a Path, probe: bool) -> Result<Ready<'a>, LoadError> {
        let mut observer = |outcome| self.context.tell(Some(path), outcome);
        let (mut steps, mut record) = (Steps::new(&mut observer, self.context.is_observed()), Record::default());
        let mut worker = Worker::new(self.options.load_limit);
        let admitted = admit(path, &self.options, &mut worker, &mut steps, &mut record);
        let ready = admitted.and_then(|admitted| match probe {
            true => library::run_probe(admitted, &self.options, &mut worker, &mut steps, &mut record),
            false => Ok((admitted, None)),
        });
        match &ready {
            Ok((admitted, _)) if probe => record.emit(path, Ok(admitted.audited())),
            Ok(_) => {}
            Err(error) => record.emit(path, Err(error)),
        }
        let (admitted, probed) = ready.map_err(|refusal| record.error(refusal, path))?;
        if probe {
            // It may be long until it is loaded, behind others.
            worker.rest();
        }
        Ok(Ready { path, admitted, probed, left: worker.left(), worker, record })
    }

    /// Loads the plugin that was admitted.
    ///
    /// # Safety
    /// The caller trusts the file as [`DynamicPluginLoader::load`] demands.
    ///
    /// # Errors
    /// Those of [`DynamicPluginLoader::load`], from there on.
    pub(crate) unsafe fn open(&self, ready: Ready<'_>) -> Result<PluginLibrary, LoadError> {
        let Ready { path, admitted, probed, left, mut worker, mut record } = ready;
        worker.go_on(left);
        let mut observer = |outcome| self.context.tell(Some(path), outcome);
        let mut steps = Steps::new(&mut observer, self.context.is_observed());
        // SAFETY: the caller promises it.
        let loaded = unsafe { Library::open(admitted, probed, &self.options, &mut worker, &mut steps, &mut record) };
        record.emit(path, loaded.as_ref().map(|(library, place)| library.audited(place)));
        let (library, place) = loaded.map_err(|refusal| record.error(refusal, path))?;
        Ok(PluginLibrary { library, place: Arc::new(place), context: self.context.clone() })
    }

    /// Decides as [`DynamicPluginLoader::load`] does, but stops before anything of the file runs, anywhere.
    ///
    /// Blocks until the files are read, at most for the [`load_limit`](Self::load_limit).
    ///
    /// # Errors
    /// Those of [`DynamicPluginLoader::load`], up to the step `dependencies`.
    pub fn verify(&self, path: impl AsRef<Path>) -> Result<Verified, LoadError> {
        let path = path.as_ref();
        let mut observer = |outcome| self.context.tell(Some(path), outcome);
        let (mut worker, mut record) = (Worker::new(self.options.load_limit), Record::default());
        let mut steps = Steps::new(&mut observer, self.context.is_observed());
        let admitted = admit(path, &self.options, &mut worker, &mut steps, &mut record);
        admitted.map(Verified::from).map_err(|refusal| record.error(refusal, path))
    }

    /// Decides as [`DynamicPluginLoader::load`] does, up to and including the probe: the constructors run in a process
    /// of their own, without rights where the kernel has Landlock, and nothing is loaded into this one.
    ///
    /// Blocks until the files are read and the probe has ended, at most for the [`load_limit`](Self::load_limit).
    ///
    /// # Errors
    /// Those of [`DynamicPluginLoader::load`], up to the step `probe`.
    pub fn probe(&self, path: impl AsRef<Path>) -> Result<Verified, LoadError> {
        self.ready(path.as_ref(), true).map(|ready| ready.admitted.into())
    }
}

/// A plugin that was admitted, and perhaps probed.
pub(crate) struct Ready<'a> {
    path: &'a Path,
    admitted: Admitted,
    probed: Option<ProbeOutcome>,
    worker: Worker,
    /// The part of the time for the load that is left.
    left: Duration,
    record: Record,
}
