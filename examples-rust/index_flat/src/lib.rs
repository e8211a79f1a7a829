//! The plainest index of vectors: it looks at each one that a search allows, and so misses none.
#![deny(unsafe_code)]

use serde::Deserialize;
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::{DistanceMetric, IndexProperties, KeyElement};
use std::collections::BTreeSet;
use std::mem::size_of;

#[cfg(test)]
mod tests;

/// Vectors between two questions whether the call is to go on.
const ASK_EVERY: usize = 4096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    dimensions: u16,
}

/// Vectors, as they came, with their rows. One that is built by parts is an index of its own until it is finished.
pub struct FlatIndex {
    dimensions: u64,
    entries: BTreeSet<(Box<[u8]>, RowId)>,
}

fn numbers(vector: &[u8]) -> impl Iterator<Item = f32> + '_ {
    vector.chunks_exact(4).map(|bytes| f32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// The square of the Euclidean distance.
fn distance(a: &[u8], b: &[u8]) -> f32 {
    numbers(a).zip(numbers(b)).map(|(a, b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>() as f32
}

impl FlatIndex {
    fn vector<'a>(&self, key: &'a [u8]) -> Result<&'a [u8]> {
        let length = self.dimensions * 4;
        if key.len() as u64 != length || !numbers(key).all(f32::is_finite) {
            return Err(Error::invalid(format!("a vector is {length} bytes: {} finite f32", self.dimensions)));
        }
        Ok(key)
    }
}

impl Plugin for FlatIndex {
    fn create(host: Host) -> Result<Self> {
        let Config { dimensions } = host.config()?;
        if dimensions == 0 {
            return Err(Error::invalid("`dimensions` is 0: give the numbers of a vector, such as 384"));
        }
        Ok(Self { dimensions: dimensions.into(), entries: BTreeSet::new() })
    }
}

impl IndexBuilder for FlatIndex {
    fn add(&mut self, entries: &[(RowId, &[u8])]) -> Result<()> {
        for part in entries.chunks(ASK_EVERY) {
            Call::current(|call| call.go_on())?;
            for &(row, key) in part {
                self.entries.insert((self.vector(key)?.into(), row));
            }
        }
        Ok(())
    }
}

impl IndexExtension for FlatIndex {
    fn index_type(&self) -> &str {
        "flat"
    }

    fn describe(&self) -> IndexProperties {
        IndexProperties::new().with_vectors(KeyElement::F32, self.dimensions).with_metric(DistanceMetric::L2Squared)
    }

    fn begin_build(&self, _: TableId, _: ColumnId) -> Result<Box<dyn IndexBuilder>> {
        Ok(Box::new(Self { dimensions: self.dimensions, entries: BTreeSet::new() }))
    }

    fn finish_build(&mut self, builder: Box<dyn IndexBuilder>) -> Result<()> {
        Call::current(|call| call.go_on())?;
        *self = *builder.downcast()?;
        Ok(())
    }

    fn insert(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.entries.insert((self.vector(key)?.into(), row));
        Ok(())
    }

    fn delete(&mut self, key: &[u8], row: RowId) -> Result<()> {
        self.entries.remove(&(self.vector(key)?.into(), row));
        Ok(())
    }

    fn size_bytes(&self) -> Result<u64> {
        Ok(self.entries.len() as u64 * (self.dimensions * 4 + size_of::<(Box<[u8]>, RowId)>() as u64))
    }

    fn search_into(&self, search: &Search<'_>, neighbors: &mut Neighbors<'_>) -> Result<Exactness> {
        if search.element != KeyElement::Bytes || !search.parameters.is_empty() {
            return Err(Error::unsupported("a query that is no vector, or has parameters"));
        }
        let (query, mut near) = (self.vector(search.query)?, Vec::new());
        for (looked, (vector, row)) in self.entries.iter().enumerate() {
            if looked % ASK_EVERY == 0 {
                Call::current(|call| call.go_on())?;
            }
            if search.rows.contains(*row) {
                near.push((distance(query, vector), *row));
            }
        }
        near.retain(|(distance, _)| search.keeps(*distance));
        // Each row once, by its nearest vector.
        near.sort_by(|a, b| a.1.cmp(&b.1).then(a.0.total_cmp(&b.0)));
        near.dedup_by_key(|(_, row)| *row);
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.into_iter().take(search.k).try_for_each(|(distance, row)| neighbors.push(row, distance))?;
        Ok(Exactness::Exact)
    }
}

export_plugin!(FlatIndex: index);
