//! Users that a user namespace does not map: all of them are shown as one, which is none of them.

use std::fs;
use std::sync::LazyLock;

/// The user as which the kernel shows those whom a namespace does not map, unless it was told another.
const DEFAULT_OVERFLOW: u32 = 65534;
/// How many users there are; the last number is none.
const ALL: u64 = u32::MAX as u64;

static OVERFLOW: LazyLock<u32> = LazyLock::new(|| {
    let said = fs::read_to_string("/proc/sys/kernel/overflowuid");
    said.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT_OVERFLOW)
});

/// Whether `owner` may be anybody: it stands for those whom this process's user namespace does not map, and there are
/// such. If it is mapped itself, nobody can tell it from them.
pub(crate) fn is_anybody(owner: u32) -> bool {
    // The map can be written after the process began, so it is read each time; only hosts of such a user come here.
    owner == *OVERFLOW && !fs::read_to_string("/proc/self/uid_map").is_ok_and(|map| maps_all(&map))
}

/// Whether a map, as /proc shows it, has all users: its lines are the first one inside, outside, and how many.
fn maps_all(map: &str) -> bool {
    let counts = map.lines().map(|line| line.split_whitespace().nth(2)?.parse::<u64>().ok());
    counts.sum::<Option<u64>>() == Some(ALL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_map_of_all_users_leaves_nobody_out() {
        for (map, all) in [
            ("         0          0 4294967295\n", true),
            ("0 1000 1\n1 100000 4294967294\n", true),
            ("0 1000 1\n", false),
            ("0 100000 65536\n", false),
            ("", false),
            ("0 0\n", false),
        ] {
            assert_eq!(maps_all(map), all, "{map:?}");
        }
    }
}
