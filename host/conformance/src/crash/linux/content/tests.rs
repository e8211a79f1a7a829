//! Tests of what a file holds after a power loss.

use super::{after, Arrived, Change, Rule};
use crate::frame::random::Random;
use std::collections::BTreeSet;

fn write(at: u64, byte: u8, len: usize) -> Change {
    Change::Write { at, data: vec![byte; len] }
}

fn all(synced: &[u8], changes: &[Change], arrived: Arrived) -> BTreeSet<Vec<u8>> {
    (0..300).map(|seed| after(synced, changes, arrived, Rule::Strict, &mut Random::new(seed))).collect()
}

fn with_journal(synced: &[u8], changes: &[Change], arrived: Arrived) -> BTreeSet<Vec<u8>> {
    (0..300).map(|seed| after(synced, changes, arrived, Rule::Journal, &mut Random::new(seed))).collect()
}

#[test]
fn with_a_journal_what_is_behind_the_end_comes_in_order() {
    let changes = [write(0, 1, 512), write(512, 2, 1024), write(1536, 3, 512)];
    let whole = [[1; 512].as_slice(), &[2; 1024], &[3; 512]].concat();
    for arrived in [Arrived::Pages, Arrived::Sectors, Arrived::First] {
        let found = with_journal(&[], &changes, arrived);
        assert_eq!(found, [0, 512, 1024, 1536, 2048].map(|len| whole[..len].to_vec()).into());
    }
    assert_eq!(with_journal(&[], &changes, Arrived::LengthAlone), BTreeSet::from([vec![]]));
    let changes = [Change::Length(1024), write(0, 1, 1024)];
    assert_eq!(with_journal(&[], &changes, Arrived::LengthAlone), BTreeSet::from([vec![0; 1024]]));
    let found = with_journal(&[0; 1024], &changes, Arrived::Sectors);
    assert!(found.contains(&[[0; 512], [1; 512]].concat()), "what is overwritten comes in any order");
}

#[test]
fn nothing_and_everything_are_one_state_each() {
    let changes = [write(0, 1, 600), Change::Length(100), write(50, 2, 100)];
    assert_eq!(all(&[9; 700], &changes, Arrived::Nothing), BTreeSet::from([vec![9; 700]]));
    let end = [[1; 50].as_slice(), &[2; 100]].concat();
    assert_eq!(all(&[9; 700], &changes, Arrived::Everything), BTreeSet::from([end]));
}

#[test]
fn a_sector_is_never_torn_and_two_may_be_of_different_times() {
    let changes = [write(0, 1, 1024), write(0, 2, 1024)];
    let found = all(&[0; 1024], &changes, Arrived::Sectors);
    let expected: BTreeSet<Vec<u8>> = (0..9).map(|number| [[number / 3; 512], [number % 3; 512]].concat()).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_page_is_whole_and_a_later_one_may_come_alone() {
    let found = all(&[0; 8192], &[write(0, 1, 8192)], Arrived::Pages);
    assert!(found.contains(&[[0; 4096], [1; 4096]].concat()), "the second page alone");
    assert!(found.iter().all(|content| content.chunks(4096).all(|page| page.windows(2).all(|two| two[0] == two[1]))));
}

#[test]
fn what_is_in_order_has_one_torn_write_at_its_end() {
    let changes = [write(0, 1, 512), write(512, 2, 1024), write(1536, 3, 512)];
    for content in all(&[], &changes, Arrived::First) {
        let third = content.get(1536) == Some(&3);
        let second = content.get(512..1536).is_some_and(|part| part == [2; 1024]);
        assert!(!third || second, "the third write, and not all of the second");
    }
}

#[test]
fn a_length_may_come_without_its_bytes() {
    let found = all(&[7], &[write(1, 1, 3)], Arrived::LengthAlone);
    assert_eq!(found, BTreeSet::from([vec![7, 0, 0, 0]]));
}

#[test]
fn what_is_written_behind_a_cut_needs_the_cut() {
    let changes = [Change::Length(0), write(0, 1, 512)];
    for arrived in [Arrived::First, Arrived::Pages, Arrived::Sectors] {
        for content in all(&[9; 1024], &changes, arrived) {
            assert!(content.len() <= 512 || content == [9; 1024], "{} bytes", content.len());
        }
    }
}
