//! Nearest neighbours in a hierarchical navigable small world graph.
//!
//! The graph is that of the crate `fast-hnsw`: pure Rust, it grows row by row, starts no threads, its layout follows
//! from a seed, and it keeps the links between far clusters of rows, which decides whether a row is found.
#![deny(unsafe_code)]

mod config;
mod graph;
mod metric;
#[cfg(test)]
mod tests;

use config::Config;
use graph::Graph;
use sochdb_plugin_sdk::prelude::*;

/// Vectors and their rows, by distance. A key is as many `f32`s in this machine's byte order as `dimensions` says.
pub struct HnswIndex {
    config: Config,
    graph: Graph,
}

impl HnswIndex {
    fn vector(&self, key: &[u8]) -> Result<Vec<f32>> {
        metric::vector(key, self.config.dimensions, self.config.metric)
    }
}

impl Plugin for HnswIndex {
    fn create(host: Host) -> Result<Self> {
        let config = host.config::<Config>()?.checked()?;
        let graph = Graph::new(&config, 0);
        Ok(Self { config, graph })
    }
}

impl IndexExtension for HnswIndex {
    fn index_type(&self) -> &str {
        "hnsw"
    }

    fn build(&mut self, _: TableId, _: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
        let mut graph = Graph::new(&self.config, entries.len());
        for &(row, key) in entries {
            let vector = self.vector(key);
            let vector = vector.map_err(|error| Error::invalid(format!("row {row}: {error}")))?;
            graph.insert(key, vector, row);
        }
        self.graph = graph;
        Ok(())
    }

    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        let vector = self.vector(key)?;
        self.graph.insert(key, vector, row);
        Ok(())
    }

    /// The vector of a row that is gone stays in the graph as a way to others, until such vectors outnumber the
    /// living; then the graph is built anew.
    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.vector(key)?;
        self.graph.delete(key, row);
        if self.graph.is_mostly_dead() {
            let mut graph = Graph::new(&self.config, self.graph.living().count());
            for (key, rows) in self.graph.living() {
                for &row in rows {
                    graph.insert(key, self.vector(key)?, row);
                }
            }
            self.graph = graph;
        }
        Ok(())
    }

    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        self.vector(key)?;
        self.graph.rows(key).iter().for_each(|&row| rows.push(row));
        Ok(())
    }

    fn range_into(&self, _: &[u8], _: &[u8], _: usize, _: &mut RowIds<'_>) -> Result<()> {
        Err(Error::unsupported("range"))
    }

    fn size_bytes(&self) -> Result<u64> {
        Ok(self.graph.size_bytes())
    }

    fn nearest_into(&self, query: &[u8], k: usize, neighbors: &mut Neighbors<'_>) -> Result<()> {
        let vector = self.vector(query)?;
        let mut found = self.graph.nearest(query, &vector, k).into_iter();
        found.try_for_each(|(distance, row)| neighbors.push(row, distance))
    }
}

export_plugin!(HnswIndex: index);
