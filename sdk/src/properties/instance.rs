use sochdb_plugin_abi::*;

/// The properties of an instance, whatever its kinds. What is not said is not known.
///
/// ```
/// use sochdb_plugin_sdk::{CompressionProperties, StorageProperties};
///
/// let codec = CompressionProperties::new().stateless().instance;
/// assert!(codec.stateless && !codec.has_files);
/// let engine = StorageProperties::new().with_files().with_threads().instance;
/// assert_eq!(codec.and(engine).to_string(), "stateless, has files, has threads");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstanceProperties {
    /// Whether a call leaves nothing that a later one sees, but its level.
    pub stateless: bool,
    /// Whether it has files of its own.
    pub has_files: bool,
    /// Whether it has threads of its own.
    pub has_threads: bool,
    /// Whether it listens, or opens connections.
    pub uses_network: bool,
}

impl InstanceProperties {
    /// Returns what one of both says.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::from_raw(self.as_raw() | other.as_raw())
    }

    pub(crate) fn as_raw(self) -> u64 {
        // Without a branch, as every plugin has this.
        (u64::from(self.stateless) * SOCH_PROPERTY_STATELESS)
            | (u64::from(self.has_files) * SOCH_PROPERTY_FILES)
            | (u64::from(self.has_threads) * SOCH_PROPERTY_THREADS)
            | (u64::from(self.uses_network) * SOCH_PROPERTY_NETWORK)
    }

    pub(crate) fn from_raw(flags: u64) -> Self {
        let has = |flag| flags & flag != 0;
        Self {
            stateless: has(SOCH_PROPERTY_STATELESS),
            has_files: has(SOCH_PROPERTY_FILES),
            has_threads: has(SOCH_PROPERTY_THREADS),
            uses_network: has(SOCH_PROPERTY_NETWORK),
        }
    }
}

impl std::fmt::Display for InstanceProperties {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = [
            (self.stateless, "stateless"),
            (self.has_files, "has files"),
            (self.has_threads, "has threads"),
            (self.uses_network, "uses the network"),
        ];
        let said: Vec<&str> = all.iter().filter(|one| one.0).map(|one| one.1).collect();
        formatter.write_str(&said.join(", "))
    }
}

/// The part of the properties of each kind that is about the instance.
macro_rules! of_its_instance {
    ($properties:ident) => {
        impl $properties {
            /// The same of an instance in which a call leaves nothing that a later one sees, but its level.
            #[must_use]
            pub fn stateless(mut self) -> Self {
                self.instance.stateless = true;
                self
            }

            /// The same of an instance with files of its own.
            #[must_use]
            pub fn with_files(mut self) -> Self {
                self.instance.has_files = true;
                self
            }

            /// The same of an instance with threads of its own.
            #[must_use]
            pub fn with_threads(mut self) -> Self {
                self.instance.has_threads = true;
                self
            }

            /// The same of an instance that listens, or opens connections.
            #[must_use]
            pub fn with_network(mut self) -> Self {
                self.instance.uses_network = true;
                self
            }
        }
    };
}

pub(crate) use of_its_instance;
