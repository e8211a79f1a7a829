//! `keygen`: a publisher's key pair, in the form of minisign.

use crate::input::password::{PasswordSource, PASSWORD_VARIABLE};
use crate::output::failure::Failure;
use crate::output::Output;
use crate::system::backend::System;
use crate::system::Native;
use minisign::KeyPair;
use serde_json::json;
use sochdb_plugin_host::trust::PublicKey;
use sochdb_plugin_host::UntrustedText;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Where the keys go, and what protects the secret one.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The beginning of the two names: PREFIX.key is the secret key, PREFIX.pub the public one
    #[arg(long, value_name = "PREFIX", default_value = "sochdb-publisher")]
    out: PathBuf,
    /// Write the secret key as it is: whoever can read the file, or a copy of it, can sign in your name
    #[arg(long, conflicts_with = "password_file")]
    no_password: bool,
    #[command(flatten)]
    password: PasswordSource,
}

/// Writes the two files; refuses to replace one.
pub(crate) fn run(out: &Output, options: &Options) -> Result<bool, Failure> {
    let (secret, public) = (with_suffix(&options.out, ".key"), with_suffix(&options.out, ".pub"));
    // Before anybody types a password for nothing.
    for file in [&secret, &public] {
        if file.symlink_metadata().is_ok() {
            return Err(exists(file));
        }
    }
    let failed = |error: minisign::PError| Failure::from(format!("cannot make a key pair: {error}"));
    let (pair, comment) = if options.no_password {
        (KeyPair::generate_unencrypted_keypair(), "minisign unencrypted secret key")
    } else {
        let password = options.password.password("password for the secret key", true)?;
        (KeyPair::generate_encrypted_keypair(Some(password)), "minisign encrypted secret key")
    };
    let pair = pair.map_err(failed)?;
    let secret_text = pair.sk.to_box(Some(comment)).map_err(failed)?.into_string();
    let public_text = pair.pk.to_box().map_err(failed)?.into_string();
    let wrong = |error| Failure::from(format!("the public key is not one that trust files take: {error}"));
    let key: PublicKey = pair.pk.to_base64().parse().map_err(wrong)?;

    create(&secret, 0o600, &secret_text)?;
    if let Err(failure) = create(&public, 0o644, &public_text) {
        // Half a pair would only be in the way of the next try.
        let _ = std::fs::remove_file(&secret);
        return Err(failure);
    }
    let shown = |file: &Path| UntrustedText::from(file).to_string();
    let command = format!("sochdb-plugin trust add publisher NAME {key}");
    out.object(&json!({
        "secret_key": shown(&secret), "public_key_file": shown(&public), "public_key": key.to_string(),
        "key_id": key.key_id(), "encrypted": !options.no_password, "trust": command,
    }));
    let protection = if options.no_password {
        format!("no password: whoever reads {} can sign in your name", shown(&secret))
    } else {
        format!(
            "encrypted with the password, which `sign` asks for, or takes from --password-file or {PASSWORD_VARIABLE}"
        )
    };
    out.line(format!("secret key  {}  ({}; {protection})", shown(&secret), Native::SECRET));
    out.line(format!("public key  {}  (key {})", shown(&public), key.key_id()));
    out.line(format!("\n{}", out.paint.bold(&key)));
    out.line("\nOperators who trust you say, with a NAME of their choice:");
    out.line(format!("  {command}"));
    Ok(true)
}

/// `path` with `suffix` after its last part.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn exists(file: &Path) -> Failure {
    let reason = format!(
        "{} exists already; a key is never replaced: choose another name with --out",
        UntrustedText::from(file)
    );
    Failure::new("E_EXISTS", reason)
}

/// Makes `file`, which must not exist.
fn create(file: &Path, mode: u32, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| match error.kind() {
        ErrorKind::AlreadyExists => exists(file),
        _ => Failure::unwritable(file, &error),
    };
    let mut made =
        Native::with_mode(OpenOptions::new().write(true).create_new(true), mode).open(file).map_err(failed)?;
    let written = made.write_all(text.as_bytes()).and_then(|()| made.sync_all());
    written.map_err(|error| {
        let _ = std::fs::remove_file(file);
        failed(error)
    })
}
