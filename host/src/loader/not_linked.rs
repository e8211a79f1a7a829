//! What to do when the dynamic linker refuses a plugin, by what it says.

use crate::refusal::load_error::LoadError;

/// Signs in its words, and what helps.
const SIGNS: [(&[&str], &str); 4] = [
    (
        &["static TLS block"],
        "start the host with GLIBC_TUNABLES=glibc.rtld.optional_static_tls=16384 in its environment, which is bytes for all \
         libraries together (`sochdb-plugin inspect` shows each one's); or compile the plugin and what is linked into it with \
         -ftls-model=global-dynamic",
    ),
    (
        &["undefined symbol: _ZS", "undefined symbol: _ZNS", "undefined symbol: _ZNKS", "undefined symbol: _ZTV",
          "undefined symbol: __cxa_", "undefined symbol: __gxx_", "undefined symbol: _Zn", "undefined symbol: _Zd"],
        "link the plugin with g++ or clang++ in place of gcc or clang: it is C++",
    ),
    (
        &["undefined symbol"],
        "leave no symbol undefined: link what defines it into the plugin; -Wl,-z,defs shows what is missing when it is linked",
    ),
    (&["cannot open shared object file"], "install the libraries that it needs, or link them into the plugin"),
];

const ELSE: &str =
    "install the libraries that it needs in the versions that it was built with, or link them into the plugin";

impl LoadError {
    /// A refusal in the dynamic linker's words.
    pub(crate) fn open(reason: String) -> Self {
        let says = |sign: &&str| reason.contains(*sign);
        let fix = SIGNS.iter().find(|(signs, _)| signs.iter().any(says)).map_or(ELSE, |(_, fix)| *fix);
        Self::Open { reason, fix }
    }
}
