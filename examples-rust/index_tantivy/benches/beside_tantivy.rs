//! What tantivy does through the plugin beside the same calls of tantivy itself, in turns, in one run.

use sochdb_plugin_host::sdk::{IndexExtension, RowFilter, RowId, Search};
use sochdb_plugin_host::{DynamicPluginLoader, Index, InstanceOptions};
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use tantivy::collector::{FilterCollector, TopDocs};
use tantivy::query::QueryParser;
use tantivy::schema::{Field, Schema, FAST, INDEXED, TEXT};
use tantivy::{doc, IndexWriter, Searcher, TantivyDocument, Term};

const COUNT: u64 = 100_000;
/// How often each way has its turn.
const TURNS: usize = 21;
/// The searches of a turn.
const QUERIES: usize = 50;
const HEAP: usize = 64 << 20;

/// A number that looks random.
fn scrambled(number: u64) -> u64 {
    let number = (number ^ (number >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (number ^ (number >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 7
}

/// A word: the smaller its number, the more texts have it.
fn word(random: u64) -> String {
    let spread = (random % 10_000) as f64 / 10_000.0;
    format!("w{}", (20_000.0_f64.powf(spread)) as u64)
}

fn text(number: u64) -> String {
    let words = 10 + scrambled(number) % 60;
    (0..words).map(|at| word(scrambled(number * 101 + at))).collect::<Vec<_>>().join(" ")
}

fn queries(words: u64, quoted: bool) -> Vec<String> {
    let quote = if quoted { "\"" } else { "" };
    let query = |number: u64| {
        if quoted {
            // Two words that some text has beside each other.
            let text = text(scrambled(number) % COUNT);
            return format!("{quote}{}{quote}", text.split(' ').take(2).collect::<Vec<_>>().join(" "));
        }
        (0..words).map(|at| word(scrambled(number * 7 + at + 77_777_777))).collect::<Vec<_>>().join(" ")
    };
    (0..QUERIES as u64).map(query).collect()
}

/// Prints the medians of two ways, which take turns, and their ratio.
fn beside(what: &str, calls: u64, mut direct: impl FnMut(usize), mut plugin: impl FnMut(usize)) {
    let timed = |way: &mut dyn FnMut(usize), turn| {
        let start = Instant::now();
        way(turn);
        start.elapsed()
    };
    let mut times: [Vec<Duration>; 2] = Default::default();
    for turn in 0..TURNS {
        times[0].push(timed(&mut direct, turn));
        times[1].push(timed(&mut plugin, turn));
    }
    let [direct, plugin] = times.map(|mut times| {
        times.sort();
        times[TURNS / 2].as_nanos() as f64 / calls as f64 / 1000.0
    });
    println!("{what:34} tantivy {direct:9.1} us  plugin {plugin:9.1} us  {:.2} x", plugin / direct);
}

/// The plugin as cargo built it beside this program.
fn open(directory: &Path) -> Index {
    let library = std::env::current_exe().expect("this program").with_file_name("libindex_tantivy.so");
    // SAFETY: it was compiled from this source tree.
    let library = unsafe { DynamicPluginLoader::new_trusted().load(&library) }.expect("the plugin loads");
    let config = format!(r#"{{"writer_memory": {HEAP}}}"#);
    let options = InstanceOptions::new().data_dir(directory.join("plugin"));
    library.instance_with(&config, &options).expect("an instance").index().expect("an index")
}

/// tantivy itself, with what finds a row and its text again.
struct Direct {
    writer: IndexWriter,
    searcher: Searcher,
    parser: QueryParser,
    text: Field,
    row: Field,
}

impl Direct {
    fn new(directory: &Path) -> Self {
        let mut schema = Schema::builder();
        let row = schema.add_u64_field("row", FAST | INDEXED);
        let text = schema.add_text_field("text", TEXT);
        let path = directory.join("direct");
        std::fs::create_dir(&path).expect("a directory");
        let index = tantivy::Index::create_in_dir(path, schema.build()).expect("an index");
        let writer = index.writer_with_num_threads(1, HEAP).expect("a writer");
        let searcher = index.reader().expect("a reader").searcher();
        Self { writer, searcher, parser: QueryParser::for_index(&index, vec![text]), text, row }
    }

    fn document(&self, row: RowId, text: &str) -> TantivyDocument {
        doc!(self.row => row, self.text => text)
    }

    fn commit(&mut self) {
        self.writer.commit().expect("it is written");
        self.searcher = self.writer.index().reader().expect("a reader").searcher();
    }

    /// The rows that are found, nearest first.
    fn rows(&self, query: &str, k: usize, allowed: Option<u64>) -> Vec<(f32, RowId)> {
        let query = self.parser.parse_query(query).expect("a query");
        let top = TopDocs::with_limit(k).order_by_score();
        let found = match allowed {
            None => self.searcher.search(&query, &top),
            Some(step) => {
                let filter = FilterCollector::new("row".to_owned(), move |row: u64| row.is_multiple_of(step), top);
                self.searcher.search(&query, &filter)
            }
        };
        let rows: Vec<_> = (0..self.searcher.segment_readers().len() as u32)
            .map(|at| self.searcher.segment_reader(at).fast_fields().u64("row").expect("rows").first_or_default_col(0))
            .collect();
        let row = |(score, at): (f32, tantivy::DocAddress)| (score, rows[at.segment_ord as usize].get_val(at.doc_id));
        found.expect("it searches").into_iter().map(row).collect()
    }
}

fn main() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut index = open(directory.path());
    let mut direct = Direct::new(directory.path());
    let texts: Vec<String> = (0..COUNT).map(text).collect();
    let entries: Vec<(RowId, &[u8])> = (0..).zip(&texts).map(|(row, text)| (row, text.as_bytes())).collect();
    let start = Instant::now();
    (0..)
        .zip(&texts)
        .for_each(|(row, text)| _ = direct.writer.add_document(direct.document(row, text)).expect("added"));
    direct.commit();
    let direct_took = start.elapsed();
    let start = Instant::now();
    index.build(1, 2, &entries).expect("it is built");
    index.flush(1).expect("it is flushed");
    let plugin_took = start.elapsed();
    println!(
        "build of {COUNT} texts, once           tantivy {direct_took:?}  plugin {plugin_took:?}  {:.2} x",
        plugin_took.as_secs_f64() / direct_took.as_secs_f64()
    );

    let every_100th: Vec<RowId> = (0..COUNT).step_by(100).collect();
    let hundredth = RowFilter::sorted(&every_100th).expect("they ascend");
    for (what, queries, k, filter) in [
        ("1 word, 10 rows", queries(1, false), 10, None),
        ("any of 3 words, 10 rows", queries(3, false), 10, None),
        ("any of 8 words, 10 rows", queries(8, false), 10, None),
        ("any of 3 words, 1000 rows", queries(3, false), 1000, None),
        ("a phrase, 10 rows", queries(2, true), 10, None),
        ("any of 3 words, 10 of 1 % of rows", queries(3, false), 10, Some(100)),
    ] {
        let search = |query| {
            let search = Search::new(query, k);
            filter.map_or(search, |_| search.among(hundredth))
        };
        for query in &queries {
            let found = index.search(&search(query.as_bytes())).expect("it searches").neighbors;
            let scores: Vec<f32> = direct.rows(query, k, filter).into_iter().map(|(score, _)| score).collect();
            let same = scores.len() == found.len() && scores.iter().zip(&found).all(|(a, b)| (a + b.1).abs() < 1e-3);
            assert!(same, "{what}, {query}: tantivy finds {scores:?}, the plugin {found:?}");
        }
        beside(
            what,
            QUERIES as u64,
            |_| queries.iter().for_each(|query| _ = black_box(direct.rows(query, k, filter))),
            |_| queries.iter().for_each(|query| _ = black_box(index.search(&search(query.as_bytes())))),
        );
    }

    beside(
        "1000 texts replaced, and flushed",
        1000,
        |turn| {
            for row in (0..1000).map(|at| (turn as u64 * 1000 + at) % COUNT) {
                direct.writer.delete_term(Term::from_field_u64(direct.row, row));
                direct.writer.add_document(direct.document(row, &texts[row as usize])).expect("it is added");
            }
            direct.commit();
        },
        |turn| {
            for row in (0..1000).map(|at| (turn as u64 * 1000 + at) % COUNT) {
                index.insert(texts[row as usize].as_bytes(), row).expect("it is added");
            }
            index.flush(turn as u64 + 2).expect("it is flushed");
        },
    );
}
