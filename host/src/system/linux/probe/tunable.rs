//! The one setting of the host's dynamic linker that decides whether a plugin can be loaded: how much thread-local data
//! libraries may bring that come later. The probe has no other part of the environment.

use std::ffi::OsString;

pub(crate) const VARIABLE: &str = "GLIBC_TUNABLES";
const NAME: &str = "glibc.rtld.optional_static_tls";

/// The variable's value for the probe, if the host's own has this setting.
pub(crate) fn value() -> Option<String> {
    room(std::env::var_os(VARIABLE)?).map(|room| format!("{NAME}={room}"))
}

/// The bytes that the last such setting gives.
fn room(variable: OsString) -> Option<u64> {
    let variable = variable.into_string().ok()?;
    let mut settings = variable.split(':').filter_map(|setting| setting.split_once('='));
    let (_, value) = settings.rfind(|(name, _)| *name == NAME)?;
    match value.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => value.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_a_number_of_bytes_is_passed_on() {
        for (variable, expected) in [
            ("glibc.rtld.optional_static_tls=16384", Some(16384)),
            ("glibc.malloc.check=3:glibc.rtld.optional_static_tls=0x4000:glibc.cpu.hwcaps=-AVX2", Some(16384)),
            ("glibc.rtld.optional_static_tls=1:glibc.rtld.optional_static_tls=2", Some(2)),
            ("glibc.rtld.optional_static_tls=1 LD_PRELOAD=/x", None),
            ("glibc.rtld.optional_static_tls=99999999999999999999", None),
            ("glibc.rtld.optional_static_tls", None),
            ("glibc.malloc.check=3", None),
            ("", None),
        ] {
            assert_eq!(room(variable.into()), expected, "{variable}");
        }
    }
}
