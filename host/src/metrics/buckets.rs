//! Which bucket an observation falls into.
//!
//! Log-linear buckets, as HdrHistogram has them: each power of two is divided into 4 of equal width. A bucket's upper
//! bound belongs to it, as Prometheus' `le` does, and is at most 25 % above its lower one: whoever takes the middle
//! for the value is wrong by at most 12.5 %. The bounds are the same for every histogram, so counts can be added.

/// The bound of the first bucket, which also has all that is smaller, zero and negative values too.
const LOWEST: f64 = 1.0 / (1u64 << 30) as f64;
/// The last finite bound.
const HIGHEST: f64 = (1u64 << 34) as f64;
/// Of the 52 bits behind a power of two, all but 2 are of no account.
const DROPPED_BITS: u32 = 50;
const FIRST: u64 = (LOWEST.to_bits() >> DROPPED_BITS) - 1;

/// How many buckets there are; the last one has no bound.
pub(crate) const BUCKETS: usize = ((HIGHEST.to_bits() >> DROPPED_BITS) - FIRST) as usize + 1;

/// The bucket of a value that is finite.
#[inline]
pub(crate) fn of(value: f64) -> usize {
    if value <= LOWEST {
        0
    } else if value > HIGHEST {
        BUCKETS - 1
    } else {
        // Bits of positive numbers order as the numbers do; one less, so that a bound falls into its own bucket.
        (((value.to_bits() - 1) >> DROPPED_BITS) - FIRST) as usize
    }
}

/// The upper bound of a bucket.
pub(crate) fn upper(bucket: usize) -> f64 {
    if bucket == BUCKETS - 1 {
        f64::INFINITY
    } else {
        f64::from_bits((bucket as u64 + FIRST + 1) << DROPPED_BITS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket_and_what_is_above_to_the_next() {
        for bucket in 0..BUCKETS - 1 {
            let bound = upper(bucket);
            assert_eq!(of(bound), bucket, "{bound}");
            assert_eq!(of(bound.next_up()), bucket + 1, "just above {bound}");
        }
        assert_eq!((upper(0), upper(BUCKETS - 2), upper(BUCKETS - 1)), (LOWEST, HIGHEST, f64::INFINITY));
    }

    #[test]
    fn bounds_are_four_to_a_power_of_two_and_at_most_a_quarter_apart() {
        assert_eq!(BUCKETS, 64 * 4 + 2);
        for power in -29..34 {
            let two = 2f64.powi(power);
            for quarter in [1.0, 1.25, 1.5, 1.75] {
                assert_eq!(upper(of(two * quarter)), two * quarter);
            }
        }
        assert!((1..BUCKETS - 1).all(|bucket| upper(bucket) / upper(bucket - 1) <= 1.25));
    }

    #[test]
    fn what_no_bucket_is_made_for_goes_to_the_ends() {
        for small in [0.0, -0.0, -1.0, f64::MIN, f64::MIN_POSITIVE, 5e-324] {
            assert_eq!(of(small), 0, "{small}");
        }
        assert_eq!(of(f64::MAX), BUCKETS - 1);
    }
}
