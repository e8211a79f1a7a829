//! Compiles the plugins as object files of a program: `SOCH_ENTRY` names the entry of each.

fn main() {
    println!("cargo:rerun-if-changed=../../../include");
    for (source, entry) in [("codec_xor.c", "codec_xor_in_c"), ("codec_reverse.cpp", "codec_reverse_in_cpp")] {
        let path = format!("../../../examples-c/{source}");
        println!("cargo:rerun-if-changed={path}");
        let mut compiler = cc::Build::new();
        compiler.file(path).include("../../../include").define("SOCH_ENTRY", entry).warnings_into_errors(true);
        if source.ends_with("cpp") {
            compiler.cpp(true).std("c++11");
        }
        compiler.compile(entry);
    }
}
