use crate::error::Result;
use crate::host::Host;
use std::any::Any;
use std::fmt;

/// The identity of an extension, and how it starts and ends. A plugin's type gets this from
/// [`export_plugin!`](crate::export_plugin); the type of an extension that is linked in implements it.
///
/// If the compiler says that a type with [`Plugin`] is no `Extension`, then `export_plugin!(Thing: …);` is missing in
/// its crate. Tests that use the type in process need it too.
///
/// ```
/// use sochdb_plugin_sdk::{extension_info, Extension, ExtensionInfo, Result};
///
/// struct Audit { unwritten: Vec<String> }
///
/// impl Extension for Audit {
///     fn info(&self) -> ExtensionInfo {
///         extension_info!("audit")
///     }
///     fn shutdown(&mut self) -> Result<()> {
///         self.unwritten.drain(..).for_each(|line| println!("{line}"));
///         Ok(())
///     }
/// }
/// assert_eq!(Audit { unwritten: Vec::new() }.info().name, "audit");
/// ```
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` is no extension yet",
        label = "nothing exports it, and it does not implement `Extension`",
        note = "say `export_plugin!({Self}: <its kinds>);` once in this crate, for instance `export_plugin!({Self}: compression);`; an extension that is only linked in implements `Extension` by hand"
    )
)]
pub trait Extension: AsAny + Send + Sync {
    /// Returns the name, the version and more of the extension.
    fn info(&self) -> ExtensionInfo;

    /// Starts the work of an extension that is linked in. The host calls it once, before all other methods but
    /// [`Extension::info`]. A plugin starts in [`Plugin::create`].
    ///
    /// # Errors
    /// Why it cannot start. Whoever gave the extension to the host gets the error, and the extension is dropped without
    /// [`Extension::shutdown`].
    fn init(&mut self) -> Result<()> {
        Ok(())
    }

    /// Stops work: writes what is buffered, and says if that fails. Files are closed and threads joined here or when the extension
    /// is dropped. The host calls it at most once, after all other calls returned, on any thread; not after a panic. Whatever the
    /// result, it then only drops the extension.
    ///
    /// # Errors
    /// What could not be written or closed.
    fn shutdown(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Methods that give a trait object its own type back. Every `'static` type has them.
///
/// ```
/// use sochdb_plugin_sdk::{AsAny, Extension, NullObservability};
///
/// let extension: &dyn Extension = &NullObservability;
/// assert!(extension.as_any().is::<NullObservability>());
///
/// // A box has a type too: dereference it.
/// let boxed: Box<dyn Extension> = Box::new(NullObservability);
/// assert!((*boxed).as_any().is::<NullObservability>());
/// ```
pub trait AsAny: Any {
    /// Returns the value as an [`Any`], to downcast to its own type.
    fn as_any(&self) -> &dyn Any;
    /// Returns the value as an [`Any`] that may be changed, to downcast to its own type.
    fn as_any_mut(&mut self) -> &mut dyn Any;
    /// Returns the value in its box as an [`Any`], to downcast to its own type.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<T: Any> AsAny for T {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// A type that [`export_plugin!`](crate::export_plugin) exports: how an instance of the plugin begins and ends.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
///
/// struct Dictionary { words: String }
///
/// impl Plugin for Dictionary {
///     fn create(host: Host) -> Result<Self> {
///         let directory = host.directory().ok_or_else(|| Error::failed("it needs words.txt beside the library"))?;
///         Ok(Self { words: std::fs::read_to_string(directory.join("words.txt")).or_failed()? })
///     }
/// }
/// assert!(Dictionary::create(Host::detached("{}")).is_err());
/// ```
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not say how an instance of it is made",
        label = "it does not implement `Plugin`",
        note = "write `impl Plugin for {Self}` with `fn create(host: Host) -> Result<Self>`"
    )
)]
pub trait Plugin: Sized + Send + Sync + 'static {
    /// Makes an instance. Several may live at a time, each with its own configuration, and several may be made at once.
    ///
    /// # Errors
    /// Why there is no instance, such as the key of the configuration that is wrong. Whoever asked for the instance reads
    /// the message.
    fn create(host: Host) -> Result<Self>;

    /// Stops the work of an instance, as [`Extension::shutdown`] does.
    ///
    /// # Errors
    /// What could not be written or closed.
    fn shutdown(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The identity of an extension.
///
/// ```
/// use sochdb_plugin_sdk::ExtensionInfo;
///
/// let info = ExtensionInfo::new("lru_cache", "1.2.0").with_description("Keeps the rows that were read last.");
/// assert_eq!((info.name.as_str(), info.version.as_str()), ("lru_cache", "1.2.0"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionInfo {
    /// The name: 1 to 63 of `A-Z a-z 0-9 _ . + -`, the first one a letter or digit.
    pub name: String,
    /// The extension's own version: 1 to 31 of the same characters, the first one a letter or digit.
    pub version: String,
    /// One sentence on what it does; may be empty.
    pub description: String,
    /// The people or the company that made it; may be empty.
    pub author: String,
    /// The kinds and the tables of functions that it offers. The host fills the list; what was in it does not count.
    pub capabilities: Vec<ExtensionCapability>,
}

