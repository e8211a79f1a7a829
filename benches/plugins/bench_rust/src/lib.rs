//! What the benchmarks call on the other side of the boundary. They also link this crate, and so call the same code
//! without a boundary.

pub mod events;
pub mod flat;
mod index;
pub mod lz4;
pub mod step;

use sochdb_plugin_sdk::prelude::*;

/// All kinds that the benchmarks need of their own.
#[derive(Default)]
pub struct Bench {
    mixer: step::Mixer,
    /// What its storage serves.
    pub flat: flat::Flat,
}

/// A sink that takes all and keeps nothing: what its calls cost is the boundary.
impl ObservabilityExtension for Bench {}

impl Plugin for Bench {
    fn create(host: Host) -> Result<Self> {
        events::keep(&host);
        Ok(Self::default())
    }
}

export_plugin!(Bench: storage, index, compression, observability; "sochdb.bench.step/1" => step::STEP, "sochdb.bench.rust/1" => step::RUST, "sochdb.bench.events/1" => events::EVENTS);
