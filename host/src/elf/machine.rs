//! Processors by their ELF number.

const NAMES: [(u16, &str); 11] = [
    (3, "x86"),
    (8, "mips"),
    (20, "powerpc"),
    (21, "powerpc64"),
    (22, "s390x"),
    (40, "arm"),
    (43, "sparc64"),
    (62, "x86_64"),
    (183, "aarch64"),
    (243, "riscv"),
    (258, "loongarch"),
];

/// The processor's usual name.
pub(super) fn name(number: u16) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == number).map_or("an unknown processor", |(_, name)| name)
}

/// The number of the processor that this program was compiled for; `None` if the loader does not know it.
pub(super) fn of_host() -> Option<u16> {
    let name = match std::env::consts::ARCH {
        "riscv64" | "riscv32" => "riscv",
        "loongarch64" => "loongarch",
        "mips64" => "mips",
        name => name,
    };
    NAMES.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// The relocation type that calls a function of the library while it is loaded, on processors that are known.
pub(super) fn irelative(machine: u16) -> Option<u32> {
    match machine {
        3 => Some(42),
        62 => Some(37),
        183 => Some(1032),
        _ => None,
    }
}
