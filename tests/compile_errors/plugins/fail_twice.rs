//! A library has one entry.
//~ the name `export_plugin_is_said_once_a_crate` is defined multiple times
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

pub struct Other;

impl Plugin for Other {
    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }
}

impl CompressionExtension for Other {
    fn algorithm(&self) -> &str {
        "other"
    }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
}

export_plugin!(Xor: compression);
export_plugin!(Other: compression);
