//! The time that a test has spent, which says how much it tries.

use crate::system::backend::System;
use crate::system::Native;
use std::time::{Duration, Instant};

/// A way to ask how long ago this was called, without what this thread waited for a processor that did something else: a busy machine
/// tries as much as a quiet one.
pub(crate) fn spent() -> impl Fn() -> Duration {
    let (begin, queued) = (Instant::now(), Native::queued());
    let before = queued();
    move || begin.elapsed().saturating_sub(queued().saturating_sub(before))
}
