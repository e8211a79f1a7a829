//! Users that a user namespace does not map: all of them are shown as one, which is none of them.

use crate::refusal::lack::Lack;
use std::fs;
use std::io;
use std::sync::OnceLock;

/// The user as which the kernel shows those whom a namespace does not map, unless it was told another.
const DEFAULT_OVERFLOW: u32 = 65534;
/// How many users there are; the last number is none.
const ALL: u64 = u32::MAX as u64;

static OVERFLOW: OnceLock<u32> = OnceLock::new();

fn overflow() -> io::Result<u32> {
    if let Some(known) = OVERFLOW.get() {
        return Ok(*known);
    }
    let said = read("/proc/sys/kernel/overflowuid")?;
    let number = said.and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT_OVERFLOW);
    Ok(*OVERFLOW.get_or_init(|| number))
}

/// Whether `owner` may be anybody: it stands for those whom this process's user namespace does not map, and there are
/// such. If it is mapped itself, nobody can tell it from them.
///
/// # Errors
/// The kernel was not asked, as something ran short.
pub(crate) fn is_anybody(owner: u32) -> io::Result<bool> {
    if owner != overflow()? {
        return Ok(false);
    }
    // The map can be written after the process began, so it is read each time; only hosts of such a user come here.
    Ok(!read("/proc/self/uid_map")?.is_some_and(|map| maps_all(&map)))
}

/// The text of a file of /proc; `None` where it says nothing.
fn read(path: &str) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Err(error) if Lack::of(&error).is_some() => Err(error),
        said => Ok(said.ok()),
    }
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
