//! Tests of a search: only allowed rows are found, as many as there are, in whatever form the filter is. An index whose rows
//! cannot be filtered says so.

use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{fill, see};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{Error, ErrorKind, Exactness, Found, IndexExtension, RowFilter, RowId, Search};
use sochdb_plugin_host::Index;

suite!(Index, "index_search":
    a_search_without_more_is_nearest,
    a_row_with_several_keys_is_found_once,
    only_allowed_rows_are_found,
    all_forms_of_a_filter_find_the_same,
    no_row_is_farther_than_asked,
    an_exact_search_misses_nothing,
    what_is_not_known_is_unsupported,
    a_value_that_a_parameter_cannot_have_is_invalid,
);

const ROWS: u64 = 1000;

/// An index of vectors that can search, with rows of any number, or nothing to test.
struct Searched<'a> {
    index: &'a mut Index,
    keys: Keys,
}

impl Searched<'_> {
    /// The nearest rows of all, with their distances.
    fn all(&self, query: &[u8]) -> Result<Vec<(RowId, f32)>, NotPassed> {
        self.index.nearest(query, ROWS as usize).must("nearest")
    }
}

/// Builds an index of `ROWS` vectors and hands it to `test`, unless there is nothing to search by.
fn with_rows(
    subject: &Subject,
    test: impl FnOnce(&mut Searched<'_>) -> Result<(), NotPassed>,
) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    fill(index, keys, ROWS)?;
    match index.nearest(&keys.key(0), 1) {
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            let found = index.search(&Search::new(&keys.key(0), 1)).err().map(|error| error.kind());
            ensure!(found == Some(ErrorKind::Unsupported), "nearest is unsupported, and a search gives {found:?}");
            skip!("`nearest` is unsupported")
        }
        nearest => nearest.must("nearest").and_then(|_| test(&mut Searched { index, keys })),
    }
}

/// About one row in `step`.
fn one_in(step: u64, random: &mut Random) -> Vec<RowId> {
    (0..ROWS).filter(|_| random.below(step) == 0).collect()
}

fn bitmap(rows: &[RowId]) -> Vec<u64> {
    let mut words = vec![0; rows.last().map_or(0, |last| *last as usize / 64 + 1)];
    rows.iter().for_each(|row| words[*row as usize / 64] |= 1 << (row % 64));
    words
}

/// Whether two searches found rows at the same distances: of rows at one distance, any may come.
fn alike(a: &[(RowId, f32)], b: &[(RowId, f32)]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a.1 - b.1).abs() <= 1e-6 * b.1.abs())
}

fn a_search_without_more_is_nearest(subject: &Subject) -> Result<(), NotPassed> {
    with_rows(subject, |Searched { index, keys }| {
        for (query, k) in [(7, 0), (7, 1), (1_000_001, 10), (1_000_002, 2 * ROWS as usize)] {
            let query = keys.key(query);
            let found = index.search(&Search::new(&query, k)).must("search")?.neighbors;
            let nearest = index.nearest(&query, k).must("nearest")?;
            ensure!(alike(&found, &nearest), "a plain search for {k} finds {found:?}, nearest {nearest:?}");
        }
        Ok(())
    })
}

fn a_row_with_several_keys_is_found_once(subject: &Subject) -> Result<(), NotPassed> {
    with_rows(subject, |Searched { index, keys }| {
        for number in [1_000_003, 1_000_004] {
            needed("insert of another key of a row", index.insert(&keys.key(number), 5))?;
        }
        see(index)?;
        for found in [
            index.nearest(&keys.key(1_000_003), 20).must("nearest")?,
            index.search(&Search::new(&keys.key(1_000_003), 20)).must("search")?.neighbors,
        ] {
            let times = found.iter().filter(|(row, _)| *row == 5).count();
            ensure!(times == 1, "a row with three keys, one of which is asked for, is found {times} times: {found:?}");
            ensure!(found.len() == 20, "of {ROWS} rows {} were found, where 20 were asked for", found.len());
        }
        // Of a few rows there are more vectors near than are asked for.
        for at in 0..72 {
            needed("insert of one of many keys of a row", index.insert(&keys.near(1_000_005, at), 20 + at % 6))?;
        }
        see(index)?;
        for k in [7, 10, 20] {
            for found in [
                index.nearest(&keys.key(1_000_005), k).must("nearest")?,
                index.search(&Search::new(&keys.key(1_000_005), k)).must("search")?.neighbors,
            ] {
                ensure!(
                    found.len() == k,
                    "6 rows have 72 vectors near, and of {ROWS} rows {} come for k = {k}; k of them, if there are so many (soch_search)",
                    found.len()
                );
            }
        }
        // Where all are asked for, a row's farther keys are among what is found.
        let all = 2 * ROWS as usize;
        for found in [
            index.nearest(&keys.key(1_000_003), all).must("nearest")?,
            index.search(&Search::new(&keys.key(1_000_003), all)).must("search")?.neighbors,
        ] {
            let mut rows: Vec<_> = found.iter().map(|(row, _)| *row).collect();
            rows.sort_unstable();
            let twice = rows.windows(2).find(|pair| pair[0] == pair[1]);
            ensure!(
                twice.is_none(),
                "where all rows are asked for, row {:?} comes more than once",
                twice.map(|pair| pair[0])
            );
        }
        Ok(())
    })
}

