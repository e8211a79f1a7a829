//! The observations of a histogram.

use crate::metrics::bounded::Bounded;
use crate::metrics::description::Kept;
use crate::metrics::exponential::Exponential;
use crate::metrics::log_linear::LogLinear;

/// Observations by size, in buckets of the application's choice.
pub(crate) enum Observations {
    LogLinear(LogLinear),
    Bounded(Bounded),
    Exponential(Exponential),
}

impl Observations {
    pub(crate) fn new(buckets: &Kept) -> Self {
        match buckets {
            Kept::LogLinear => Self::LogLinear(LogLinear::default()),
            Kept::Bounds(bounds) => Self::Bounded(Bounded::new(bounds.clone())),
            Kept::Exponential => Self::Exponential(Exponential::default()),
        }
    }

    /// Drops what is not finite: it would make the sum useless for ever.
    #[inline]
    pub(crate) fn add(&self, value: f64) {
        if !value.is_finite() {
            return;
        }
        match self {
            Self::LogLinear(observations) => observations.add(value),
            Self::Bounded(observations) => observations.add(value),
            Self::Exponential(observations) => observations.add(value),
        }
    }
}
