//! The smallest plugin: a codec that keeps no state.
#![deny(unsafe_code)]
use sochdb_plugin_sdk::prelude::*;

pub struct Xor;

impl Plugin for Xor {
    fn create(_: Host) -> Result<Self> {
        Ok(Self)
    }
}
#[rustfmt::skip]
impl CompressionExtension for Xor {
    fn algorithm(&self) -> &str { "xor" }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(&input.iter().map(|byte| byte ^ 0x5A).collect::<Vec<_>>())
    }
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> { self.compress_into(input, output) }
}
export_plugin!(Xor: compression);
