//! Tools of every room: text that came from elsewhere, what of it may be printed, and digests.

pub(crate) mod digest;
pub(crate) mod escape;
pub(crate) mod kinds;
pub(crate) mod named;
pub(crate) mod text;
