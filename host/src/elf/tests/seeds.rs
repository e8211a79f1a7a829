//! Good plugins in all forms that linkers give them, to be damaged.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What plugins have beside the smallest one: constructors and destructors, thread-local data of both kinds, functions that
/// choose their code, helpers, data with addresses, and C's mathematics.
const MORE: &str = r#"
#include <math.h>
#include <string.h>
static int runs;
__attribute__((constructor)) static void first(void) { runs++; }
__attribute__((constructor)) static void second(void) { runs += 2; }
__attribute__((destructor)) static void last(void) { runs = 0; }
__thread int dynamic_count = 7;
static __thread long far[20];
__attribute__((tls_model("initial-exec"))) __thread int static_count = 3;
static int one(void) { return 1; }
static int (*pick(void))(void) { return one; }
__attribute__((ifunc("pick"))) int chosen(void);
__attribute__((visibility("hidden"))) int (*table[])(void) = {one, chosen, one};
double helper(double value) { return sin(value) + dynamic_count + static_count + table[1]() + far[3]; }
char *copied(char *to, const char *from) { return strcpy(to, from) + runs; }
char zeros[5000];
"#;
const VERSIONS: &str =
    "ONE { global: soch_plugin_v1; helper; }; TWO { global: copied; } ONE; OTHER { local: zero*; };\n";

/// How they are compiled and linked.
const FORMS: [&[&str]; 12] = [
    &["-O1"],
    &["-Os", "-s", "-nostdlib", "-Wl,-z,noseparate-code"],
    &["-Os", "-s", "-nostdlib", "-Wl,-z,noseparate-code,--hash-style=sysv"],
    &["-O1", "more.c", "-lm", "-Wl,-soname,libcodec_xor.so"],
    &["-O1", "more.c", "-lm", "-s", "-Wl,-z,now,--hash-style=both"],
    &["-O1", "more.c", "-lm", "-Wl,--version-script=versions"],
    &["-O1", "more.c", "-lm", "-Wl,-z,pack-relative-relocs"],
    &["-O1", "more.c", "-lm", "-Wl,-z,noseparate-code,--hash-style=sysv,-z,lazy"],
    &["-O1", "more.c", "-lm", "-mtls-dialect=gnu2"],
    &["-O1", "more.c", "-lm", "-fuse-ld=lld"],
    &["-O1", "more.c", "-lm", "-fuse-ld=lld", "-Wl,--hash-style=sysv,-soname,codec_xor.so"],
    &["-O1", "more.c", "-lm", "-fuse-ld=gold", "-Wl,-z,relro"],
];

/// The plugins that the compiler and linkers of this system can make.
pub(super) fn make(directory: &Path) -> Vec<Vec<u8>> {
    let in_c = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c");
    fs::write(directory.join("more.c"), MORE).expect("a new file");
    fs::write(directory.join("versions"), VERSIONS).expect("a new file");
    let mut seeds = Vec::new();
    for (at, form) in FORMS.iter().enumerate() {
        let library = directory.join(format!("{at}.so"));
        let mut command = Command::new("cc");
        command.current_dir(directory).args(["-shared", "-fPIC"]);
        command.arg(in_c.join("codec_xor.c")).args(*form).arg("-o").arg(&library);
        let done = command.output().expect("the mapper was compiled with it");
        if done.status.success() {
            seeds.push(fs::read(&library).expect("cc wrote it"));
        } else {
            // A linker or an option that this system does not have.
            println!("not made: {}", form.join(" "));
        }
    }
    seeds
}