fn only_allowed_rows_are_found(subject: &Subject) -> Result<(), NotPassed> {
    with_rows(subject, |searched_index| {
        let mut random = subject.random(11);
        let (mut hits, mut wanted) = (0, 0);
        for step in [1, 10, 100] {
            for query in 0..10 {
                let allowed = one_in(step, &mut random);
                let query = searched_index.keys.key(1_000_000 + query);
                let search = Search::new(&query, 10).among(RowFilter::sorted(&allowed).must("ascending rows")?);
                let found = needed("search", searched_index.index.search(&search))?;
                let stranger = found.neighbors.iter().find(|(row, _)| allowed.binary_search(row).is_err());
                ensure!(stranger.is_none(), "row {stranger:?} is not allowed, and was found");
                ensure!(found.neighbors.is_sorted_by(|a, b| a.1 <= b.1), "the distances do not ascend: {found:?}");
                let exact: Vec<_> = searched_index.all(&query)?;
                let exact: Vec<_> = exact.into_iter().filter(|(row, _)| allowed.binary_search(row).is_ok()).collect();
                let exact = &exact[..exact.len().min(10)];
                let there = found.neighbors.len();
                ensure!(
                    there == exact.len(),
                    "{there} rows of {} allowed ones, where 10 were asked for",
                    allowed.len()
                );
                wanted += exact.len();
                hits += found.neighbors.iter().filter(|(row, _)| exact.iter().any(|(exact, _)| exact == row)).count();
                if found.exactness == Exactness::Exact {
                    ensure!(alike(&found.neighbors, exact), "{found:?} is said to be exact; nearer is {exact:?}");
                }
            }
        }
        ensure!(hits * 100 >= wanted * 80, "of {wanted} nearest allowed rows {hits} were found; 80 % is the least");
        let query = searched_index.keys.key(5);
        for filter in [RowFilter::bitmap(&[]), RowFilter::bitmap(&[0; 99]), RowFilter::by(&|_| false)] {
            let found =
                searched_index.index.search(&Search::new(&query, 10).among(filter)).must("search among no rows")?;
            ensure!(found.neighbors.is_empty(), "no row is allowed, and {found:?} was found");
        }
        Ok(())
    })
}

fn all_forms_of_a_filter_find_the_same(subject: &Subject) -> Result<(), NotPassed> {
    with_rows(subject, |Searched { index, keys }| {
        let mut random = subject.random(12);
        for step in [1, 3, 30, 300] {
            let allowed = one_in(step, &mut random);
            let (words, query) = (bitmap(&allowed), keys.key(1_000_000 + step));
            let contains = |row: RowId| allowed.binary_search(&row).is_ok();
            let search = Search::new(&query, 10).exactly();
            let filters =
                [RowFilter::bitmap(&words), RowFilter::sorted(&allowed).must("rows")?, RowFilter::by(&contains)];
            let mut all = Vec::new();
            for filter in filters {
                let found = needed("search", index.search(&search.among(filter)))?;
                all.push(found.neighbors);
            }
            let same = all.iter().all(|found| alike(found, &all[0]));
            ensure!(same, "bitmap, list and function of {} rows find {all:?}", allowed.len());
        }
        Ok(())
    })
}

fn no_row_is_farther_than_asked(subject: &Subject) -> Result<(), NotPassed> {
    with_rows(subject, |searched_index| {
        let query = searched_index.keys.key(1_000_000);
        let nearest = searched_index.all(&query)?;
        ensure!(nearest.len() > 20, "of {ROWS} rows {} are found", nearest.len());
        let far = |at: usize| f64::from(nearest[at].1);
        for (most, k) in [(far(0), 5), (far(20), 5), (far(20), 100), (far(0) - 1.0, 9), (f64::INFINITY, 9), (-1e300, 9)]
        {
            let found = searched_index.index.search(&Search::new(&query, k).within(most)).must("search")?;
            let beyond = found.neighbors.iter().find(|(_, distance)| f64::from(*distance) > most);
            ensure!(beyond.is_none(), "{beyond:?} is farther than {most}");
            let inside = nearest.iter().filter(|(_, distance)| f64::from(*distance) <= most).count();
            let least = if inside < k { inside * 8 / 10 } else { k };
            let there = found.neighbors.len();
            ensure!(there >= least, "{there} rows of {inside} within {most} where {k} were asked for");
        }
        Ok(())
    })
}

