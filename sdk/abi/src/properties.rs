//! What `describe` of every kind may say of its instance.

/// `flags` of the properties of every kind: a call leaves nothing in the instance that a later one sees, but its level, so one
/// that is made anew, or several, do as well. An instance of several kinds says in each what it says of itself.
pub const SOCH_PROPERTY_STATELESS: u64 = 4294967296;
/// `flags` of the properties of every kind: it has files of its own, and `create` fails where there are none.
pub const SOCH_PROPERTY_FILES: u64 = 8589934592;
/// `flags` of the properties of every kind: it has threads of its own.
pub const SOCH_PROPERTY_THREADS: u64 = 17179869184;
/// `flags` of the properties of every kind: it listens, or opens connections.
pub const SOCH_PROPERTY_NETWORK: u64 = 34359738368;
