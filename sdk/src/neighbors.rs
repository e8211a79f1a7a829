//! Where an index puts what it found: the caller's arrays.

use crate::error::{Error, ErrorKind, Result};
use crate::ids::RowId;
use crate::opaque::opaque;
use std::mem::MaybeUninit;

opaque!(RowIds<'_>, Neighbors<'_>);

/// Where a lookup puts row numbers: the caller's array. What does not fit is counted.
pub struct RowIds<'a> {
    pub(crate) room: &'a mut [MaybeUninit<RowId>],
    pub(crate) count: usize,
}

impl<'a> RowIds<'a> {
    /// Adds a row.
    pub fn push(&mut self, row: RowId) {
        if let Some(place) = self.room.get_mut(self.count) {
            *place = MaybeUninit::new(row);
        }
        self.count += 1;
    }

    /// Lends the array to `fill`, which returns how many rows there are in all.
    ///
    /// # Errors
    /// What `fill` returns.
    pub fn fill(&mut self, fill: impl FnOnce(*mut RowId, usize) -> Result<usize>) -> Result<()> {
        // A plugin that counts what it did not write must not make the caller read what nobody wrote.
        self.room.fill(MaybeUninit::new(0));
        self.count = fill(self.room.as_mut_ptr().cast(), self.room.len())?;
        Ok(())
    }

    /// Runs `find` until all it finds fits.
    pub(crate) fn collect(find: impl Fn(&mut RowIds<'_>) -> Result<()>) -> Result<Vec<RowId>> {
        const ROUNDS: usize = 8;
        let mut rows: Vec<RowId> = Vec::with_capacity(64);
        for _ in 0..ROUNDS {
            let mut ids = RowIds { room: rows.spare_capacity_mut(), count: 0 };
            find(&mut ids)?;
            let count = ids.count;
            if count <= rows.capacity() {
                // SAFETY: `push` or `fill` wrote the first `count` places.
                unsafe { rows.set_len(count) };
                return Ok(rows);
            }
            rows.try_reserve_exact(count)
                .map_err(|_| Error::new(ErrorKind::Limit, format!("{count} rows do not fit into memory")))?;
        }
        Err(Error::new(ErrorKind::Contract, format!("finds more rows each time it is asked, {ROUNDS} times")))
    }
}

/// Where a search puts its neighbours: the caller's arrays, with room for `k`.
pub struct Neighbors<'a> {
    pub(crate) rows: &'a mut [MaybeUninit<RowId>],
    pub(crate) distances: &'a mut [MaybeUninit<f32>],
    pub(crate) count: usize,
}

impl Neighbors<'_> {
    /// Lends the arrays to `fill`, which returns how many it wrote.
    ///
    /// # Errors
    /// What `fill` returns; [`ErrorKind::Contract`] if it says more than there is room for.
    pub fn fill(&mut self, fill: impl FnOnce(*mut RowId, *mut f32, usize) -> Result<usize>) -> Result<()> {
        // A plugin that counts what it did not write must not make the caller read what nobody wrote.
        self.rows.fill(MaybeUninit::new(0));
        self.distances.fill(MaybeUninit::new(f32::NAN));
        let room = self.rows.len().min(self.distances.len());
        let count = fill(self.rows.as_mut_ptr().cast(), self.distances.as_mut_ptr().cast(), room)?;
        if count > self.rows.len() {
            let message = format!("returned {count} neighbours where {} were asked for", self.rows.len());
            return Err(Error::new(ErrorKind::Contract, message));
        }
        self.count = count;
        Ok(())
    }

    /// Adds the next nearest row.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] beyond `k`.
    pub fn push(&mut self, row: RowId, distance: f32) -> Result<()> {
        match (self.rows.get_mut(self.count), self.distances.get_mut(self.count)) {
            (Some(row_place), Some(distance_place)) => {
                *row_place = MaybeUninit::new(row);
                *distance_place = MaybeUninit::new(distance);
                self.count += 1;
                Ok(())
            }
            _ => Err(Error::new(ErrorKind::Limit, format!("more than the {} neighbours asked for", self.rows.len()))),
        }
    }
}
