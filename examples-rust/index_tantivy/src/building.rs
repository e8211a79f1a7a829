//! A build by parts, in a folder of its own: one that ends early leaves everything as it was.

use crate::fields::Digest;
use crate::generation::Generation;
use crate::shared::Shared;
use sochdb_plugin_sdk::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

pub(crate) struct Building {
    shared: Arc<Shared>,
    /// What is filled, until it is taken.
    made: Option<Generation>,
    seen: HashSet<Digest>,
}

impl Building {
    pub(crate) fn begin(shared: &Arc<Shared>) -> Result<Self> {
        shared.leaving.wait();
        let number = shared.files.begin_build()?;
        let mut building = Self { shared: shared.clone(), made: None, seen: HashSet::new() };
        building.made = Some(Generation::make(&shared.files, number, shared.memory)?);
        shared.report();
        Ok(building)
    }

    /// Ends it with what was filled, if nothing of that was lost.
    pub(crate) fn take(mut self) -> Result<Generation> {
        self.made.as_ref().map_or(Ok(()), Generation::holds_all)?;
        self.made.take().ok_or_else(|| Error::failed("the build has ended"))
    }
}

impl IndexBuilder for Building {
    fn add(&mut self, entries: &[(RowId, &[u8])]) -> Result<()> {
        let entries = entries.iter().map(|(row, key)| Ok((*row, crate::text(key)?))).collect::<Result<Vec<_>>>()?;
        match &mut self.made {
            Some(made) => made.fill(&entries, &mut self.seen),
            None => Err(Error::failed("the build has ended")),
        }
    }
}

impl Drop for Building {
    fn drop(&mut self) {
        if let Some(made) = self.made.take() {
            let folder = self.shared.files.folder(made.number);
            // Without a thread for it, the next flush or instance removes the folder.
            let _left = self.shared.leaving.leave(made, folder);
        }
        self.shared.files.end_build();
        self.shared.report();
    }
}
