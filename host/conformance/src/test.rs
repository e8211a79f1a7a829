//! What a test of the suite is.

use crate::subject::Subject;

/// Which plugins a test is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Every plugin.
    Lifecycle,
    /// Those with a storage.
    Storage,
    /// Those with an index.
    Index,
    /// Those with a sink of metrics, spans and logs.
    Observability,
    /// Those with a codec.
    Compression,
}

/// One test of the suite.
#[derive(Clone, Copy)]
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
                kind: crate::test::Kind::$kind,
                run: $test,
            },
        )+];
    };
}

pub(crate) use suite;
