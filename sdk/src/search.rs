use crate::error::{Error, Result};
use crate::ids::RowId;
use crate::labels::Labels;
use crate::neighbors::Neighbors;
use crate::properties::index::KeyElement;
use crate::row_filter::RowFilter;

/// A search: what is looked for, which rows may be found, and how.
///
/// ```
/// use sochdb_plugin_sdk::{RowFilter, Search};
///
/// let query = [1.0_f32, 2.0].map(f32::to_ne_bytes).concat();
/// let search = Search::new(&query, 10)
///     .among(RowFilter::sorted(&[3, 7, 2_000])?)
///     .within(0.5)
///     .with_parameters(&[("ef", "200")]);
/// assert!(search.rows.contains(7) && !search.rows.contains(8));
/// assert!(search.keeps(0.4) && !search.keeps(0.6));
/// # Ok::<(), sochdb_plugin_sdk::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Search<'a> {
    /// The query.
    pub query: &'a [u8],
    /// The most rows to find.
    pub k: usize,
    /// The element that the query consists of, if it is not a key as the index has them: a text for an index that makes
    /// vectors of texts, for instance. [`KeyElement::Bytes`] is a key of the index.
    pub element: KeyElement,
    /// The rows that may be found.
    pub rows: RowFilter<'a>,
    /// The largest distance that a row may have.
    pub max_distance: Option<f64>,
    /// The parameters of this search, such as `ef` or `nprobe`, with their values.
    pub parameters: Labels<'a>,
    /// Whether the rows must be the nearest ones, whatever that costs.
    pub exact: bool,
}

/// The answer to how near the rows are that a search found.
///
/// ```
/// use sochdb_plugin_sdk::Exactness;
///
/// assert_eq!(Exactness::default(), Exactness::Approximate);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Exactness {
    /// Some that are nearer may be missing.
    #[default]
    Approximate,
    /// None that is nearer is missing.
    Exact,
}

/// The rows that a search found.
///
/// ```
/// use sochdb_plugin_sdk::{Exactness, Found};
///
/// let found = Found { neighbors: vec![(7, 0.5)], exactness: Exactness::Exact };
/// assert_eq!(found.neighbors[0].0, 7);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The rows with their distances, nearest first.
    pub neighbors: Vec<(RowId, f32)>,
    /// The answer to whether some that are nearer may be missing.
    pub exactness: Exactness,
}

impl<'a> Search<'a> {
    /// Makes a search for the `k` rows nearest to `query`, among all.
    #[must_use]
    pub fn new(query: &'a [u8], k: usize) -> Self {
        Self {
            query,
            k,
            element: KeyElement::Bytes,
            rows: RowFilter::all(),
            max_distance: None,
            parameters: &[],
            exact: false,
        }
    }

    /// The same with a query that consists of another element than the keys of the index.
    #[must_use]
    pub fn with_element(self, element: KeyElement) -> Self {
        Self { element, ..self }
    }

    /// The same among these rows.
    #[must_use]
    pub fn among(self, rows: RowFilter<'a>) -> Self {
        Self { rows, ..self }
    }

    /// The same for rows that are no farther than that.
    #[must_use]
    pub fn within(self, max_distance: f64) -> Self {
        Self { max_distance: Some(max_distance), ..self }
    }

    /// The same with parameters for this search alone.
    #[must_use]
    pub fn with_parameters(self, parameters: Labels<'a>) -> Self {
        Self { parameters, ..self }
    }

    /// The same without any approximation.
    #[must_use]
    pub fn exactly(self) -> Self {
        Self { exact: true, ..self }
    }

    /// The same for no more than `k` rows.
    #[must_use]
    pub fn for_at_most(self, k: usize) -> Self {
        Self { k: self.k.min(k), ..self }
    }

    /// Returns whether a row may be so far away.
    #[inline]
    #[must_use]
    pub fn keeps(&self, distance: f32) -> bool {
        self.max_distance.map_or(true, |most| f64::from(distance) <= most)
    }

    /// Does what an index can do that only finds the nearest rows, by `nearest`: a distance takes the last ones away.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a search that asks for more; those of `nearest`.
    pub fn by_nearest(
        &self,
        neighbors: &mut Neighbors<'_>,
        nearest: impl FnOnce(&[u8], usize, &mut Neighbors<'_>) -> Result<()>,
    ) -> Result<Exactness> {
        let beyond = [
            (self.element != KeyElement::Bytes, "a query of another element"),
            (!self.rows.is_all(), "a search among some rows"),
            (!self.parameters.is_empty(), "parameters of a search"),
            (self.exact, "an exact search"),
        ];
        if let Some((_, what)) = beyond.iter().find(|(asked, _)| *asked) {
            return Err(Error::unsupported(what));
        }
        nearest(self.query, self.k, neighbors)?;
        neighbors.keep_while(|_, distance| self.keeps(distance));
        Ok(Exactness::Approximate)
    }
}
