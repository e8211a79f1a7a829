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
use std::thread;

const DIMENSIONS: usize = 96;
const QUERIES: usize = 100;
const K: usize = 10;
/// What the plugin takes for `ef_search`, and asks usearch for.
const EF: usize = 64;
const ROUNDS: usize = 7;
const THREADS: usize = 2;

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
    let entries: Vec<(RowId, &[u8])> = (0..).zip(vectors.iter().map(Vec::as_slice)).collect();
    let mut both = Both {
        direct: Direct::new(DIMENSIONS, element, rows, 1),
        plugin: index(element),
        queries: data::vectors(element, DIMENSIONS, QUERIES, 2),
    };
    let each = |what: &str, directly: f64, plugin: f64| {
        let [directly, plugin] = [directly, plugin].map(|time| 1e6 * time / rows as f64);
        let name = format!("{element}, {what}, each vector");
        println!("{name:<32}{directly:>10.2}{plugin:>10.2}{:>8.3}", plugin / directly);
    };
    let directly = timed(|| entries.iter().for_each(|(row, vector)| both.direct.add(*row, vector, 0)));
    each("built", directly, timed(|| both.plugin.build(1, 2, &entries).expect("it builds")));
    let parts = index(element);
    let build = || {
        let mut builder = parts.begin_build(1, 2).expect("a builder");
        entries.chunks(100).for_each(|part| builder.add(part).expect("it takes them"));
        builder.finish().expect("it builds");
    };
    each("built by parts", directly, timed(build));
    let (shared, added) = (Direct::new(DIMENSIONS, element, rows, THREADS), index(element));
    let directly = threads(|thread, of| {
        entries.iter().skip(thread).step_by(of).for_each(|(row, vector)| shared.add(*row, vector, thread));
    });
    let plugin = threads(|thread, of| {
        let mut added = added.clone();
        entries.iter().skip(thread).step_by(of).for_each(|(row, vector)| added.insert(vector, *row).expect("added"));
    });
    each("2 threads add", directly, plugin);
    let all = vec![u64::MAX; rows.div_ceil(64)];
    both.time(&format!("{element}, nearest"), None, &all);
    let mut random = data::Random::new(3);
    for (name, one_in) in [("1 %", 100), ("10 %", 10), ("50 %", 2)] {
        let mut words = vec![0; rows.div_ceil(64)];
        (0..rows).filter(|_| random.next().is_multiple_of(one_in)).for_each(|row| words[row / 64] |= 1 << (row % 64));
        both.time(&format!("{element}, {name} of the rows"), Some(&words), &words);
    }
}

/// Seconds that this thread was on a processor for it.
fn timed(run: impl FnOnce()) -> f64 {
    let begin = on_processor();
    run();
    on_processor() - begin
}

/// Runs it on each thread, with the thread's number and how many there are: seconds of all on processors.
fn threads(run: impl Fn(usize, usize) + Sync) -> f64 {
    let run = &run;
    thread::scope(|scope| {
        let all: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || timed(|| run(thread, THREADS)))).collect();
        all.into_iter().map(|one| one.join().expect("it adds")).sum()
    })
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
