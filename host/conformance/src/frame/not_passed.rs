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
///         Err(NotPassed::Unseen(why)) => println!("{} could not look: {why}", test.name),
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
    /// The plugin may have what the test looks at, and the test could not see it; the text says what it needs to.
    Unseen(String),
}

impl std::fmt::Display for NotPassed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(why) | Self::Skipped(why) | Self::Unseen(why) => formatter.write_str(why),
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
