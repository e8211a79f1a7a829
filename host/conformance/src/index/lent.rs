//! Tests of an index with bytes that end where its memory ends, at any address: what was not lent is not read.

use crate::frame::must::{ensure, needed, supported, Must};
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::suite;
use crate::index::basics::{fill, rows_of, see};
use crate::inputs::keys::Keys;
use crate::inputs::lent::Lent;
use sochdb_plugin_host::sdk::{IndexChange, IndexExtension, RowFilter, RowId, Search};

suite!(Index, "index_lent":
    nothing_is_read_behind_a_key,
    nothing_is_read_behind_what_was_saved,
);

fn nothing_is_read_behind_a_key(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    let lent = (0..40).map(|row| Lent::new(&keys.key(row))).collect::<Result<Vec<_>, _>>()?;
    let entries: Vec<(RowId, &[u8])> = (0..).zip(&lent).take(20).map(|(row, key)| (row, &key[..])).collect();
    needed("build of keys at the ends of pages", index.build(1, 2, &entries))?;
    let mut builder = index.begin_build(1, 2).must("begin_build")?;
    builder.add(&entries).must("build_add of keys at the ends of pages")?;
    needed("build", builder.finish())?;
    for (row, key) in (0..).zip(&lent).skip(20).take(10) {
        needed("insert of a key at the end of a page", index.insert(key, row))?;
    }
    let changes: Vec<_> = (30..40)
        .flat_map(|row| {
            let key = &lent[row as usize][..];
            [IndexChange::Insert { key, row }, IndexChange::Delete { key, row }, IndexChange::Insert { key, row }]
        })
        .collect();
    needed("change_batch of keys at the ends of pages", index.change_batch(&changes))?;
    needed("delete of a key at the end of a page", index.delete(&lent[7], 7))?;
    see(index)?;
    // Words of a filter end with their page as well.
    let words = Lent::new(&[0xFF; 24])?;
    let queries: Vec<&[u8]> = lent.iter().map(|key| &key[..]).collect();
    for (row, key) in (0..).zip(&lent) {
        let found = rows_of(index, key)?;
        let wanted: &[RowId] = if row == 7 { &[] } else { &[row] };
        ensure!(found == wanted, "a key at the end of a page finds {found:?}, not {wanted:?}");
        supported("range", index.range(key, &lent[39 - row as usize], 5))?;
        if supported("nearest", index.nearest(key, 5))?.is_some() {
            supported("search", index.search(&Search::new(key, 5).exactly()))?;
            supported("search", index.search(&Search::new(key, 5).among(RowFilter::bitmap(words.words()))))?;
            supported("search", index.search(&Search::new(key, 50).among(RowFilter::bitmap(&words.words()[2..]))))?;
            index.nearest_batch(&queries[row as usize..], 3).must("nearest_batch of keys at the ends of pages")?;
        }
    }
    // The same bytes at each address of a word.
    for shift in 0..8 {
        let mut shifted = vec![0; shift];
        shifted.extend(keys.key(3));
        let found = rows_of(index, &shifted[shift..])?;
        ensure!(found == [3], "a key at another address finds {found:?}, not row 3");
    }
    Ok(())
}

fn nothing_is_read_behind_what_was_saved(subject: &Subject) -> Result<(), NotPassed> {
    let keys = Keys::of(subject)?;
    let mut instance = subject.instance()?;
    let index = instance.index()?;
    for count in [0, 1, 5, 33] {
        fill(index, keys, count)?;
        let saved = crate::frame::must::needed("save", index.save(3))?;
        let whole = Lent::new(&saved)?;
        // Cut at each of the first and of the last bytes, where lengths are looked at.
        for len in (0..saved.len()).filter(|len| *len < 100 || saved.len() - len < 100) {
            let result = index.load_from(&Lent::new(&saved[..len])?).err();
            ensure!(result.is_some(), "load of the first {len} bytes of {} is OK", saved.len());
        }
        let watermark = index.load_from(&whole).must("load of bytes at the end of a page")?;
        ensure!(watermark == 3, "what was saved with watermark 3 is loaded with {watermark}");
        see(index)?;
        for row in 0..count {
            let found = rows_of(index, &keys.key(row))?;
            ensure!(found == [row], "after a load of bytes at the end of a page row {row} is found as {found:?}");
        }
    }
    Ok(())
}
