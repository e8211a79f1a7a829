//! An index that several threads change at once, beside others that search: keys in stripes, of which a change locks one.
#![deny(unsafe_code)]

use sochdb_plugin_sdk::prelude::*;
use sochdb_plugin_sdk::IndexProperties;
use std::collections::hash_map::RandomState;
use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::mem::size_of;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// More than there are threads, as a rule, so that two seldom want the same one.
const STRIPES: usize = 64;

/// Entries of a build between two questions whether it is to go on.
const ASK_EVERY: usize = 4096;

type Entry = (Box<[u8]>, RowId);

/// All pairs of some keys.
#[derive(Default)]
struct Stripe {
    entries: BTreeSet<Entry>,
    key_bytes: usize,
}

impl Stripe {
    fn insert(&mut self, key: &[u8], row: RowId) {
        if self.entries.insert((key.into(), row)) {
            self.key_bytes += key.len();
        }
    }

    fn remove(&mut self, key: &[u8], row: RowId) {
        if self.entries.remove(&(key.into(), row)) {
            self.key_bytes -= key.len();
        }
    }

    /// The pairs from the first one of `key` on.
    fn from(&self, key: &[u8]) -> impl Iterator<Item = &Entry> {
        self.entries.range((Bound::Included((key.into(), 0)), Bound::Unbounded))
    }
}

/// Pairs of key and row, each once, those of one key in one stripe.
pub struct StripedIndex {
    stripes: Vec<RwLock<Stripe>>,
    hasher: RandomState,
}

impl StripedIndex {
    fn new() -> Self {
        Self { stripes: (0..STRIPES).map(|_| RwLock::default()).collect(), hasher: RandomState::new() }
    }

    fn stripe_of(&self, key: &[u8]) -> &RwLock<Stripe> {
        &self.stripes[self.hasher.hash_one(key) as usize % STRIPES]
    }

    fn look(stripe: &RwLock<Stripe>) -> RwLockReadGuard<'_, Stripe> {
        stripe.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, key: &[u8]) -> RwLockWriteGuard<'_, Stripe> {
        self.stripe_of(key).write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plugin for StripedIndex {
    fn create(_: Host) -> Result<Self> {
        Ok(Self::new())
    }
}

impl IndexExtension for StripedIndex {
    fn index_type(&self) -> &str {
        "striped"
    }

    fn describe(&self) -> IndexProperties {
        IndexProperties::new().with_concurrent_changes()
    }

    fn build(&mut self, _: TableId, _: ColumnId, entries: &[(RowId, &[u8])]) -> Result<()> {
        let made = Self::new();
        for part in entries.chunks(ASK_EVERY) {
            Call::current(|call| call.go_on())?;
            part.iter().for_each(|&(row, key)| made.change(key).insert(key, row));
        }
        *self = made;
        Ok(())
    }

    fn insert_concurrently(&self, key: &[u8], row: RowId) -> Result<()> {
        self.change(key).insert(key, row);
        Ok(())
    }

    fn delete_concurrently(&self, key: &[u8], row: RowId) -> Result<()> {
        self.change(key).remove(key, row);
        Ok(())
    }

    fn lookup_into(&self, key: &[u8], rows: &mut RowIds<'_>) -> Result<()> {
        let stripe = Self::look(self.stripe_of(key));
        stripe.from(key).take_while(|(have, _)| &**have == key).for_each(|&(_, row)| rows.push(row));
        Ok(())
    }

    fn range_into(&self, start: &[u8], end: &[u8], limit: usize, rows: &mut RowIds<'_>) -> Result<()> {
        let mut found: Vec<Entry> = Vec::new();
        for stripe in &self.stripes {
            let stripe = Self::look(stripe);
            let within = stripe.from(start).take_while(|(key, _)| end.is_empty() || &**key < end);
            found.extend(within.take(limit).cloned());
        }
        found.sort_unstable();
        found.iter().take(limit).for_each(|&(_, row)| rows.push(row));
        Ok(())
    }

    fn size_bytes(&self) -> Result<u64> {
        let bytes = |stripe: &Stripe| stripe.key_bytes + stripe.entries.len() * size_of::<Entry>();
        Ok(self.stripes.iter().map(|stripe| bytes(&Self::look(stripe)) as u64).sum())
    }
}

export_plugin!(StripedIndex: index);
