//! The stops of a call at which the other thread makes its calls.

use crate::frame::random::Random;

/// The points of a call that has `length` stops: `most` of them, at most. In even rounds they are beside each other, all or the next ones
/// each time. In odd ones chance chooses: what the other thread does at each stop of two calls may be the same to both, and unseen.
pub(super) fn points(length: usize, most: usize, round: usize, random: &mut Random) -> Vec<usize> {
    let parts = length.div_ceil(most).max(1);
    if round % 2 == 1 {
        let one_of = parts.max(2) as u64;
        return (0..length).filter(|_| random.below(one_of) == 0).take(most).collect();
    }
    let part = round.saturating_sub(2) / 2 % parts;
    (part * most..length).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stop_of_a_call_is_a_point_of_some_round() {
        let random = &mut Random::new(1);
        for length in [0, 1, 399, 400, 401, 1234] {
            let mut rounds = (1..=8).map(|round| points(length, 400, round, random)).collect::<Vec<_>>();
            assert!(rounds.iter().all(|points| points.len() <= 400 && points.is_sorted()), "{length}");
            let chosen = rounds.iter().step_by(2).collect::<Vec<_>>();
            assert!(length < 2 || chosen.windows(2).all(|two| two[0] != two[1]), "{length}: each round has the same");
            let all = rounds.iter_mut().skip(1).step_by(2).flat_map(std::mem::take);
            assert_eq!(all.collect::<std::collections::BTreeSet<_>>(), (0..length).collect(), "{length}");
        }
    }
}
