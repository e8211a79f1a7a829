//! Vectors and their distances.

use fast_hnsw::distance::Distance;
use serde::Deserialize;
use sochdb_plugin_sdk::{Error, Result};
use std::mem::size_of;

/// What distance means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Metric {
    /// The euclidean distance.
    #[default]
    L2,
    /// 1 less the cosine of the angle.
    Cosine,
}

impl Metric {
    /// The distance of two keys, summed in `f64`.
    pub(crate) fn distance(self, a: &[u8], b: &[u8]) -> f32 {
        #[cfg(test)]
        crate::work::count();
        let pairs = || numbers(a).zip(numbers(b)).map(|(a, b)| (f64::from(a), f64::from(b)));
        match self {
            Self::L2 => pairs().map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt() as f32,
            Self::Cosine => {
                let (mut dot, mut a_square, mut b_square) = (0.0, 0.0, 0.0);
                for (a, b) in pairs() {
                    dot += a * b;
                    a_square += a * a;
                    b_square += b * b;
                }
                (1.0 - dot / (a_square.sqrt() * b_square.sqrt())).max(0.0) as f32
            }
        }
    }
}

/// Makes `vector` that of `key` as the graph compares it: of length 1 for the cosine, where the euclidean distance then
/// gives the same order.
///
/// # Errors
/// [`sochdb_plugin_sdk::ErrorKind::Invalid`] for a key of another length, a number that is not finite, and a vector
/// without direction under the cosine.
pub(crate) fn read(key: &[u8], dimensions: usize, metric: Metric, vector: &mut Vec<f32>) -> Result<()> {
    vector.clear();
    let expected = dimensions * size_of::<f32>();
    if key.len() != expected {
        return Err(Error::invalid(format!(
            "the vector has {} bytes, and must have {expected}: {dimensions} dimensions of {}",
            key.len(),
            size_of::<f32>()
        )));
    }
    if let Some((at, number)) = numbers(key).enumerate().find(|(_, number)| !number.is_finite()) {
        return Err(Error::invalid(format!("number {at} of the vector is {number}, and must be finite")));
    }
    if metric == Metric::L2 {
        vector.extend(numbers(key));
        return Ok(());
    }
    let length = numbers(key).map(|number| f64::from(number).powi(2)).sum::<f64>().sqrt();
    if length == 0.0 {
        return Err(Error::invalid("the vector is all zeros, which has no direction and so no cosine"));
    }
    vector.extend(numbers(key).map(|number| (f64::from(number) / length) as f32));
    Ok(())
}

fn numbers(key: &[u8]) -> impl Iterator<Item = f32> + '_ {
    key.chunks_exact(size_of::<f32>()).map(|bytes| f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// The euclidean distance, as the graph computes it.
pub(crate) struct Euclidean;

impl Distance for Euclidean {
    fn distance(&self, a: &[f32], b: &[f32]) -> f32 {
        #[cfg(test)]
        crate::work::count();
        const LANES: usize = 8;
        // Sums that do not wait for each other let the compiler use vector instructions.
        let mut sums = [0.0_f32; LANES];
        let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
        let rest = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
        for (a, b) in a_chunks.zip(b_chunks) {
            for lane in 0..LANES {
                let difference = a[lane] - b[lane];
                sums[lane] += difference * difference;
            }
        }
        let sum = rest + sums.iter().sum::<f32>();
        if (1e-30..1e37).contains(&sum) {
            return sum.sqrt();
        }
        // The square of a number that an f32 can hold need not fit into one.
        let square = |(a, b): (&f32, &f32)| (f64::from(*a) - f64::from(*b)).powi(2);
        a.iter().zip(b).map(square).sum::<f64>().sqrt() as f32
    }
}
