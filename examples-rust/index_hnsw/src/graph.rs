//! The graph of the distinct vectors, and the rows of each.

use crate::config::Config;
use crate::metric::{Euclidean, Metric};
use fast_hnsw::{Builder, Hnsw, PruneStrategy};
use sochdb_plugin_sdk::RowId;
use std::collections::{HashMap, HashSet};
use std::mem::size_of;
use std::sync::Arc;

/// The same rows in the same order give the same graph.
const SEED: u64 = 0x50C4;
/// Fewer dead vectors than this are not worth a new graph.
const MIN_DEAD: usize = 64;

/// One vector, in the graph under its place in the list.
struct Node {
    key: Arc<[u8]>,
    /// Ascending, each once. Empty: the vector is dead, only a way to others.
    rows: Vec<RowId>,
}

/// What a search works in; the next one need not allocate it again.
#[derive(Default)]
pub(crate) struct Room {
    /// The query, as the graph compares vectors.
    pub(crate) vector: Vec<f32>,
    /// Rows and their distances.
    pub(crate) found: Vec<(f32, RowId)>,
    seen: HashSet<RowId>,
}

pub(crate) struct Graph {
    metric: Metric,
    ef_search: usize,
    links: usize,
    hnsw: Hnsw<Euclidean>,
    nodes: Vec<Node>,
    by_key: HashMap<Arc<[u8]>, usize>,
    dead: usize,
}

impl Graph {
    /// An empty graph; `capacity` is how many vectors are expected.
    pub(crate) fn new(config: &Config, capacity: usize) -> Self {
        let hnsw = Builder::new()
            .m(config.m)
            .ef_construction(config.ef_construction)
            .prune_strategy(PruneStrategy::Heuristic)
            .capacity(capacity)
            .seed(SEED)
            .build(Euclidean);
        Self {
            metric: config.metric,
            ef_search: config.ef_search,
            links: 2 * config.m,
            hnsw,
            nodes: Vec::with_capacity(capacity),
            by_key: HashMap::with_capacity(capacity),
            dead: 0,
        }
    }

    /// Adds `row` to the vector of `key`; `vector` is that vector as the graph compares it.
    pub(crate) fn insert(&mut self, key: &[u8], vector: Vec<f32>, row: RowId) {
        if let Some(&at) = self.by_key.get(key) {
            let rows = &mut self.nodes[at].rows;
            if let Err(place) = rows.binary_search(&row) {
                self.dead -= usize::from(rows.is_empty());
                rows.insert(place, row);
            }
            return;
        }
        let key: Arc<[u8]> = key.into();
        self.by_key.insert(key.clone(), self.hnsw.insert(vector));
        self.nodes.push(Node { key, rows: vec![row] });
    }

    /// Takes `row` from the vector of `key`.
    pub(crate) fn delete(&mut self, key: &[u8], row: RowId) {
        let Some(&at) = self.by_key.get(key) else { return };
        let rows = &mut self.nodes[at].rows;
        if let Ok(place) = rows.binary_search(&row) {
            rows.remove(place);
            self.dead += usize::from(rows.is_empty());
        }
    }

    /// The rows with exactly this key, ascending.
    pub(crate) fn rows(&self, key: &[u8]) -> &[RowId] {
        self.by_key.get(key).map_or(&[], |&at| &self.nodes[at].rows)
    }

    /// Whether a new graph of the living would be worth its cost.
    pub(crate) fn is_mostly_dead(&self) -> bool {
        self.dead >= MIN_DEAD && self.dead > self.nodes.len() / 2
    }

    /// Keys that have rows, and these.
    pub(crate) fn living(&self) -> impl Iterator<Item = (&[u8], &[RowId])> {
        self.nodes.iter().filter(|node| !node.rows.is_empty()).map(|node| (&*node.key, &*node.rows))
    }

    /// Finds the `k` rows nearest to `query`, nearest first, each once; all that live, if they are fewer. The vector of
    /// `query` is in `room`, and there is what was found.
    pub(crate) fn nearest(&self, query: &[u8], k: usize, room: &mut Room) {
        if k == 0 {
            room.found.clear();
            return;
        }
        // Dead vectors, and rows with several vectors, may leave too few: then look at more, in the end at all.
        let mut wanted = k;
        while wanted <= self.nodes.len() / 4 {
            let found = self.hnsw.search(&room.vector, wanted, self.ef_search.max(wanted));
            self.nearest_of(found.iter().map(|found| &self.nodes[found.id]), query, k, room);
            if room.found.len() == k {
                return;
            }
            wanted *= 4;
        }
        self.nearest_of(self.nodes.iter(), query, k, room);
    }

    fn nearest_of<'a>(&self, nodes: impl Iterator<Item = &'a Node>, query: &[u8], k: usize, room: &mut Room) {
        let Room { found, seen, .. } = room;
        found.clear();
        for node in nodes.filter(|node| !node.rows.is_empty()) {
            let distance = self.metric.distance(query, &node.key);
            found.extend(node.rows.iter().take(k).map(|&row| (distance, row)));
        }
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        seen.clear();
        found.retain(|&(_, row)| seen.len() < k && seen.insert(row));
    }

    /// What vectors, keys, rows and links take, without what the allocator adds.
    pub(crate) fn size_bytes(&self) -> u64 {
        let node = size_of::<Node>() + size_of::<(Arc<[u8]>, usize)>();
        // A list of links grows to twice its room before it is cut again.
        let links = 2 * self.links * size_of::<(u32, f32)>();
        let keys: usize =
            self.nodes.iter().map(|node| 2 * node.key.len() + node.rows.capacity() * size_of::<RowId>()).sum();
        (self.nodes.len() * (node + links) + keys) as u64
    }
}
