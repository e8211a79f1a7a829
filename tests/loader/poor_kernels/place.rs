//! Where a plugin lies, with the operator's trust file that allows it.

use sochdb_plugin_host::Digest;
use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use support::in_c;
use support::private_in;
use tempfile::TempDir;

/// A directory with a plugin and a trust file.
pub struct Place {
    directory: TempDir,
    path: PathBuf,
}

impl Place {
    /// One of this user alone, in the temporary directory; its trust file says nothing.
    pub fn private() -> Self {
        let place = Self::within(&env::temp_dir()).expect("the temporary directory can be written");
        place.trust("");
        place
    }

    /// One that only root can change, and no directory on the way either; its trust file pins the plugin.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of_root() -> Result<Self, String> {
        // SAFETY: it only asks.
        if unsafe { libc::geteuid() } != 0 {
            return Err("only root makes a directory of root".to_owned());
        }
        let home = env::var_os("HOME").map(PathBuf::from);
        let known = ["/var/lib", "/opt"].map(PathBuf::from);
        for parent in home.into_iter().chain(known) {
            let Ok(parent) = fs::canonicalize(parent) else { continue };
            if !parent.ancestors().all(only_root_writes) {
                continue;
            }
            if let Ok(place) = Self::within(&parent) {
                let digest = Digest::of(&fs::read(place.plugin()).expect("the copy"));
                let directory = place.path.display();
                place.trust(&format!(
                    "[[directory]]\npath = \"{directory}\"\npolicy = \"strict\"\n\n[[pin]]\nsha256 = \"{digest}\"\n"
                ));
                return Ok(place);
            }
        }
        Err("no directory that only root can change can be written".to_owned())
    }

    fn within(parent: &Path) -> std::io::Result<Self> {
        let (directory, path) = private_in(parent)?;
        let place = Self { directory, path };
        fs::copy(in_c!("codec_xor"), place.plugin())?;
        fs::set_permissions(place.plugin(), Permissions::from_mode(0o755))?;
        Ok(place)
    }

    /// The plugin.
    pub fn plugin(&self) -> PathBuf {
        self.path.join("codec_xor.so")
    }

    /// For `XDG_CONFIG_HOME`.
    pub fn config(&self) -> &Path {
        self.directory.path()
    }

    fn trust(&self, text: &str) {
        let (directory, file) = (self.path.join("sochdb"), self.path.join("sochdb/trust.toml"));
        fs::create_dir(&directory).expect("its own directory");
        fs::write(&file, text).expect("its own file");
        fs::set_permissions(directory, Permissions::from_mode(0o755)).expect("its own directory");
        fs::set_permissions(file, Permissions::from_mode(0o644)).expect("its own file");
    }
}

fn only_root_writes(directory: &Path) -> bool {
    fs::metadata(directory).is_ok_and(|found| found.uid() == 0 && found.mode() & 0o022 == 0)
}
