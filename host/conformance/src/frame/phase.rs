/// The part of a plugin's life that a test is in. Whoever watches it knows where a plugin was that ended the process.
///
/// ```
/// use sochdb_plugin_conformance::Phase;
///
/// assert_eq!(format!("the plugin crashed {}", Phase::Create.place()), "the plugin crashed in create");
/// assert_eq!(Phase::ALL.iter().find(|phase| phase.name() == "destroy"), Some(&Phase::Destroy));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// The library is being loaded: its constructors run.
    Load,
    /// An instance is being made.
    Create,
    /// The test calls the plugin.
    Run,
    /// The test waits for another process, in which the plugin is. Each such process begins this phase anew.
    Elsewhere,
    /// An instance is being shut down.
    Shutdown,
    /// An instance is being destroyed.
    Destroy,
}

impl Phase {
    /// All phases, in their order.
    pub const ALL: [Self; 6] = [Self::Load, Self::Create, Self::Run, Self::Elsewhere, Self::Shutdown, Self::Destroy];

    /// Returns the stable name of the phase.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Create => "create",
            Self::Run => "run",
            Self::Elsewhere => "elsewhere",
            Self::Shutdown => "shutdown",
            Self::Destroy => "destroy",
        }
    }

    /// Returns the end of a sentence that says where the plugin was.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Load => "while it was loaded (constructors)",
            Self::Create => "in create",
            Self::Run => "in the test",
            Self::Elsewhere => "in a process of its own",
            Self::Shutdown => "in shutdown",
            Self::Destroy => "in destroy",
        }
    }
}
