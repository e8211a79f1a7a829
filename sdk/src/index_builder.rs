#[cfg(doc)]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
use crate::extension::AsAny;
use crate::ids::RowId;

/// A builder of an index: what [`IndexExtension::begin_build`](crate::IndexExtension::begin_build) returns. It owns what it
/// builds, so that the index is searched and changed meanwhile, and nobody sees its entries before
/// [`IndexExtension::finish_build`](crate::IndexExtension::finish_build) gets it back. One that is dropped leaves nothing.
///
/// One thread at a time uses it, and another may go on.
///
/// ```
/// use sochdb_plugin_sdk::prelude::*;
/// # use sochdb_plugin_sdk::{extension_info, Extension, ExtensionInfo};
/// use std::collections::BTreeSet;
///
/// #[derive(Default)]
/// struct Pairs(BTreeSet<(Vec<u8>, RowId)>);
/// # impl Extension for Pairs {
/// #     fn info(&self) -> ExtensionInfo { extension_info!() }
/// # }
///
/// impl IndexBuilder for Pairs {
///     fn add(&mut self, entries: &[(RowId, &[u8])]) -> Result<()> {
///         Call::current(|call| call.go_on())?;
///         self.0.extend(entries.iter().map(|(row, key)| (key.to_vec(), *row)));
///         Ok(())
///     }
/// }
///
/// impl IndexExtension for Pairs {
///     fn begin_build(&self, _: TableId, _: ColumnId) -> Result<Box<dyn IndexBuilder>> {
///         Ok(Box::<Self>::default())
///     }
///     fn finish_build(&mut self, builder: Box<dyn IndexBuilder>) -> Result<()> {
///         *self = *builder.downcast::<Self>()?;
///         Ok(())
///     }
///     // And the rest of an index.
/// #     fn index_type(&self) -> &str { "pairs" }
/// #     fn build(&mut self, _: TableId, _: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
/// #         self.0 = entries.iter().map(|(row, key)| (key.to_vec(), *row)).collect();
/// #         Ok(())
/// #     }
/// #     fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
/// #         self.0.insert((key.to_vec(), row));
/// #         Ok(())
/// #     }
/// #     fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
/// #         self.0.remove(&(key.to_vec(), row));
/// #         Ok(())
/// #     }
/// #     fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
/// #         self.0.iter().filter(|(have, _)| have == key).for_each(|(_, row)| rows.push(*row));
/// #         Ok(())
/// #     }
/// #     fn size_bytes(&self) -> Result<u64> { Ok(0) }
/// }
///
/// let mut index = Pairs::default();
/// index.insert(b"blue", 1)?;
/// let mut builder = index.begin_build(1, 2)?;
/// builder.add(&[(7, b"red"), (8, b"red")])?;
/// assert_eq!((index.lookup(b"blue")?, index.lookup(b"red")?), (vec![1], vec![]));
/// index.finish_build(builder)?;
/// assert_eq!((index.lookup(b"blue")?, index.lookup(b"red")?), (vec![], vec![7, 8]));
/// # Ok::<(), Error>(())
/// ```
pub trait IndexBuilder: AsAny + Send {
    /// Adds entries, rows with their keys, in any order; one that comes twice counts once.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a key that the index cannot take; what the builder reports. The first of the entries may be
    /// added then, and all of them may be added again. A builder that lost one fails when it is finished.
    fn add(&mut self, entries: &[(RowId, &[u8])]) -> Result<()>;
}

impl dyn IndexBuilder {
    /// Returns the builder as its own type.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for a builder of another type, which is gone then.
    pub fn downcast<B: IndexBuilder>(self: Box<Self>) -> Result<Box<B>> {
        self.into_any().downcast().map_err(|_| Error::invalid("a builder of another index"))
    }
}
