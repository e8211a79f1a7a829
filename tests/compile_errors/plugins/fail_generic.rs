//! The type is generic, and nothing says for which types it is exported.
//~ cannot find type `T`
//~ export_plugin!(Xor<T>: compression);
use sochdb_plugin_sdk::prelude::*;

pub struct Xor<T>(T);

impl<T: Default + Send + Sync + 'static> Plugin for Xor<T> {
    fn create(_: Host) -> Result<Self> {
        Ok(Self(T::default()))
    }
}

impl<T: Send + Sync + 'static> CompressionExtension for Xor<T> {
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
export_plugin!(Xor<T>: compression);
