//! Where tests stop.

use super::*;

fn ended(outcome: Outcome, seconds: u64) -> Tested {
    Tested::without_process("storage::put_replaces_the_value", outcome, Duration::from_secs(seconds))
}

#[test]
fn where_most_tests_hang_the_rest_does_not_run() {
    let hung = |count: usize, seconds| -> Vec<Tested> {
        (0..count).map(|_| ended(Outcome::Hung("not done".to_owned()), seconds)).collect()
    };
    for (count, seconds) in [(0, 0), (2, 3600), (4, 20), (99, 1)] {
        assert_eq!(end(&hung(count, seconds)), None, "{count} tests for {seconds} s");
    }
    for (count, seconds) in [(3, 300), (5, 20), (100, 1)] {
        let why = end(&hung(count, seconds)).expect("it is enough");
        assert!(why.starts_with(&format!("the {count} tests that hung took {} s; ", count as u64 * seconds)), "{why}");
    }
    let slow: Vec<Tested> = (0..9).map(|_| ended(Outcome::Ok, 100)).collect();
    assert_eq!(end(&slow), None, "what ends did not hang");
}
