//! TODO


pub(crate) mod forbidden;