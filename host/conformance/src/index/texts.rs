//! Tests of an index of texts: words find the texts that have them, whatever these are, and no others.

use crate::frame::must::{ensure, needed, skip, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{build, rows_of, see};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{ErrorKind, IndexExtension, RowId};
use sochdb_plugin_host::Index;

suite!(Index, "index_texts":
    words_find_their_texts,
    removed_texts_never_come,
    a_row_comes_by_its_best_text,
    texts_of_a_row_do_not_add_up,
    long_texts_are_found,
    odd_queries_end_well,
);

fn of_texts(subject: &Subject) -> Result<(), NotPassed> {
    match Keys::of(subject)? {
        Keys::Texts => Ok(()),
        _ => skip!("the keys are no texts"),
    }
}

/// The rows of a query, nearest first.
fn ask(index: &Index, query: &str) -> Result<Vec<RowId>, NotPassed> {
    let found = needed("nearest", index.nearest(query.as_bytes(), 100))?;
    ensure!(found.is_sorted_by(|a, b| a.1 <= b.1), "the distances to {query:?} do not ascend: {found:?}");
    Ok(found.into_iter().map(|(row, _)| row).collect())
}

/// The query finds these rows, in any order.
fn finds(index: &Index, query: &str, rows: &[RowId]) -> Result<(), NotPassed> {
    let mut found = ask(index, query)?;
    found.sort_unstable();
    ensure!(found == rows, "{query:?} is in the texts of the rows {rows:?}, and {found:?} are found");
    Ok(())
}

const TEXTS: [(RowId, &str); 6] = [
    (1, "anchor basin candle"),
    (2, "basin dagger"),
    (3, "candle ember falcon candle"),
    (4, "größe straße"),
    (u64::MAX, "garden"),
    (6, "hollow basin, ivory."),
];

/// Brings the texts into the index, by a build or one by one.
fn fill(index: &mut Index, texts: &[(RowId, &str)], built: bool) -> Result<(), NotPassed> {
    if built {
        let entries: Vec<_> = texts.iter().map(|(row, text)| (*row, text.as_bytes().to_vec())).collect();
        return build(index, &entries);
    }
    for (row, text) in texts {
        needed(&format!("insert of the text {text:?}, which is UTF-8"), index.insert(text.as_bytes(), *row))?;
    }
    see(index)
}

fn words_find_their_texts(subject: &Subject) -> Result<(), NotPassed> {
    of_texts(subject)?;
    for built in [false, true] {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        fill(index, &TEXTS, built)?;
        for (query, rows) in [
            ("anchor", &[1][..]),
            ("dagger", &[2]),
            ("candle", &[1, 3]),
            ("falcon", &[3]),
            ("größe", &[4]),
            ("straße", &[4]),
            ("garden", &[u64::MAX]),
            ("hollow", &[6]),
            ("nowhere", &[]),
        ] {
            finds(index, query, rows)?;
        }
        // Whether one word is enough is the index's to say; of all words a text has more than of one.
        let both = ask(index, "candle falcon")?;
        ensure!(both.first() == Some(&3), "the text with both of \"candle falcon\" is row 3, and {both:?} are found");
        let whole = ask(index, "basin dagger")?;
        ensure!(whole.first() == Some(&2), "the text \"basin dagger\" is row 2, and {whole:?} are found");
        let one = index.nearest(b"candle", 1).must("nearest")?;
        ensure!(one.len() == 1, "of two texts with a word {} are found where one is asked for", one.len());
    }
    Ok(())
}

fn removed_texts_never_come(subject: &Subject) -> Result<(), NotPassed> {
    of_texts(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    for (row, text) in TEXTS {
        needed("insert", index.insert(text.as_bytes(), row))?;
    }
    // Row 3 has two texts now, of which one goes.
    needed("insert of another text of a row", index.insert(b"lantern meadow", 3))?;
    see(index)?;
    finds(index, "lantern", &[3])?;
    finds(index, "ember", &[3])?;
    needed("delete of one text of a row", index.delete(TEXTS[2].1.as_bytes(), 3))?;
    see(index)?;
    finds(index, "ember", &[])?;
    finds(index, "candle", &[1])?;
    finds(index, "lantern", &[3])?;
    // One that it does not have changes nothing.
    needed("delete of a text that no row has", index.delete(b"anchor", 1))?;
    needed("delete of another row's text", index.delete(b"basin dagger", 6))?;
    see(index)?;
    finds(index, "anchor", &[1])?;
    finds(index, "dagger", &[2])?;
    // Another row may have the same text, and the removed one may come back.
    needed("insert", index.insert(b"basin dagger", 7))?;
    needed("insert", index.insert(TEXTS[2].1.as_bytes(), 3))?;
    see(index)?;
    finds(index, "dagger", &[2, 7])?;
    finds(index, "ember", &[3])?;
    needed("delete", index.delete(b"basin dagger", 2))?;
    see(index)?;
    finds(index, "dagger", &[7])
}

/// Whichever of its texts came first.
fn a_row_comes_by_its_best_text(subject: &Subject) -> Result<(), NotPassed> {
    of_texts(subject)?;
    let texts = [(1, "quarry willow"), (1, "quarry river stone"), (2, "quarry river meadow"), (3, "river willow")];
    for built in [false, true] {
        for order in [[0, 1, 2, 3], [1, 0, 2, 3], [2, 3, 0, 1], [3, 2, 1, 0]] {
            let mut instance = subject.instance()?;
            let index = instance.index()?;
            fill(index, &order.map(|at: usize| texts[at]), built)?;
            let found = ask(index, "quarry river stone")?;
            ensure!(
                found.first() == Some(&1),
                "a text of row 1 has all words of a query, another one of it has one, and row 2 has two: {found:?} are found"
            );
            let times = found.iter().filter(|row| **row == 1).count();
            ensure!(times == 1, "a row with two texts that a query finds comes {times} times");
        }
    }
    Ok(())
}

/// Of two rows that have the same nearest text, one has others beside it, which do not add up.
fn texts_of_a_row_do_not_add_up(subject: &Subject) -> Result<(), NotPassed> {
    const ENTRIES: [(RowId, &str); 4] = [(1, "quarry"), (1, "quarry willow"), (1, "quarry river"), (2, "quarry")];
    of_texts(subject)?;
    for built in [false, true] {
        let mut instance = subject.instance()?;
        let index = instance.index()?;
        fill(index, &ENTRIES, built)?;
        let found = needed("nearest", index.nearest(b"quarry", 9))?;
        let distance = |wanted: RowId| found.iter().find(|(row, _)| *row == wanted).map(|(_, distance)| *distance);
        let (Some(one), Some(other)) = (distance(1), distance(2)) else {
            return Err(format!("two rows have the text \"quarry\", and {found:?} are found").into());
        };
        let is_same = (one - other).abs() <= 1e-4 * other.abs();
        ensure!(
            is_same,
            "two rows have the text \"quarry\", one of them others with this word, too; their distances are {one} and {other}, and \
             each is found by its nearest key (`nearest`)"
        );
    }
    Ok(())
}

fn long_texts_are_found(subject: &Subject) -> Result<(), NotPassed> {
    of_texts(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    for (row, words) in [(1, 10), (2, 150), (3, 700), (4, 12_000)] {
        let text = format!("begin{row} {}end{row}", "word ".repeat(words));
        match index.insert(text.as_bytes(), row) {
            Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Limit) => continue,
            result => needed(&format!("insert of a text of {} bytes", text.len()), result)?,
        }
        see(index)?;
        finds(index, &format!("begin{row}"), &[row])?;
        finds(index, &format!("end{row}"), &[row])?;
        ensure!(rows_of(index, text.as_bytes())? == [row], "a text of {} bytes does not find its row", text.len());
    }
    Ok(())
}

/// A query without words finds what the index likes: it ends, and gives no row that is not there.
fn odd_queries_end_well(subject: &Subject) -> Result<(), NotPassed> {
    of_texts(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    build(index, &TEXTS.map(|(row, text)| (row, text.as_bytes().to_vec())))?;
    let long = "candle ".repeat(5000);
    for query in ["", " ", "\t\n", "\"", "(", "candle AND", "+-*:^~[]{}\\/", "a:b", "\0", "\u{FFFD}", &long] {
        match index.nearest(query.as_bytes(), 10) {
            Ok(found) => {
                let stranger = found.iter().find(|(row, _)| TEXTS.iter().all(|(known, _)| known != row));
                ensure!(stranger.is_none(), "the query {:.20?} finds {stranger:?}, which is not there", query);
            }
            Err(error) if matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Limit) => {}
            Err(error) => {
                return Err(format!("nearest to {query:.20?}: {error}; a query that is none is Invalid").into())
            }
        }
    }
    finds(index, "anchor", &[1])
}
