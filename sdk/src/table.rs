use crate::error::Result;
use crate::ids::TransactionId;
use crate::vec_writer::VecWriter;
use crate::writer::Writer;

/// A table of a storage, found once: what [`StorageExtension::open_table`](crate::StorageExtension::open_table)
/// returns. It owns what it needs, and is dropped before the storage's `shutdown`. Any thread may call it, several at
/// once.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
/// use std::collections::HashMap;
/// use std::sync::{Arc, PoisonError, RwLock};
///
/// /// What the storage keeps of this table, shared with it.
/// struct Orders(Arc<RwLock<HashMap<Vec<u8>, Vec<u8>>>>);
///
/// impl StorageTable for Orders {
///     fn get_into(&self, key: &[u8], value: &mut Writer<'_>) -> Result<bool> {
///         match self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
///             Some(found) => value.write(found).map(|()| true),
///             None => Ok(false),
///         }
///     }
///     fn put(&self, key: &[u8], value: &[u8], _: TransactionId) -> Result<()> {
///         self.0.write().unwrap_or_else(PoisonError::into_inner).insert(key.to_vec(), value.to_vec());
///         Ok(())
///     }
/// }
/// let orders = Orders(Arc::default());
/// orders.put(b"7", b"two loaves", 0)?;
/// assert_eq!(orders.get(b"7")?, Some(b"two loaves".to_vec()));
/// # Ok::<(), Error>(())
/// ```
pub trait StorageTable: Send + Sync {
    /// Writes the value of `key`, as [`StorageExtension::get_into`](crate::StorageExtension::get_into) does.
    ///
    /// # Errors
    /// The same as there.
    fn get_into(&self, key: &[u8], value: &mut Writer<'_>) -> Result<bool>;

    /// Stores `value` under `key`, as [`StorageExtension::put`](crate::StorageExtension::put) does.
    ///
    /// # Errors
    /// The same as there.
    fn put(&self, key: &[u8], value: &[u8], txn: TransactionId) -> Result<()>;

    /// Returns the value of `key` in a new vector; None if there is none.
    ///
    /// # Errors
    /// Those of [`StorageTable::get_into`].
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut value = Vec::new();
        let found = self.get_into(key, &mut VecWriter::new(&mut value, u64::MAX).writer())?;
        Ok(if found { Some(value) } else { None })
    }
}
