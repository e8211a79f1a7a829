use crate::handles::macros::slot;
use crate::handles::storage::Storage;
use sochdb_plugin_abi::*;
use sochdb_plugin_sdk::{Error, ErrorKind, Result};
use std::io;
use std::path::Path;

impl Storage {
    /// Has a copy of all tables written to `directory`, if there is nothing and there may be.
    pub(crate) fn write_checkpoint(&self, directory: &Path) -> Result<()> {
        let checkpoint = slot!(self.table.checkpoint);
        let text = self.place_of_checkpoint(directory)?;
        let limits = self.instance.limits_of_call("checkpoint")?;
        // SAFETY: the plugin's function on its own instance; the path and the limits are lent for the call.
        let call = |instance, error| unsafe { checkpoint(instance, limits, soch_str::lend(text), error) };
        self.done("checkpoint", self.instance.shared("checkpoint", call))
    }

    /// The path as text: an engine would say less well what is wrong with it, or write to what is there.
    fn place_of_checkpoint<'a>(&self, directory: &'a Path) -> Result<&'a str> {
        let refused = |why: &str| self.not_a_place(directory, why);
        let text = directory.to_str().ok_or_else(|| refused("is not UTF-8: give another one"))?;
        if !directory.is_absolute() || text.contains('\0') {
            return Err(refused("is not an absolute path: begin it with `/`"));
        }
        match directory.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refused(&format!("cannot be looked at: {error}"))),
            Ok(_) => return Err(refused("exists: name one that does not")),
        }
        let in_a_directory = directory.file_name().is_some() && directory.parent().is_some_and(Path::is_dir);
        in_a_directory.then_some(text).ok_or_else(|| refused("is in no directory: make the one above it"))
    }

    #[cold]
    fn not_a_place(&self, directory: &Path, why: &str) -> Error {
        self.instance.error_in("checkpoint", ErrorKind::Invalid, format!("`checkpoint`: {directory:?} {why}"))
    }
}
