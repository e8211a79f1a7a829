//! `forbid` does not let the macro allow what it emits.
//~ error[E0453]: allow(unsafe_code) incompatible with previous forbid
//~ export_plugin!(Xor: compression)
#![forbid(unsafe_code)]
use sochdb_plugin_sdk::prelude::*;

pub struct Xor;

impl Plugin for Xor {
    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }
}

impl CompressionExtension for Xor {
    fn algorithm(&self) -> &str {
        "xor"
    }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
}

export_plugin!(Xor: compression);
