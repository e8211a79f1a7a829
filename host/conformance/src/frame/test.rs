//! A test of the suite.

use crate::frame::kind::Kind;
use crate::frame::not_passed::NotPassed;
use crate::frame::subject::Subject;

/// A test of the suite.
///
/// ```
/// use sochdb_plugin_conformance::tests;
///
/// for test in tests().iter().filter(|test| test.name.starts_with("storage_scan::")) {
///     println!("{} is for {:?}", test.name, test.kind);
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Test {
    /// The name, unique in the suite, such as `storage::put_replaces_the_value`.
    pub name: &'static str,
    /// The kind of plugins that it is for.
    pub kind: Kind,
    /// When it is run.
    pub level: Level,
    /// The function that runs it.
    pub run: fn(&Subject) -> Result<(), NotPassed>,
}

impl Test {
    /// Runs the test, and returns what the plugin did against the contract; None if it passed or did not look.
    #[must_use]
    pub fn failure(&self, subject: &Subject) -> Option<String> {
        match (self.run)(subject) {
            Err(NotPassed::Failed(why)) => Some(why),
            Err(NotPassed::Skipped(_) | NotPassed::Unseen(_)) | Ok(()) => None,
        }
    }
}

/// How often a test is worth its time.
///
/// ```
/// use sochdb_plugin_conformance::{tests, Level};
///
/// let quick = tests().iter().filter(|test| test.level == Level::Quick);
/// assert!(quick.count() > 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Level {
    /// At each build: all such tests of a plugin in memory take less than 10 s together.
    Quick,
    /// Before a release: large sizes, many repetitions, long waits.
    Full,
}

/// Lists the tests of a module: the function's name is the test's. Those behind `full` are of that level.
macro_rules! suite {
    ($kind:ident, $module:literal: $($quick:ident),* $(,)? $(; full: $($full:ident),+ $(,)?)?) => {
        pub(crate) const TESTS: &[crate::frame::test::Test] = &[
            $($crate::frame::test::suite!(@one $kind, $module, $quick, Quick),)*
            $($($crate::frame::test::suite!(@one $kind, $module, $full, Full),)+)?
        ];
    };
    (@one $kind:ident, $module:literal, $test:ident, $level:ident) => {
        crate::frame::test::Test {
            name: concat!($module, "::", stringify!($test)),
            kind: crate::frame::kind::Kind::$kind,
            level: crate::frame::test::Level::$level,
            run: $test,
        }
    };
}

pub(crate) use suite;
