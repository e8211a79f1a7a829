//! The content of a file after the power failed: what had been synced, and some of what had not.

use crate::frame::random::Random;

/// A disk writes this many bytes whole, or not at all.
const SECTOR: u64 = 512;
/// The kernel writes pages of this many bytes, in any order.
const PAGE: u64 = 4096;

/// A change of a file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Write {
        at: u64,
        data: Vec<u8>,
    },
    /// The file is this long now: cut off, or with zeros behind its end.
    Length(u64),
}

impl Change {
    /// Makes the change, all of it.
    pub(crate) fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Write { at, data } => write(content, *at, data),
            Self::Length(len) => content.resize(*len as usize, 0),
        }
    }

    /// How long a file of `len` bytes is then.
    fn length(&self, len: u64) -> u64 {
        match self {
            Self::Write { at, data } => len.max(at + data.len() as u64),
            Self::Length(new) => *new,
        }
    }
}

fn write(content: &mut Vec<u8>, at: u64, data: &[u8]) {
    let (at, end) = (at as usize, at as usize + data.len());
    if content.len() < end {
        content.resize(end, 0);
    }
    content[at..end].copy_from_slice(data);
}

/// How much of the changes of one file arrived on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrived {
    Nothing,
    Everything,
    /// The first ones in their order, and some sectors of the next.
    First,
    /// Of each page those until any moment.
    Pages,
    /// Of each sector those until any moment.
    Sectors,
    /// The length, and none of the bytes.
    LengthAlone,
}

impl Arrived {
    /// One of them; often nothing, which shows best what was not synced.
    pub(crate) fn any(random: &mut Random) -> Self {
        const ALL: [Arrived; 8] = [
            Arrived::Nothing,
            Arrived::Nothing,
            Arrived::Nothing,
            Arrived::Everything,
            Arrived::First,
            Arrived::Pages,
            Arrived::Sectors,
            Arrived::LengthAlone,
        ];
        ALL[random.below(8) as usize]
    }
}

/// In which order what was not synced comes to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// As file systems with a journal do it by default (ext4 with `data=ordered`, XFS, btrfs): all changes of names before any
    /// moment; a file that is synced takes along the changes until that of its own name, a directory those until the last of its
    /// own; and what is written behind the end of a file comes in its order, while what is overwritten comes in any.
    Journal,
    /// As POSIX promises: any changes of names whose directory was not synced since, and any sectors.
    Strict,
}

/// The content after some of `changes`, in their order, arrived on top of what was synced.
///
/// The length belongs to what a file system writes in order: of it and of each cut there is a moment until which all arrived.
/// Bytes that were written behind a cut which did not arrive did not, either, as they are in other blocks.
pub(crate) fn after(synced: &[u8], changes: &[Change], arrived: Arrived, rule: Rule, random: &mut Random) -> Vec<u8> {
    let count = changes.len() as u64;
    let until = match arrived {
        Arrived::Nothing => 0,
        Arrived::Everything | Arrived::LengthAlone => count,
        Arrived::First | Arrived::Pages | Arrived::Sectors => random.below(count + 1),
    };
    let salt = random.next();
    // In order; the next one is torn.
    let in_order =
        |number: u64, index: u64| index < until || (index == until && Random::new(salt ^ number).below(2) == 0);
    let in_any_order = |number: u64, index: u64| match arrived {
        Arrived::Nothing | Arrived::LengthAlone => false,
        Arrived::Everything => true,
        Arrived::First => in_order(number, index),
        Arrived::Pages => index < Random::new(salt ^ (number * SECTOR / PAGE)).below(count + 1),
        Arrived::Sectors => index < Random::new(salt ^ number).below(count + 1),
    };
    // Until here the file is long without what is written behind its end.
    let mut settled = synced.len() as u64;
    let (mut content, mut len, mut reachable) = (synced.to_vec(), settled, true);
    for (index, change) in (0..).zip(changes) {
        let is_kept = index < until;
        match change {
            Change::Write { at, data } if reachable => {
                let mut is_whole = true;
                for (from, part) in parts(*at, data) {
                    let number = from / SECTOR;
                    let is_behind = rule == Rule::Journal && from >= settled;
                    let arrives = match arrived {
                        _ if !is_behind => in_any_order(number, index),
                        Arrived::Nothing | Arrived::LengthAlone => false,
                        // Behind what is missing nothing comes.
                        _ => is_whole && in_order(number, index),
                    };
                    is_whole &= arrives || !is_behind;
                    if arrives {
                        write(&mut content, from, part);
                    }
                }
            }
            Change::Write { .. } => {}
            Change::Length(new) if is_kept => {
                content.truncate(*new as usize);
                settled = *new;
            }
            Change::Length(new) => reachable &= *new >= len,
        }
        if is_kept && (rule == Rule::Strict || matches!(change, Change::Length(_))) {
            len = change.length(len);
        }
        if rule == Rule::Journal {
            len = len.max(content.len() as u64);
        }
    }
    if rule == Rule::Strict && arrived == Arrived::First && until < count && random.below(2) == 0 {
        len = changes[until as usize].length(len);
    }
    content.resize(len as usize, 0);
    content
}

/// A write as parts that are each in one sector.
fn parts(at: u64, data: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut from = at;
    std::iter::from_fn(move || {
        let rest = &data[(from - at) as usize..];
        let len = rest.len().min((SECTOR - from % SECTOR) as usize);
        let begin = from;
        from += len as u64;
        (len > 0).then(|| (begin, &rest[..len]))
    })
}

#[cfg(test)]
mod tests;
