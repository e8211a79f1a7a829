//! Operations of a storage: tables, batches, readers, cursors, transactions with savepoints, and the next instance.
//!
//! Rows have no time to live: when one goes is a matter of clocks, and a model that allows both for a while misses what it is for.

mod calls;
mod draw;
mod model;
pub(crate) mod operation;
mod print;

use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::fuzz::expected::{Answer, Expected};
use crate::fuzz::operation::Operation;
use crate::fuzz::storage::operation::{BatchWrite, By, StorageOperation};
use sochdb_plugin_host::sdk::Error;

impl Operation for StorageOperation {
    type Model = model::Model;
    type Plugin<'a> = calls::Plugin<'a>;
    type Before = draw::Before;

    fn draw(random: &mut Random, before: &mut Self::Before) -> Self {
        draw::operation(random, before)
    }

    fn bytes(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Put { key, value, .. } => vec![key, value],
            Self::Delete { key, .. } | Self::Get { key, .. } => vec![key],
            Self::MultiGet { keys, .. } => keys.iter_mut().collect(),
            Self::Scan { range, .. } => vec![&mut range.start, &mut range.end],
            Self::Walk { range, seek, .. } => {
                [&mut range.start, &mut range.end].into_iter().chain(seek.iter_mut()).collect()
            }
            Self::Batch(writes) => writes.iter_mut().flat_map(BatchWrite::bytes).collect(),
            _ => Vec::new(),
        }
    }

    fn simpler(&self) -> Vec<Self> {
        match self {
            Self::Fill { table, count } => [1, count / 2, count - 1]
                .into_iter()
                .filter(|fewer| fewer < count && *fewer > 0)
                .map(|count| Self::Fill { table: *table, count })
                .collect(),
            Self::MultiGet { table, keys } if keys.len() > 1 => {
                let without = |at: usize| [&keys[..at], &keys[at + 1..]].concat();
                (0..keys.len()).map(|at| Self::MultiGet { table: *table, keys: without(at) }).collect()
            }
            Self::Batch(writes) if writes.len() > 1 => {
                let without = |at: usize| [&writes[..at], &writes[at + 1..]].concat();
                (0..writes.len()).map(|at| Self::Batch(without(at))).collect()
            }
            Self::Walk { reader, range, reverse, seek: Some(_) } => {
                vec![Self::Walk { reader: *reader, range: range.clone(), reverse: *reverse, seek: None }]
            }
            Self::Put { by, table, key, value } if *by == By::Handle => {
                vec![Self::Put { by: By::Storage, table: *table, key: key.clone(), value: value.clone() }]
            }
            _ => Vec::new(),
        }
    }

    fn expected(&self, model: &Self::Model) -> Option<Expected> {
        model.expected(self)
    }

    fn apply(&self, model: &mut Self::Model, accepted: bool) {
        model.apply(self, accepted);
    }

    fn plugin(subject: &Subject) -> Result<Self::Plugin<'_>, NotPassed> {
        calls::Plugin::new(subject)
    }

    fn call(&self, plugin: &mut Self::Plugin<'_>) -> Result<Answer, Error> {
        plugin.call(self)
    }

    fn in_c(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        print::in_c(self, step, expected, accepted)
    }

    fn in_rust(&self, step: usize, expected: &Expected, accepted: bool) -> String {
        print::in_rust(self, step, expected, accepted)
    }
}
