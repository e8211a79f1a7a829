//! Times of several processes.

use super::*;

#[test]
fn times_of_several_processes_add_up() {
    let (first, second, mut all) = (Counting::new(), Counting::new(), Latencies::default());
    for _ in 0..99 {
        first.add("get", Duration::from_nanos(700));
    }
    second.add("get", Duration::from_millis(3));
    second.add("put", Duration::ZERO);
    all.add(&first.object());
    all.add(&second.object());
    let get = Spread { calls: 100, median: 1 << 10, p99: 1 << 10, most: 1 << 22 };
    let put = Spread { calls: 1, median: 1, p99: 1, most: 1 };
    assert_eq!(all.slots().collect::<Vec<_>>(), [("get", get), ("put", put)]);
}
