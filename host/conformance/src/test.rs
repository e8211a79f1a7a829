//! A test of the suite.

use crate::kind::Kind;
use crate::subject::Subject;

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
    /// Runs the test, and returns what the plugin did against the contract; None if it passed or had nothing to look at.
    #[must_use]
    pub fn failure(&self, subject: &Subject) -> Option<String> {
        match (self.run)(subject) {
            Err(NotPassed::Failed(why)) => Some(why),
            Err(NotPassed::Skipped(_)) | Ok(()) => None,
        }
    }
}

/// The reason for which a test did not pass.
///
/// ```
/// use sochdb_plugin_conformance::{tests_for, NotPassed, Subject};
/// use sochdb_plugin_host::sdk::NullObservability;
/// use sochdb_plugin_host::Observability;
///
/// let subject = Subject::linked(|_config| Ok(Observability::new(NullObservability)?.into()), "{}")?;
/// for test in tests_for(&subject) {
///     match (test.run)(&subject) {
///         Ok(()) => {}
///         Err(NotPassed::Skipped(why)) => println!("{} has nothing to look at: {why}", test.name),
///         Err(NotPassed::Failed(why)) => panic!("{}: {why}", test.name),
///     }
/// }
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPassed {
    /// The plugin did something against the contract; the text says what.
    Failed(String),
    /// The plugin does not have what the test looks at, and need not have it; the text says what that is.
    Skipped(String),
}

impl std::fmt::Display for NotPassed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(why) | Self::Skipped(why) => formatter.write_str(why),
        }
    }
}

impl std::error::Error for NotPassed {}

impl From<String> for NotPassed {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

impl From<&str> for NotPassed {
    fn from(why: &str) -> Self {
        Self::Failed(why.to_owned())
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
        pub(crate) const TESTS: &[crate::test::Test] = &[
            $($crate::test::suite!(@one $kind, $module, $quick, Quick),)*
            $($($crate::test::suite!(@one $kind, $module, $full, Full),)+)?
        ];
    };
    (@one $kind:ident, $module:literal, $test:ident, $level:ident) => {
        crate::test::Test {
            name: concat!($module, "::", stringify!($test)),
            kind: crate::kind::Kind::$kind,
            level: crate::test::Level::$level,
            run: $test,
        }
    };
}

pub(crate) use suite;
