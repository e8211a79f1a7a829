//! Nothing says how an instance is made.
//~ `Xor` does not say how an instance of it is made
//~ write `impl Plugin for Xor` with `fn create(host: Host) -> Result<Self>`
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
