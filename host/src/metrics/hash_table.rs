//! Finds a series by its name and labels, without a lock. Nothing is taken out, so nothing that is read can go.

use crate::metrics::labels;
use crate::metrics::series::{Kind, Series};
use foldhash::fast::RandomState;
use sochdb_plugin_sdk::Labels;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

/// With as many series as a manager may have, about 10 share a chain.
const CHAINS: usize = 1024;

type Link = OnceLock<Box<Node>>;

struct Node {
    hash: u64,
    series: Arc<Series>,
    next: Link,
}

pub(crate) struct Table {
    // Keyed by chance: label values may come from outside, and must not be able to make one chain long.
    hasher: RandomState,
    chains: Box<[Link]>,
}

impl Default for Table {
    fn default() -> Self {
        Self { hasher: RandomState::default(), chains: (0..CHAINS).map(|_| OnceLock::new()).collect() }
    }
}

impl Table {
    #[inline]
    pub(crate) fn hash(&self, kind: Kind, name: &str, labels: Labels<'_>) -> u64 {
        // A sum is the same in every order.
        let labels = labels.iter().map(|label| self.hasher.hash_one(label));
        labels.fold(self.hasher.hash_one((kind, name)), u64::wrapping_add)
    }

    #[inline]
    pub(crate) fn find(&self, hash: u64, kind: Kind, name: &str, labels: Labels<'_>) -> Option<&Arc<Series>> {
        let mut link = self.chain(hash);
        while let Some(node) = link.get() {
            let series = &node.series;
            if node.hash == hash
                && series.kind == kind
                && *series.name == *name
                && labels::equal(&series.labels, labels)
            {
                return Some(series);
            }
            link = &node.next;
        }
        None
    }

    /// The caller sees to it that it is not there yet, and that no other thread inserts meanwhile.
    pub(crate) fn insert(&self, hash: u64, series: Arc<Series>) -> &Arc<Series> {
        let mut link = self.chain(hash);
        while let Some(node) = link.get() {
            link = &node.next;
        }
        &link.get_or_init(|| Box::new(Node { hash, series, next: OnceLock::new() })).series
    }

    fn chain(&self, hash: u64) -> &Link {
        &self.chains[hash as usize % CHAINS]
    }
}
