//! What a trust file would allow in vain, as it or another one that counts beside it forbids that for good.

use crate::commands::trust::reach::arguments;
use crate::output::failure::Failure;
use sochdb_plugin_host::trust::TrustFile;
use sochdb_plugin_host::{TrustFiles, UntrustedText};
use std::path::Path;

/// Why the pins and publishers of `asked` would not count in the trust file at `path`, which says `there`.
pub(crate) fn forbidden(path: &Path, there: &TrustFile, asked: &TrustFile) -> Option<Failure> {
    let operators = TrustFiles::Operator.paths();
    let counts = operators.iter().any(|file| file == path);
    let mut beside = operators.iter().filter(|file| counts && *file != path);
    by(path, there, asked).or_else(|| {
        beside.find_map(|file| TrustFiles::Operator.read(file).ok().flatten().and_then(|said| by(file, &said, asked)))
    })
}

fn by(path: &Path, said: &TrustFile, asked: &TrustFile) -> Option<Failure> {
    let (file, place) = (UntrustedText::from(path), arguments(path));
    let why = |reason: &Option<String>| reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let publisher = asked.publishers.iter().find_map(|asked| {
        let revoked = said.revoked_keys.iter().find(|revoked| revoked.key.is_same_key(&asked.key))?;
        let name = UntrustedText::from(asked.name.as_bytes());
        let reason = format!("{file} forbids this key of {name} for good{}; nothing was added", why(&revoked.reason));
        let remedy = format!(
            "get another key of {name}, from a source that you trust; if this one was forbidden by mistake, first: \
             sochdb-plugin trust remove revoked-key {}{place}",
            revoked.key
        );
        Some(Failure::new("E_KEY_REVOKED", reason).with_remedy(remedy))
    });
    publisher.or_else(|| {
        let revoked = said.revoked.iter().find(|revoked| asked.pins.iter().any(|pin| pin.sha256 == revoked.sha256))?;
        let (digest, why) = (revoked.sha256, why(&revoked.reason));
        let reason = format!("{file} revokes the plugin with SHA-256 {digest}{why}; nothing was added");
        let remedy = format!(
            "get a newer version of the plugin; if it was revoked by mistake, first: sochdb-plugin trust remove revoked \
             {digest}{place}"
        );
        Some(Failure::new("E_REVOKED", reason).with_remedy(remedy))
    })
}
