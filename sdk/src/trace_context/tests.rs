//! Headers as they should be, and all that are one character away.

use super::*;

const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn parses(header: &str) -> bool {
    header.parse::<TraceContext>().is_ok()
}

/// The W3C's grammar, written another way than the parser.
fn by_grammar(header: &str) -> bool {
    let parts: Vec<&str> = header.split('-').collect();
    let is_hex = |part: &str, length| {
        part.len() == length && part.chars().all(|digit| digit.is_ascii_hexdigit() && !digit.is_ascii_uppercase())
    };
    let [version, trace, span, flags, more @ ..] = &parts[..] else { return false };
    is_hex(version, 2)
        && *version != "ff"
        && (*version != "00" || more.is_empty())
        && is_hex(trace, 32)
        && is_hex(span, 16)
        && is_hex(flags, 2)
        && [trace, span].iter().all(|id| id.chars().any(|digit| digit != '0'))
}

fn agree(header: &str) {
    assert_eq!(parses(header), by_grammar(header), "{header:?}");
}

#[test]
fn a_header_of_another_length_is_refused() {
    for length in 0..HEADER.len() {
        assert!(!parses(&HEADER[..length]), "{length}");
        agree(&HEADER[length..]);
    }
    for more in ["0", "-", "-00", " ", "\n", "é"] {
        for version in ["00", "01", "cc", "fe", "ff"] {
            agree(&format!("{version}{}{more}", &HEADER[2..]));
        }
    }
    assert!(!parses(&"0".repeat(1 << 20)));
}

#[test]
fn a_header_with_one_character_changed_is_what_the_grammar_says() {
    for version in ["00", "01", "ff", "fe"] {
        for at in 0..HEADER.len() {
            for other in (0..=0x7f).map(char::from).chain(['é', '０', '\u{2028}']) {
                let mut header: Vec<char> = format!("{version}{}", &HEADER[2..]).chars().collect();
                header[at] = other;
                agree(&header.into_iter().collect::<String>());
            }
        }
    }
}

#[test]
fn no_bytes_make_it_panic() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..200_000 {
        let mut header = HEADER.as_bytes().to_vec();
        for _ in 0..next() % 4 {
            let at = next() as usize % header.len();
            match next() % 4 {
                0 => header[at] = next() as u8,
                1 => header.truncate(at.max(1)),
                2 => header.insert(at, b"0123456789abcdef-F"[next() as usize % 18]),
                _ => _ = header.swap_remove(at.min(header.len() - 1)),
            }
            if header.is_empty() {
                header.push(b'0');
            }
        }
        agree(&String::from_utf8_lossy(&header));
    }
}

#[test]
fn ids_that_are_all_zero_are_none() {
    assert!(!parses("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
    assert!(!parses("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"));
    TraceContext::new([0; 16], [1; 8], 0).expect_err("no trace");
    TraceContext::new([1; 16], [0; 8], 0).expect_err("no span");
}

#[test]
fn every_flag_of_version_0_comes_back_and_of_a_later_one_only_what_is_known() {
    for flags in 0..=255_u8 {
        let context = TraceContext::new([0xab; 16], [1; 8], flags).expect("ids");
        assert_eq!(context.to_string().parse::<TraceContext>().expect("a header"), context);
        assert_eq!(context.is_sampled(), flags & 1 == 1);
        let later = format!("01{}-more", &context.to_string()[2..]).parse::<TraceContext>().expect("a later version");
        assert_eq!(later.flags(), flags & 1);
    }
}

#[test]
fn a_state_that_would_break_a_header_is_left_out() {
    let context: TraceContext = HEADER.parse().expect("a header");
    let state = |text: &str| context.clone().with_state(text).state().to_owned();
    assert_eq!(state(" a=1 ,\tb@c=2,,"), "a=1,b@c=2");
    let long = format!("a={}", "v".repeat(256));
    assert_eq!(state(&long), long);
    for wrong in ["", "a", "=1", "a=", "A=1", "a=1=2", "a=\u{7f}", "a=é", "a=1\r\nx: y", "a=1\0", &format!("{long}v")]
    {
        assert_eq!(state(wrong), "", "{wrong:?}");
    }
    for byte in (0..0x20).chain(0x7f..=0xff).map(char::from).filter(|byte| *byte != '\t') {
        assert_eq!(state(&format!("a=1{byte}2")), "", "{byte:?}");
    }
    let members = |count: usize| (0..count).map(|at| format!("k{at}=1")).collect::<Vec<_>>().join(",");
    assert_eq!(state(&members(32)), members(32));
    assert_eq!(state(&members(33)), "");
}