fn an_exact_search_misses_nothing(subject: &Subject) -> Result<(), NotPassed> {
    with_rows(subject, |searched_index| {
        for query in 0..5 {
            let query = searched_index.keys.key(1_000_000 + query);
            let search = Search::new(&query, 20).exactly();
            let found = needed("search", searched_index.index.search(&search))?;
            ensure!(found.exactness == Exactness::Exact, "an exact search says that rows may be missing");
            // Of all rows none is left out, so the first ones of them are the nearest.
            let all = Search::new(&query, ROWS as usize).exactly();
            let all = searched_index.index.search(&all).must("a search for all")?;
            let there = all.neighbors.len();
            ensure!(there as u64 == ROWS, "an exact search for all {ROWS} rows finds {there}");
            // An engine may add up the parts of a distance in another order.
            let (found, first) = (&found.neighbors, &all.neighbors[..20]);
            ensure!(alike(found, first), "an exact search finds {found:?}; the nearest are at {first:?}");
        }
        Ok(())
    })
}

/// Parameters as indexes call them, with values of which one may be right.
pub(crate) const KNOWN: &[(&str, &[&str])] = &[
    ("ef", &["64", "1"]),
    ("ef_search", &["64"]),
    ("nprobe", &["8", "1"]),
    ("n_probes", &["8"]),
    ("search_k", &["100"]),
    ("rescore", &["true", "10"]),
    ("match", &["any", "all"]),
];

fn what_is_not_known_is_unsupported(subject: &Subject) -> Result<(), NotPassed> {
    with_rows(subject, |Searched { index, keys }| {
        let (query, refused) = (keys.key(1), |result: Result<Found, Error>| result.err().map(|error| error.kind()));
        let parameters = [("no.such-parameter", "1")];
        let kind = refused(index.search(&Search::new(&query, 1).with_parameters(&parameters)));
        ensure!(kind == Some(ErrorKind::Unsupported), "a parameter that no index has gave {kind:?}, not Unsupported");
        // Nor is it passed over beside one that the index has.
        let known = KNOWN
            .iter()
            .flat_map(|(name, values)| values.iter().map(|value| (*name, *value)))
            .find(|known| index.search(&Search::new(&query, 1).with_parameters(&[*known])).is_ok());
        for both in known.into_iter().flat_map(|known| [[known, parameters[0]], [parameters[0], known]]) {
            let kind = refused(index.search(&Search::new(&query, 1).with_parameters(&both)));
            ensure!(kind == Some(ErrorKind::Unsupported), "the parameters {both:?} gave {kind:?}, not Unsupported");
        }
        let found = index.nearest(&query, 1).must("nearest after a refused search")?;
        ensure!(found.len() == 1, "nothing is found after a search that was refused");
        Ok(())
    })
}

/// One text is no value for any parameter. Some numbers a parameter may have, or not: then it says which mistake that is.
fn a_value_that_a_parameter_cannot_have_is_invalid(subject: &Subject) -> Result<(), NotPassed> {
    with_rows(subject, |Searched { index, keys }| {
        let query = keys.key(1);
        let asked = |name: &str, value: &str| {
            let found = index.search(&Search::new(&query, 1).with_parameters(&[(name, value)]));
            found.err().map(|error| error.kind())
        };
        let taken = |(name, values): &&(&str, &[&str])| values.iter().any(|value| asked(name, value).is_none());
        let known: Vec<&str> = KNOWN.iter().filter(taken).map(|(name, _)| *name).collect();
        if known.is_empty() {
            skip!("no parameter of a search is known that the suite knows, too");
        }
        for name in known {
            let kind = asked(name, "no value");
            ensure!(
                kind == Some(ErrorKind::Invalid),
                "the parameter {name} with the value \"no value\" gave {kind:?}, not Invalid (soch_search)"
            );
            for value in ["", "-1", "1e999", "99999999999999999999", "\u{FFFD}"] {
                let kind = asked(name, value);
                ensure!(
                    matches!(kind, None | Some(ErrorKind::Invalid)),
                    "the parameter {name} with the value {value:?} gave {kind:?}: one that it cannot have is Invalid (soch_search)"
                );
            }
        }
        let found = index.search(&Search::new(&query, 1)).must("a search after values that were refused")?.neighbors;
        ensure!(found.len() == 1, "after values that were refused a search finds {found:?}");
        Ok(())
    })
}
