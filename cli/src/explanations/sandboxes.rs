//! What a probe shows, and what the constructors that ran in it could reach, by what the kernel had for its sandbox.

/// What a passed probe shows, and what it does not.
pub(crate) const PROVES: &str = "that the constructors returned once, within the limits, in a process of their own; not that \
                                 they mean well: what tells the probe from a host behaves there, and can say what the probe \
                                 would say";

/// A sandbox as the audit line and `verify --probe` name it, and what could be reached from inside.
pub(crate) const SANDBOXES: [(&str, &str); 4] = [
    ("Landlock, seccomp", "nothing outside of that process is changed; it takes processor, memory and threads up to its limits"),
    ("no Landlock, seccomp", "the same, by one wall in place of two; `strict` refuses"),
    (
        "Landlock, no seccomp",
        "no file is opened, made or removed; owners, modes and times of files, shared memory, other processes of the user and \
         their limits can be reached; `strict` refuses",
    ),
    (
        "no Landlock, no seccomp",
        "what the host's user may do, without capabilities, and what everybody may do if that is root; `strict` refuses",
    ),
];
