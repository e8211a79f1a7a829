//! Processors by their ELF number.

pub(crate) const X86_64: u16 = 62;

const NAMES: [(u16, &str); 11] = [
    (3, "x86"),
    (8, "mips"),
    (20, "powerpc"),
    (21, "powerpc64"),
    (22, "s390x"),
    (40, "arm"),
    (43, "sparc64"),
    (X86_64, "x86_64"),
    (183, "aarch64"),
    (243, "riscv"),
    (258, "loongarch"),
];

/// The processor's usual name.
pub(crate) fn name(number: u16) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == number).map_or("an unknown processor", |(_, name)| name)
}

/// The number of the processor that this program was compiled for; `None` if the loader does not know it.
pub(crate) fn of_host() -> Option<u16> {
    let name = match std::env::consts::ARCH {
        "riscv64" | "riscv32" => "riscv",
        "loongarch64" => "loongarch",
        "mips64" => "mips",
        name => name,
    };
    NAMES.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// The relocation type that calls a function of the library while it is loaded, on processors that are known.
pub(crate) fn irelative(machine: u16) -> Option<u32> {
    match machine {
        3 => Some(42),
        _ => relocations(machine).map(|types| types.irelative),
    }
}

/// The relocation types that the dynamic linker knows for a processor, by what it writes.
pub(crate) struct Types {
    /// Nothing.
    pub(crate) none: u32,
    /// An address in the library.
    pub(crate) relative: u32,
    /// The result of a function of the library.
    pub(crate) irelative: u32,
    /// The address of a symbol, in 8 bytes.
    pub(crate) words: [u32; 3],
    /// A number made of the address of a symbol, in 4 bytes.
    pub(crate) halves: &'static [u32],
    /// Where thread-local data is, in 8 bytes.
    pub(crate) thread: [u32; 2],
    /// Where thread-local data is that was there when the thread began, in 8 bytes.
    pub(crate) thread_static: u32,
    /// A function that finds thread-local data and what it gets, in 16 bytes.
    pub(crate) thread_function: u32,
}

const X86_64_TYPES: Types = Types {
    none: 0,
    relative: 8,
    irelative: 37,
    words: [6, 7, 1],
    halves: &[2, 10],
    thread: [16, 17],
    thread_static: 18,
    thread_function: 36,
};

const AARCH64_TYPES: Types = Types {
    none: 0,
    relative: 1027,
    irelative: 1032,
    words: [1025, 1026, 257],
    halves: &[258],
    thread: [1028, 1029],
    thread_static: 1030,
    thread_function: 1031,
};

/// The types for a 64-bit processor, if they are known.
pub(crate) fn relocations(machine: u16) -> Option<&'static Types> {
    match machine {
        X86_64 => Some(&X86_64_TYPES),
        183 => Some(&AARCH64_TYPES),
        _ => None,
    }
}
