//! The properties that an extension described when it was made, in the form in which calls compare them.

use sochdb_plugin_sdk::{
    CompressionProperties, IndexProperties, InstanceProperties, ObservabilityProperties, StorageProperties,
};

/// The properties of an instance, and the bounds that follow from them as calls compare them.
pub(crate) struct Described {
    pub(crate) storage: StorageProperties,
    pub(crate) index: IndexProperties,
    pub(crate) observability: ObservabilityProperties,
    pub(crate) compression: CompressionProperties,
    /// The properties that one of its kinds says of it.
    pub(crate) instance: InstanceProperties,
    pub(super) storage_key: Lengths,
    pub(super) index_key: Lengths,
    pub(super) value: usize,
    pub(super) input: usize,
}

/// The lengths that are taken.
#[derive(Clone, Copy)]
pub(super) struct Lengths {
    pub(super) least: usize,
    /// The distance from the least length to the longest one.
    span: usize,
}

impl Lengths {
    fn between(least: usize, most: usize) -> Self {
        Self { least, span: most.saturating_sub(least) }
    }

    /// One comparison for both ends.
    #[inline]
    pub(super) fn take(self, length: usize) -> bool {
        length.wrapping_sub(self.least) <= self.span
    }
}

/// A limit as calls compare it; none is the largest number.
pub(super) fn most(figure: Option<u64>) -> usize {
    figure.and_then(|figure| usize::try_from(figure).ok()).unwrap_or(usize::MAX)
}

impl Described {
    pub(super) fn new(
        storage: StorageProperties,
        index: IndexProperties,
        observability: ObservabilityProperties,
        compression: CompressionProperties,
    ) -> Self {
        let vector = index.dimensions.and_then(|dimensions| index.element.bytes_of(dimensions));
        Self {
            storage_key: Lengths::between((!storage.takes_empty_key).into(), most(storage.max_key)),
            index_key: match vector.and_then(|bytes| usize::try_from(bytes).ok()) {
                Some(bytes) => Lengths::between(bytes, bytes),
                None => Lengths::between(0, most(index.max_key)),
            },
            value: most(storage.max_value),
            input: most(compression.max_input),
            instance: storage.instance.and(index.instance).and(observability.instance).and(compression.instance),
            storage,
            index,
            observability,
            compression,
        }
    }
}

impl Default for Described {
    /// Nothing is known, and all is taken.
    fn default() -> Self {
        Self::new(Default::default(), Default::default(), Default::default(), Default::default())
    }
}
