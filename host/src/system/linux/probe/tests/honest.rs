//! Libraries that mean no harm, with what they do at their start.

use crate::system::linux::probe::tests::*;

fn loads(path: &Path, symbol: &CStr, needed: &[Needed<'_>]) {
    let library = Library::of(path);
    let report = run(&Request { symbol, needed, ..library.request() }).expect("it neither crashes nor hangs");
    assert_eq!(report.loaded, Ok(()));
}

/// The file that the compiler links for this name, if there is one.
fn installed(name: &str) -> Option<PathBuf> {
    let found = Command::new("cc").arg(format!("-print-file-name={name}")).output().ok()?;
    fs::canonicalize(String::from_utf8(found.stdout).ok()?.trim()).ok().filter(|path| path.is_absolute())
}

#[test]
fn a_numerical_library_that_starts_threads_is_loaded() {
    let Some(library) = installed("libopenblas.so.0") else {
        return eprintln!(
            "skipped: a_numerical_library_that_starts_threads_is_loaded: no package libopenblas0-pthread"
        );
    };
    let needed = ["libm.so.6", "libpthread.so.0", "libgfortran.so.5"].map(|name| Needed::File(Path::new(name)));
    loads(&library, c"cblas_dgemm", &needed);
}

#[test]
fn a_library_of_go_is_loaded() {
    let dir = directory();
    let source = "package main\n\nimport \"C\"\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"time\"\n)\n\n\
                  var sum = make(chan int)\n\n\
                  func init() {\n\tfor i := 0; i < 4; i++ {\n\t\tgo func() { time.Sleep(time.Millisecond); sum <- 1 }()\n\t}\n\
                  \tfor i := 0; i < 4; i++ {\n\t\t<-sum\n\t}\n\tfmt.Fprintln(os.Stderr, \"ready\", len(os.Args))\n}\n\n\
                  //export soch_plugin_v1\nfunc soch_plugin_v1() {}\n\nfunc main() {}\n";
    fs::write(dir.path().join("plugin.go"), source).expect("an own directory");
    let waits = "#include <unistd.h>\n__attribute__((constructor)) static void wait(void) { usleep(100000); }\n";
    fs::write(dir.path().join("waits.c"), waits).expect("an own directory");
    let mut command = Command::new("go");
    command.args(["build", "-buildmode=c-shared", "-o", "plugin.so", "."]).current_dir(dir.path());
    command.env("GO111MODULE", "off").env("GOCACHE", go_cache()).env("GOFLAGS", "");
    let built = command.output();
    match built {
        Ok(built) => assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr)),
        Err(_) => return eprintln!("skipped: a_library_of_go_is_loaded: no package golang-go"),
    }
    loads(&dir.path().join("plugin.so"), ENTRY, &[]);
}

#[test]
fn a_library_of_cxx_with_streams_threads_and_locales_is_loaded() {
    let Some(library) = installed("libstdc++.so.6") else {
        return eprintln!("skipped: a_library_of_cxx_with_streams_threads_and_locales_is_loaded: no libstdc++.so.6");
    };
    let source = "#include <cstdlib>\n#include <fstream>\n#include <future>\n#include <iostream>\n#include <locale>\n\
                  #include <random>\n#include <regex>\n#include <thread>\nextern \"C\" { int soch_plugin_v1; }\n\
                  struct At { At() {\n\
                  std::cout << \"said \" << std::thread::hardware_concurrency() << std::endl;\n\
                  std::ifstream none(\"/etc/passwd\"); if (none.is_open()) abort();\n\
                  std::locale place(\"\"); (void)place;\n\
                  if (!std::regex_match(\"abc\", std::regex(\"a.c\"))) abort();\n\
                  std::random_device chance; (void)chance();\n\
                  if (std::async(std::launch::async, [] { return 7; }).get() != 7) abort();\n\
                  } };\nstatic At at;\n";
    let dir = directory();
    loads(&compile(dir.path(), "plugin.cc", source, &[]), ENTRY, &[Needed::File(&library)]);
}

