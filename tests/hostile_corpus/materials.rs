//! Libraries that compilers and linkers made, for the inputs.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{compiler, find, root, run, MINUTE};

/// Compiled from odd.c, with these arguments.
const ODD: &[(&str, &[&str])] = &[
    ("second_note", &["-DSECOND_NOTE"]),
    ("no_entry", &["-DNO_ENTRY"]),
    ("function_entry", &["-DFUNCTION_ENTRY"]),
    ("text_relocations", &["-DTEXTREL", "-Wl,-z,notext"]),
    ("undefined", &["-DUNDEFINED", "-Wl,-z,lazy"]),
    ("ifunc", &["-DIFUNC"]),
    ("small_tls", &["-DTLS=16"]),
    ("large_tls", &["-DTLS=65536"]),
    ("aborts", &["-DCONSTRUCTOR=abort()"]),
    ("traps", &["-DCONSTRUCTOR=__builtin_trap()"]),
    ("loops", &["-DCONSTRUCTOR=for(volatile int forever=1;forever;)"]),
    ("exits", &["-DCONSTRUCTOR=_exit(0)"]),
    ("sleeps", &["-DCONSTRUCTOR=for(;;)pause()"]),
    ("writes", &["-DCONSTRUCTOR=fclose(fopen(getenv(\"SOCH_CORPUS_MARK\"),\"w\"))"]),
];

/// Compiled from the good plugin's source, with these arguments.
const LINKED: &[(&str, &[&str])] = &[
    ("good", &[]),
    ("stripped", &["-s"]),
    ("after", &["-O2"]),
    ("audit", &["-Wl,--audit=x.so"]),
    ("filter", &["-Wl,-F,x.so"]),
    ("interpose", &["-Wl,-z,interpose"]),
    ("runpath_origin", &["-Wl,--enable-new-dtags,-rpath,$ORIGIN"]),
    ("rpath_relative", &["-Wl,--disable-new-dtags,-rpath,."]),
    ("runpath_empty_part", &["-Wl,--enable-new-dtags,-rpath,/a::/b"]),
    ("soname_libc", &["-Wl,-soname,libc.so.6"]),
    ("soname_path", &["-Wl,-soname,/opt/x/good.so"]),
];

/// Real plugins for other processors: name and target of clang.
const FOREIGN: &[(&str, &str)] =
    &[("i386", "i386-linux-gnu"), ("aarch64", "aarch64-linux-gnu"), ("ppc64", "powerpc64-linux-gnu")];

/// What the header needs of a C library, for processors that have none here.
const STRING_H: &str =
    "#include <stddef.h>\nvoid *memcpy(void *, const void *, size_t);\nsize_t strlen(const char *);\n";

/// A directory with a file for each library, or a file `NAME.missing` that says why there is none.
pub struct Materials(PathBuf);

impl Materials {
    /// Those that were made before.
    pub fn made(dir: &Path) -> Self {
        Self(dir.to_owned())
    }

    /// Makes them all in `dir`.
    pub fn make(dir: &Path) -> Self {
        let made = Self(dir.to_owned());
        let cc = find("cc").expect("a C compiler called cc: the plugins in examples-c need it too");
        let (codec, odd) = (root().join("examples-c/codec_xor.c"), root().join("tests/hostile_corpus/odd.c"));
        for (name, flags) in LINKED {
            made.library(name, &cc, &codec, flags);
        }
        for (name, flags) in ODD {
            made.library(name, &cc, &odd, flags);
        }
        made.programs(&cc, &codec);
        made.dependents(&cc, &codec);
        let cross = find("clang").filter(|_| find("ld.lld").is_some());
        fs::write(dir.join("string.h"), STRING_H).expect("a new file");
        for (name, target) in FOREIGN {
            match &cross {
                None => made.missing(name, "clang or lld is not installed"),
                Some(clang) => made.foreign(name, clang, target, &codec),
            }
        }
        made
    }

    /// A library's bytes, or why there is none.
    pub fn get(&self, name: &str) -> Result<Vec<u8>, String> {
        fs::read(self.0.join(name)).map_err(|error| {
            fs::read_to_string(self.0.join(format!("{name}.missing"))).unwrap_or_else(|_| format!("{name}: {error}"))
        })
    }

