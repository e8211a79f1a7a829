//! The content of a page, whatever its format.

use crate::frame::outputs::seen::Seen;

/// The content of a page.
pub(crate) struct Told {
    /// The first text of each record is its name, the second its family's type.
    pub(crate) seen: Seen,
    /// The descriptions of families, each after the name of its family.
    pub(crate) helps: Vec<(String, String)>,
}
