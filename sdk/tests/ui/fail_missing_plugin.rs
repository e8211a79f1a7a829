//! Nothing says how an instance is made.
//~ the trait bound `Xor: Plugin` is not satisfied
//~ export_plugin!(Xor: compression)
use sochdb_plugin_sdk::prelude::*;

pub struct Xor;

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
