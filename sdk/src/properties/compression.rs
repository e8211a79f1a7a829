use crate::properties::instance::{of_its_instance, InstanceProperties};
use crate::properties::limit;
use sochdb_plugin_abi::*;
use std::mem::size_of;
use std::ops::RangeInclusive;

/// The properties of a codec, which do not change: they depend on its configuration alone.
///
/// ```
/// use sochdb_plugin_sdk::CompressionProperties;
///
/// let properties = CompressionProperties::new().with_levels(1..=22, 3);
/// assert_eq!(properties.levels, Some(1..=22));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompressionProperties {
    /// The bytes of the longest input; None if there is no limit, or none that is known.
    pub max_input: Option<u64>,
    /// The levels that can be set; None if that is not known.
    pub levels: Option<RangeInclusive<i32>>,
    /// The level before the first one is set.
    pub default_level: i32,
    /// The properties of the instance, whatever its kind.
    pub instance: InstanceProperties,
}

of_its_instance!(CompressionProperties);

impl CompressionProperties {
    /// Makes the properties of a codec of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with inputs of at most `bytes`; 0 is no limit.
    #[must_use]
    pub fn with_max_input(self, bytes: u64) -> Self {
        Self { max_input: limit(bytes), ..self }
    }

    /// The same with these levels, and the one that it begins with.
    #[must_use]
    pub fn with_levels(self, levels: RangeInclusive<i32>, default_level: i32) -> Self {
        Self { levels: Some(levels), default_level, ..self }
    }

    /// Returns the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_compression_properties {
        let (min_level, max_level) = self.levels.as_ref().map_or((0, 0), |levels| (*levels.start(), *levels.end()));
        soch_compression_properties {
            size: size_of::<soch_compression_properties>(),
            flags: self.instance.as_raw() | if self.levels.is_some() { SOCH_COMPRESSION_LEVELS } else { 0 },
            max_input: self.max_input.unwrap_or(0),
            min_level,
            max_level,
            default_level: self.default_level,
            reserved: 0,
        }
    }

    /// Reads the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn from_raw(raw: &soch_compression_properties) -> Self {
        let has_levels = raw.flags & SOCH_COMPRESSION_LEVELS != 0;
        Self {
            max_input: limit(raw.max_input),
            levels: has_levels.then_some(raw.min_level..=raw.max_level),
            default_level: raw.default_level,
            instance: InstanceProperties::from_raw(raw.flags),
        }
    }
}
