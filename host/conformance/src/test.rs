//! What a test of the suite is.

use crate::kind::Kind;
use crate::subject::Subject;

/// One test of the suite.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Test {
    /// Its name, unique in the suite: `storage::scan_bounds`.
    pub name: &'static str,
    /// Which plugins it is for.
    pub kind: Kind,
    /// Runs it. An error says what the plugin did and what the contract demands.
    pub run: fn(&Subject) -> Result<(), String>,
}

/// Lists the tests of a module: the function's name is the test's.
macro_rules! suite {
    ($kind:ident, $module:literal: $($test:ident),+ $(,)?) => {
        pub(crate) const TESTS: &[crate::test::Test] = &[$(
            crate::test::Test {
                name: concat!($module, "::", stringify!($test)),
                kind: crate::kind::Kind::$kind,
                run: $test,
            },
        )+];
    };
}

pub(crate) use suite;
