//! The remedies for a refusal by the dynamic linker, by its words.

use crate::refusal::lack::Lack;
use crate::refusal::refusals::Refusal;
use crate::refusal::step::Step;
use std::io;

/// Signs in its words, and what helps.
const SIGNS: [(&[&str], &str); 5] = [
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
        &["undefined symbol: __asan_", "undefined symbol: __tsan_", "undefined symbol: __msan_", "undefined symbol: __ubsan_"],
        "it was compiled with a sanitizer: start the program with LD_PRELOAD of the sanitizer's library, which `clang \
         -print-file-name=libclang_rt.asan-x86_64.so` prints, and turn the probe off with `probing(false)`",
    ),
    (
        &["undefined symbol"],
        "leave no symbol undefined: link what defines it into the plugin; -Wl,-z,defs shows what is missing when it is linked",
    ),
    (&["cannot open shared object file"], "install the libraries that it needs, or link them into the plugin"),
];

const ELSE: &str =
    "install the libraries that it needs in the versions that it was built with, or link them into the plugin";

/// How the dynamic linker's words end if something ran short, where nobody chose another language.
const SHORT: [(i32, &str); 4] = [
    (libc::ENOMEM, "Cannot allocate memory"),
    (libc::ENOMEM, "out of memory"),
    (libc::EMFILE, "Too many open files"),
    (libc::ENFILE, "Too many open files in system"),
];

impl Refusal {
    /// A refusal in the dynamic linker's words.
    pub(crate) fn open(reason: String) -> Self {
        if let Some((lack, reason)) = shortage(&reason) {
            return Self::Shortage { step: Step::Open, lack, reason };
        }
        let says = |sign: &&str| reason.contains(*sign);
        let fix = SIGNS.iter().find(|(signs, _)| signs.iter().any(says)).map_or(ELSE, |(_, fix)| *fix);
        Self::Open { reason, fix }
    }
}

/// The resource that ran short for the dynamic linker, if that is what its words say.
fn shortage(words: &str) -> Option<(Lack, io::Error)> {
    let says = |(number, english): &&(i32, &str)| {
        let own = io::Error::from_raw_os_error(*number).to_string();
        let own = own.split(" (os error").next().unwrap_or_default();
        words.ends_with(*english) || words.ends_with(own)
    };
    let error = io::Error::from_raw_os_error(SHORT.iter().find(says)?.0);
    Some((Lack::of(&error)?, error))
}
