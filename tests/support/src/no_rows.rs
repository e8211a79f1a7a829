//! A storage without rows, for plugins that show something else.

/// The methods of a `StorageExtension` that keeps nothing, but `flush`; for inside of the `impl`.
#[macro_export]
macro_rules! keeps_no_rows {
    () => {
        fn get_into(&self, _: TableId, _: &[u8], _: &mut Writer<'_>) -> Result<bool> {
            Ok(false)
        }

        fn put(&self, _: TableId, _: &[u8], _: &[u8], _: TransactionId) -> Result<()> {
            Ok(())
        }

        fn delete(&self, _: TableId, _: &[u8], _: TransactionId) -> Result<()> {
            Ok(())
        }

        fn scan_into(&self, _: TableId, _: &[u8], _: &[u8], _: usize, _: &mut RowSink<'_>) -> Result<()> {
            Ok(())
        }
    };
}
