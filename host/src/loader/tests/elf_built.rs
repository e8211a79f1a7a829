//! Libraries as compilers and linkers make them: what must load, and what must not.

use crate::loader::tests::*;

const NOTE_ONLY: &str = r#"#include "sochdb_plugin.h"
static const soch_note note SOCH_NOTE_PLACE = {SOCH_NOTE_OWNER_SIZE, SOCH_NOTE_BODY_SIZE, SOCH_NOTE_TYPE, "SochDB",
    SOCH_NOTE_VERSION, SOCH_ABI_MAJOR, SOCH_ABI_MINOR, 0, 0, 0, SOCH_KIND_COMPRESSION, SOCH_LAYOUT_HASH, "x", "1"};
"#;
const ENTRY_ONLY: &str = r#"#include "sochdb_plugin.h"
extern const soch_plugin soch_plugin_v1;
SOCH_EXPORT const soch_plugin soch_plugin_v1 = {.magic = SOCH_MAGIC, .size = sizeof(soch_plugin)};
"#;
const UNIQUE: &str = r#"__asm__(".data\n.globl shared\n.type shared, %gnu_unique_object\n"
    ".size shared, 8\nshared: .quad 0\n.text");
"#;
const IFUNC: &str = "static int f(void) { return 1; }\nstatic int (*pick(void))(void) { return f; }\n\
                     __attribute__((ifunc(\"pick\"))) int chosen(void);\n";

struct Bench {
    dir: Dir,
    rows: Rows,
    plugin: String,
}

impl Bench {
    fn new() -> Self {
        let plugin = in_c("codec_xor.c").to_str().expect("UTF-8").to_owned();
        Self { dir: Dir::new(), rows: Rows::default(), plugin }
    }

    /// Compiles the plugin with `arguments`; the path of a library `name`.
    fn plugin(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let plugin = self.plugin.clone();
        self.library(name, &[&["-shared", plugin.as_str()], arguments].concat())
    }

    /// Compiles C text instead of the plugin.
    fn text(&self, text: &str, arguments: &[&str]) -> PathBuf {
        let source = self.dir.file("text.c", text.as_bytes());
        self.library("text.so", &[&["-shared", source.to_str().expect("UTF-8")], arguments].concat())
    }

    /// Compiles the plugin and C text into one library.
    fn plugin_and(&self, text: &str) -> PathBuf {
        let source = self.dir.file("more.c", text.as_bytes());
        self.plugin("more.so", &[source.to_str().expect("UTF-8")])
    }

    fn library(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let output = self.dir.join(name);
        compile(&output, &[&["-fPIC"], arguments].concat()).expect("cc was there before");
        chmod(&output, 0o755);
        output
    }

    fn linked(&mut self, option: &str, expected: &str) {
        let path = self.plugin("libcodec_xor.so", &[option]);
        self.rows.check(option, path, expected);
    }
}

#[test]
fn linker_options() {
    good_or_skip!("linker_options");
    let mut bench = Bench::new();
    bench.linked("-O2", LOADED);
    bench.linked("-s", LOADED);
    bench.linked("-fvisibility=hidden", LOADED);
    bench.linked("-Wl,--gc-sections", LOADED);
    bench.linked("-flto", LOADED);
    bench.linked("-Wl,-z,now", LOADED);
    bench.linked("-Wl,-z,noseparate-code", LOADED);
    bench.linked("-Wl,--hash-style=sysv", LOADED);
    bench.linked("-Wl,--hash-style=both", LOADED);
    bench.linked("-lm", LOADED);
    bench.linked("-Wl,-z,execstack", "E_ELF_EXEC_STACK");
    bench.linked("-Wl,-z,interpose", "E_ELF_INTERPOSE");
    bench.linked("-Wl,--audit=x.so", "E_ELF_AUDIT");
    bench.linked("-Wl,--depaudit=x.so", "E_ELF_AUDIT");
    bench.linked("-Wl,-F,x.so", "E_ELF_AUDIT");
    bench.linked("-Wl,-f,x.so", "E_ELF_AUDIT");
    bench.linked("-Wl,-rpath,$ORIGIN", "E_ELF_RPATH");
    bench.linked("-Wl,-rpath,a::b", "E_ELF_RPATH");
    bench.linked("-Wl,--disable-new-dtags,-rpath,.", "E_ELF_RPATH");
    bench.linked("-Wl,-dynamic-linker,/lib/ld.so,-pie", "E_ELF_PROGRAM");
    bench.rows.end();
}

#[test]
fn sonames() {
    good_or_skip!("sonames");
    let mut bench = Bench::new();
    bench.linked("-Wl,-soname,libcodec_xor.so", LOADED);
    bench.linked("-Wl,-soname,codec_xor.so", LOADED);
    bench.linked("-Wl,-soname,libsochdb_plugin_xor.so.1", LOADED);
    bench.linked("-Wl,-soname,libc.so.6", "E_ELF_SONAME");
    bench.linked("-Wl,-soname,libother.so", "E_ELF_SONAME");
    bench.linked("-Wl,-soname,libcodec_xor.so.1", "E_ELF_SONAME");
    bench.linked("-Wl,-soname,/opt/x/libcodec_xor.so", "E_ELF_SONAME");
    bench.linked("-Wl,-soname,$ORIGIN/codec_xor.so", "E_ELF_SONAME");
    let path = bench.plugin("acme.so", &["-Wl,-soname,acme.so"]);
    bench.rows.check("the name of its file", path, LOADED);
    bench.rows.end();
}

