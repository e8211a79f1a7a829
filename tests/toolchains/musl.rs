//! Plugins that were linked with musl, where the host has glibc. `.ci/musl` has it the other way round, too.

use std::path::Path;
use support::plugins::Private;
use support::{compiler, root, skipped, succeed, tool, PrivateDir, MINUTE};

const TEST: &str = "a_plugin_of_the_other_c_library_is_refused_until_it_is_built_for_this_one";

#[test]
fn a_plugin_of_the_other_c_library_is_refused_until_it_is_built_for_this_one() {
    let Some(musl) = tool(TEST, "musl-gcc") else { return };
    if cfg!(target_env = "musl") {
        return skipped(TEST, "this is musl");
    }
    let (directory, source) = (PrivateDir::new("musl"), root().join("examples-c/codec_xor.c"));
    let build = |program: &Path| {
        let library = directory.join("codec_xor.so");
        let mut command = compiler(program);
        succeed(command.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source), MINUTE);
        Private::copy(&library)
    };
    let error = build(&musl).load().expect_err("it would bring a second C library");
    assert_eq!(error.code(), "E_ELF_C_LIBRARY", "{error}");
    assert!(error.to_string().contains("musl, as it needs libc.so; this process has glibc"), "{error}");
    assert!(error.remedy().starts_with("build it for glibc: C and C++ with a compiler"), "{}", error.remedy());
    build(Path::new("cc")).load().expect("it is built for glibc");
}
