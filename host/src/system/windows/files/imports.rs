//! The closed world of libraries: those of the system's own directory that compilers link with, and no others.

const NAMES: &[&str] = &[
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "combase.dll",
    "crypt32.dll",
    "dbghelp.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "kernelbase.dll",
    "msvcp140.dll",
    "msvcrt.dll",
    "ncrypt.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "powrprof.dll",
    "psapi.dll",
    "rpcrt4.dll",
    "secur32.dll",
    "shell32.dll",
    "shlwapi.dll",
    "synchronization.dll",
    "ucrtbase.dll",
    "user32.dll",
    "userenv.dll",
    "vcruntime140.dll",
    "vcruntime140_1.dll",
    "version.dll",
    "winmm.dll",
    "ws2_32.dll",
];
/// How the names begin by which parts of the system are asked for whatever library has them.
const SETS: [&str; 2] = ["api-ms-win-", "ext-ms-win-"];

/// Whether a library of this name is the system's.
pub(crate) fn is_of_the_system(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    let of_a_set = SETS.iter().any(|set| name.starts_with(set)) && name.ends_with(".dll");
    plain && (of_a_set || NAMES.contains(&name.as_str()))
}
