//! One graph of distinct vectors, and the rows of each.

use crate::config::Config;
use crate::metric::Euclidean;
use crate::query::Query;
use fast_hnsw::{Builder, Hnsw, PruneStrategy};
use sochdb_plugin_sdk::{Call, Result, RowId};
use std::mem::size_of;
use std::sync::Arc;

/// The same rows in the same order give the same graph.
const SEED: u64 = 0x50C4;
/// Fewer dead vectors than this are not worth a new graph.
const MIN_DEAD: usize = 64;

/// So many vectors a search of the graph computes the distance of, for each that it finds; or a few less.
const LOOKS_FOR_EACH: usize = 64;
/// So many vectors are looked at until the caller is asked again.
const LOOKS_BETWEEN: usize = 1_024;

/// One vector, in the graph under its place in the list.
pub(crate) struct Node {
    pub(crate) key: Arc<[u8]>,
    /// Ascending, each once. Empty: the vector is dead, only a way to others.
    pub(crate) rows: Vec<RowId>,
}

/// A graph that grows, and whose vectors can be taken from its end: they stay in it as ways to others.
pub(crate) struct Part {
    hnsw: Hnsw<Euclidean>,
    nodes: Vec<Node>,
    dead: usize,
}

impl Part {
    /// An empty graph; `capacity` is how many vectors are expected.
    pub(crate) fn new(config: &Config, capacity: usize) -> Self {
        let hnsw = Builder::new()
            .m(config.m)
            .ef_construction(config.ef_construction)
            .prune_strategy(PruneStrategy::Heuristic)
            .capacity(capacity)
            .seed(SEED)
            .build(Euclidean);
        Self { hnsw, nodes: Vec::with_capacity(capacity), dead: 0 }
    }

    /// Adds a vector that is not in it, and returns its place.
    pub(crate) fn push(&mut self, node: Node, vector: Vec<f32>) -> usize {
        self.nodes.push(node);
        self.hnsw.insert(vector)
    }

    /// Takes the last vector.
    pub(crate) fn pop(&mut self) -> Option<Node> {
        #[cfg(test)]
        crate::work::count();
        let node = self.nodes.pop()?;
        self.dead -= usize::from(node.rows.is_empty());
        Some(node)
    }

    pub(crate) fn insert_row(&mut self, at: usize, row: RowId) {
        let rows = &mut self.nodes[at].rows;
        if let Err(place) = rows.binary_search(&row) {
            self.dead -= usize::from(rows.is_empty());
            rows.insert(place, row);
        }
    }

    pub(crate) fn delete_row(&mut self, at: usize, row: RowId) {
        let rows = &mut self.nodes[at].rows;
        if let Ok(place) = rows.binary_search(&row) {
            rows.remove(place);
            self.dead += usize::from(rows.is_empty());
        }
    }

    pub(crate) fn rows(&self, at: usize) -> &[RowId] {
        &self.nodes[at].rows
    }

    /// The vectors that have rows, each by its key.
    pub(crate) fn vectors(&self) -> impl Iterator<Item = (&[u8], &[RowId])> + '_ {
        self.nodes.iter().filter(|node| !node.rows.is_empty()).map(|node| (&*node.key, &*node.rows))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The vectors in the graph, with those that were taken.
    pub(crate) fn ways(&self) -> usize {
        self.hnsw.len()
    }

    /// The vectors that have rows.
    pub(crate) fn living(&self) -> usize {
        self.nodes.len() - self.dead
    }

    /// Whether a new graph of the living would be worth its cost.
    pub(crate) fn is_mostly_dead(&self) -> bool {
        self.dead >= MIN_DEAD && self.dead > self.nodes.len() / 2
    }

    /// Adds to `found` the allowed rows nearest to the query, at least `wanted` of them, or all that live. True: these
    /// are all.
    ///
    /// # Errors
    /// The caller asked to stop, or its time is over.
    pub(crate) fn nearest(&self, query: &Query<'_>, wanted: usize, found: &mut Vec<(f32, RowId)>) -> Result<bool> {
        let before = found.len();
        let add = |found: &mut Vec<(f32, RowId)>, node: &Node| {
            let mut allowed = node.rows.iter().filter(|row| query.rows.contains(**row)).take(wanted).peekable();
            if allowed.peek().is_some() {
                let distance = query.metric.distance(query.key, &node.key);
                found.extend(allowed.map(|&row| (distance, row)));
            }
        };
        // Dead vectors and rows that are not allowed may leave too few: then look at more, and at all as soon as that is
        // less work. Of few allowed rows the graph would not give enough, so it is not asked for them in vain.
        let mut most = query.expected(wanted, self.nodes.len());
        while most <= self.nodes.len() / LOOKS_FOR_EACH {
            let near = self.hnsw.search(query.vector, most, query.ef.max(most));
            near.iter().filter_map(|near| self.nodes.get(near.id)).for_each(|node| add(found, node));
            if found.len() - before >= wanted {
                return Ok(false);
            }
            found.truncate(before);
            most = most.saturating_mul(4);
        }
        for nodes in self.nodes.chunks(LOOKS_BETWEEN) {
            Call::current(|call| call.go_on())?;
            nodes.iter().for_each(|node| add(found, node));
        }
        Ok(true)
    }

    /// What vectors, keys, rows and links take, without what the allocator adds.
    pub(crate) fn size_bytes(&self, m: usize, dimensions: usize) -> usize {
        // A list of links grows to twice its room before it is cut again.
        let links = 2 * 2 * m * size_of::<(u32, f32)>();
        let keys: usize =
            self.nodes.iter().map(|node| node.key.len() + node.rows.capacity() * size_of::<RowId>()).sum();
        self.hnsw.len() * (links + dimensions * size_of::<f32>()) + self.nodes.len() * size_of::<Node>() + keys
    }
}
