//! The steps that an index is made to take, by seed. Entries have numbers, from which their keys and rows are known.

use crate::frame::random::Random;
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::RowId;

/// The keys are numbered from 0, and so are the entries, of which each key has two.
pub(crate) const KEYS: u64 = 20;
pub(crate) const ENTRIES: u64 = 40;

/// A change of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) entry: u64,
    /// Whether it comes; else it goes.
    pub(crate) comes: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Change(Change),
    Batch(Vec<Change>),
    /// A build of these entries, in one call or by parts.
    Build {
        entries: Vec<u64>,
        by_parts: bool,
    },
    /// Keeps what `save` writes.
    Save,
    /// Loads what was kept last.
    Load,
    /// A flush with this watermark.
    Flush(u64),
    Drop,
}

impl Step {
    /// The step, as a message says it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Change(Change { comes: true, .. }) => "insert".to_owned(),
            Self::Change(_) => "remove".to_owned(),
            Self::Batch(changes) => format!("change_batch of {}", changes.len()),
            Self::Build { entries, by_parts: false } => format!("build of {}", entries.len()),
            Self::Build { entries, .. } => format!("build by parts of {}", entries.len()),
            Self::Save => "save".to_owned(),
            Self::Load => "load".to_owned(),
            Self::Flush(watermark) => format!("flush_index with watermark {watermark}"),
            Self::Drop => "drop_index".to_owned(),
        }
    }
}

fn any_change(random: &mut Random) -> Change {
    Change { entry: random.below(ENTRIES), comes: random.below(3) > 0 }
}

/// So many steps have each kind in its share.
const DECK: u64 = 20;

/// The steps of a seed. The last one of some seeds drops the index.
pub(crate) fn steps(seed: u64, count: usize) -> Vec<Step> {
    let (mut random, mut deck) = (Random::new(seed), Vec::new());
    let drops = random.below(2) == 0;
    let one = |at| {
        if drops && at + 1 == count {
            return Step::Drop;
        }
        if deck.is_empty() {
            deck = (0..DECK).collect();
        }
        match deck.swap_remove(random.below(deck.len() as u64) as usize) {
            0..=7 => Step::Change(any_change(&mut random)),
            8..=10 => Step::Batch((0..2 + random.below(6)).map(|_| any_change(&mut random)).collect()),
            kind @ 11..=12 => {
                let entries = (0..5 + random.below(30)).map(|_| random.below(ENTRIES)).collect();
                Step::Build { entries, by_parts: kind == 12 }
            }
            13 => Step::Save,
            14 => Step::Load,
            _ => Step::Flush(at as u64 + 1),
        }
    };
    (0..count).map(one).collect()
}

/// The number of the key that an entry has.
pub(crate) fn key_of(entry: u64) -> u64 {
    entry % KEYS
}

/// The row of an entry; some need more than 32 bits.
pub(crate) fn row_of(entry: u64) -> RowId {
    entry + ((entry % 3) << 40)
}

/// The bytes of a key, some of them longer than what a disk writes at once.
pub(crate) fn key(keys: Keys, number: u64) -> Vec<u8> {
    const MORE: [usize; 5] = [0, 0, 3, 13, 80];
    let (key, more) = (keys.key(number), MORE[number as usize % 5]);
    match keys {
        Keys::Bytes => [key, b"more bytes".repeat(more)].concat(),
        Keys::Texts => [b"more text ".repeat(more), key].concat(),
        Keys::Vectors(..) => key,
    }
}
