//! Where an index puts what it found: the caller's arrays.

use crate::error::{Error, ErrorKind, Result};
use crate::ids::RowId;
use crate::opaque::opaque;
use std::mem::MaybeUninit;

opaque!(RowIds<'_>, Neighbors<'_>);

/// The row numbers that a lookup finds: an array of the caller. What does not fit is counted, and the caller comes again
/// with more room.
///
/// ```
/// use sochdb_plugin_sdk::{RowId, RowIds};
///
/// fn give(found: &[RowId], rows: &mut RowIds<'_>) {
///     found.iter().for_each(|row| rows.push(*row));
/// }
/// ```
pub struct RowIds<'a> {
    pub(crate) room: &'a mut [MaybeUninit<RowId>],
    pub(crate) count: usize,
}

impl<'a> RowIds<'a> {
    /// Makes one of an array of the caller's own, for [`IndexExtension::lookup_into`](crate::IndexExtension::lookup_into).
    ///
    /// ```
    /// use sochdb_plugin_sdk::RowIds;
    /// use std::mem::MaybeUninit;
    ///
    /// let mut places = [MaybeUninit::uninit(); 2];
    /// let mut rows = RowIds::within(&mut places);
    /// [7, 8, 9].into_iter().for_each(|row| rows.push(row));
    /// assert_eq!((rows.count(), rows.iter().collect::<Vec<_>>()), (3, vec![7, 8]));
    /// ```
    #[must_use]
    pub fn within(places: &'a mut [MaybeUninit<RowId>]) -> Self {
        Self { room: places, count: 0 }
    }

    /// Returns how many rows were found, those included that did not fit.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Returns the rows that fitted.
    pub fn iter(&self) -> impl Iterator<Item = RowId> + '_ {
        // SAFETY: `push` or `fill` wrote the first `count` places.
        self.room.iter().take(self.count).map(|place| unsafe { place.assume_init() })
    }

    /// Adds a row.
    pub fn push(&mut self, row: RowId) {
        if let Some(place) = self.room.get_mut(self.count) {
            *place = MaybeUninit::new(row);
        }
        self.count += 1;
    }

    /// Lends the array and the number of its places to `fill`, for an engine that writes arrays itself. `fill` writes the
    /// rows that fit, and returns how many there are in all.
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

/// The neighbours that a search finds: arrays of the caller, with room for `k`.
///
/// ```
/// use sochdb_plugin_sdk::{Neighbors, Result};
///
/// /// Gives the rows nearest to `query` of rows on a line.
/// fn nearest(places: &[f32], query: f32, k: usize, neighbors: &mut Neighbors<'_>) -> Result<()> {
///     let mut found: Vec<_> = places.iter().zip(0..).map(|(place, row)| ((place - query).abs(), row)).collect();
///     found.sort_by(|a, b| a.0.total_cmp(&b.0));
///     found.into_iter().take(k).try_for_each(|(distance, row)| neighbors.push(row, distance))
/// }
/// ```
pub struct Neighbors<'a> {
    pub(crate) rows: &'a mut [MaybeUninit<RowId>],
    pub(crate) distances: &'a mut [MaybeUninit<f32>],
    pub(crate) count: usize,
}

impl Neighbors<'_> {
    /// Lends the arrays of rows and distances and the number of their places to `fill`, for an engine that writes arrays
    /// itself. `fill` returns how many neighbours it wrote, from the first place on.
    ///
    /// # Errors
    /// What `fill` returns; [`ErrorKind::Contract`] if it counts more than there are places.
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

    /// Adds the next nearest row with its distance.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] if there are `k` already.
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

    /// Returns the rows that were added, with their distances.
    pub fn iter(&self) -> impl Iterator<Item = (RowId, f32)> + '_ {
        let places = self.rows.iter().zip(&*self.distances).take(self.count);
        // SAFETY: `push` or `fill` wrote the first `count` places.
        places.map(|(row, distance)| unsafe { (row.assume_init(), distance.assume_init()) })
    }

    /// Keeps the rows before the first one that `keep` refuses.
    pub fn keep_while(&mut self, mut keep: impl FnMut(RowId, f32) -> bool) {
        let kept = self.iter().take_while(|(row, distance)| keep(*row, *distance)).count();
        self.count = kept;
    }

    /// Makes room for `k` neighbours and runs `find`; gives what it found, and what it returned.
    pub(crate) fn collect<T>(
        k: usize,
        find: impl FnOnce(&mut Neighbors<'_>) -> Result<T>,
    ) -> Result<(Vec<(RowId, f32)>, T)> {
        let too_many = |_| Error::new(ErrorKind::Limit, format!("{k} neighbours do not fit into memory"));
        let (mut rows, mut distances) = (Vec::new(), Vec::new());
        rows.try_reserve_exact(k).map_err(too_many)?;
        distances.try_reserve_exact(k).map_err(too_many)?;
        rows.resize(k, MaybeUninit::uninit());
        distances.resize(k, MaybeUninit::uninit());
        let mut neighbors = Neighbors { rows: &mut rows, distances: &mut distances, count: 0 };
        let answer = find(&mut neighbors)?;
        Ok((neighbors.iter().collect(), answer))
    }
}
