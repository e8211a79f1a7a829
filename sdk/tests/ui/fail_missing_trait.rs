//! The kind is named, its trait is missing.
//~ the trait bound `Xor: CompressionExtension` is not satisfied
//~ export_plugin!(Xor: compression)
use sochdb_plugin_sdk::prelude::*;

pub struct Xor;

impl Plugin for Xor {
    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }
}

export_plugin!(Xor: compression);
