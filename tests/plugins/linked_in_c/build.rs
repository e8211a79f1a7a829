//! Compiles the plugin as an object file of a program: `SOCH_ENTRY` names its entry.

fn main() {
    let source = "../../../examples-c/codec_xor.c";
    println!("cargo:rerun-if-changed={source}");
    println!("cargo:rerun-if-changed=../../../include");
    cc::Build::new()
        .file(source)
        .include("../../../include")
        .define("SOCH_ENTRY", "codec_xor_in_c")
        .warnings_into_errors(true)
        .compile("codec_xor_in_c");
}
