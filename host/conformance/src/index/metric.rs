//! Distances as an index describes them, and answers that miss nothing, where it can give them.

use crate::frame::must::{supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::inputs::keys::{numbers, Keys};
use sochdb_plugin_host::sdk::{DistanceMetric, Exactness, IndexExtension, KeyElement, RowId, Search};
use sochdb_plugin_host::Index;

/// The distance of two keys by this metric, in `f64`; None if it is not one of those that are known.
pub(crate) fn far(metric: DistanceMetric, keys: Keys, a: &[u8], b: &[u8]) -> Option<f64> {
    let (a, b) = (keys.numbers(a), keys.numbers(b));
    let sum = |of: fn(f64, f64) -> f64| a.iter().zip(&b).map(|(a, b)| of((*a).into(), (*b).into())).sum::<f64>();
    let square = || sum(|a, b| (a - b) * (a - b));
    Some(match metric {
        DistanceMetric::L2 => square().sqrt(),
        DistanceMetric::L2Squared => square(),
        DistanceMetric::Cosine => 1.0 - sum(|a, b| a * b) / (sum(|a, _| a * a) * sum(|_, b| b * b)).sqrt(),
        DistanceMetric::InnerProduct => -sum(|a, b| a * b),
        _ => return None,
    })
}

/// Whether a distance is the expected one, as near as an index with these elements computes it.
pub(crate) fn tells(keys: Keys, distance: f32, expected: f64) -> bool {
    let (share, least) = match keys {
        Keys::Vectors(KeyElement::F32, ..) => (1e-3, 1e-3),
        _ => (0.05, 0.02),
    };
    (f64::from(distance) - expected).abs() <= share * expected.abs() + least
}

/// Whether a row at this distance may have the key that is asked for: such rows are at 0, but by the inner product at minus the
/// square of its length. A metric that is not known is taken for one of the others.
pub(crate) fn is_at_itself(index: &Index, key: &[u8], distance: f32) -> bool {
    let described = index.describe();
    if described.metric != DistanceMetric::InnerProduct {
        return distance < 1e-5;
    }
    let square: f64 = numbers(described.element, key).iter().map(|number| f64::from(*number).powi(2)).sum();
    (f64::from(distance) + square).abs() < 1e-4 * square
}

/// The nearest rows: by an exact search, if the index has one.
pub(crate) fn exactly(index: &Index, query: &[u8], k: usize) -> Result<Vec<(RowId, f32)>, NotPassed> {
    match supported("search", index.search(&Search::new(query, k).exactly()))? {
        Some(found) => Ok(found.neighbors),
        None => index.nearest(query, k).must("nearest"),
    }
}

/// Whether [`exactly`] misses nothing.
pub(crate) fn is_exact(index: &Index, query: &[u8]) -> Result<bool, NotPassed> {
    let found = supported("search", index.search(&Search::new(query, 1).exactly()))?;
    Ok(found.is_some_and(|found| found.exactness == Exactness::Exact))
}
