//! What a search looks for.

use crate::metric::Metric;
use sochdb_plugin_sdk::{Error, Labels, Result, RowFilter, Search};

pub(crate) struct Query<'a> {
    /// As it came.
    pub(crate) key: &'a [u8],
    /// As the graph compares vectors.
    pub(crate) vector: &'a [f32],
    pub(crate) metric: Metric,
    /// How many candidates are looked at.
    pub(crate) ef: usize,
    pub(crate) rows: RowFilter<'a>,
    /// How many rows the filter allows, if that is known.
    pub(crate) allowed: Option<usize>,
    pub(crate) exact: bool,
}

impl Query<'_> {
    /// How many of `vectors` are to be looked at so that `wanted` are among them whose rows are allowed.
    pub(crate) fn expected(&self, wanted: usize, vectors: usize) -> usize {
        match self.allowed {
            _ if self.exact => usize::MAX,
            None => wanted,
            Some(allowed) => wanted.saturating_mul(vectors.max(1)) / allowed.clamp(1, vectors.max(1)),
        }
    }
}

/// The number of candidates that this search asks for, or `usual`.
///
/// # Errors
/// [`sochdb_plugin_sdk::ErrorKind::Unsupported`] for a parameter that is not `ef`;
/// [`sochdb_plugin_sdk::ErrorKind::Invalid`] for one that is no number in its range.
pub(crate) fn ef(parameters: Labels<'_>, usual: usize) -> Result<usize> {
    parameters.iter().try_fold(usual, |_, &(name, value)| {
        if name != "ef" {
            return Err(Error::unsupported(&format!("parameter {name}")));
        }
        let (least, most) = (crate::config::EF.start(), crate::config::EF.end());
        let wrong = || Error::invalid(format!("`ef` is {value:?}, and must be {least} to {most}"));
        value.parse().ok().filter(|ef| crate::config::EF.contains(ef)).ok_or_else(wrong)
    })
}

/// How many rows a search may find, if that is known.
pub(crate) fn allowed(search: &Search<'_>) -> Option<usize> {
    search.rows.count().map(|rows| usize::try_from(rows).unwrap_or(usize::MAX))
}
