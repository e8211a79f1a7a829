//! What a vendor meets who links as is usual elsewhere: each remedy is followed literally until the plugin loads.

use sochdb_plugin_host::LoadError;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::plugins::Private;
use support::{compiler, root, succeed, tool, PrivateDir, MINUTE};

fn example() -> PathBuf {
    root().join("examples-c/codec_xor.c")
}

fn refused(library: &Path, code: &str) -> LoadError {
    let error = Private::copy(library).load().err().unwrap_or_else(|| panic!("{} is loaded", library.display()));
    assert_eq!(error.code(), code, "{error}");
    error
}

fn loads(library: &Path) {
    Private::copy(library).load().unwrap_or_else(|error| panic!("{}: {error:?}", library.display()));
}

/// Links with `cc -shared`, in the directory.
fn link(directory: &PrivateDir, arguments: &[&str]) -> PathBuf {
    let library = directory.join("plugin.so");
    let mut command = Command::new("cc");
    command.current_dir(directory.path()).args(["-shared", "-o"]).arg(&library).args(arguments);
    succeed(&mut command, MINUTE);
    library
}

#[test]
fn an_entry_in_a_static_library_is_lost() {
    const TEST: &str = "an_entry_in_a_static_library_is_lost";
    let Some((cc, ar)) = tool(TEST, "cc").zip(tool(TEST, "ar")) else { return };
    let directory = PrivateDir::new("static-library");
    let object = directory.join("plugin.o");
    succeed(compiler(&cc).args(["-c", "-fPIC"]).arg(example()).arg("-o").arg(&object), MINUTE);
    succeed(Command::new(ar).arg("rcs").arg(directory.join("LIBRARY.a")).arg(&object), MINUTE);
    let error = refused(&link(&directory, &["LIBRARY.a"]), "E_ELF_NO_ENTRY");
    let remedy = error.remedy();
    let start = remedy.find("-Wl,--whole-archive").expect("the options to use");
    let options: Vec<&str> = remedy[start..].split(';').next().expect("a sentence").split_whitespace().collect();
    loads(&link(&directory, &options));
}

#[test]
fn a_plugin_by_tcc_alone_is_refused() {
    const TEST: &str = "a_plugin_by_tcc_alone_is_refused";
    let Some((tcc, _)) = tool(TEST, "tcc").zip(tool(TEST, "objcopy")) else { return };
    let directory = PrivateDir::new("tcc");
    let library = directory.join("alone.so");
    succeed(compiler(&tcc).arg("-shared").arg(example()).arg("-o").arg(&library), MINUTE);
    let error = refused(&library, "E_ELF_EXEC_STACK");
    assert!(error.remedy().contains("`tcc -c`"), "{}", error.remedy());
    assert!(error.remedy().contains("`cc -shared -Wl,-z,noexecstack`"), "{}", error.remedy());
    succeed(compiler(&tcc).arg("-c").arg(example()).arg("-o").arg(directory.join("FILE.o")), MINUTE);
    let error = refused(&link(&directory, &["-Wl,-z,noexecstack", "FILE.o"]), "E_NOTE_MISSING");
    let remedy = error.remedy();
    let commands = remedy.split_once(" do: ").expect("commands").1;
    for command in commands.split(';') {
        let words: Vec<&str> = command.split_whitespace().collect();
        succeed(Command::new(words[0]).current_dir(directory.path()).args(&words[1..]), MINUTE);
    }
    loads(&link(&directory, &["-Wl,-z,noexecstack", "FILE.o"]));
}

#[test]
fn cpp_linked_as_c_is_refused_without_a_word_on_cpp() {
    const TEST: &str = "cpp_linked_as_c_is_refused_without_a_word_on_cpp";
    let Some(cpp) = tool(TEST, "g++") else { return };
    let directory = PrivateDir::new("cpp");
    let more = directory.write("more.cpp", "extern \"C\" int *made(int value) { return new int(value); }\n");
    let objects = ["plugin.o", "more.o"].map(|name| directory.join(name));
    succeed(compiler(&cpp).args(["-xc", "-c", "-fPIC"]).arg(example()).arg("-o").arg(&objects[0]), MINUTE);
    succeed(compiler(&cpp).args(["-c", "-fPIC", "-O0"]).arg(more).arg("-o").arg(&objects[1]), MINUTE);
    let error = refused(&link(&directory, &["plugin.o", "more.o"]), "E_OPEN");
    assert!(error.remedy().contains("g++"), "{error:?}");
    // Linked in, as no operator needs to allow a library then.
    let library = directory.join("cpp.so");
    let mut command = Command::new(cpp);
    command.args(["-shared", "-static-libstdc++", "-static-libgcc", "-Wl,--exclude-libs,ALL", "-o"]).arg(&library);
    succeed(command.args(&objects), MINUTE);
    loads(&library);
}
