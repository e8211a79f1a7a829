//! Operations of an index of vectors. Whatever it knows of its neighbours is so; where it says that none is missing, none is.

use crate::frame::instance::Instance;
use crate::frame::must::skip;
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::fuzz::bytes;
use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::operation::Operation;
use crate::index::metric::{far, tells};
use crate::inputs::keys::Keys;
use sochdb_plugin_host::sdk::{DistanceMetric, Error, ErrorKind, Exactness, IndexExtension, KeyElement, RowId, Search};
use sochdb_plugin_host::Index;
use std::collections::{BTreeMap, BTreeSet};

/// The numbers that a vector repeats until it has its dimensions.
type Numbers = Vec<u8>;

#[derive(Clone, Debug)]
pub(crate) enum VectorOperation {
    Insert {
        at: Numbers,
        row: RowId,
    },
    Delete {
        at: Numbers,
        row: RowId,
    },
    Nearest {
        at: Numbers,
        k: usize,
    },
    /// Replaces everything by these entries.
    Build(Vec<(Numbers, RowId)>),
}

fn numbers(random: &mut Random) -> Numbers {
    let len = 1 + random.below(4) as usize;
    random.bytes(len).iter().map(|byte| [1, 2, 3, 100, 253, 254, 255][usize::from(*byte) % 7]).collect()
}

fn row(random: &mut Random) -> RowId {
    const BORDERS: [RowId; 8] = [0, 1, 2, 3, u32::MAX as u64, 1 << 32, 1 << 63, u64::MAX];
    BORDERS[random.below(8) as usize]
}

/// An instance, and what it must have.
pub(crate) struct Plugin {
    instance: Instance,
    keys: Keys,
    metric: DistanceMetric,
    entries: BTreeSet<(Vec<u8>, RowId)>,
}

/// The vector of these numbers. All of them are whole, and none is 0: a vector without a length has no angle.
fn vector(keys: Keys, numbers: &[u8]) -> Vec<u8> {
    let Keys::Vectors(element, dimensions, _) = keys else { return Vec::new() };
    let number = |at: usize| match numbers[at % numbers.len()].cast_signed() {
        0 => 1,
        number => number,
    };
    match element {
        KeyElement::F32 => (0..dimensions).flat_map(|at| f32::from(number(at)).to_ne_bytes()).collect(),
        KeyElement::F16 => (0..dimensions).flat_map(|at| half(number(at)).to_ne_bytes()).collect(),
        // Of bits, eight dimensions.
        _ => (0..element.bytes_of(dimensions as u64).unwrap_or(0))
            .map(|at| number(at as usize).cast_unsigned())
            .collect(),
    }
}

/// A whole number that is not 0 as 16 bits by IEEE 754.
fn half(number: i8) -> u16 {
    let size = u16::from(number.unsigned_abs());
    let exponent = size.ilog2() as u16;
    u16::from(number < 0) << 15 | (15 + exponent) << 10 | (size << (10 - exponent)) & 0x3FF
}

impl Plugin {
    fn index(&mut self) -> Result<&mut Index, Error> {
        self.instance.index().map_err(|why| Error::failed(why.to_string()))
    }

    /// The fault of these neighbours; None if they have none.
    fn wrong(&self, query: &[u8], k: usize, found: &[(RowId, f32)], is_exact: bool) -> Option<String> {
        let mut near: BTreeMap<RowId, f64> = BTreeMap::new();
        for (key, row) in &self.entries {
            let distance = far(self.metric, self.keys, query, key).unwrap_or(0.0);
            near.entry(*row).and_modify(|least| *least = least.min(distance)).or_insert(distance);
        }
        let wanted = k.min(near.len());
        if found.len() > wanted || found.len() < if is_exact { wanted } else { wanted.min(1) } {
            return Some(format!("{} of {} rows for k = {k}: {found:?}", found.len(), near.len()));
        }
        if !found.is_sorted_by(|a, b| a.1 <= b.1) {
            return Some(format!("distances that do not ascend: {found:?}"));
        }
        let rows: BTreeSet<RowId> = found.iter().map(|(row, _)| *row).collect();
        if rows.len() < found.len() {
            return Some(format!("a row twice: {found:?}"));
        }
        let is_known = self.metric != DistanceMetric::Other;
        for (row, distance) in found {
            match near.get(row) {
                None => return Some(format!("the row {row}, which is not there: {found:?}")),
                Some(expected) if is_known && !tells(self.keys, *distance, *expected) => {
                    return Some(format!("row {row} at the distance {distance}, and not at {expected}: {found:?}"));
                }
                Some(_) => {}
            }
        }
        let mut all: Vec<f64> = near.into_values().collect();
        all.sort_by(f64::total_cmp);
        let mut pairs = found.iter().zip(&all).filter(|_| is_known && is_exact);
        let missed = pairs.find(|((_, distance), expected)| !tells(self.keys, *distance, **expected));
        missed.map(|(_, expected)| format!("none at the distance {expected}, at which there is a row: {found:?}"))
    }

