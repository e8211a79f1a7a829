//! Plugins that need more than libc.

use crate::system::linux::probe::tests::*;

const DEPENDENCY: &str = "libprobe_dependency.so.1";

#[test]
fn an_undefined_symbol_is_no_crash() {
    let library = Library::that_does("extern int nowhere_defined(void); nowhere_defined();");
    let words = library.probe_with(&[]).expect_err("a symbol is missing");
    assert!(words.contains("nowhere_defined"), "{words}");
}

#[test]
fn a_missing_entry_is_told() {
    let library = Library::that_does("");
    let request = Request { symbol: c"another_entry", ..library.request() };
    let words = run(&request).expect("nothing crashes").loaded.expect_err("it has no such symbol");
    assert!(words.contains("another_entry"), "{words}");
}

#[test]
fn what_is_no_library_is_told() {
    let dir = directory();
    let path = dir.path().join("text");
    fs::write(&path, "no library at all, but a text of some length, as a header has 64 bytes\x1b[2J").expect("own");
    let words = Library::of(&path).probe_with(&[]).expect_err("it is a text");
    assert!(!words.contains('\x1b') && !words.is_empty(), "{words}");
}

#[test]
fn a_cxx_plugin_finds_the_library_that_is_given_as_a_file() {
    let found = Command::new("c++").arg("-print-file-name=libstdc++.so.6").output();
    let Some(file) = found.ok().and_then(|found| fs::canonicalize(String::from_utf8(found.stdout).ok()?.trim()).ok())
    else {
        eprintln!(
            "skipped: a_cxx_plugin_finds_the_library_that_is_given_as_a_file: no C++ compiler with libstdc++.so.6"
        );
        return;
    };
    let source = "#include <string>\nextern \"C\" { int soch_plugin_v1; }\nstatic std::string text(100, 'x');\n\
                  struct At { At() { try { throw text; } catch (std::string &) {} } };\nstatic At at;\n";
    let dir = directory();
    let library = Library::of(&compile(dir.path(), "plugin.cc", source, &[]));
    assert_eq!(library.probe_with(&[Needed::File(&file)]), Ok(()));
    let sandboxed = Library::that_does("").probe().expect("a good plugin").sandbox.landlock.is_some();
    if sandboxed {
        let words = library.probe_with(&[]).expect_err("the sandbox opens no file");
        assert!(words.contains("libstdc++"), "{words}");
    }
}

#[test]
fn a_sealed_library_is_found_by_its_soname() {
    let dir = directory();
    let soname = format!("-Wl,-soname,{DEPENDENCY}");
    let source = "int depended_on(void) { return 7; }";
    let dependency = compile(dir.path(), "dependency.c", source, &[soname.as_ref()]);
    let source = "#include <stdlib.h>\nint depended_on(void);\nint soch_plugin_v1;\n\
                  __attribute__((constructor)) static void start(void) { if (depended_on() != 7) abort(); }\n";
    let plugin = Library::of(&compile(dir.path(), "plugin.c", source, &[dependency.as_os_str()]));
    let dependency = Library::of(&dependency);
    assert_eq!(plugin.probe_with(&[Needed::Sealed(dependency.as_fd())]), Ok(()));
    let words = plugin.probe_with(&[]).expect_err("it is nowhere else");
    assert!(words.contains(DEPENDENCY), "{words}");
}

#[test]
fn a_missing_library_of_the_system_is_told() {
    let words = Library::that_does("").probe_with(&[Needed::File(Path::new("/nowhere/libnothing.so.1"))]);
    assert!(words.as_ref().is_err_and(|words| words.contains("/nowhere/libnothing.so.1")), "{words:?}");
}

#[test]
fn a_plugin_may_be_a_file_that_is_open() {
    let dir = directory();
    let path = compile(dir.path(), "plugin.c", "int soch_plugin_v1;", &[]);
    let file = fs::File::open(&path).expect("an own file");
    fs::remove_file(&path).expect("an own file");
    let request = Request { plugin: file.as_fd(), bytes: 1 << 20, needed: &[], symbol: ENTRY, limit: ENOUGH };
    assert_eq!(run(&request).expect("a good plugin").loaded, Ok(()));
}

#[test]
fn a_request_that_cannot_be_sent_is_refused() {
    let library = Library::that_does("");
    let long = PathBuf::from(format!("/{}", "x".repeat(40_000)));
    let many = vec![Needed::Sealed(library.as_fd()); 65];
    for needed in [&[Needed::File(Path::new("a/relative.so"))], &[Needed::File(&long)], &many[..]] {
        let result = run(&Request { needed, ..library.request() });
        assert!(matches!(result, Err(ProbeError::Unavailable { .. })), "{result:?}");
    }
    assert_eq!(library.probe_with(&many[..64]), Ok(()));
}