impl ExtensionInfo {
    /// Makes the info of an extension with this name and version, and with the rest empty.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into(), ..Self::default() }
    }

    /// Sets the description.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Sets the author.
    #[must_use]
    pub fn with_author(mut self, author: impl Into<String>) -> Self {
        self.author = author.into();
        self
    }

    /// Sets the capabilities.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: Vec<ExtensionCapability>) -> Self {
        self.capabilities = capabilities;
        self
    }
}

/// Makes the [`ExtensionInfo`] of the crate that calls it, from its `Cargo.toml`: version, description, authors, and the
/// name if none is given.
///
/// ```
/// let info = sochdb_plugin_sdk::extension_info!("lru_cache");
/// assert_eq!(info.name, "lru_cache");
/// assert_eq!(info.version, env!("CARGO_PKG_VERSION"));
/// ```
#[macro_export]
macro_rules! extension_info {
    () => {
        $crate::extension_info!(env!("CARGO_PKG_NAME"))
    };
    ($name:expr) => {
        $crate::ExtensionInfo::new($name, env!("CARGO_PKG_VERSION"))
            .with_description(env!("CARGO_PKG_DESCRIPTION"))
            .with_author(env!("CARGO_PKG_AUTHORS"))
    };
}

macro_rules! capabilities {
    ($($kind:ident: $handle:ident, $bound:ident, $table:ident, $bit:ident, $what:literal;)+) => {
        /// Something that an extension offers: a kind, or a table of functions with an id. Displayed, it is the kind's
        /// name or the table's id.
        ///
        /// ```
        /// use sochdb_plugin_sdk::ExtensionCapability;
        ///
        /// assert_eq!(ExtensionCapability::from_id("sochdb.auth/1"), ExtensionCapability::Auth);
        /// assert_eq!(ExtensionCapability::from_id("com.vendor.thing/1").to_string(), "com.vendor.thing/1");
        /// assert_eq!(ExtensionCapability::Storage.to_string(), "storage");
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ExtensionCapability {
            $(#[doc = concat!("The kind `", stringify!($kind), "`: ", $what, ".")] $handle,)+
            /// The table `sochdb.query_optimizer/1`, which rewrites query plans.
            QueryOptimizer,
            /// The table `sochdb.auth/1`, which says who may do what.
            Auth,
            /// A table of functions under this id, such as `com.vendor.thing/1`.
            Custom(String),
        }

        impl ExtensionCapability {
            /// The id of the table of [`ExtensionCapability::QueryOptimizer`].
            pub const QUERY_OPTIMIZER_ID: &'static str = "sochdb.query_optimizer/1";
            /// The id of the table of [`ExtensionCapability::Auth`].
            pub const AUTH_ID: &'static str = "sochdb.auth/1";

            /// Returns the capability whose table has this id.
            #[must_use]
            pub fn from_id(id: &str) -> Self {
                match id {
                    Self::QUERY_OPTIMIZER_ID => Self::QueryOptimizer,
                    Self::AUTH_ID => Self::Auth,
                    id => Self::Custom(id.to_owned()),
                }
            }
        }

        impl fmt::Display for ExtensionCapability {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$handle => stringify!($kind),)+
                    Self::QueryOptimizer => Self::QUERY_OPTIMIZER_ID,
                    Self::Auth => Self::AUTH_ID,
                    Self::Custom(id) => id,
                })
            }
        }
    };
}

sochdb_plugin_abi::for_each_kind!(capabilities);
