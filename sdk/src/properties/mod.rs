//! What an extension says of itself once, so that its host can refuse what exceeds it.

mod compression;
mod index;
mod storage;

pub use compression::CompressionProperties;
pub use index::{DistanceMetric, IndexProperties, KeyElement};
pub use storage::StorageProperties;

/// A figure of which the C ABI has 0 for none.
fn limit(figure: u64) -> Option<u64> {
    (figure != 0).then_some(figure)
}
