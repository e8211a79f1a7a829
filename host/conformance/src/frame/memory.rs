//! The memory of this process, as the kernel tells it.

/// A figure of a file below `/proc/self`, such as `VmPeak` of `status`, in bytes; None where the system does not tell.
pub(crate) fn memory(file: &str, figure: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/self/{file}")).ok()?;
    let told = text.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'))?;
    Some(told.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}
