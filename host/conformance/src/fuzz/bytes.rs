//! Bytes that a printed test can name in short: by a rule, how many there are, and the first one.

/// A rule makes so many bytes of the first one.
type Rule = fn(usize, u8) -> Vec<u8>;

/// The rules by which the next byte comes, and what a printed test calls them.
const RULES: [(&str, Rule); 3] = [("same", same), ("pattern", pattern), ("noise", noise)];

/// Bytes that are all the same.
pub(crate) fn same(len: usize, first: u8) -> Vec<u8> {
    vec![first; len]
}

/// Bytes that differ from those near by.
pub(crate) fn pattern(len: usize, first: u8) -> Vec<u8> {
    (0..len).map(|at| first.wrapping_add((at * 7 + (at >> 8)) as u8)).collect()
}

/// Bytes that no codec makes shorter.
pub(crate) fn noise(len: usize, first: u8) -> Vec<u8> {
    let mut state = u32::from(first) << 24;
    let mut next = || {
        let byte = (state >> 24) as u8;
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        byte
    };
    (0..len).map(|_| next()).collect()
}

/// The bytes that are printed as they are; more of them by their rule, if they have one.
const SHORT: usize = 16;

fn by_rule(bytes: &[u8]) -> Option<String> {
    let first = *bytes.first()?;
    let (name, _) = RULES.iter().find(|(_, rule)| bytes.len() > SHORT && rule(bytes.len(), first) == bytes)?;
    Some(format!("{name}({}, {first})", bytes.len()))
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}

/// The bytes as an expression in C, of the type `soch_bytes`.
pub(crate) fn in_c(bytes: &[u8]) -> String {
    by_rule(bytes).unwrap_or_else(|| format!("literal(\"{}\", {})", digits(bytes), bytes.len()))
}

/// The bytes as an expression in Rust, of the type `&[u8]`.
pub(crate) fn in_rust(bytes: &[u8]) -> String {
    by_rule(bytes).map_or_else(|| format!("&b\"{}\"[..]", digits(bytes)), |rule| format!("&{rule}[..]"))
}

/// Other bytes that may do as well, plainer ones or shorter ones. None are empty, as an empty key is a matter of its own.
pub(crate) fn simpler(bytes: &[u8]) -> Vec<Vec<u8>> {
    let shorter = [bytes.len() / 2, bytes.len().saturating_sub(1)].map(|len| bytes[..len].to_vec());
    let all = [b"a".to_vec(), b"b".to_vec()].into_iter().chain(shorter);
    let is_plainer = |other: &[u8]| other.len() == 1 && bytes.len() == 1 && bytes > &b"b"[..];
    all.filter(|other| !other.is_empty() && (other.len() < bytes.len() || is_plainer(other))).collect()
}
