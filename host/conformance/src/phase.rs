/// Where in a plugin's life a test is. A plugin that ends the process ends it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// The library is being loaded: its constructors run.
    Load,
    /// An instance is being made.
    Create,
    /// The test calls the plugin.
    Run,
    /// An instance is being shut down.
    Shutdown,
    /// An instance is being destroyed.
    Destroy,
}

impl Phase {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Load, Self::Create, Self::Run, Self::Shutdown, Self::Destroy];

    /// Its stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Create => "create",
            Self::Run => "run",
            Self::Shutdown => "shutdown",
            Self::Destroy => "destroy",
        }
    }

    /// Where that is, as the end of a sentence.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Load => "while it was loaded (constructors)",
            Self::Create => "in create",
            Self::Run => "in the test",
            Self::Shutdown => "in shutdown",
            Self::Destroy => "in destroy",
        }
    }
}