#[test]
fn what_it_needs() {
    good_or_skip!("what_it_needs");
    let mut bench = Bench::new();
    let dependency = bench.text("int dependency(void) { return 1; }\n", &[]);
    let by_path = bench.plugin("x.so", &["-Wl,--no-as-needed", dependency.to_str().expect("UTF-8")]);
    bench.rows.check("a library by its path", by_path, "E_ELF_NEEDED");
    let dependency = bench.text("int dependency(void) { return 1; }\n", &["-Wl,-soname,$LIB.so"]);
    let by_token = bench.plugin("y.so", &["-Wl,--no-as-needed", dependency.to_str().expect("UTF-8")]);
    bench.rows.check("a library by a token", by_token, "E_ELF_NEEDED");
    bench.rows.end();
}

#[test]
fn libraries_that_are_no_plugins() {
    good_or_skip!("libraries_that_are_no_plugins");
    let mut bench = Bench::new();
    let function = format!("{NOTE_ONLY}\nSOCH_EXPORT void soch_plugin_v1(void) {{}}\n");
    let small = format!("{NOTE_ONLY}\nSOCH_EXPORT const int soch_plugin_v1 = 1;\n");
    let zeros = format!("{NOTE_ONLY}\nSOCH_EXPORT char soch_plugin_v1[144];\n");
    for (what, text, expected) in [
        ("another library", "int f(void) { return 1; }\n", "E_ELF_NO_ENTRY"),
        ("only a note", NOTE_ONLY, "E_ELF_NO_ENTRY"),
        ("only an entry", ENTRY_ONLY, "E_NOTE_MISSING"),
        ("a function as entry", &function, "E_ELF_ENTRY"),
        ("a small entry", &small, "E_ELF_ENTRY"),
        ("an entry in zeroed memory", &zeros, "E_ELF_ENTRY"),
    ] {
        let path = bench.text(text, &[]);
        bench.rows.check(what, path, expected);
    }
    let path = bench.plugin_and(NOTE_ONLY);
    bench.rows.check("two notes", path, "E_NOTE_DUPLICATE");
    let path = bench.plugin_and(UNIQUE);
    bench.rows.check("a unique symbol", path, "E_ELF_UNIQUE");
    let object = bench.library("object.so", &["-c", &bench.plugin]);
    bench.rows.check("an object file", object, "E_ELF_TYPE");
    let main = bench.dir.file("main.c", b"int main(void) { return 0; }\n");
    let program = bench.library("program.so", &["-pie", main.to_str().expect("UTF-8"), &bench.plugin]);
    bench.rows.check("a program", program, "E_ELF_PROGRAM");
    bench.rows.end();
}

#[test]
fn layouts_that_are_none() {
    if good().is_none() {
        return eprintln!("skipped: layouts_that_are_none: cc is not installed");
    }
    let mut bench = Bench::new();
    for (what, text) in [
        ("a function", "void soch_layout_v1(void) {}\n"),
        ("too small", "const int soch_layout_v1 = 1;\n"),
        ("not in the file", "char soch_layout_v1[4096];\n"),
    ] {
        let library = bench.plugin_and(text);
        bench.rows.check(what, library, "E_ELF_LAYOUT");
    }
    bench.rows.end();
}

#[test]
fn code_that_runs_at_load_is_counted() {
    good_or_skip!("code_that_runs_at_load_is_counted");
    let bench = Bench::new();
    let facts = |path: &Path| admit_trusted(path).expect("a good plugin").facts;
    let plain = facts(&bench.plugin("plain.so", &[]));
    let more = facts(&bench.plugin_and("__attribute__((constructor)) static void now(void) {}\n"));
    assert_eq!(more.constructors, plain.constructors + 1);
    assert_eq!(plain.resolvers, 0);
    assert!(plain.build_id.is_none_or(|id| id.len() >= 8));
    assert!(!plain.exports_layout, "a C plugin has none");
    if cfg!(target_env = "musl") {
        return eprintln!("skipped: code_that_runs_at_load_is_counted, ifunc: musl has none");
    }
    assert_eq!(facts(&bench.plugin_and(IFUNC)).resolvers, 1, "by its symbol");
    let hidden = format!("#pragma GCC visibility push(hidden)\n{IFUNC}int (*call)(void) = chosen;\n");
    // By which `call` is filled; GCC for aarch64 makes one more, of the table by which code finds it.
    let relocations = if cfg!(target_arch = "aarch64") { 2 } else { 1 };
    assert_eq!(facts(&bench.plugin_and(&hidden)).resolvers, relocations, "by its relocation");
}
