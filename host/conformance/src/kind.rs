//! Which plugins a test is for.

/// Which plugins a test is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Every plugin.
    Lifecycle,
    /// Those with a storage.
    Storage,
    /// Those with an index.
    Index,
    /// Those with a sink of metrics, spans and logs.
    Observability,
    /// Those with a codec.
    Compression,
}
