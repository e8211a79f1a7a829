//! Where checks keep what may be deleted at any time.

use crate::system::backend::System;
use crate::system::Native;
use std::path::PathBuf;

/// The directory of what checks keep. None without a home.
pub(crate) fn cache() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache =
        absolute(Native::VARIABLES.cache).or_else(|| Some(absolute(Native::VARIABLES.home)?.join(Native::CACHE)))?;
    Some(cache.join("sochdb-plugin/checked"))
}
