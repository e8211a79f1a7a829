//! The vectors of an index: in one graph, or in two while one takes the place of the other.
//!
//! A graph never loses a vector, so one that is mostly dead is replaced. To do that at once would keep all searches
//! waiting; instead each change moves a few vectors, and searches look into both graphs until the old one is empty.

use crate::config::Config;
use crate::freeing::Freeing;
use crate::metric;
use crate::part::{Node, Part};
use crate::query::Query;
use sochdb_plugin_sdk::{Result, RowId};
use std::collections::{BTreeMap, HashSet};
use std::mem::size_of;
use std::sync::Arc;

/// How many vectors each change moves. The old graph is at most half alive, so with two it is empty before as many
/// changes as a quarter of its vectors.
const MOVES: usize = 2;
/// How many vectors of the old graph each change looks at: the dead cost little.
const LOOKS: usize = 64;

/// What a search works in; the next one need not allocate it again.
#[derive(Default)]
pub(crate) struct Room {
    /// The query, as the graph compares vectors.
    pub(crate) vector: Vec<f32>,
    pub(crate) found: Found,
}

/// What a search found.
#[derive(Default)]
pub(crate) struct Found {
    /// Rows and their distances.
    pub(crate) found: Vec<(f32, RowId)>,
    seen: HashSet<RowId>,
}

/// Where a vector is.
#[derive(Clone, Copy)]
struct Place {
    generation: u64,
    at: usize,
}

pub(crate) struct Graph {
    config: Config,
    /// Takes what is new.
    young: Part,
    /// Is being emptied.
    old: Option<Part>,
    /// Grows by one with each new graph.
    generation: u64,
    /// A tree, as a hash table that grows moves all keys in one change.
    by_key: BTreeMap<Arc<[u8]>, Place>,
    /// Old graphs on their way out.
    freeing: Freeing,
}

impl Graph {
    /// An empty graph; `capacity` is how many vectors are expected.
    pub(crate) fn new(config: &Config, capacity: usize) -> Self {
        let young = Part::new(config, capacity);
        let (by_key, freeing) = (BTreeMap::new(), Freeing::default());
        Self { config: config.clone(), young, old: None, generation: 0, by_key, freeing }
    }

    /// Adds `row` to the vector of `key`; `vector` is that vector as the graph compares it.
    pub(crate) fn insert(&mut self, key: &[u8], vector: Vec<f32>, row: RowId) -> Result<()> {
        if let Some(&place) = self.by_key.get(key) {
            self.part_mut(place).insert_row(place.at, row);
        } else {
            self.push(Node { key: key.into(), rows: vec![row] }, vector);
        }
        self.renew()
    }

    /// Takes `row` from the vector of `key`.
    pub(crate) fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        if let Some(&place) = self.by_key.get(key) {
            self.part_mut(place).delete_row(place.at, row);
        }
        self.renew()
    }

    /// The rows with exactly this key, ascending.
    pub(crate) fn rows(&self, key: &[u8]) -> &[RowId] {
        self.by_key.get(key).map_or(&[], |place| match &self.old {
            Some(old) if place.generation != self.generation => old.rows(place.at),
            _ => self.young.rows(place.at),
        })
    }

    /// The vectors that have rows, each by its key.
    pub(crate) fn vectors(&self) -> impl Iterator<Item = (&[u8], &[RowId])> + '_ {
        let parts = [Some(&self.young), self.old.as_ref()];
        parts.into_iter().flatten().flat_map(Part::vectors)
    }

    /// Takes the place of `old`, which is freed.
    pub(crate) fn replace(&mut self, mut old: Self) {
        let vectors = old.young.ways() + old.old.as_ref().map_or(0, Part::ways);
        self.freeing = std::mem::take(&mut old.freeing);
        self.freeing.free(old, vectors);
    }

    fn part_mut(&mut self, place: Place) -> &mut Part {
        match &mut self.old {
            Some(old) if place.generation != self.generation => old,
            _ => &mut self.young,
        }
    }

    fn push(&mut self, node: Node, vector: Vec<f32>) {
        let key = node.key.clone();
        let place = Place { generation: self.generation, at: self.young.push(node, vector) };
        self.by_key.insert(key, place);
    }

    /// Begins to replace a graph that is mostly dead, or goes on with it. What one call does is bounded.
    fn renew(&mut self) -> Result<()> {
        if self.old.is_none() && self.young.is_mostly_dead() {
            let young = Part::new(&self.config, self.young.living());
            self.old = Some(std::mem::replace(&mut self.young, young));
            self.generation += 1;
        }
        let mut moves = 0;
        for _ in 0..LOOKS {
            let Some(old) = &mut self.old else { return Ok(()) };
            match old.pop() {
                None => break,
                Some(node) if node.rows.is_empty() => drop(self.by_key.remove(&node.key)),
                Some(node) => {
                    let mut vector = Vec::with_capacity(self.config.dimensions);
                    metric::read(&node.key, self.config.dimensions, self.config.metric, &mut vector)?;
                    self.push(node, vector);
                    moves += 1;
                }
            }
            if moves == MOVES {
                break;
            }
        }
        if let Some(old) = self.old.take_if(|old| old.is_empty()) {
            let vectors = old.ways();
            self.freeing.free(old, vectors);
        }
        Ok(())
    }

    /// Finds the `k` allowed rows nearest to the query, nearest first, each once; all that live, if they are fewer. There
    /// they are in `room`. True: all were looked at.
    ///
    /// # Errors
    /// The caller asked to stop, or its time is over.
    pub(crate) fn nearest(&self, query: &Query<'_>, k: usize, room: &mut Found) -> Result<bool> {
        let Found { found, seen } = room;
        let mut wanted = k;
        loop {
            found.clear();
            if k == 0 {
                return Ok(true);
            }
            let mut all = true;
            for part in [Some(&self.young), self.old.as_ref()].into_iter().flatten() {
                all &= part.nearest(query, wanted, found)?;
            }
            found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            seen.clear();
            found.retain(|&(_, row)| seen.len() < k && seen.insert(row));
            // Rows with several vectors may leave too few.
            if found.len() == k || all {
                return Ok(all);
            }
            wanted = wanted.saturating_mul(4);
        }
    }

    /// What vectors, keys, rows and links take, without what the allocator adds.
    pub(crate) fn size_bytes(&self) -> u64 {
        let parts = [Some(&self.young), self.old.as_ref()].into_iter().flatten();
        let parts: usize = parts.map(|part| part.size_bytes(self.config.m, self.config.dimensions)).sum();
        (parts + self.by_key.len() * size_of::<(Arc<[u8]>, Place)>()) as u64
    }
}
