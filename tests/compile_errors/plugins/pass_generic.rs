//! A generic type is exported with its types.
use sochdb_plugin_sdk::prelude::*;

pub struct Xor<T>(T);

impl<T: Default + Send + Sync + 'static> Plugin for Xor<T> {
    fn create(_: Host) -> Result<Self> {
        Ok(Self(T::default()))
    }
}

impl<T: Send + Sync + 'static> CompressionExtension for Xor<T>
where
    Self: sochdb_plugin_sdk::Extension,
{
    fn algorithm(&self) -> &str {
        let _ = &self.0;
        "xor"
    }
    fn compress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
    fn decompress_into(&self, input: &[u8], output: &mut Writer<'_>) -> Result<()> {
        output.write(input)
    }
}

export_plugin!(Xor<u64>: compression);
