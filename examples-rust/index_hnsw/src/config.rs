//! The configuration of an instance.

use crate::metric::Metric;
use serde::Deserialize;
use sochdb_plugin_sdk::{Error, Result};
use std::ops::RangeInclusive;

const DIMENSIONS: RangeInclusive<usize> = 1..=4096;
/// The graph has room for twice 32 links of a vector.
const M: RangeInclusive<usize> = 2..=32;
pub(crate) const EF: RangeInclusive<usize> = 1..=4096;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// How many numbers a vector has.
    pub(crate) dimensions: usize,
    /// What distance means.
    #[serde(default)]
    pub(crate) metric: Metric,
    /// How many links a new vector gets on each layer; twice as many on the lowest.
    #[serde(default = "default_m")]
    pub(crate) m: usize,
    /// How many candidates for a link are looked at.
    #[serde(default = "default_ef_construction")]
    pub(crate) ef_construction: usize,
    /// How many candidates for a result are looked at.
    #[serde(default = "default_ef_search")]
    pub(crate) ef_search: usize,
}

fn default_m() -> usize {
    16
}

fn default_ef_construction() -> usize {
    200
}

fn default_ef_search() -> usize {
    64
}

impl Config {
    /// # Errors
    /// [`sochdb_plugin_sdk::ErrorKind::Invalid`] with the key that is outside its range.
    pub(crate) fn checked(self) -> Result<Self> {
        let values = [
            ("dimensions", self.dimensions, DIMENSIONS),
            ("m", self.m, M),
            ("ef_construction", self.ef_construction, self.m..=*EF.end()),
            ("ef_search", self.ef_search, EF),
        ];
        match values.into_iter().find(|(_, value, range)| !range.contains(value)) {
            None => Ok(self),
            Some((key, value, range)) => Err(Error::invalid(format!(
                "configuration: `{key}` is {value}, and must be {} to {}",
                range.start(),
                range.end()
            ))),
        }
    }
}