    fn nearest(&mut self, query: &[u8], k: usize) -> Result<Answer, Error> {
        let index = self.index()?;
        if index.describe().visible_after_flush {
            index.flush(0)?;
        }
        let found = index.nearest(query, k)?;
        let exactly = match index.search(&Search::new(query, k).exactly()) {
            Err(error) if error.kind() == ErrorKind::Unsupported => None,
            found => Some(found?),
        };
        let of_exact = exactly.and_then(|exactly| {
            self.wrong(query, k, &exactly.neighbors, exactly.exactness == Exactness::Exact)
                .map(|why| format!("by an exact search {why}"))
        });
        let wrong = of_exact.or_else(|| self.wrong(query, k, &found, false));
        Ok(wrong.map_or(Answer::Done, Answer::Wrong))
    }
}

impl Operation for VectorOperation {
    /// Nothing: an answer is compared where it is asked for, as the vectors are of the index's own dimensions.
    type Model = ();
    type Plugin<'a> = Plugin;
    type Before = ();

    fn draw(random: &mut Random, (): &mut ()) -> Self {
        match random.below(40) {
            0..=15 => Self::Insert { at: numbers(random), row: row(random) },
            16..=22 => Self::Delete { at: numbers(random), row: row(random) },
            23..=38 => {
                let k = [1, 2, 3, 8, 100][random.below(5) as usize];
                Self::Nearest { at: numbers(random), k }
            }
            _ => Self::Build((0..random.below(40)).map(|_| (numbers(random), row(random))).collect()),
        }
    }

    fn bytes(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Insert { at, .. } | Self::Delete { at, .. } | Self::Nearest { at, .. } => vec![at],
            Self::Build(entries) => entries.iter_mut().map(|(at, _)| at).collect(),
        }
    }

    fn simpler(&self) -> Vec<Self> {
        match self {
            Self::Build(entries) => {
                let without = |at: usize| Self::Build([&entries[..at], &entries[at + 1..]].concat());
                (0..entries.len()).map(without).collect()
            }
            _ => Vec::new(),
        }
    }

    fn expected(&self, (): &()) -> Option<Expected> {
        let is_asked = matches!(self, Self::Nearest { .. });
        Some(Expected::done().or(is_asked, &[ErrorKind::Unsupported, ErrorKind::Limit]))
    }

    fn apply(&self, (): &mut (), _: bool) {}

    fn plugin(subject: &Subject) -> Result<Plugin, NotPassed> {
        let mut instance = subject.instance()?;
        let described = instance.index()?.describe();
        let keys = Keys::of_all_changes(subject)?;
        // A test that is printed knows of an index what it says of itself.
        if !keys.are_vectors() || described.dimensions.is_none() || described.element.bytes_of(1).is_none() {
            skip!("these sequences are drawn for an index that describes its vectors");
        }
        Ok(Plugin { instance, keys, metric: described.metric, entries: BTreeSet::new() })
    }

    fn call(&self, plugin: &mut Plugin) -> Result<Answer, Error> {
        let keys = plugin.keys;
        match self {
            Self::Insert { at, row } => {
                let key = vector(keys, at);
                plugin.index()?.insert(&key, *row)?;
                plugin.entries.insert((key, *row));
            }
            Self::Delete { at, row } => {
                let key = vector(keys, at);
                plugin.index()?.delete(&key, *row)?;
                plugin.entries.remove(&(key, *row));
            }
            Self::Build(entries) => {
                let entries: Vec<(Vec<u8>, RowId)> = entries.iter().map(|(at, row)| (vector(keys, at), *row)).collect();
                let lent: Vec<(RowId, &[u8])> = entries.iter().map(|(key, row)| (*row, &key[..])).collect();
                plugin.index()?.build(1, 1, &lent)?;
                plugin.entries = entries.into_iter().collect();
            }
            Self::Nearest { at, k } => return plugin.nearest(&vector(keys, at), *k),
        }
        Ok(Answer::Done)
    }

    fn in_c(&self, step: usize, _: &Expected, accepted: bool) -> String {
        let call = match self {
            Self::Insert { at, row } => format!("insert_vector({}, {row}u)", bytes::in_c(at)),
            Self::Delete { at, row } => format!("remove_vector({}, {row}u)", bytes::in_c(at)),
            Self::Build(entries) => {
                let entries =
                    entries.iter().map(|(at, row)| format!("    entry({row}u, vector({}));\n", bytes::in_c(at)));
                return format!(
                    "{}    {}({step}, build_vectors());\n",
                    entries.collect::<String>(),
                    if accepted { "done" } else { "refused" }
                );
            }
            Self::Nearest { at, k } => return format!("    nearest_vectors({step}, {}, {k});\n", bytes::in_c(at)),
        };
        format!("    {}({step}, {call});\n", if accepted { "done" } else { "refused" })
    }

    fn in_rust(&self, step: usize, _: &Expected, accepted: bool) -> String {
        let call = match self {
            Self::Insert { at, row } => format!("vectors.insert(&mut index, {}, {row})", bytes::in_rust(at)),
            Self::Delete { at, row } => format!("vectors.delete(&mut index, {}, {row})", bytes::in_rust(at)),
            Self::Build(entries) => {
                let entries = entries.iter().map(|(at, row)| format!("({}, {row})", bytes::in_rust(at)));
                format!("vectors.build(&mut index, &[{}])", entries.collect::<Vec<_>>().join(", "))
            }
            Self::Nearest { at, k } => {
                return format!("    vectors.nearest({step}, &index, {}, {k});\n", bytes::in_rust(at))
            }
        };
        if accepted {
            format!("    {call}.expect(\"step {step}\");\n")
        } else {
            format!("    {call}.expect_err(\"step {step}\");\n")
        }
    }
}

#[cfg(test)]
mod tests;
