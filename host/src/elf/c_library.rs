//! The C library that a library was linked with, by the names of the libraries that it needs.

/// A C library's usual name, the names of its parts, and how others begin.
type Parts = (&'static str, &'static [&'static [u8]], &'static [&'static [u8]]);

const KNOWN: [Parts; 2] = [
    (
        "glibc",
        &[
            b"libc.so.6",
            b"libm.so.6",
            b"libpthread.so.0",
            b"libdl.so.2",
            b"librt.so.1",
            b"libutil.so.1",
            b"libresolv.so.2",
        ],
        &[b"ld-linux"],
    ),
    // As its own compiler names it, and as Alpine does.
    ("musl", &[b"libc.so"], &[b"libc.musl-", b"ld-musl-"]),
];

/// The usual name of the C library that `needed` is a part of; `None` if it is of none that is known.
pub(crate) fn of(needed: &[u8]) -> Option<&'static str> {
    let is_part = |(_, names, beginnings): &&Parts| {
        names.contains(&needed) || beginnings.iter().any(|beginning| needed.starts_with(beginning))
    };
    KNOWN.iter().find(is_part).map(|(name, ..)| *name)
}
