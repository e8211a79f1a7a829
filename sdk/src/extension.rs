use crate::error::Result;
use crate::host::Host;
use std::any::Any;
use std::fmt;

/// Who an extension is and how it starts and ends. A plugin gets it from
/// [`export_plugin!`](crate::export_plugin); an extension that is linked in implements it.
///
/// "The trait bound `Thing: Extension` is not satisfied" of a type that implements [`Plugin`] means that the crate does
/// not say `export_plugin!(Thing: …);` yet. Tests that use the type in process need it too.
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` is no extension yet",
        label = "nothing exports it, and it does not implement `Extension`",
        note = "say `export_plugin!({Self}: <its kinds>);` once in this crate, for instance `export_plugin!({Self}: compression);`; an extension that is only linked in implements `Extension` by hand"
    )
)]
pub trait Extension: AsAny + Send + Sync {
    /// Who it is.
    fn info(&self) -> ExtensionInfo;

    /// Starts work; the host calls it once, before any other method.
    ///
    /// # Errors
    /// The extension is not registered, and is dropped without [`Extension::shutdown`].
    fn init(&mut self) -> Result<()> {
        Ok(())
    }

    /// Stops work: writes what is buffered, closes files, joins threads. The host calls it once, after all other
    /// calls returned, and whatever the result, only drops the extension afterwards.
    ///
    /// # Errors
    /// What could not be written or closed.
    fn shutdown(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Gives a trait object its type back. Every type has it.
pub trait AsAny: Any {
    /// The extension's own type, to downcast to.
    fn as_any(&self) -> &dyn Any;
    /// The extension's own type, to downcast to.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<T: Any> AsAny for T {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// A type that [`export_plugin!`](crate::export_plugin) makes a plugin of: how an instance begins and ends.
#[cfg_attr(
    has_diagnostic_namespace,
    diagnostic::on_unimplemented(
        message = "`{Self}` does not say how an instance of it is made",
        label = "it does not implement `Plugin`",
        note = "write `impl Plugin for {Self}` with `fn create(host: Host) -> Result<Self>`"
    )
)]
pub trait Plugin: Sized + Send + Sync + 'static {
    /// Makes an instance. Several may live at a time, each with its own configuration.
    ///
    /// # Errors
    /// The host gives the text to whoever asked for the instance; say which key of the configuration is wrong.
    fn create(host: Host) -> Result<Self>;

    /// As [`Extension::shutdown`].
    ///
    /// # Errors
    /// What could not be written or closed.
    fn shutdown(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Who an extension is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtensionInfo {
    /// 1 to 63 of `A-Z a-z 0-9 _ . + -`.
    pub name: String,
    /// The extension's own version, 1 to 31 of the same characters.
    pub version: String,
    /// One sentence on what it does.
    pub description: String,
    /// Who made it.
    pub author: String,
    /// What it offers. The host fills it for what it loads or registers.
    pub capabilities: Vec<ExtensionCapability>,
}

impl ExtensionInfo {
    /// The info of an extension with this name and version.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self { name: name.into(), version: version.into(), ..Self::default() }
    }

    /// The same with this description.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The same with this author.
    #[must_use]
    pub fn with_author(mut self, author: impl Into<String>) -> Self {
        self.author = author.into();
        self
    }

    /// The same with these capabilities.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: Vec<ExtensionCapability>) -> Self {
        self.capabilities = capabilities;
        self
    }
}

/// [`ExtensionInfo`] of the crate that says it: name (or the one given), version, description and authors.
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

/// What an extension offers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtensionCapability {
    /// Tables of keys and values.
    Storage,
    /// An index over a column.
    Index,
    /// A sink of metrics, spans and logs.
    Observability,
    /// A codec.
    Compression,
    /// Rewrites query plans: `sochdb.query_optimizer/1`.
    QueryOptimizer,
    /// Says who may do what: `sochdb.auth/1`.
    Auth,
    /// A table of functions under this id, such as `com.vendor.thing/1`.
    Custom(String),
}

impl ExtensionCapability {
    /// The id of the optimizer's table.
    pub const QUERY_OPTIMIZER_ID: &'static str = "sochdb.query_optimizer/1";
    /// The id of the table of authentication and authorization.
    pub const AUTH_ID: &'static str = "sochdb.auth/1";

    /// The capability whose table has this id.
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
            Self::Storage => "storage",
            Self::Index => "index",
            Self::Observability => "observability",
            Self::Compression => "compression",
            Self::QueryOptimizer => Self::QUERY_OPTIMIZER_ID,
            Self::Auth => Self::AUTH_ID,
            Self::Custom(id) => id,
        })
    }
}
