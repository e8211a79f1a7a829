//! Nearest neighbours in a hierarchical navigable small world graph.
//!
//! The graph is that of the crate `fast-hnsw`: pure Rust, it grows row by row, starts no threads, its layout follows
//! from a seed, and it keeps the links between far clusters of rows, which decides whether a row is found.
//!
//! No change keeps lookups waiting for long, whatever is deleted: the work of one is bounded, however many vectors there
//! are. A large graph that nothing uses any more is freed on a thread that ends with the instance at the latest. `build` is
//! one call, and lasts as long as the inserts of all its rows; a build by parts makes the same graph beside lookups.
#![deny(unsafe_code)]

mod config;
mod freeing;
mod graph;
mod metric;
mod part;
mod query;
mod saved;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod work;

use config::Config;
use graph::{Graph, Room};
use metric::Metric;
use query::Query;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::{DistanceMetric, IndexProperties, KeyElement};

/// Vectors and their rows, by distance. A key is as many `f32`s in this machine's byte order as `dimensions` says.
pub struct HnswIndex {
    config: Config,
    graph: Graph,
}

impl HnswIndex {
    /// An index of the same kind; `capacity` is how many vectors are expected.
    fn empty(&self, capacity: usize) -> Self {
        Self { config: self.config.clone(), graph: Graph::new(&self.config, capacity) }
    }

    fn replace(&mut self, graph: Graph) {
        let old = std::mem::replace(&mut self.graph, graph);
        self.graph.replace(old);
    }

    fn vector(&self, key: &[u8]) -> Result<Vec<f32>> {
        let mut vector = Vec::with_capacity(self.config.dimensions);
        metric::read(key, self.config.dimensions, self.config.metric, &mut vector)?;
        Ok(vector)
    }

    /// Searches with memory that earlier queries of the same batch left.
    fn look(&self, search: &Search<'_>, room: &mut Room, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
        if search.element != KeyElement::Bytes {
            return Err(Error::unsupported("a query that is no vector"));
        }
        let Room { vector, found } = room;
        metric::read(search.query, self.config.dimensions, self.config.metric, vector)?;
        let query = Query {
            key: search.query,
            vector,
            metric: self.config.metric,
            ef: query::ef(search.parameters, self.config.ef_search)?,
            rows: search.rows,
            allowed: query::allowed(search),
            exact: search.exact,
        };
        let all = self.graph.nearest(&query, search.k, found)?;
        let near = found.found.iter().take_while(|(distance, _)| search.keeps(*distance));
        near.copied().try_for_each(|(distance, row)| neighbors.push(row, distance))?;
        Ok(if all { Exactness::Exact } else { Exactness::Approximate })
    }
}

impl Plugin for HnswIndex {
    fn create(host: Host) -> Result<Self> {
        let config = host.config::<Config>()?.checked()?;
        let graph = Graph::new(&config, 0);
        Ok(Self { config, graph })
    }
}

impl IndexBuilder for HnswIndex {
    fn add(&mut self, entries: &[(RowId, &[u8])]) -> Result<()> {
        for (done, &(row, key)) in (0..).zip(entries) {
            Call::current(|call| {
                call.progress(done, entries.len() as u64);
                call.go_on()
            })?;
            let vector = self.vector(key);
            let vector = vector.map_err(|error| Error::invalid(format!("row {row}: {error}")))?;
            self.graph.insert(key, vector, row)?;
        }
        Ok(())
    }
}

impl IndexExtension for HnswIndex {
    fn index_type(&self) -> &str {
        "hnsw"
    }

    /// Lookups wait for the end of it. Whoever cannot wait builds by parts.
    fn build(&mut self, _: TableId, _: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
        let mut made = self.empty(entries.len());
        made.add(entries)?;
        self.replace(made.graph);
        Ok(())
    }

    fn begin_build(&self, _: TableId, _: ColumnId) -> Result<Box<dyn IndexBuilder>> {
        Ok(Box::new(self.empty(0)))
    }

    fn finish_build(&mut self, builder: Box<dyn IndexBuilder>) -> Result<()> {
        Call::current(|call| call.go_on())?;
        self.replace(builder.downcast::<Self>()?.graph);
        Ok(())
    }

    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        let vector = self.vector(key)?;
        self.graph.insert(key, vector, row)
    }

    /// The vector of a row that is gone stays in the graph as a way to others, until such vectors outnumber the
    /// living; then each change moves a few of the living to a new graph.
    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.vector(key)?;
        self.graph.delete(key, row)
    }

    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        self.vector(key)?;
        self.graph.rows(key).iter().for_each(|&row| rows.push(row));
        Ok(())
    }

    fn describe(&self) -> IndexProperties {
        let metric = match self.config.metric {
            Metric::L2 => DistanceMetric::L2,
            Metric::Cosine => DistanceMetric::Cosine,
        };
        IndexProperties::new().with_vectors(KeyElement::F32, self.config.dimensions as u64).with_metric(metric)
    }

    fn size_bytes(&self) -> Result<u64> {
        Ok(self.graph.size_bytes())
    }

    fn nearest_into(&self, query: &[u8], k: usize, neighbors: &mut Neighbors<'_>) -> Result<()> {
        self.search_into(&Search::new(query, k), neighbors).map(drop)
    }

    /// Looks at each allowed vector if they are few, and otherwise through the graph. Its parameter is `ef`.
    fn search_into(&self, search: &Search<'_>, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
        self.look(search, &mut Room::default(), neighbors)
    }

    fn save_into(&self, watermark: u64, output: &mut Writer<'_>) -> Result<()> {
        saved::write(&self.config, &self.graph, watermark, output)
    }

    /// Links the vectors anew, which takes as long as to build the index of them.
    fn load_from(&mut self, saved: &[u8]) -> Result<u64> {
        let (graph, watermark) = saved::read(&self.config, saved)?;
        self.replace(graph);
        Ok(watermark)
    }

    fn nearest_batch_into(&self, queries: &[&[u8]], k: usize, lists: &mut NeighborLists<'_>) -> Result<()> {
        let mut room = Room::default();
        lists.each(queries, |query, neighbors| self.look(&Search::new(query, k), &mut room, neighbors).map(drop))
    }
}

export_plugin!(HnswIndex: index);
