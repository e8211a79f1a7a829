//! The suite as the tests of a crate: with the names, the filters and the output of `cargo test`.

use crate::all::tests_for;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;
use crate::frame::test::Test;
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::process::ExitCode;
use std::sync::Arc;

/// Runs the tests for `subject` in this process, as the arguments of the process say, which are those of `cargo test`: a
/// name, `--list`, `--exact`, `--skip`, `--format`. One test runs at a time unless `--test-threads` says otherwise, as some
/// measure what the process keeps. A test that has nothing to look at is ignored, with the reason.
///
/// It is the `main` of a test with `harness = false`, for a debugger, for coverage, and for nextest; a crash of the plugin
/// is its crash. Needs the feature `harness`.
///
/// ```no_run
/// use sochdb_plugin_conformance::{run_as_tests, Subject};
/// use sochdb_plugin_host::DynamicPluginLoader;
///
/// fn main() -> std::process::ExitCode {
///     // SAFETY: the library is this crate's own.
///     let library = unsafe { DynamicPluginLoader::new_trusted().load("/where/it/is/libmy_codec.so") };
///     run_as_tests(Subject::loaded(library.expect("it loads"), "{}"))
/// }
/// ```
#[must_use]
pub fn run_as_tests(subject: Subject) -> ExitCode {
    let mut arguments = Arguments::from_args();
    let threads = *arguments.test_threads.get_or_insert(1);
    let subject = Arc::new(if threads == 1 { subject.alone() } else { subject });
    let trial = |test: &'static Test| {
        let subject = subject.clone();
        Trial::ignorable_test(test.name, move || match (test.run)(&subject) {
            Ok(()) => Ok(Completion::Completed),
            Err(NotPassed::Skipped(why) | NotPassed::Unseen(why)) => Ok(Completion::ignored_with(why)),
            Err(NotPassed::Failed(why)) => Err(Failed::from(why)),
        })
    };
    let trials = tests_for(&subject).map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
