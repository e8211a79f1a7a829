use crate::instance::{Handles, Instance, Watch};
use crate::kind::Kind;
use crate::must::Must;
use crate::phase::Phase;
use sochdb_plugin_host::sdk::ExtensionInfo;
use sochdb_plugin_host::PluginLibrary;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

type Make = Box<dyn Fn(&str) -> Result<Handles, String> + Send + Sync>;

/// A plugin under test: makes instances, and knows what the contract leaves to it.
pub struct Subject {
    make: Make,
    config: String,
    info: ExtensionInfo,
    dimensions: Option<usize>,
    checksum: bool,
    watch: Watch,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Subject").field("info", &self.info).finish_non_exhaustive()
    }
}

impl Subject {
    /// A loaded library. In `config`, `{dir}` stands for a directory that each instance has alone.
    #[must_use]
    pub fn loaded(library: PluginLibrary, config: &str) -> Self {
        let info = library.info().clone();
        let make = move |config: &str| {
            let plugin = library.instance(config).map_err(|error| format!("create: {error}"))?;
            Ok(Handles::from(&plugin))
        };
        Self::new(Box::new(make), config, info)
    }

    /// An extension that is linked in; `make` makes one from its configuration.
    ///
    /// # Errors
    /// What `make` returns, and a directory that cannot be made.
    pub fn linked(
        make: impl Fn(&str) -> sochdb_plugin_host::sdk::Result<Handles> + Send + Sync + 'static,
        config: &str,
    ) -> Result<Self, String> {
        let make: Make = Box::new(move |config| make(config).must("create"));
        let mut subject = Self::new(make, config, ExtensionInfo::default());
        subject.info = subject.instance()?.info()?;
        Ok(subject)
    }

    fn new(make: Make, config: &str, info: ExtensionInfo) -> Self {
        Self { make, config: config.to_owned(), info, dimensions: None, checksum: false, watch: Arc::new(|_| {}) }
    }

    /// An index of vectors of this many `f32`s. Without it the suite finds out which keys the index takes.
    #[must_use]
    pub fn dimensions(mut self, dimensions: usize) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// A codec whose format finds every change of its bytes.
    #[must_use]
    pub fn checksum(mut self, has: bool) -> Self {
        self.checksum = has;
        self
    }

    /// Tells `watch` of each phase when it begins.
    #[must_use]
    pub fn watched(mut self, watch: impl Fn(Phase) + Send + Sync + 'static) -> Self {
        self.watch = Arc::new(watch);
        self
    }

    /// Who it is.
    #[must_use]
    pub fn info(&self) -> &ExtensionInfo {
        &self.info
    }

    /// Whether tests of this kind are for it.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        kind.capability().is_none_or(|capability| self.info.capabilities.contains(&capability))
    }

    pub(crate) fn vector_dimensions(&self) -> Option<usize> {
        self.dimensions
    }

    pub(crate) fn has_checksum(&self) -> bool {
        self.checksum
    }

    /// A new instance, with a new directory if its configuration names one.
    pub(crate) fn instance(&self) -> Result<Instance, String> {
        let mut config = self.config.clone();
        let mut directory = None;
        if config.contains("{dir}") {
            // Without the mode, the umask would decide who may read and write it.
            let only_mine = Permissions::from_mode(0o700);
            let made = tempfile::Builder::new().prefix("sochdb-check-").permissions(only_mine).tempdir();
            let made = made.must("cannot make a directory for the test")?;
            let path = made.path().to_str().ok_or("the directory for temporary files is not UTF-8")?;
            config = config.replace("{dir}", &path.replace('\\', "\\\\").replace('"', "\\\""));
            directory = Some(made);
        }
        (self.watch)(Phase::Create);
        let handles = (self.make)(&config);
        (self.watch)(Phase::Run);
        Ok(Instance::new(handles?, directory, self.watch.clone()))
    }
}
