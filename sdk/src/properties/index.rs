use crate::properties::instance::{of_its_instance, InstanceProperties};
use crate::properties::limit;
use sochdb_plugin_abi::*;
use std::mem::size_of;

/// The elements of which a key of an index consists.
///
/// ```
/// use sochdb_plugin_sdk::KeyElement;
///
/// assert_eq!(KeyElement::F32.bytes_of(16), Some(64));
/// assert_eq!(KeyElement::Bit.bytes_of(9), Some(2));
/// assert_eq!(KeyElement::Text.bytes_of(9), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyElement {
    /// Bytes, of any length.
    #[default]
    Bytes,
    /// 32-bit floating-point numbers in this machine's byte order.
    F32,
    /// 16-bit floating-point numbers by IEEE 754 in this machine's byte order.
    F16,
    /// Signed bytes.
    I8,
    /// Bits, the first one the lowest of its byte.
    Bit,
    /// A text in UTF-8.
    Text,
}

impl KeyElement {
    /// Returns the bytes of a vector of `dimensions` elements, or None if keys are no vectors.
    #[must_use]
    pub fn bytes_of(self, dimensions: u64) -> Option<u64> {
        match self {
            Self::Bytes | Self::Text => None,
            Self::F32 => dimensions.checked_mul(4),
            Self::F16 => dimensions.checked_mul(2),
            Self::I8 => Some(dimensions),
            Self::Bit => Some(dimensions / 8 + u64::from(dimensions % 8 != 0)),
        }
    }

    pub(crate) fn as_raw(self) -> u32 {
        match self {
            Self::Bytes => SOCH_ELEMENT_BYTES,
            Self::F32 => SOCH_ELEMENT_F32,
            Self::F16 => SOCH_ELEMENT_F16,
            Self::I8 => SOCH_ELEMENT_I8,
            Self::Bit => SOCH_ELEMENT_BIT,
            Self::Text => SOCH_ELEMENT_TEXT,
        }
    }

    pub(crate) fn from_raw(raw: u32) -> Self {
        match raw {
            SOCH_ELEMENT_F32 => Self::F32,
            SOCH_ELEMENT_F16 => Self::F16,
            SOCH_ELEMENT_I8 => Self::I8,
            SOCH_ELEMENT_BIT => Self::Bit,
            SOCH_ELEMENT_TEXT => Self::Text,
            _ => Self::Bytes,
        }
    }
}

/// How an index measures distances.
///
/// ```
/// use sochdb_plugin_sdk::{DistanceMetric, IndexProperties};
///
/// assert_eq!(IndexProperties::new().metric, DistanceMetric::Other);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DistanceMetric {
    /// A metric that has no name here, or no distances at all.
    #[default]
    Other,
    /// The Euclidean distance.
    L2,
    /// The square of the Euclidean distance.
    L2Squared,
    /// 1 minus the cosine of the angle.
    Cosine,
    /// Minus the inner product.
    InnerProduct,
}

impl DistanceMetric {
    fn as_raw(self) -> u32 {
        match self {
            Self::Other => SOCH_DISTANCE_OTHER,
            Self::L2 => SOCH_DISTANCE_L2,
            Self::L2Squared => SOCH_DISTANCE_L2_SQUARED,
            Self::Cosine => SOCH_DISTANCE_COSINE,
            Self::InnerProduct => SOCH_DISTANCE_INNER_PRODUCT,
        }
    }

    fn from_raw(raw: u32) -> Self {
        match raw {
            SOCH_DISTANCE_L2 => Self::L2,
            SOCH_DISTANCE_L2_SQUARED => Self::L2Squared,
            SOCH_DISTANCE_COSINE => Self::Cosine,
            SOCH_DISTANCE_INNER_PRODUCT => Self::InnerProduct,
            _ => Self::Other,
        }
    }
}

