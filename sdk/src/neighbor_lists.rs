use crate::call::Call;
use crate::error::{Error, ErrorKind, Result};
use crate::ids::RowId;
use crate::neighbors::Neighbors;
use crate::opaque::opaque;
use std::mem::MaybeUninit;

opaque!(NeighborLists<'_>);

/// The neighbours that a search for many queries finds: arrays of the caller, with room for `k` of each query.
///
/// ```
/// use sochdb_plugin_sdk::{NeighborLists, Result};
///
/// fn nearest_batch_into(rows: &[(u64, f32)], queries: &[&[u8]], k: usize, lists: &mut NeighborLists<'_>) -> Result<()> {
///     lists.each(queries, |_query, neighbors| {
///         rows.iter().take(k).try_for_each(|(row, distance)| neighbors.push(*row, *distance))
///     })
/// }
/// ```
pub struct NeighborLists<'a> {
    rows: &'a mut [MaybeUninit<RowId>],
    distances: &'a mut [MaybeUninit<f32>],
    /// The number of neighbours that each query found; of its places, as many are written.
    counts: &'a mut [usize],
    k: usize,
}

impl<'a> NeighborLists<'a> {
    /// Empty lists for as many queries as there are `counts`, with `k` places each.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if there are not as many rows and distances.
    pub(crate) fn new(
        rows: &'a mut [MaybeUninit<RowId>],
        distances: &'a mut [MaybeUninit<f32>],
        counts: &'a mut [usize],
        k: usize,
    ) -> Result<Self> {
        let places = places(counts.len(), k)?;
        if rows.len() < places || distances.len() < places {
            return Err(Error::invalid("the lists of neighbours are shorter than `k` places a query"));
        }
        counts.fill(0);
        Ok(Self { rows, distances, counts, k })
    }

    /// Gives each of `queries` in turn to `find`, with the room for its neighbours, as long as the call is to go on.
    ///
    /// # Errors
    /// The first error of `find` or of [`Call::go_on`], after which no query is tried; [`ErrorKind::Invalid`] if there is
    /// room for another number of queries.
    pub fn each<'q>(
        &mut self,
        queries: &[&'q [u8]],
        mut find: impl FnMut(&'q [u8], &mut Neighbors<'_>) -> Result<()>,
    ) -> Result<()> {
        self.fit(queries.len())?;
        for (at, (query, count)) in queries.iter().zip(&mut *self.counts).enumerate() {
            Call::current(|call| call.go_on())?;
            let places = at * self.k..(at + 1) * self.k;
            let (rows, distances) = (&mut self.rows[places.clone()], &mut self.distances[places]);
            let mut neighbors = Neighbors { rows, distances, count: 0 };
            find(query, &mut neighbors)?;
            *count = neighbors.count;
        }
        Ok(())
    }

    /// Lends the arrays to `fill`, for an engine that writes arrays itself: rows, distances, a count for each query, and
    /// the number of places of each query, which is at most `k`. Rows and distances of query `i` begin at `i` times that
    /// number.
    ///
    /// # Errors
    /// What `fill` returns; [`ErrorKind::Contract`] if it counts more than there are places; [`ErrorKind::Invalid`] if
    /// there is room for another number of queries. The lists are empty then.
    pub fn fill(
        &mut self,
        queries: usize,
        k: usize,
        fill: impl FnOnce(*mut RowId, *mut f32, &mut [usize], usize) -> Result<()>,
    ) -> Result<()> {
        self.fit(queries)?;
        self.k = self.k.min(k);
        // Who counts what nobody wrote must not make the caller read it.
        let places = queries * self.k;
        self.rows[..places].fill(MaybeUninit::new(0));
        self.distances[..places].fill(MaybeUninit::new(f32::NAN));
        self.counts.fill(0);
        let filled = fill(self.rows.as_mut_ptr().cast(), self.distances.as_mut_ptr().cast(), self.counts, self.k);
        let filled = filled.and_then(|()| match self.counts.iter().find(|count| **count > self.k) {
            None => Ok(()),
            Some(count) => {
                let message = format!("counted {count} neighbours where there is room for {}", self.k);
                Err(Error::new(ErrorKind::Contract, message))
            }
        });
        if filled.is_err() {
            self.counts.fill(0);
        }
        filled
    }

    fn fit(&self, queries: usize) -> Result<()> {
        if queries == self.counts.len() {
            return Ok(());
        }
        Err(Error::invalid(format!("{queries} queries, and room for the neighbours of {}", self.counts.len())))
    }

    /// Runs `search` for `queries` queries, and gives what it found as vectors.
    pub(crate) fn collect(
        queries: usize,
        k: usize,
        search: impl FnOnce(&mut NeighborLists<'_>) -> Result<()>,
    ) -> Result<Vec<Vec<(RowId, f32)>>> {
        let places = places(queries, k)?;
        let too_many = |_| too_many(queries, k);
        let (mut rows, mut distances, mut counts) = (Vec::new(), Vec::new(), vec![0; queries]);
        rows.try_reserve_exact(places).map_err(too_many)?;
        distances.try_reserve_exact(places).map_err(too_many)?;
        rows.resize(places, MaybeUninit::uninit());
        distances.resize(places, MaybeUninit::uninit());
        let mut lists = NeighborLists::new(&mut rows, &mut distances, &mut counts, k)?;
        search(&mut lists)?;
        // It is smaller than `k` if the search was told to look for fewer.
        let k = lists.k;
        let list = |(at, count): (usize, &usize)| {
            let places = at * k..at * k + count;
            // SAFETY: `each` and `fill` see to it that of each query's places the first `count` are written.
            places.map(|at| unsafe { (rows[at].assume_init(), distances[at].assume_init()) }).collect()
        };
        Ok(counts.iter().enumerate().map(list).collect())
    }
}

/// The number of places for `k` neighbours of each query.
pub(crate) fn places(queries: usize, k: usize) -> Result<usize> {
    queries.checked_mul(k).ok_or_else(|| too_many(queries, k))
}

fn too_many(queries: usize, k: usize) -> Error {
    Error::new(ErrorKind::Limit, format!("{k} neighbours of each of {queries} queries do not fit into memory"))
}
