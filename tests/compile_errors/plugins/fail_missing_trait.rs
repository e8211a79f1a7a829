//! The kind is named, its trait is missing.
//~ `Xor` does not implement the kind `compression`
//~ write `impl CompressionExtension for Xor`, or leave `compression` out
use sochdb_plugin_sdk::prelude::*;

pub struct Xor;

impl Plugin for Xor {
    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }
}

export_plugin!(Xor: compression);
