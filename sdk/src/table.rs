use crate::error::Result;
use crate::ids::TransactionId;
use crate::vec_writer::VecWriter;
use crate::writer::Writer;

/// A table of a storage, found once: what [`StorageExtension::open_table`](crate::StorageExtension::open_table)
/// returns. It owns what it needs, and is dropped before the storage's shutdown.
pub trait StorageTable: Send + Sync {
    /// As [`StorageExtension::get_into`](crate::StorageExtension::get_into).
    ///
    /// # Errors
    /// As there.
    fn get_into(&self, key: &[u8], value: &mut Writer<'_>) -> Result<bool>;

    /// As [`StorageExtension::put`](crate::StorageExtension::put).
    ///
    /// # Errors
    /// As there.
    fn put(&self, key: &[u8], value: &[u8], txn: TransactionId) -> Result<()>;

    /// The value of `key` in a new vector.
    ///
    /// # Errors
    /// As `get_into`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        let found = self.get_into(key, &mut VecWriter::new(&mut value, u64::MAX).writer())?;
        Ok(if found { Some(value) } else { None })
    }
}
