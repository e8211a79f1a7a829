//! `sign`: a publisher's word for a plugin: its manifest, and the manifest's signature.

use crate::commands::{checked_report, inspect};
use crate::input::password::PasswordSource;
use crate::input::secret;
use crate::output::failure::Failure;
use crate::output::Output;
use crate::system::backend::System;
use crate::system::Native;
use minisign::PublicKey;
use serde_json::json;
use sochdb_plugin_host::sdk::{abi, machinery::export::is_identifier};
use sochdb_plugin_host::trust::{places, verify_signature, Manifest, Publisher};
use sochdb_plugin_host::{Digest, ElfError, Note, UntrustedText};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// What is signed, and with what.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The plugin's file; FILE.manifest and FILE.manifest.minisig are written beside it
    file: PathBuf,
    /// The publisher's secret key, as `keygen` or `minisign -G` wrote it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The report of `sochdb-plugin check --json` on this file: the manifest says then which suites it passed
    #[arg(long, value_name = "REPORT")]
    checked: Option<PathBuf>,
    #[command(flatten)]
    password: PasswordSource,
}

/// Signs, and says so once its own signature was checked as a loader does it.
pub(crate) fn run(out: &Output, options: &Options) -> Result<bool, Failure> {
    let bytes = inspect::read(&options.file)?;
    let refused = |error: ElfError| {
        let file = UntrustedText::from(options.file.as_path());
        Failure::new(error.code(), format!("{file} is no plugin to sign: {error}")).with_remedy(error.remedy())
    };
    let (_, note) = inspect::plugin(&bytes).map_err(refused)?;
    let mut manifest = manifest(&note, Digest::of(&bytes)).map_err(refused)?;
    if let Some(report) = &options.checked {
        manifest.conformance = checked_report::passed(report, &manifest.sha256)?;
    }
    let text = manifest.to_text();

    let failed = |error: minisign::PError| Failure::from(format!("cannot sign: {error}"));
    let secret = secret::read(&options.key, &options.password)?;
    let public = PublicKey::from_secret_key(&secret).map_err(failed)?;
    let comment = comment(&manifest, &public);
    let boxed = minisign::sign(Some(&public), &secret, text.as_bytes(), Some(&comment), Some("sochdb-plugin sign"));
    let signature = boxed.map_err(failed)?.into_string();
    let key = check(&manifest, &text, &signature, &public)?;

    let (manifest_file, signature_file) = (places::manifest_of(&options.file), places::signature_of(&options.file));
    // With the old manifest the new signature is refused, and the other way round: no order lets anything pass.
    replace(&manifest_file, &text)?;
    replace(&signature_file, &signature)?;
    let shown = |file: &Path| UntrustedText::from(file).to_string();
    out.object(&json!({
        "file": shown(&options.file), "name": manifest.name, "version": manifest.version,
        "abi": format!("{}.{}", manifest.abi.0, manifest.abi.1), "sha256": manifest.sha256.to_string(),
        "conformance": manifest.conformance.to_string(),
        "manifest": shown(&manifest_file), "signature": shown(&signature_file),
        "public_key": key.to_string(), "key_id": key.key_id(),
    }));
    let what = format!("{} {}", manifest.name, manifest.version);
    out.line(format!("{}  {what}, SHA-256 {}", out.paint.good("signed"), manifest.sha256));
    if !manifest.conformance.is_none() {
        out.line(format!("passed     {}", manifest.conformance));
    }
    out.line(format!("manifest   {}", shown(&manifest_file)));
    out.line(format!("signature  {}  (key {})", shown(&signature_file), key.key_id()));
    out.line("\nGive the three files away together.");
    Ok(true)
}

/// What is signed of a plugin with this note. The note's texts are refused as the loader refuses them.
fn manifest(note: &Note, sha256: Digest) -> Result<Manifest, ElfError> {
    let text = |text: &UntrustedText, size| {
        String::from_utf8(text.as_bytes().to_vec()).ok().filter(|t| is_identifier(t, size))
    };
    let name = text(&note.name, abi::SOCH_NAME_SIZE).ok_or_else(|| ElfError::NoteName { name: note.name.clone() })?;
    let version = text(&note.version, abi::SOCH_VERSION_SIZE)
        .ok_or_else(|| ElfError::NotePluginVersion { version: note.version.clone() })?;
    Ok(Manifest::new(sha256, name, version, (note.abi_major, note.abi_minor)))
}

/// What the signature also covers: for people who look into it, and the key for a refusal to name.
fn comment(manifest: &Manifest, key: &PublicKey) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    format!("timestamp:{now}\tkey:{}\tname:{}\tversion:{}", key.to_base64(), manifest.name, manifest.version)
}

/// Reads manifest and signature as a loader does; gives the key that operators would trust.
fn check(
    manifest: &Manifest,
    text: &str,
    signature: &str,
    public: &PublicKey,
) -> Result<sochdb_plugin_host::trust::PublicKey, Failure> {
    let failed = |why: String| Failure::from(format!("a loader would not accept what was just signed: {why}"));
    let key = public.to_base64().parse().map_err(|why| failed(format!("{why}")))?;
    let publishers = [Publisher::new("you".to_owned(), key)];
    verify_signature(text.as_bytes(), signature.as_bytes(), &publishers).map_err(|why| failed(why.to_string()))?;
    match Manifest::parse(text.as_bytes()) {
        Ok(read) if read == *manifest => {}
        Ok(_) => return Err(failed("the manifest reads as another one".to_owned())),
        Err(why) => return Err(failed(why.to_string())),
    }
    let [Publisher { key, .. }] = publishers;
    Ok(key)
}

/// Puts `text` at `file`, whole or not at all.
fn replace(file: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::unwritable(file, &error);
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = || {
        let mut builder = tempfile::Builder::new();
        Native::made_with_mode(&mut builder, 0o644);
        let mut made = builder.tempfile_in(directory)?;
        made.write_all(text.as_bytes())?;
        made.as_file().sync_all()?;
        made.persist(file)?;
        // The name, too, outlives a power cut.
        Native::sync_directory(directory)
    };
    written().map_err(failed)
}
