//! Memory checkers that the process runs under, and Miri.

/// The libraries of checkers. They keep what was freed for a while, find leaks themselves, and take signals for themselves.
const CHECKERS: [&str; 5] = ["/libasan.so", "/liblsan.so", "/libtsan.so", "/libclang_rt.", "/vgpreload_"];

/// The name of what makes the process another one: it takes signals and memory for itself, and each call takes many times as long.
pub(crate) fn checker() -> Option<&'static str> {
    if cfg!(miri) {
        return Some("Miri interprets the program");
    }
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    CHECKERS.iter().any(|checker| maps.contains(checker)).then_some("a memory checker runs")
}
