use crate::frame::kind::Kind;
use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::fuzz::codec::CodecOperation;
use crate::fuzz::edit::Edit;
use crate::fuzz::index::IndexOperation;
use crate::fuzz::operation::Operation;
use crate::fuzz::printed::{lines, test_in_c, test_in_rust};
use crate::fuzz::run::run_all;
use crate::fuzz::shrink::edits;
use crate::fuzz::sink::operation::SinkOperation;
use crate::fuzz::sort::{Sort, SORTS};
use crate::fuzz::storage::operation::StorageOperation;
use crate::fuzz::vector_index::VectorOperation;
use crate::fuzz::word_index::TextOperation;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::time::Instant;

/// The operations of one sequence before anything is left out.
const LENGTH: usize = 120;

/// A sequence of operations: the plugins that it is for, the seed that it is drawn by, and how it was made simpler. Its
/// text, which it is parsed from, names it for another process.
///
/// ```
/// use sochdb_plugin_conformance::{FuzzCase, Kind};
///
/// let cases = FuzzCase::of_kind(Kind::Storage, 17);
/// assert_eq!(cases[0].to_string(), "storage/17");
/// assert_eq!("storage/17".parse().as_ref(), Ok(&cases[0]));
/// // An index has an order, vectors or texts: the others of them have nothing to look at.
/// assert_eq!(FuzzCase::of_kind(Kind::Index, 17).len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FuzzCase {
    sort: Sort,
    seed: u64,
    edits: Vec<Edit>,
}

/// Calls a generic function with the operations of a case.
macro_rules! with_operations {
    (@of $case:expr, $type:ty, $operations:ident => $call:expr) => {{
        let $operations = $case.operations::<$type>();
        $call
    }};
    ($case:expr, $operations:ident => $call:expr) => {
        match $case.sort {
            Sort::Storage => with_operations!(@of $case, StorageOperation, $operations => $call),
            Sort::Ordered => with_operations!(@of $case, IndexOperation, $operations => $call),
            Sort::Vectors => with_operations!(@of $case, VectorOperation, $operations => $call),
            Sort::Texts => with_operations!(@of $case, TextOperation, $operations => $call),
            Sort::Codec => with_operations!(@of $case, CodecOperation, $operations => $call),
            Sort::Sink => with_operations!(@of $case, SinkOperation, $operations => $call),
        }
    };
}

impl FuzzCase {
    /// Returns the sequences that a seed draws for plugins of this kind. There are several where a kind has several sorts of
    /// plugins: those for another sort than a plugin is of have nothing to look at.
    #[must_use]
    pub fn of_kind(kind: Kind, seed: u64) -> Vec<Self> {
        let of_kind = SORTS.iter().filter(|(_, own, _)| *own == kind);
        of_kind.map(|(sort, ..)| Self { sort: *sort, seed, edits: Vec::new() }).collect()
    }

    /// Returns the sequence that another seed draws for the same plugins, with nothing left out.
    #[must_use]
    pub fn with_seed(&self, seed: u64) -> Self {
        Self { seed, edits: Vec::new(), ..*self }
    }

    /// Returns the kind of plugins that it is for.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.row().1
    }

    fn row(&self) -> &'static (Sort, Kind, &'static str) {
        SORTS.iter().find(|(sort, ..)| *sort == self.sort).unwrap_or(&SORTS[0])
    }

    /// Returns the seed that it is drawn by.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    fn operations<O: Operation>(&self) -> Vec<O> {
        let (mut random, mut before) = (Random::new(self.seed), O::Before::default());
        let mut operations: Vec<O> = (0..LENGTH).map(|_| O::draw(&mut random, &mut before)).collect();
        for edit in &self.edits {
            edit.apply(&mut operations);
        }
        operations
    }

    /// Runs it on a new instance of `subject`. `told` is called after each operation that was done, with whether the plugin
    /// accepted it: false if it refused it as the contract allows.
    ///
    /// # Errors
    /// The first operation whose result the contract does not allow.
    pub fn run(&self, subject: &Subject, mut told: impl FnMut(bool)) -> Result<(), NotPassed> {
        with_operations!(self, operations => run_all(subject, &operations, None, &mut told))
    }

    /// Runs as much of it as begins until then: a slow plugin does less.
    pub(crate) fn run_until(
        &self,
        subject: &Subject,
        until: Instant,
        mut told: impl FnMut(bool),
    ) -> Result<(), NotPassed> {
        with_operations!(self, operations => run_all(subject, &operations, Some(until), &mut told))
    }

    /// Returns a sequence that is as short and simple as trying finds, of those for which `fails` is true. It is true for this
    /// one.
    #[must_use]
    pub fn shrunk(&self, mut fails: impl FnMut(&Self) -> bool) -> Self {
        let with = |edits: &[Edit]| Self { edits: edits.to_vec(), ..self.clone() };
        let mut fails = |edits: &[Edit]| fails(&with(edits));
        let found = with_operations!(self, operations => edits(operations, self.edits.clone(), &mut fails));
        with(&found)
    }

    /// Returns how many operations are left.
    #[must_use]
    pub fn operations_left(&self) -> usize {
        with_operations!(self, operations => operations.len())
    }

    /// Returns a program in C99 that makes the same calls of the plugin at `file` by the contract's tables, and fails where
    /// the plugin does not do what the contract says. `accepted` is what was told of the operations when the sequence failed.
    #[must_use]
    pub fn in_c(&self, file: &Path, config: &str, accepted: &[bool]) -> String {
        with_operations!(self, operations => test_in_c(self.sort, &operations, accepted, file, config))
    }

    /// Returns the calls that it makes by those handles, as lines of Rust, without what is around them.
    #[must_use]
    pub fn calls_in_rust(&self, accepted: &[bool]) -> String {
        with_operations!(self, operations => lines(&operations, accepted, Operation::in_rust))
    }

    /// Returns the same as a test in Rust, by the handles of `sochdb-plugin-host`.
    #[must_use]
    pub fn in_rust(&self, file: &Path, config: &str, accepted: &[bool]) -> String {
        with_operations!(self, operations => test_in_rust(self.sort, &operations, accepted, file, config))
    }
}

impl fmt::Display for FuzzCase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.row().2, self.seed)?;
        self.edits.iter().try_for_each(|edit| write!(formatter, "/{edit}"))
    }
}

impl FromStr for FuzzCase {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('/');
        let name = parts.next().unwrap_or_default();
        let sort = SORTS.iter().find(|(.., known)| *known == name).map(|(sort, ..)| *sort);
        let sort = sort.ok_or_else(|| format!("there are no sequences for {name:?}"))?;
        let seed = parts.next().and_then(|seed| seed.parse().ok()).ok_or_else(|| format!("{text:?} has no seed"))?;
        Ok(Self { sort, seed, edits: parts.map(str::parse).collect::<Result<_, _>>()? })
    }
}