/// The properties of an index, which do not change: they depend on its configuration alone.
///
/// ```
/// use sochdb_plugin_sdk::{DistanceMetric, IndexProperties, KeyElement};
///
/// let properties = IndexProperties::new().with_vectors(KeyElement::F32, 16).with_metric(DistanceMetric::Cosine);
/// assert_eq!((properties.element, properties.dimensions), (KeyElement::F32, Some(16)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct IndexProperties {
    /// The elements of a key.
    pub element: KeyElement,
    /// How distances are measured.
    pub metric: DistanceMetric,
    /// The elements of each vector; None if that is not fixed.
    pub dimensions: Option<u64>,
    /// The bytes of the longest key; None if there is no limit, or none that is known.
    pub max_key: Option<u64>,
    /// The most neighbours of one search; None if there is no limit, or none that is known.
    pub max_neighbors: Option<u64>,
    /// Whether changes run beside each other and beside searches.
    pub concurrent_changes: bool,
    /// Whether changes and builds are seen for certain only after the next
    /// [`IndexExtension::flush`](crate::IndexExtension::flush).
    pub visible_after_flush: bool,
    /// The properties of the instance, whatever its kind.
    pub instance: InstanceProperties,
}

of_its_instance!(IndexProperties);

impl IndexProperties {
    /// Makes the properties of an index of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with keys that are vectors of `dimensions` elements; 0 if the number is not fixed.
    #[must_use]
    pub fn with_vectors(self, element: KeyElement, dimensions: u64) -> Self {
        Self { element, dimensions: limit(dimensions), ..self }
    }

    /// The same with keys that are texts.
    #[must_use]
    pub fn with_texts(self) -> Self {
        Self { element: KeyElement::Text, ..self }
    }

    /// The same with this metric.
    #[must_use]
    pub fn with_metric(self, metric: DistanceMetric) -> Self {
        Self { metric, ..self }
    }

    /// The same with keys of at most `bytes`; 0 is no limit.
    #[must_use]
    pub fn with_max_key(self, bytes: u64) -> Self {
        Self { max_key: limit(bytes), ..self }
    }

    /// The same with at most `neighbors` of one search; 0 is no limit.
    #[must_use]
    pub fn with_max_neighbors(self, neighbors: u64) -> Self {
        Self { max_neighbors: limit(neighbors), ..self }
    }

    /// The same with changes that run beside each other and beside all that takes `&self`. The host calls
    /// [`IndexExtension::insert_concurrently`](crate::IndexExtension::insert_concurrently) and its like then, in place of those
    /// that take `&mut self`. Whatever looks at a row meanwhile finds it or not; what is saved meanwhile has a change whole or
    /// not at all.
    #[must_use]
    pub fn with_concurrent_changes(self) -> Self {
        Self { concurrent_changes: true, ..self }
    }

    /// The same with changes and builds that are seen only after the next flush.
    #[must_use]
    pub fn visible_after_flush(self) -> Self {
        Self { visible_after_flush: true, ..self }
    }

    fn flags(&self) -> u64 {
        let concurrent = if self.concurrent_changes { SOCH_INDEX_CONCURRENT_CHANGES } else { 0 };
        self.instance.as_raw() | concurrent | if self.visible_after_flush { SOCH_INDEX_VISIBLE_AFTER_FLUSH } else { 0 }
    }

    /// Returns the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_index_properties {
        soch_index_properties {
            size: size_of::<soch_index_properties>(),
            flags: self.flags(),
            element: self.element.as_raw(),
            metric: self.metric.as_raw(),
            dimensions: self.dimensions.unwrap_or(0),
            max_key: self.max_key.unwrap_or(0),
            max_neighbors: self.max_neighbors.unwrap_or(0),
        }
    }

    /// Reads the struct of the C ABI.
    #[doc(hidden)]
    #[must_use]
    pub fn from_raw(raw: &soch_index_properties) -> Self {
        Self {
            element: KeyElement::from_raw(raw.element),
            metric: DistanceMetric::from_raw(raw.metric),
            dimensions: limit(raw.dimensions),
            max_key: limit(raw.max_key),
            max_neighbors: limit(raw.max_neighbors),
            concurrent_changes: raw.flags & SOCH_INDEX_CONCURRENT_CHANGES != 0,
            visible_after_flush: raw.flags & SOCH_INDEX_VISIBLE_AFTER_FLUSH != 0,
            instance: InstanceProperties::from_raw(raw.flags),
        }
    }
}