/// The thread is not waited for: it registers what it drops with the linker, which is busy with this library.
#[test]
fn a_library_of_rust_with_a_thread_is_loaded() {
    let dir = directory();
    let source = "#[no_mangle]\npub static soch_plugin_v1: i32 = 0;\n\
                  #[used]\n#[link_section = \".init_array\"]\nstatic START: extern \"C\" fn() = start;\n\
                  extern \"C\" fn start() {\n\
                  let cores = std::thread::available_parallelism().map_or(1, |n| n.get());\n\
                  std::thread::spawn(move || vec![1usize; cores].iter().sum::<usize>());\n\
                  assert!(std::fs::File::open(\"/etc/passwd\").is_err());\n\
                  let map: std::collections::HashMap<_, _> = [(1, 2)].into();\n\
                  assert_eq!(map[&1], 2);\neprintln!(\"{:?}\", std::time::Instant::now());\n}\n";
    fs::write(dir.path().join("plugin.rs"), source).expect("an own directory");
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.args(["--edition=2021", "--crate-type=cdylib", "-Anon_upper_case_globals", "-o", "plugin.so", "plugin.rs"]);
    let Ok(built) = command.current_dir(dir.path()).output() else {
        return eprintln!("skipped: a_library_of_rust_with_a_thread_is_loaded: rustc cannot be started");
    };
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    loads(&dir.path().join("plugin.so"), ENTRY, &[Needed::File(Path::new("libgcc_s.so.1"))]);
}

#[test]
fn a_library_with_much_static_memory_is_loaded() {
    let dir = directory();
    let source = "int soch_plugin_v1;\nchar large[1400u << 20];\n";
    loads(&compile(dir.path(), "plugin.c", source, &[]), ENTRY, &[]);
}

/// One for all runs of the test, below the directory for what is built: a cold one costs half a minute.
fn go_cache() -> PathBuf {
    let program = std::env::current_exe().expect("this test's own path");
    program.parent().expect("a program is in a directory").join("go-cache")
}

fn does(what: &str) {
    assert_eq!(Library::that_does(what).probe().expect(what).loaded, Ok(()), "{what}");
}

#[test]
fn what_is_denied_fails_as_a_file_that_may_not_be_read() {
    does("if (open(\"/etc/passwd\", O_RDONLY) != -1 || errno != EACCES) abort();");
    does("if (access(\"/etc/passwd\", R_OK) != -1 || errno != EACCES) abort();");
    does("struct stat s; if (stat(\"/etc/passwd\", &s) != -1 || errno != EACCES) abort();");
    does("struct stat s; if (fstat(1, &s) != 0 || !S_ISCHR(s.st_mode)) abort();");
    does("struct stat s; if (fstatat(AT_FDCWD, \"/etc/passwd\", &s, AT_EMPTY_PATH) != -1) abort();");
    does("if (isatty(1) || errno != ENOTTY) abort();");
    does("if (dlopen(\"libnothing.so.1\", RTLD_NOW) != NULL) abort();");
    does("struct rlimit r; if (getrlimit(RLIMIT_STACK, &r) != 0) abort();");
    does("if (umask(077) != 077) abort();");
    does("char cwd[9]; if (!getcwd(cwd, sizeof cwd) || cwd[1]) abort();");
}

/// A thread of a pool blocks all signals, so that none may be what says no.
#[test]
fn what_is_denied_ends_no_thread_that_blocks_all_signals() {
    does("sigset_t all; sigfillset(&all); pthread_sigmask(SIG_BLOCK, &all, NULL);\
          if (open(\"/etc/passwd\", O_RDONLY) != -1 || socket(AF_INET, SOCK_STREAM, 0) != -1 || unlink(\"/nothing\") != -1)\
          abort();");
}

/// The linker's calls are answered by its handler.
#[test]
fn the_handler_of_the_probe_stays() {
    does(
        "if (signal(SIGSYS, SIG_IGN) != SIG_ERR || errno != EINVAL) abort();\
          struct sigaction now; if (sigaction(SIGSYS, NULL, &now) != 0) abort();",
    );
    assert_eq!(Library::that_does("raise(SIGSYS);").probe(), Err(ProbeError::Crashed { signal: libc::SIGSYS }));
}
