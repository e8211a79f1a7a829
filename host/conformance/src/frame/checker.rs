//! Memory checkers that the process runs under.

/// The libraries of checkers. They keep what was freed for a while, find leaks themselves, and take signals for themselves.
const CHECKERS: [&str; 5] = ["/libasan.so", "/liblsan.so", "/libtsan.so", "/libclang_rt.", "/vgpreload_"];

/// Why the process is not as it is without a checker, if one runs.
pub(crate) fn checker() -> Option<&'static str> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let found = CHECKERS.iter().any(|checker| maps.contains(checker));
    found.then_some("a memory checker runs, which finds leaks itself")
}
