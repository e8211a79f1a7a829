//! The messages between the host and the probe (`host/probe/probe.h` says the same).

use crate::base::escape::printable;
use crate::probe::outcome::ProbeError;
use crate::probe::sandbox::Sandbox;
use crate::system::linux::probe::request::{failed, unavailable, Needed, Request};
use rustix::fd::BorrowedFd;
use rustix::io::retry_on_intr;
use rustix::rand::{getrandom, GetRandomFlags};
use std::os::unix::ffi::OsStrExt;

const MAGIC: u32 = 0x4252_5053;
const BYTES_MAX: usize = 32_768;
pub(crate) const NEEDED_MAX: usize = 64;
/// The longest packet of the probe: its kind, the token and a text.
pub(crate) const PACKET_MAX: usize = 1 + TOKEN + 1024;
const TOKEN: usize = 8;

/// Address space that constructors may take for each byte of the files, and the rest beside.
const SPACE_PER_BYTE: u64 = 4;
const SPACE: u64 = 1 << 30;
/// The part of the rest that can be written. A Go library reserves much and writes little.
const DATA: u64 = 1 << 29;

/// The host's one packet.
#[derive(Debug)]
pub(crate) struct Message<'a> {
    pub(crate) bytes: Vec<u8>,
    /// The plugin, and the sealed libraries in their order.
    pub(crate) fds: Vec<BorrowedFd<'a>>,
    pub(crate) token: Token,
}

/// A number that the probe gives back with what it says of the plugin, so that a constructor cannot say it without a
/// search in the probe's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token([u8; TOKEN]);

impl Token {
    /// One that no plugin knows beforehand.
    fn new() -> Result<Self, ProbeError> {
        let mut token = [0; TOKEN];
        // So few are given whole.
        retry_on_intr(|| getrandom(&mut token[..], GetRandomFlags::empty()))
            .map_err(|errno| failed(errno, "the kernel gives no random number (getrandom)"))?;
        Ok(Self(token))
    }
}

pub(crate) fn encode<'a>(request: &Request<'a>) -> Result<Message<'a>, ProbeError> {
    let needed = u32::try_from(request.needed.len()).ok().filter(|_| request.needed.len() <= NEEDED_MAX);
    let needed = needed.ok_or_else(|| unavailable(format!("more than {NEEDED_MAX} libraries are needed")))?;
    let seconds = request.limit.as_secs() + u64::from(request.limit.subsec_nanos() > 0);
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX - 1);
    let mut bytes = Vec::with_capacity(512);
    for number in [MAGIC, needed, seconds, 0] {
        bytes.extend(number.to_ne_bytes());
    }
    let token = Token::new()?;
    for base in [SPACE, DATA] {
        bytes.extend(request.bytes.saturating_mul(SPACE_PER_BYTE).saturating_add(base).to_ne_bytes());
    }
    bytes.extend(token.0);
    bytes.extend(request.symbol.to_bytes_with_nul());
    let mut fds = vec![request.plugin];
    for needed in request.needed {
        match needed {
            Needed::File(path) => {
                let path = path.as_os_str().as_bytes();
                let is_name = !path.is_empty() && !path.contains(&b'/');
                if !(is_name || path.first() == Some(&b'/')) || path.contains(&0) {
                    return Err(unavailable("the path of a library is relative"));
                }
                bytes.extend(path);
            }
            Needed::Sealed(fd) => fds.push(*fd),
        }
        bytes.push(0);
    }
    if bytes.len() > BYTES_MAX {
        return Err(unavailable("the paths of the libraries are too long"));
    }
    Ok(Message { bytes, fds, token })
}

/// A packet of the probe.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Packet {
    Sandbox(Sandbox),
    Loaded,
    Refused(String),
    /// There is no probe, why, and the number of the error.
    Unable(i32, String),
}

/// None if it is no packet of the probe: a constructor may have found the socket.
pub(crate) fn decode(packet: &[u8], token: Token) -> Option<Packet> {
    let text = |text: &[u8]| printable(&String::from_utf8_lossy(text)).into_owned();
    match *packet {
        [b'S', seccomp, low, high] => {
            let abi = u16::from_ne_bytes([low, high]);
            Some(Packet::Sandbox(Sandbox { landlock: (abi > 0).then_some(abi.into()), seccomp: seccomp != 0 }))
        }
        [b'L', ref rest @ ..] => (*rest == token.0).then_some(Packet::Loaded),
        [b'E', ref rest @ ..] => Some(Packet::Refused(text(rest.strip_prefix(&token.0)?))),
        [b'U', ref rest @ ..] => {
            let (error, words) = rest.split_at_checked(TOKEN)?;
            let error = i32::from_ne_bytes(*error.first_chunk()?);
            Some(Packet::Unable(error, text(words)))
        }
        _ => None,
    }
}
