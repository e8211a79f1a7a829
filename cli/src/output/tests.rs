//! How numbers are written.

use super::*;

#[test]
fn groups_thousands() {
    for (number, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567")] {
        assert_eq!(grouped(number), text);
    }
}
