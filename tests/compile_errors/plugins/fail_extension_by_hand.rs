//! `Extension` is implemented by hand, and by the macro.
//~ conflicting implementations of trait `Extension` for type `Xor`
//~ first implementation here
//~ export_plugin!(Xor: compression);
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

impl sochdb_plugin_sdk::Extension for Xor {
    fn info(&self) -> sochdb_plugin_sdk::ExtensionInfo {
        sochdb_plugin_sdk::extension_info!()
    }
}

export_plugin!(Xor: compression);
