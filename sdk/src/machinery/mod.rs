//! The functions that the code of [`export_plugin!`](crate::export_plugin) calls, and those that a host calls for an
//! extension that is linked in. Authors do not need it, and it may change with each release.

pub mod barrier;
pub mod boundary;
#[cfg(any(feature = "log", feature = "tracing"))]
pub(crate) mod events;
pub mod export;
pub mod instance;
#[cfg(feature = "layout")]
pub mod layout;
pub(crate) mod list;
pub mod panics;
pub mod records;
pub mod search;
pub mod shims;
pub(crate) mod system_thread;
