//! The refusal of a plugin, and what it is of.

use crate::base::text::UntrustedText;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The error of a load that was refused, or of an instance that was not made. `Display` says what was found, without code or
/// remedy, for those who print them apart; `Debug`, which `unwrap` prints, gives code, text, remedy, and what it is of.
///
/// ```
/// use sochdb_plugin_host::{DynamicPluginLoader, Refusal, Step};
///
/// let refused = DynamicPluginLoader::new_trusted().verify("codec_xor.so").unwrap_err();
/// assert_eq!((refused.code(), refused.step()), ("E_PATH_NOT_ABSOLUTE", Step::Path));
/// assert_eq!(refused.path().and_then(|path| path.to_str()), Some("codec_xor.so"));
/// assert_eq!(refused.to_string(), "the path codec_xor.so is not absolute");
/// assert!(refused.remedy().starts_with("give the path from / on"));
/// assert!(matches!(refused.refusal(), Refusal::PathNotAbsolute { .. }));
/// ```
#[derive(Clone)]
pub struct LoadError {
    // A pointer, so that a result stays small.
    inner: Arc<Inner>,
}

struct Inner {
    refusal: Refusal,
    path: Option<PathBuf>,
    plugin: Option<String>,
    instance: Option<u64>,
}

impl LoadError {
    /// The error of what is at `path`, and of the plugin of this name; None for what nobody knew.
    pub(crate) fn new(refusal: Refusal, path: Option<&Path>, plugin: Option<&str>) -> Self {
        let (path, plugin) = (path.map(Path::to_owned), plugin.map(str::to_owned));
        Self { inner: Arc::new(Inner { refusal, path, plugin, instance: None }) }
    }

    /// The error of an instance that was made before.
    pub(crate) fn of_instance(refusal: Refusal, path: Option<&Path>, plugin: &str, instance: u64) -> Self {
        let (path, plugin) = (path.map(Path::to_owned), Some(plugin.to_owned()));
        Self { inner: Arc::new(Inner { refusal, path, plugin, instance: Some(instance) }) }
    }

    /// Returns the reason, with what was found.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        &self.inner.refusal
    }

    /// Returns the stable code of the reason, such as `E_DIR_WRITABLE`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.refusal().code()
    }

    /// Returns the step that refused.
    #[must_use]
    pub fn step(&self) -> Step {
        self.refusal().step()
    }

    /// Returns the remedy, in one line that is safe to print.
    #[must_use]
    pub fn remedy(&self) -> String {
        self.refusal().remedy()
    }

    /// Returns the path of the file that was refused, as it was given; None for a plugin that is linked in.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.inner.path.as_deref()
    }

    /// Returns the plugin's name; None if the refusal came before that was known.
    #[must_use]
    pub fn plugin(&self) -> Option<&str> {
        self.inner.plugin.as_deref()
    }

    /// Returns the number of the instance; None if there was none yet.
    #[must_use]
    pub fn instance(&self) -> Option<u64> {
        self.inner.instance
    }

    /// Returns the slot of the contract whose call failed, which can be `create`; None if none was called.
    #[must_use]
    pub fn slot(&self) -> Option<&str> {
        matches!(self.refusal(), Refusal::Create { .. }).then_some("create")
    }
}

impl std::error::Error for LoadError {}

/// The error of which nothing else is known.
impl From<Refusal> for LoadError {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal, None, None)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal().fmt(formatter)
    }
}

// `unwrap` and a `main` that returns it print this: what a person needs.
impl fmt::Debug for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.refusal())?;
        let path = self.path().map(|path| format!("path {}", UntrustedText::from(path)));
        let plugin = self.plugin().map(|plugin| format!("plugin {plugin}"));
        let instance = self.instance().map(|instance| format!("instance {instance}"));
        let known: Vec<String> = [path, plugin, instance].into_iter().flatten().collect();
        if known.is_empty() {
            return Ok(());
        }
        write!(formatter, " ({})", known.join(", "))
    }
}
