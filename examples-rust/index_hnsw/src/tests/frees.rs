//! What is large is freed beside the calls, and before the instance is gone.

use crate::freeing::Freeing;
use std::sync::mpsc::{channel, Sender};
use std::thread::{current, ThreadId};

/// Says on which thread it is freed.
struct Told(Sender<ThreadId>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.send(current().id()).unwrap();
    }
}

/// The threads that freed one thing of so many vectors each, all of them before this returns.
fn freed(vectors: &[usize]) -> Vec<ThreadId> {
    let (teller, told) = channel();
    let mut freeing = Freeing::default();
    vectors.iter().for_each(|vectors| freeing.free(Told(teller.clone()), *vectors));
    drop(freeing);
    told.try_iter().collect()
}

#[test]
fn a_large_graph_is_not_freed_by_who_waits() {
    assert_eq!(freed(&[0, 64, 1_000]), [current().id(); 3]);
    let beside = freed(&[5_000, 100_000]);
    assert_eq!(beside.len(), 2, "one outlived the instance");
    assert!(!beside.contains(&current().id()));
}
