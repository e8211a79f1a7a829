//! The configuration of an instance.

use serde::Deserialize;
use sochdb_plugin_sdk::{Error, ErrorKind, Result};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Address and port to serve at; port 0 takes a free one.
    pub(crate) listen: String,
    /// Whether `listen` may be reached from other machines. There is no authentication.
    pub(crate) allow_remote: bool,
    /// File that gets the address in use, once it is served.
    pub(crate) address_file: Option<PathBuf>,
    /// The most series, each one combination of name and labels.
    pub(crate) max_series: usize,
    /// The most bytes of one name, of a metric or a label, and of one label's value.
    pub(crate) max_label_bytes: usize,
    /// The most bytes that the names and labels of all series take on the page; a histogram has them in each of its
    /// lines: one a bucket, and two.
    pub(crate) max_page_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:0".into(),
            allow_remote: false,
            address_file: None,
            max_series: 10_000,
            max_label_bytes: 4 << 10,
            max_page_bytes: 16 << 20,
        }
    }
}

impl Config {
    /// The address of `listen`.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if it is none, or one that other machines reach without `allow_remote`.
    pub(crate) fn address(&self) -> Result<SocketAddr> {
        let listen = &self.listen;
        let addresses = listen.to_socket_addrs().map_err(|error| {
            Error::invalid(format!("`listen` is {listen:?}, which is no address such as 127.0.0.1:9464: {error}"))
        })?;
        let addresses: Vec<SocketAddr> = addresses.collect();
        if let Some(remote) = addresses.iter().find(|address| !address.ip().is_loopback()) {
            if !self.allow_remote {
                return Err(Error::invalid(format!(
                    "`listen` is {remote}, which other machines may reach: use a loopback address such as \
                     127.0.0.1:9464, or say \"allow_remote\": true"
                )));
            }
        }
        addresses
            .first()
            .copied()
            .ok_or_else(|| Error::invalid(format!("`listen` is {listen:?}, which has no address")))
    }

    /// Puts `address` into `address_file`, whole or not at all.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] with the path.
    pub(crate) fn announce(&self, address: SocketAddr) -> Result<()> {
        let Some(file) = &self.address_file else { return Ok(()) };
        let mut beside = file.clone().into_os_string();
        beside.push(format!(".{}.new", std::process::id()));
        let written = std::fs::write(&beside, format!("{address}\n")).and_then(|()| std::fs::rename(&beside, file));
        written.map_err(|error| {
            // Nothing may be there; the first error says more.
            let _ = std::fs::remove_file(&beside);
            Error::new(ErrorKind::Io, format!("cannot write `address_file` {}: {error}", file.display()))
                .with_code(error.raw_os_error().unwrap_or(0))
        })
    }
}
