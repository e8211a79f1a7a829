//! Messages of HTTP/1.1, as far as a collector and whoever scrapes a page need them.

/// The longest head of a request, in bytes.
const MOST_HEAD: usize = 64 << 10;

/// A request as it came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// The body's type by the head, in lower case; empty where it says none.
    pub(crate) content_type: String,
    pub(crate) encoding: String,
    pub(crate) body: Vec<u8>,
}

/// The part of a request that is there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// All of it, in so many bytes.
    Whole(Request, usize),
    /// The begin of one. True if the sender waits to be told that it may go on.
    Begun(bool),
    /// Something else.
    Broken,
}

/// Reads a request from the begin of what came.
pub(crate) fn read(bytes: &[u8]) -> Read {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if bytes.len() > MOST_HEAD { Read::Broken } else { Read::Begun(false) };
    };
    let Ok(head) = std::str::from_utf8(&bytes[..end]) else { return Read::Broken };
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some("POST"), Some(path)) = (words.next(), words.next()) else { return Read::Broken };
    let mut request = Request { path: path.to_owned(), ..Request::default() };
    let (mut len, mut in_chunks, mut waits) = (0, false, false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let value = value.trim().to_ascii_lowercase();
        match &*name.to_ascii_lowercase() {
            "content-length" => match value.parse() {
                Ok(number) => len = number,
                Err(_) => return Read::Broken,
            },
            "content-type" => request.content_type = value,
            "content-encoding" => request.encoding = value,
            "transfer-encoding" => in_chunks = value == "chunked",
            "expect" => waits = value == "100-continue",
            _ => {}
        }
    }
    let body = &bytes[end + 4..];
    let (body, taken) = if in_chunks {
        match chunks(body) {
            Some((body, taken)) => (body, taken),
            None => return Read::Begun(waits && body.is_empty()),
        }
    } else if let Some(body) = body.get(..len) {
        (body.to_vec(), len)
    } else {
        return Read::Begun(waits && body.is_empty());
    };
    request.body = body;
    Read::Whole(request, end + 4 + taken)
}

/// A body that is sent in chunks, and how many bytes they take; None if it breaks off.
pub(crate) fn chunks(all: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut rest) = (Vec::new(), all);
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n")?;
        let len = std::str::from_utf8(&rest[..end]).ok()?.split(';').next()?.trim();
        let len = usize::from_str_radix(len, 16).ok()?;
        rest = rest.get(end + 2..)?;
        if len == 0 {
            // No line of a trailer follows.
            let rest = rest.get(2..)?;
            return Some((body, all.len() - rest.len()));
        }
        body.extend_from_slice(rest.get(..len)?);
        rest = rest.get(len.checked_add(2)?..)?;
    }
}

#[cfg(test)]
mod tests;
