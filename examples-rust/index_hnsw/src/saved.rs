//! What the index writes when it is saved: how its vectors are compared, and each with its rows. The links are made anew when
//! it is loaded, which takes as long as to build it.

use crate::config::Config;
use crate::graph::Graph;
use crate::metric::{self, Metric};
use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::{Saved, Saving};

/// Rows of one vector between two questions whether the call is to go on.
const ASK_EVERY: u64 = 1024;

/// In this machine's byte order, as the vectors are: what a machine of the other order saved has another name here.
fn format() -> [u8; 8] {
    u64::from_be_bytes(*b"hnsw__01").to_ne_bytes()
}

fn number(metric: Metric) -> u64 {
    match metric {
        Metric::L2 => 0,
        Metric::Cosine => 1,
    }
}

pub(crate) fn write(config: &Config, graph: &Graph, watermark: u64, output: &mut Writer<'_>) -> Result<()> {
    let mut saving = Saving::begin(output, format(), watermark)?;
    saving.number(config.dimensions as u64)?;
    saving.number(number(config.metric))?;
    saving.number(graph.vectors().count() as u64)?;
    for (key, rows) in graph.vectors() {
        saving.bytes(key)?;
        saving.number(rows.len() as u64)?;
        rows.iter().try_for_each(|row| saving.number(*row))?;
    }
    saving.end()
}

/// Reads a graph and its watermark.
pub(crate) fn read(config: &Config, bytes: &[u8]) -> Result<(Graph, u64)> {
    let mut saved = Saved::open(bytes, format())?;
    let (dimensions, metric) = (saved.number()?, saved.number()?);
    if (dimensions, metric) != (config.dimensions as u64, self::number(config.metric)) {
        let what = format!("loading an index of {dimensions} dimensions or of another metric");
        return Err(Error::unsupported(&what));
    }
    let (watermark, vectors) = (saved.watermark(), saved.number()?);
    let mut graph = Graph::new(config, 0);
    for at in 0..vectors {
        Call::current(|call| {
            call.progress(at, vectors);
            call.go_on()
        })?;
        let key = saved.bytes(4 * dimensions)?;
        let mut vector = Vec::with_capacity(config.dimensions);
        let read = metric::read(key, config.dimensions, config.metric, &mut vector);
        read.map_err(|error| Error::corruption(format!("vector {at} of the index that was saved: {error}")))?;
        for row in 0..saved.number()? {
            if row % ASK_EVERY == 0 {
                Call::current(|call| call.go_on())?;
            }
            graph.insert(key, vector.clone(), saved.number()?)?;
        }
    }
    saved.end()?;
    Ok((graph, watermark))
}
