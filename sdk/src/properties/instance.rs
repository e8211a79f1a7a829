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
    fn flags(self) -> [(u64, bool, &'static str); 4] {
        [
            (SOCH_PROPERTY_STATELESS, self.stateless, "stateless"),
            (SOCH_PROPERTY_FILES, self.has_files, "has files"),
            (SOCH_PROPERTY_THREADS, self.has_threads, "has threads"),
            (SOCH_PROPERTY_NETWORK, self.uses_network, "uses the network"),
        ]
    }

    /// Returns what one of both says.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::from_raw(self.as_raw() | other.as_raw())
    }

    pub(crate) fn as_raw(self) -> u64 {
        self.flags().iter().filter(|flag| flag.1).map(|flag| flag.0).sum()
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
        let said: Vec<&str> = self.flags().iter().filter(|flag| flag.1).map(|flag| flag.2).collect();
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
