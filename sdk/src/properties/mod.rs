//! The properties that an extension says of itself once, so that its host can refuse what exceeds them.

pub(crate) mod compression;
pub(crate) mod index;
pub(crate) mod instance;
pub(crate) mod observability;
pub(crate) mod storage;

/// A figure of which the C ABI has 0 for none.
fn limit(figure: u64) -> Option<u64> {
    (figure != 0).then_some(figure)
}
