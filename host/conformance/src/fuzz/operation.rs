use crate::frame::not_passed::NotPassed;
use crate::frame::random::Random;
use crate::frame::subject::Subject;
use crate::fuzz::expected::{Answer, Expected};
use sochdb_plugin_host::sdk::Error;
use std::fmt::Debug;

/// An operation of a kind of plugins, as plain data.
pub(crate) trait Operation: Clone + Debug {
    /// The state that an operation leaves, by the contract.
    type Model: Default;
    /// An instance, and what is open of it.
    type Plugin<'a>;

    /// The operations before, of whose rows the next ones may be.
    type Before: Default;

    /// Draws one. It may be of something that is not open: then it is left out.
    fn draw(random: &mut Random, before: &mut Self::Before) -> Self;

    /// All bytes in it.
    fn bytes(&mut self) -> Vec<&mut Vec<u8>>;

    /// Operations that do less, and may show the same.
    fn simpler(&self) -> Vec<Self>;

    /// The results that it may have; None if it cannot be done now.
    fn expected(&self, model: &Self::Model) -> Option<Expected>;

    /// Changes the model as it does, or as its refusal does.
    fn apply(&self, model: &mut Self::Model, accepted: bool);

    fn plugin(subject: &Subject) -> Result<Self::Plugin<'_>, NotPassed>;

    /// Does it. An error of the kind Unsupported also says that the plugin need not have it.
    fn call(&self, plugin: &mut Self::Plugin<'_>) -> Result<Answer, Error>;

    /// The operation as lines of a test in C, which fails unless it ends as expected. Accepted says how it ended.
    fn in_c(&self, step: usize, expected: &Expected, accepted: bool) -> String;

    /// The same in Rust.
    fn in_rust(&self, step: usize, expected: &Expected, accepted: bool) -> String;
}
