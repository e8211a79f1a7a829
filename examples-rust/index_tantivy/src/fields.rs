//! What tantivy keeps of a row with its text.

use sha2::{Digest as _, Sha256};
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

/// The bytes of a digest: nobody finds two texts of the same 16. A dictionary of terms takes as long as they are.
const DIGEST: usize = 16;

pub(crate) type Digest = [u8; DIGEST];

/// What finds a text, and what removes it.
pub(crate) struct Digests {
    pub(crate) whole: Digest,
    pub(crate) pair: Digest,
}

impl Digests {
    pub(crate) fn new(row: RowId, text: &str) -> Self {
        let whole = whole(text);
        // Of the text's digest, so that it is read once.
        Self { whole, pair: cut(Sha256::new().chain_update(row.to_le_bytes()).chain_update(whole)) }
    }
}

fn whole(text: &str) -> Digest {
    cut(Sha256::new().chain_update(text))
}

fn cut(digest: Sha256) -> Digest {
    let mut cut = [0; DIGEST];
    cut.copy_from_slice(&digest.finalize()[..DIGEST]);
    cut
}

impl Fields {
    pub(crate) fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let words = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let fields = Self {
            row: schema.add_u64_field(ROW, FAST),
            text: schema.add_text_field("text", TextOptions::default().set_indexing_options(words)),
            whole: schema.add_bytes_field("text_digest", INDEXED),
            pair: schema.add_bytes_field("row_text_digest", INDEXED),
        };
        (schema.build(), fields)
    }

    pub(crate) fn whole(&self, text: &str) -> Term {
        Term::from_field_bytes(self.whole, &whole(text))
    }

    pub(crate) fn pair(&self, digests: &Digests) -> Term {
        Term::from_field_bytes(self.pair, &digests.pair)
    }

    pub(crate) fn document(&self, row: RowId, text: &str, digests: &Digests) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        document.add_u64(self.row, row);
        document.add_text(self.text, text);
        document.add_bytes(self.whole, &digests.whole);
        document.add_bytes(self.pair, &digests.pair);
        document
    }
}
