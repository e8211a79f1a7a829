//! The changes that are kept, and how many.

use super::*;

const KEY: &[u8] = b"eight by";

fn inserts(count: usize) -> Vec<IndexChange<'static>> {
    (0..count).map(|row| IndexChange::Insert { key: KEY, row: row as RowId }).collect()
}

/// What so many changes of this key take.
fn bytes(count: usize) -> u64 {
    (count * (size_of::<Change>() + KEY.len())) as u64
}

fn begun() -> Journal {
    let journal = Journal::default();
    journal.begin();
    journal
}

#[test]
fn as_many_bytes_as_the_limit_are_kept_and_no_more() {
    let journal = begun();
    journal.note(&inserts(3), bytes(3));
    assert_eq!(journal.take().map(|changes| changes.len()), Ok(3), "all that there is room for");
    journal.note(&inserts(3), bytes(3) - 1);
    journal.take().expect_err("a byte too many");
    journal.note(&inserts(1), bytes(3));
    journal.take().expect_err("what was lost stays so");
    journal.begin();
    assert_eq!(journal.take(), Ok(Vec::new()), "until it begins again");
}

#[test]
fn parts_count_together_until_they_are_taken() {
    let journal = begun();
    (0..3).for_each(|_| journal.note(&inserts(1), bytes(3)));
    assert_eq!(journal.take().map(|changes| changes.len()), Ok(3));
    // What was taken counts no more.
    journal.note(&inserts(3), bytes(3));
    assert_eq!(journal.take().map(|changes| changes.len()), Ok(3));
    journal.note(&inserts(2), bytes(3));
    journal.note(&inserts(2), bytes(3));
    journal.take().expect_err("together one too many");
}

#[test]
fn no_change_is_kept_before_it_begins_and_after_its_end() {
    let journal = Journal::default();
    journal.note(&inserts(1), u64::MAX);
    journal.lose("nobody asked");
    assert_eq!(journal.take(), Ok(Vec::new()));
    journal.begin();
    journal.note(&inserts(1), u64::MAX);
    journal.end();
    assert_eq!(journal.take(), Ok(Vec::new()));
}
