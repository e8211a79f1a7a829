//! One index of tantivy in a folder of its own, from one build to the next.

use crate::failed;
use crate::fields::{Digest, Digests, Fields, ROW};
use crate::files::Files;
use sochdb_plugin_sdk::prelude::*;
use std::collections::HashSet;
use tantivy::indexer::IndexWriterOptions;
use tantivy::query::{EnableScoring, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Directory, Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyError};

/// Texts between two questions whether the call is to go on.
const ASK_EVERY: usize = 64;

/// What looks at the index: it finds what was flushed last.
#[derive(Clone)]
pub(crate) struct Looking {
    index: Index,
    fields: Fields,
    reader: IndexReader,
}

/// An index and its writer.
pub(crate) struct Generation {
    pub(crate) number: u64,
    pub(crate) looking: Looking,
    writer: IndexWriter,
    /// The failure by which a change was lost, and the system's number for it.
    lost: Option<(String, i32)>,
}

impl Looking {
    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    pub(crate) fn analyzer(&self) -> Result<TextAnalyzer> {
        self.index.tokenizer_for_field(self.fields.text).map_err(failed)
    }

    /// The rows with exactly this text, ascending.
    pub(crate) fn rows_of(&self, text: &str) -> Result<Vec<RowId>> {
        let (searcher, mut found) = (self.searcher(), Vec::new());
        let query = TermQuery::new(self.fields.whole(text), IndexRecordOption::Basic);
        let weight = query.weight(EnableScoring::disabled_from_searcher(&searcher)).map_err(failed)?;
        for segment in searcher.segment_readers() {
            let rows = segment.fast_fields().u64(ROW).map_err(failed)?.first_or_default_col(0);
            let alive = segment.alive_bitset();
            let mut see = |documents: &[u32]| {
                let alive = documents.iter().filter(|document| alive.is_none_or(|alive| alive.is_alive(**document)));
                found.extend(alive.map(|document| rows.get_val(*document)));
            };
            weight.for_each_no_score(segment, &mut see).map_err(failed)?;
        }
        found.sort_unstable();
        Ok(found)
    }
}

impl Generation {
    /// Makes an empty index in a folder that is empty.
    pub(crate) fn make(files: &Files, number: u64, memory: usize) -> Result<Self> {
        let made = Index::create_in_dir(files.folder(number), Fields::schema().0);
        Self::of(number, made.map_err(failed)?, memory)
    }

    pub(crate) fn open(files: &Files, number: u64, memory: usize) -> Result<Self> {
        let index = Index::open_in_dir(files.folder(number)).map_err(failed)?;
        let (schema, _) = Fields::schema();
        if index.schema() != schema {
            return Err(Error::unsupported("an index with other fields"));
        }
        Self::of(number, index, memory)
    }

    fn of(number: u64, index: Index, memory: usize) -> Result<Self> {
        let options = IndexWriterOptions::builder().memory_budget_per_thread(memory).num_merge_threads(1).build();
        let writer = index.writer_with_options(options).map_err(failed)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(failed)?;
        let looking = Looking { index, fields: Fields::schema().1, reader };
        Ok(Self { number, looking, writer, lost: None })
    }

    /// The watermark that was committed last.
    pub(crate) fn watermark(&self) -> Result<u64> {
        let payload = self.looking.index.load_metas().map_err(failed)?.payload;
        let number = payload.as_deref().and_then(|payload| payload.parse().ok());
        number.ok_or_else(|| Error::corruption("the index does not say up to which change it holds all"))
    }

    /// Adds entries to an index that a build fills, each pair of row and text once: those of `seen` are there already.
    pub(crate) fn fill(&mut self, entries: &[(RowId, &str)], seen: &mut HashSet<Digest>) -> Result<()> {
        for (done, part) in entries.chunks(ASK_EVERY).enumerate() {
            Call::current(|call| {
                call.go_on().map(|()| call.progress((done * ASK_EVERY) as u64, entries.len() as u64))
            })?;
            for (row, text) in part {
                let digests = Digests::new(*row, text);
                if seen.insert(digests.pair) {
                    let added = self.writer.add_document(self.looking.fields.document(*row, text, &digests));
                    added.map_err(|error| self.lose(error))?;
                }
            }
        }
        Ok(())
    }

    pub(crate) fn insert(&mut self, row: RowId, text: &str) -> Result<()> {
        let digests = Digests::new(row, text);
        self.writer.delete_term(self.looking.fields.pair(&digests));
        let added = self.writer.add_document(self.looking.fields.document(row, text, &digests));
        added.map(drop).map_err(|error| self.lose(error))
    }

    pub(crate) fn remove(&mut self, row: RowId, text: &str) {
        self.writer.delete_term(self.looking.fields.pair(&Digests::new(row, text)));
    }

    /// Writes all changes with the watermark, in one step; [`Self::holds_all`] says how that ended.
    pub(crate) fn commit(&mut self, watermark: u64) {
        if self.lost.is_some() {
            return;
        }
        let committed = self.writer.prepare_commit().and_then(|mut prepared| {
            prepared.set_payload(&watermark.to_string());
            prepared.commit()?;
            // Tantivy does so before it renames the file that makes the commit count, and not after: a power loss took the name back.
            Ok(self.looking.index.directory().sync_directory()?)
        });
        if let Err(error) = committed {
            self.lose(error);
        }
    }

    /// Fails if a change was lost.
    pub(crate) fn holds_all(&self) -> Result<()> {
        let Some((how, code)) = &self.lost else { return Ok(()) };
        let remedy = "make the instance anew, and repeat what came after the last flush";
        Err(Error::new(ErrorKind::Io, format!("a change was lost by: {how}; {remedy}")).with_code(*code))
    }

    /// Lets searches see what was committed.
    pub(crate) fn show(&self) -> Result<()> {
        self.looking.reader.reload().map_err(failed)
    }

    /// Ends the writer, and all of its threads.
    pub(crate) fn close(self) -> Result<()> {
        self.writer.wait_merging_threads().map_err(failed)
    }

    /// Notes that the writer may lack a change: its thread has ended, with what it held.
    fn lose(&mut self, error: TantivyError) -> Error {
        // Why a thread has ended, a commit says that waits for it. Nobody makes that commit.
        let is_of_a_thread = matches!(error, TantivyError::ErrorInThread(_));
        let why = if is_of_a_thread { self.writer.prepare_commit().map(drop).err() } else { None };
        let error = failed(why.unwrap_or(error));
        self.lost.get_or_insert_with(|| (error.message().to_owned(), error.code()));
        error
    }
}