    /// Where they are.
    pub fn dir(&self) -> &Path {
        &self.0
    }

    fn missing(&self, name: &str, why: &str) {
        fs::write(self.0.join(format!("{name}.missing")), why).expect("a new file");
    }

    fn library(&self, name: &str, cc: &Path, source: &Path, flags: &[&str]) {
        self.run(
            name,
            compiler(cc).args(["-shared", "-fPIC"]).arg(source).args(flags).arg("-o").arg(self.0.join(name)),
        );
    }

    /// An object, an archive, a compressed library and two programs.
    fn programs(&self, cc: &Path, codec: &Path) {
        let (object, good) = (self.0.join("object"), self.0.join("good"));
        self.run("object", compiler(cc).args(["-c", "-fPIC"]).arg(codec).arg("-o").arg(&object));
        self.run("archive", Command::new("ar").arg("rcs").arg(self.0.join("archive")).arg(&object));
        let main = self.0.join("main.c");
        fs::write(&main, "int main(void) { return 0; }\n").expect("a new file");
        for (name, kind) in [("program", "-no-pie"), ("pie", "-pie")] {
            self.run(name, compiler(cc).args(["-fPIC", kind]).arg(&main).arg(codec).arg("-o").arg(self.0.join(name)));
        }
        let zip = ["-c", "gzip -c \"$0\" > \"$1\""];
        self.run("gzip", Command::new("sh").args(zip).arg(good).arg(self.0.join("gzip")));
    }

    /// Plugins that need another library, or have a part of one.
    fn dependents(&self, cc: &Path, codec: &Path) {
        let source = self.0.join("dependency.c");
        fs::write(&source, "int dependency(void) { return 1; }\n").expect("a new file");
        for (name, soname) in [("dep_z", Some("-Wl,-soname,libz.so.1")), ("dep_nameless", None)] {
            self.library(name, cc, &source, soname.as_slice());
            let dependency = self.0.join(name);
            let dependency = dependency.to_str().expect("a temporary directory's path is UTF-8");
            self.library(&format!("needs_{name}"), cc, codec, &["-Wl,--no-as-needed", dependency]);
        }
        let (object, archive) = (self.0.join("note_alone"), self.0.join("note_alone.a"));
        let odd = root().join("tests/hostile_corpus/odd.c");
        let flags = ["-c", "-fPIC", "-DNOTE_ALONE", "-DSECOND_NOTE"];
        self.run("note_alone", compiler(cc).args(flags).arg(odd).arg("-o").arg(&object));
        self.run("note_alone.a", Command::new("ar").arg("rcs").arg(&archive).arg(&object));
        let archive = archive.to_str().expect("a temporary directory's path is UTF-8");
        self.library("note_in_a_dependency", cc, codec, &["-Wl,-u,soch_corpus_call", archive]);
        match find("c++") {
            None => self.missing("needs_stdcxx", "c++ is not installed"),
            Some(cxx) => {
                let script = format!("-Wl,--version-script={}", root().join("include/sochdb_plugin.map").display());
                let flags = ["-std=c++11", &script, "-Wl,--no-as-needed", "-lstdc++"];
                self.library("needs_stdcxx", &cxx, &root().join("examples-c/codec_reverse.cpp"), &flags);
            }
        }
    }

    fn foreign(&self, name: &str, clang: &Path, target: &str, codec: &Path) {
        let mut command = compiler(clang);
        command.arg(format!("--target={target}")).args(["-shared", "-fPIC", "-nostdlib", "-fuse-ld=lld"]);
        command.args(["-ffreestanding".as_ref(), OsStr::new("-isystem"), self.0.as_os_str()]).arg(codec);
        self.run(name, command.arg("-o").arg(self.0.join(name)));
    }

    fn run(&self, name: &str, command: &mut Command) {
        let finished = run(command.env("LC_ALL", "C"), MINUTE);
        assert!(finished.status.success(), "{name}: {command:?}\n{}{}", finished.stdout, finished.stderr);
    }
}
