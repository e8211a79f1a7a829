//! What tantivy keeps of a row with its text.

use sha2::{Digest, Sha256};
use sochdb_plugin_sdk::RowId;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions, FAST, INDEXED};
use tantivy::{TantivyDocument, Term};

/// The field of row numbers, by which a segment is asked for its column.
pub(crate) const ROW: &str = "row";

/// The fields of the schema.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    pub(crate) row: Field,
    /// The words, with their places.
    pub(crate) text: Field,
    /// The digest of the text, which finds it whole: a term of tantivy has at most 64 KiB.
    pub(crate) whole: Field,
    /// The digest of row and text, which removes the two together.
    pub(crate) pair: Field,
}

impl Fields {
    pub(crate) fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let words = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let fields = Self {
            row: schema.add_u64_field(ROW, FAST),
            text: schema.add_text_field("text", TextOptions::default().set_indexing_options(words)),
            whole: schema.add_bytes_field("whole", INDEXED),
            pair: schema.add_bytes_field("pair", INDEXED),
        };
        (schema.build(), fields)
    }

    pub(crate) fn whole(&self, text: &str) -> Term {
        Term::from_field_bytes(self.whole, &Sha256::digest(text))
    }

    pub(crate) fn pair(&self, row: RowId, text: &str) -> Term {
        Term::from_field_bytes(self.pair, &pair(row, text))
    }

    pub(crate) fn document(&self, row: RowId, text: &str) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_u64(self.row, row);
        document.add_text(self.text, text);
        document.add_bytes(self.whole, &Sha256::digest(text));
        document.add_bytes(self.pair, &pair(row, text));
        document
    }
}

/// The digest of a row with its text.
pub(crate) fn pair(row: RowId, text: &str) -> [u8; 32] {
    Sha256::new().chain_update(row.to_le_bytes()).chain_update(text).finalize().into()
}
