//! The libraries of a Linux system.

/// Libraries that C, C++ and Rust plugins need without their authors' doing: those of the C library and of GCC's runtime.
#[cfg(not(target_env = "musl"))]
pub(crate) const STANDARD: &[&str] = &[
    "libc.so.6",
    "libm.so.6",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "libresolv.so.2",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
    "libatomic.so.1",
];

#[cfg(target_env = "musl")]
pub(crate) const STANDARD: &[&str] = &[
    "libc.so",
    "libc.musl-x86_64.so.1",
    "libc.musl-aarch64.so.1",
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libatomic.so.1",
];

/// Where systems with glibc keep libraries: Debian's multiarch directories, those of others, those of old ones. musl's
/// dynamic linker looks into the directories of the last row.
#[cfg(all(target_arch = "x86_64", not(target_env = "musl")))]
pub(crate) const PLACES: &[&str] = &["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib"];
#[cfg(all(target_arch = "aarch64", not(target_env = "musl")))]
pub(crate) const PLACES: &[&str] = &["/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib"];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_env = "musl")))]
pub(crate) const PLACES: &[&str] = &["/usr/lib", "/usr/lib64", "/lib"];
#[cfg(target_env = "musl")]
pub(crate) const PLACES: &[&str] = &["/lib", "/usr/local/lib", "/usr/lib"];
