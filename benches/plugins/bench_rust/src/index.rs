//! An index that holds nothing: what its calls cost is the boundary.

use crate::Bench;
use sochdb_plugin_sdk::prelude::*;

impl IndexExtension for Bench {
    fn index_type(&self) -> &str {
        "nothing"
    }
    fn build(&mut self, _: TableId, _: ColumnId, _: &[(RowId, &[u8])]) -> Result<()> {
        Ok(())
    }
    fn insert(&mut self, _: &[u8], _: RowId) -> Result<()> {
        Ok(())
    }
    fn delete(&mut self, _: &[u8], _: RowId) -> Result<()> {
        Ok(())
    }
    fn lookup_into(&self, _: &[u8], _: &mut RowIds<'_>) -> Result<()> {
        Ok(())
    }
    fn range_into(&self, _: &[u8], _: &[u8], _: usize, _: &mut RowIds<'_>) -> Result<()> {
        Ok(())
    }
    fn size_bytes(&self) -> Result<u64> {
        Ok(self.mixer.checked_step(0))
    }
}
