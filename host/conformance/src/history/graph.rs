//! The dependencies between the units of a history.

use crate::history::anomaly::{Anomaly, Name};
use crate::history::record::{Element, History, Key, Unit};
use std::collections::BTreeMap;

/// Why one unit is before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dependency {
    /// The other one wrote the next version.
    Write,
    /// The other one read what this one wrote.
    Read,
    /// This one read what the other one then replaced.
    Anti,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) to: usize,
    pub(crate) why: Dependency,
    pub(crate) key: Key,
    element: Element,
}

impl Edge {
    pub(crate) fn text(&self, from: usize) -> String {
        let Self { to, key, element, .. } = self;
        match self.why {
            Dependency::Write => format!("T{to} appended {element} to k{key} behind what T{from} had appended"),
            Dependency::Read => format!("T{to} read {element} in k{key}, which T{from} had appended"),
            Dependency::Anti => format!("T{from} read k{key} before T{to} appended {element}"),
        }
    }
}

/// The edges that leave each unit that is among those to be explained.
pub(crate) fn of(history: &History, among: impl Fn(&Unit) -> bool) -> Result<Vec<Vec<Edge>>, Box<Anomaly>> {
    let mut edges = vec![Vec::new(); history.units.len()];
    let is = |number: usize| history.units[number].committed().is_some() && among(&history.units[number]);
    let mut add = |from: usize, to: usize, why, key, element| {
        if from != to && is(from) && is(to) {
            edges[from].push(Edge { to, why, key, element });
        }
    };
    for (key, order) in orders(history)? {
        let writer = |element: &Element| history.writers[element];
        for pair in order.windows(2) {
            add(writer(&pair[0]), writer(&pair[1]), Dependency::Write, key, pair[1]);
        }
        for (number, unit) in history.units.iter().enumerate() {
            for read in unit.reads().filter(|read| read.key == key) {
                let seen = read.of_others.unwrap_or(&[]);
                if let Some(last) = seen.last() {
                    add(writer(last), number, Dependency::Read, key, *last);
                }
                // Its own are no news to it.
                let next = order[seen.len()..].iter().find(|element| writer(element) != number);
                if let Some(next) = next {
                    add(number, writer(next), Dependency::Anti, key, *next);
                }
            }
        }
    }
    Ok(edges)
}

/// The order of the versions of each key: the longest that was read, of which every other one is the beginning.
fn orders(history: &History) -> Result<BTreeMap<Key, Vec<Element>>, Box<Anomaly>> {
    let mut longest: BTreeMap<Key, (usize, Vec<Element>)> = BTreeMap::new();
    let committed = |number: &usize| history.units[*number].committed().is_some();
    for number in (0..history.units.len()).filter(committed) {
        for read in history.units[number].reads() {
            let (reader, order) = longest.entry(read.key).or_insert_with(|| (number, read.value.to_vec()));
            let (short, long) =
                if read.value.len() < order.len() { (read.value, &order[..]) } else { (&order[..], read.value) };
            if !long.starts_with(short) {
                let what = format!("k{} is {order:?} for T{reader} and {:?} for T{number}", read.key, read.value);
                return history.found(Name::DirtyWrite, &[*reader, number], &[read.key], what);
            }
            if read.value.len() > order.len() {
                (*reader, *order) = (number, read.value.to_vec());
            }
        }
    }
    Ok(longest.into_iter().map(|(key, (_, order))| (key, order)).collect())
}
