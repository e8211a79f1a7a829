//! The macro names everything by its path: it works where nothing is imported and `Result` is another one.
/// The author's own.
pub type Result = u8;
mod codec {
    pub(crate) struct Xor;
    impl sochdb_plugin_sdk::Plugin for Xor {
        fn create(_: sochdb_plugin_sdk::Host) -> sochdb_plugin_sdk::Result<Self> {
            Ok(Self)
        }
    }
    impl sochdb_plugin_sdk::CompressionExtension for Xor {
        fn algorithm(&self) -> &str {
            "xor"
        }
        fn compress_into(&self, _: &[u8], _: &mut sochdb_plugin_sdk::Writer<'_>) -> sochdb_plugin_sdk::Result<()> {
            Ok(())
        }
        fn decompress_into(&self, _: &[u8], _: &mut sochdb_plugin_sdk::Writer<'_>) -> sochdb_plugin_sdk::Result<()> {
            Ok(())
        }
    }
}
sochdb_plugin_sdk::export_plugin!(codec::Xor: compression);
