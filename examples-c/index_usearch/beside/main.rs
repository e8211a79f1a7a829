//! The plugin index_usearch beside usearch called directly: the same vectors, the same answers, how much time they take.
//!
//! `cargo run --release --manifest-path examples-c/index_usearch/Cargo.toml`; the variable `SOCH_ROWS` chooses how many
//! vectors, `-- library` prints where the plugin's library is. It fails if an answer differs, or if a filtered search finds
//! less than usearch with its own filter.

mod data;
mod direct;

use direct::{on_processor, Direct, Found};
use sochdb_plugin_host::sdk::{IndexExtension, RowFilter, RowId, Search};
use sochdb_plugin_host::{DynamicPluginLoader, Index};

const DIMENSIONS: usize = 96;
const QUERIES: usize = 100;
const K: usize = 10;
/// What the plugin takes for `ef_search`, and asks usearch for.
const EF: usize = 64;
const ROUNDS: usize = 7;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("library") {
        return println!("{}", env!("INDEX_USEARCH"));
    }
    let rows = std::env::var("SOCH_ROWS").map_or(2_000, |rows| rows.parse().expect("SOCH_ROWS is a number"));
    println!(
        "{rows} vectors of {DIMENSIONS}, the {K} nearest of {EF} candidates; us a search, recall of all {QUERIES}"
    );
    println!("{:<32}{:>10}{:>10}{:>8}{:>18}", "", "directly", "plugin", "ratio", "recall");
    for element in ["f32", "f16", "i8"] {
        compare(element, rows);
    }
}

/// An index made by both, with a row for each vector.
struct Both {
    direct: Direct,
    plugin: Index,
    queries: Vec<Vec<u8>>,
}

fn index(element: &str) -> Index {
    // SAFETY: the library is the one that this package built.
    let library = unsafe { DynamicPluginLoader::new_trusted().load(env!("INDEX_USEARCH")) }.expect("it loads");
    let config = format!(r#"{{"dimensions": {DIMENSIONS}, "element": "{element}", "ef_search": {EF}}}"#);
    library.instance(&config).expect("an instance").index().expect("an index")
}

fn compare(element: &str, rows: usize) {
    let vectors = data::vectors(element, DIMENSIONS, rows, 1);
    let mut both = Both {
        direct: Direct::new(DIMENSIONS, element, rows),
        plugin: index(element),
        queries: data::vectors(element, DIMENSIONS, QUERIES, 2),
    };
    let begin = on_processor();
    (0..).zip(&vectors).for_each(|(row, vector)| both.direct.add(row, vector));
    let directly = on_processor() - begin;
    let entries: Vec<(RowId, &[u8])> = (0..).zip(vectors.iter().map(Vec::as_slice)).collect();
    let begin = on_processor();
    both.plugin.build(1, 2, &entries).expect("it builds");
    let ratio = (on_processor() - begin) / directly;
    let each = |time: f64| 1e6 * time / rows as f64;
    let (directly, plugin) = (each(directly), each(directly * ratio));
    println!("{:<32}{directly:>10.2}{plugin:>10.2}{ratio:>8.3}", format!("{element}, built, each vector"));
    let all = vec![u64::MAX; rows.div_ceil(64)];
    both.time(&format!("{element}, nearest"), None, &all);
    let mut random = data::Random::new(3);
    for (name, one_in) in [("1 %", 100), ("10 %", 10), ("50 %", 2)] {
        let mut words = vec![0; rows.div_ceil(64)];
        (0..rows).filter(|_| random.next().is_multiple_of(one_in)).for_each(|row| words[row / 64] |= 1 << (row % 64));
        both.time(&format!("{element}, {name} of the rows"), Some(&words), &words);
    }
}

impl Both {
    /// Times the same searches by both, turn about, and compares what they find. `words` are the rows to choose from.
    fn time(&self, name: &str, filter: Option<&[u64]>, words: &[u64]) {
        let directly = |query: &[u8], found: &mut Found| match filter {
            None => self.direct.nearest(query, found),
            Some(words) => self.direct.filtered(query, words, false, found),
        };
        let plugin = |query: &[u8]| match filter {
            None => self.plugin.nearest(query, K).expect("it finds"),
            Some(words) => {
                let search = Search::new(query, K).among(RowFilter::bitmap(words));
                self.plugin.search(&search).expect("it finds").neighbors
            }
        };
        let (mut found, mut candidates) = (Found::new(K), Found::new(EF));
        let mut hits = [0; 2];
        for query in &self.queries {
            let there = self.direct.filtered(query, words, true, &mut found);
            let exact = found.rows[..there].to_vec();
            let there = directly(query, &mut candidates).min(K);
            let rows: Vec<u64> = plugin(query).iter().map(|(row, _)| *row).collect();
            assert!(filter.is_some() || rows == candidates.rows[..there], "{name}: {rows:?}, {:?}", candidates.rows);
            hits[0] += candidates.rows[..there].iter().filter(|row| exact.contains(row)).count();
            hits[1] += rows.iter().filter(|row| exact.contains(row)).count();
        }
        let [before, recall] = hits.map(|hits| hits as f64 / (K * self.queries.len()) as f64);
        assert!(recall >= 0.97 * before, "{name}: usearch finds {before} of the nearest, the plugin {recall}");
        let mut times = [f64::MAX; 2];
        for _ in 0..ROUNDS {
            let begin = on_processor();
            for query in &self.queries {
                directly(query, &mut candidates);
            }
            times[0] = (on_processor() - begin).min(times[0]);
            let begin = on_processor();
            self.queries.iter().for_each(|query| drop(plugin(query)));
            times[1] = (on_processor() - begin).min(times[1]);
        }
        let ratio = times[1] / times[0];
        let [directly, plugin] = times.map(|time| 1e6 * time / self.queries.len() as f64);
        println!("{name:<32}{directly:>10.2}{plugin:>10.2}{ratio:>8.3}{before:>9.4}{recall:>9.4}");
    }
}
