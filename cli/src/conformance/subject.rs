use super::{Kind, Must};
use sochdb_plugin_host::sdk::{Extension, ExtensionCapability, ExtensionInfo};
use sochdb_plugin_host::{Compression, Index, Observability, Plugin, PluginLibrary, Storage};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

/// The handles of one instance.
#[derive(Clone, Default)]
pub struct Handles {
    /// Its storage.
    pub storage: Option<Storage>,
    /// Its index.
    pub index: Option<Index>,
    /// Its sink.
    pub observability: Option<Observability>,
    /// Its codec.
    pub compression: Option<Compression>,
}

macro_rules! from_handle {
    ($($handle:ident: $field:ident),+) => {
        $(impl From<$handle> for Handles {
            fn from(handle: $handle) -> Self {
                Self { $field: Some(handle), ..Self::default() }
            }
        })+
    };
}

from_handle!(Storage: storage, Index: index, Observability: observability, Compression: compression);

impl From<&Plugin> for Handles {
    fn from(plugin: &Plugin) -> Self {
        Self {
            storage: plugin.storage().ok(),
            index: plugin.index().ok(),
            observability: plugin.observability().ok(),
            compression: plugin.compression().ok(),
        }
    }
}

impl Handles {
    /// Shuts the instance down, by one of its handles.
    pub(super) fn shutdown(&mut self) -> Result<(), String> {
        let handle: &mut dyn Extension = match self {
            Self { storage: Some(storage), .. } => storage,
            Self { index: Some(index), .. } => index,
            Self { observability: Some(observability), .. } => observability,
            Self { compression: Some(compression), .. } => compression,
            _ => return Err("the plugin has no kind that this suite knows".to_owned()),
        };
        handle.shutdown().must("shutdown")
    }

    fn info(&self) -> Option<ExtensionInfo> {
        let handles: [Option<&dyn Extension>; 4] = [
            self.storage.as_ref().map(|handle| handle as _),
            self.index.as_ref().map(|handle| handle as _),
            self.observability.as_ref().map(|handle| handle as _),
            self.compression.as_ref().map(|handle| handle as _),
        ];
        handles.into_iter().flatten().next().map(|handle| handle.info())
    }
}

/// An instance of the plugin under test, with a directory of its own.
pub struct Instance {
    // Ends before the directory that it may write to.
    handles: Handles,
    _directory: TempDir,
}

macro_rules! handle_of {
    ($($field:ident: $handle:ident),+) => {
        $(
            /// This handle of the instance.
            pub(super) fn $field(&mut self) -> Result<&mut $handle, String> {
                self.handles.$field.as_mut().ok_or_else(|| concat!("the plugin has no ", stringify!($field)).to_owned())
            }
        )+
    };
}

impl Instance {
    handle_of!(storage: Storage, index: Index, observability: Observability, compression: Compression);

    pub(super) fn handles(&mut self) -> &mut Handles {
        &mut self.handles
    }

    pub(super) fn info(&self) -> Result<ExtensionInfo, String> {
        self.handles.info().ok_or_else(|| "the plugin has no kind that this suite knows".to_owned())
    }
}

type Make = Box<dyn Fn(&str) -> Result<Handles, String> + Send + Sync>;

/// A plugin under test: makes instances, and knows what the contract leaves to it.
pub struct Subject {
    make: Make,
    config: String,
    info: ExtensionInfo,
    dimensions: Option<usize>,
    checksum: bool,
}

impl Subject {
    /// A loaded library. In `config`, `{dir}` stands for a directory that each instance has alone.
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
        Self { make, config: config.to_owned(), info, dimensions: None, checksum: false }
    }

    /// An index of vectors of this many `f32`s. Without it the suite finds out which keys the index takes.
    pub fn dimensions(mut self, dimensions: usize) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// A codec whose format finds every change of its bytes.
    pub fn checksum(mut self, has: bool) -> Self {
        self.checksum = has;
        self
    }

    /// Who it is.
    pub fn info(&self) -> &ExtensionInfo {
        &self.info
    }

    /// Whether tests of this kind are for it.
    pub fn has(&self, kind: Kind) -> bool {
        let capability = match kind {
            Kind::Lifecycle => return true,
            Kind::Storage => ExtensionCapability::Storage,
            Kind::Index => ExtensionCapability::Index,
            Kind::Observability => ExtensionCapability::Observability,
            Kind::Compression => ExtensionCapability::Compression,
        };
        self.info.capabilities.contains(&capability)
    }

    pub(super) fn vector_dimensions(&self) -> Option<usize> {
        self.dimensions
    }

    pub(super) fn has_checksum(&self) -> bool {
        self.checksum
    }

    /// A new instance with a new directory.
    pub(super) fn instance(&self) -> Result<Instance, String> {
        // Without the mode, the umask would decide who may read and write it.
        let only_mine = Permissions::from_mode(0o700);
        let directory = tempfile::Builder::new().prefix("sochdb-check-").permissions(only_mine).tempdir();
        let directory = directory.must("cannot make a directory for the test")?;
        let path = directory.path().to_str().ok_or("the directory for temporary files is not UTF-8")?;
        let json = path.replace('\\', "\\\\").replace('"', "\\\"");
        let handles = (self.make)(&self.config.replace("{dir}", &json))?;
        Ok(Instance { handles, _directory: directory })
    }
}
