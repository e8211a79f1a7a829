//! The W3C's Trace Context: which span of which trace, as processes tell each other.

use crate::error::{Error, Result};
use crate::machinery::boundary::ReadLent;
use sochdb_plugin_abi::*;
use std::fmt;
use std::str::FromStr;

/// A span as other processes know it: what the headers `traceparent` and `tracestate` of the W3C's Trace Context say.
///
/// ```
/// use sochdb_plugin_sdk::TraceContext;
///
/// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let context: TraceContext = header.parse()?;
/// assert!(context.is_sampled());
/// assert_eq!(context.to_string(), header);
/// let context = context.with_state("vendor=opaque");
/// assert_eq!(context.state(), "vendor=opaque");
/// # Ok::<(), sochdb_plugin_sdk::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TraceContext {
    trace_id: [u8; 16],
    span_id: [u8; 8],
    flags: u8,
    state: String,
}

/// The characters of version 00, which every later version begins with.
const LENGTH: usize = 55;
/// The most members of a `tracestate`.
const MOST_MEMBERS: usize = 32;
/// The flags that a later version is known to have kept.
const KNOWN_FLAGS: u8 = SOCH_TRACE_SAMPLED as u8;

impl TraceContext {
    /// Makes the context of a span.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if one of the ids is all 0.
    pub fn new(trace_id: [u8; 16], span_id: [u8; 8], flags: u8) -> Result<Self> {
        if trace_id == [0; 16] || span_id == [0; 8] {
            return Err(Error::invalid("an id of a trace or a span is all 0"));
        }
        Ok(Self { trace_id, span_id, flags, state: String::new() })
    }

    /// The same with the header `tracestate`. As the W3C says, one that is no list of at most 32 members, each a name, `=`
    /// and a value of printable ASCII, is left out, and the trace goes on without it.
    #[must_use]
    pub fn with_state(self, state: &str) -> Self {
        let members = state
            .split(',')
            .map(|member| member.trim_matches(|blank| blank == ' ' || blank == '\t'))
            .filter(|member| !member.is_empty());
        let members: Vec<&str> = members.take(MOST_MEMBERS + 1).collect();
        let is_state = members.len() <= MOST_MEMBERS && members.iter().all(|member| is_member(member));
        Self { state: if is_state { members.join(",") } else { String::new() }, ..self }
    }

    /// Returns the trace's id.
    #[must_use]
    pub fn trace_id(&self) -> [u8; 16] {
        self.trace_id
    }

    /// Returns the span's id.
    #[must_use]
    pub fn span_id(&self) -> [u8; 8] {
        self.span_id
    }

    /// Returns the trace flags.
    #[must_use]
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// Returns the text of the header `tracestate`; it may be empty.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// Whether somebody keeps this trace.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.flags & KNOWN_FLAGS != 0
    }

    /// Returns the struct of the C ABI, which borrows the state.
    #[doc(hidden)]
    #[must_use]
    pub fn as_raw(&self) -> soch_trace_context {
        soch_trace_context {
            trace_id: self.trace_id,
            span_id: self.span_id,
            flags: self.flags.into(),
            reserved: 0,
            state: soch_str::lend(&self.state),
        }
    }

    /// Reads the struct of the C ABI. A state that is none is left out, as the W3C says.
    ///
    /// # Safety
    /// The other side lends the state for the call.
    ///
    /// # Errors
    /// An id that is all 0; a state that is not text.
    #[doc(hidden)]
    pub unsafe fn from_raw(raw: &soch_trace_context) -> Result<Self> {
        // The upper bits are none of the eight flags.
        let context = Self::new(raw.trace_id, raw.span_id, (raw.flags & 0xff) as u8)?;
        // SAFETY: the caller passes the other side's promise on.
        let state = unsafe { raw.state.read()? };
        Ok(if state.is_empty() { context } else { context.with_state(state) })
    }
}

fn is_member(member: &str) -> bool {
    let Some((name, value)) = member.split_once('=') else { return false };
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-*/@".contains(&byte);
    let is_value = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'=';
    (1..=256).contains(&name.len())
        && (1..=256).contains(&value.len())
        && name.bytes().all(is_name)
        && value.bytes().all(is_value)
}

impl fmt::Display for TraceContext {
    /// Writes the header `traceparent`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace_id, span_id) = (u128::from_be_bytes(self.trace_id), u64::from_be_bytes(self.span_id));
        write!(formatter, "00-{trace_id:032x}-{span_id:016x}-{:02x}", self.flags)
    }
}

impl FromStr for TraceContext {
    type Err = Error;

    /// Reads the header `traceparent`.
    fn from_str(header: &str) -> Result<Self> {
        parse(header.as_bytes())
            .ok_or_else(|| Error::invalid(format!("traceparent: {:?} is none of the W3C's", shown(header))))
    }
}

/// The beginning of a header that came from elsewhere.
fn shown(header: &str) -> String {
    header.chars().take(LENGTH + 1).collect()
}

fn parse(header: &[u8]) -> Option<TraceContext> {
    let version = bytes::<1>(header.get(..2)?)?[0];
    let ends = match version {
        0 => header.len() == LENGTH,
        0xff => false,
        // A later version may have more behind.
        _ => matches!(header.get(LENGTH), None | Some(b'-')),
    };
    let dashes = [2, 35, 52].iter().all(|at| header.get(*at) == Some(&b'-'));
    if !ends || !dashes {
        return None;
    }
    let flags = bytes::<1>(header.get(53..LENGTH)?)?[0];
    let flags = if version == 0 { flags } else { flags & KNOWN_FLAGS };
    TraceContext::new(bytes(&header[3..35])?, bytes(&header[36..52])?, flags).ok()
}

/// The bytes of lower-case hexadecimal digits, two each.
fn bytes<const N: usize>(digits: &[u8]) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
