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
    /// The function that runs it. Its error says what the plugin did against the contract.
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
