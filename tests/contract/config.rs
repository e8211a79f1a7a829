//! The reader of configurations, `sochdb_config.h`: it reads what serde_json reads, no byte more, and its errors name the place.

mod reference;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{compiler, find, root, run, skipped, succeed, PrivateDir, MINUTE};

const NAME: &str = "config-reader";
const SANITIZED: [&str; 4] = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// The program of `reader.c`, with sanitizers where the compiler has them.
fn reader(directory: &PrivateDir) -> PathBuf {
    let program = find("gcc").or_else(|| find("clang")).expect("a C compiler");
    let build = |flags: &[&str]| {
        let mut command = compiler(&program);
        command.args(["-std=c99", "-Wall", "-Wextra", "-Werror"]).args(flags);
        command.arg(root().join("tests/contract/config/reader.c")).arg("-o").arg(directory.join("reader"));
        command
    };
    if !run(&mut build(&SANITIZED), MINUTE).status.success() {
        skipped(NAME, "the compiler has no sanitizers; without them the program runs all the same");
        succeed(&mut build(&["-O1"]), MINUTE);
    }
    directory.join("reader")
}

/// Gives all texts to the reader, and compares what it reads.
fn same(reader: &Path, directory: &PrivateDir, texts: &[Vec<u8>]) {
    let mut all = Vec::new();
    for text in texts {
        all.extend_from_slice(&u32::try_from(text.len()).expect("a short text").to_le_bytes());
        all.extend_from_slice(text);
    }
    let file = directory.join("texts");
    std::fs::write(&file, all).expect("it is written");
    let finished = succeed(Command::new(reader).arg(&file), MINUTE);
    assert_eq!(finished.stdout.lines().count(), texts.len());
    let mut read = 0;
    for (text, line) in texts.iter().zip(finished.stdout.lines()) {
        // What is not UTF-8 is no text; it must do no harm.
        let Ok(json) = std::str::from_utf8(text) else { continue };
        if let Some(form) = reference::form(json) {
            assert_eq!(line, form, "{json:?}");
            read += usize::from(line != "!");
        }
    }
    assert!(read > 0 && read < texts.len(), "{read} of {} texts are JSON", texts.len());
}

const SAMPLES: [&str; 4] = [
    r#"{"path": "/var/lib/rows", "map_size": 1073741824, "sync": "commit", "hosts": ["a", {"b": [[]]}, -1.5e+10]}"#,
    r#" [ true , false , null , {} , [ ] , "" , 0 , -0 , 18446744073709551615 , -9223372036854775808 , 0.5E-7 ] "#,
    r#"{"\u0061\"\\\/\b\f\n\r\t": "\u00e9\uD83E\uDD80\u0800", "é🦀": "x", "": {"": ""}}"#,
    "\"a text alone\"",
];

#[test]
fn every_text_of_a_small_grammar_is_read_as_serde_json_reads_it() {
    const FRAME: [&str; 8] = ["{", "}", "[", "]", ",", ":", "\"a\"", "1"];
    const TEXTS: [&str; 8] = ["\"", "a", "\\", "u", "0061", "\\ud800", "\\udc00", "\t"];
    const NUMBERS: [&str; 8] = ["-", "0", "1", ".", "e", "E", "+", " "];
    const MORE: [&str; 8] = ["true", "fals", "null", "nul", "\"b\"", "\x0c", "\u{feff}", "18446744073709551616"];
    let directory = PrivateDir::new(NAME);
    let reader = reader(&directory);
    let all = [FRAME, TEXTS, NUMBERS, MORE].concat();
    for (pieces, most) in [(&FRAME[..], 5), (&TEXTS, 5), (&NUMBERS, 5), (&all, 3)] {
        let mut texts = vec![String::new()];
        let mut from = 0;
        for _ in 0..most {
            let until = texts.len();
            for at in from..until {
                for piece in pieces {
                    texts.push(format!("{}{piece}", texts[at]));
                }
            }
            from = until;
        }
        same(&reader, &directory, &texts.into_iter().map(String::into_bytes).collect::<Vec<_>>());
    }
}

#[test]
fn every_truncation_and_every_changed_byte_is_read_as_serde_json_reads_it() {
    let directory = PrivateDir::new(NAME);
    let reader = reader(&directory);
    for sample in SAMPLES {
        let mut texts: Vec<Vec<u8>> = (0..=sample.len()).map(|len| sample.as_bytes()[..len].to_vec()).collect();
        for at in 0..sample.len() {
            for byte in 0..=u8::MAX {
                let mut text = sample.as_bytes().to_vec();
                text[at] = byte;
                texts.push(text);
            }
        }
        same(&reader, &directory, &texts);
    }
}

#[test]
fn brackets_may_lie_in_each_other_64_times() {
    let directory = PrivateDir::new(NAME);
    let reader = reader(&directory);
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth)).into_bytes();
        same(&reader, &directory, &[deep(63), deep(64), b"[".to_vec()]);
        let finished =
            succeed(Command::new(&reader).args(["f", ""]).arg(String::from_utf8_lossy(&deep(65)).as_ref()), MINUTE);
        assert!(finished.stdout.contains("too many brackets are open"), "{}", finished.stdout);
    }
}

/// Numbers as texts, among them the middle of two neighbours, and all that is near the ends.
fn numbers() -> Vec<String> {
    let mut texts: Vec<String> =
        ["0", "-0", "-0.0", "0e999999999999", "1e-999999999999", "5e-324", "2.5e-324", "2e-324"]
            .map(str::to_owned)
            .to_vec();
    for bits in [0x7FEF_FFFF_FFFF_FFFF, 1, 0x000F_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000, 0x4340_0000_0000_0000_u64] {
        texts.push(format!("{:e}", f64::from_bits(bits)));
    }
    texts.extend(["1.7976931348623158e308", "1.7976931348623159e308", "1.8e308", "1e309", "-1e400"].map(str::to_owned));
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..1500 {
        let value = f64::from_bits(random());
        if value.is_finite() {
            texts.push(format!("{value:e}"));
            texts.push(format!("{value:.17e}"));
        }
        // Halves between whole numbers that `f64` has: exactly in the middle, a little above it, a little below.
        let middle = (1_u128 << 53 | u128::from(random() >> 11)) * 2 + 1;
        let power = 1 + random() % 60;
        let whole = middle << power;
        texts.extend([format!("{whole}"), format!("{whole}.{}1", "0".repeat(900)), format!("{}.9", whole - 1)]);
        let digits = format!("{}{}", random(), random());
        texts.push(format!("{}.{}e{}", &digits[..1], &digits[1..], (random() % 700) as i64 - 350));
    }
    // More zeros than the exponents that a `double` has, which another exponent takes back.
    let zeros = "0".repeat(120_000);
    texts.extend([format!("1{zeros}e-120000"), format!("0.{zeros}1e120001"), format!("25{zeros}e-120001")]);
    // The middle of the two least numbers above 0 has 751 digits.
    texts.push(format!("{:.1100}", f64::from_bits(3) / 2.0));
    texts
}

#[test]
fn every_number_is_the_nearest_double() {
    let directory = PrivateDir::new(NAME);
    let reader = reader(&directory);
    let texts = numbers();
    for texts in texts.chunks(200) {
        let finished = succeed(Command::new(&reader).args(["#", ""]).args(texts), MINUTE);
        // The second word is no number.
        for (text, line) in texts.iter().zip(finished.stdout.lines().skip(1)) {
            let value: f64 = text.parse().expect("a number");
            let mut expected = String::new();
            match value.is_finite() {
                true => write!(expected, "0 {:016x}", value.to_bits()).expect("a string grows"),
                false => expected.push_str("2 0000000000000000"),
            }
            assert_eq!(line, expected, "{text}");
        }
    }
}

/// A function by its first letter, the path, the configuration, and what is written: status, variable, message.
const USES: &[(&str, &str, &str, &str)] = &[
    ("find", "a.b.1", r#"{"a":{"b":[1, [2] ]}}"#, "0|[2]|"),
    ("find", "a.b.2", r#"{"a":{"b":[1,[2]]}}"#, "1||"),
    ("find", "a.b.01", r#"{"a":{"b":[1,[2]]}}"#, "2||configuration: `a.b` must be an object"),
    ("find", "", " 5 ", "0|5|"),
    ("find", "a", "", "2||configuration, byte 0: a value is missing"),
    ("find", "a", r#"{"a" 1}"#, "2||configuration, byte 5: a colon is missing"),
    ("find", "a", r#"{"a":1} 2"#, "2||configuration, byte 8: something follows the value"),
    ("find", "a", "[]", "2||configuration: it must be an object"),
    ("find", "a.b", r#"{"a":[]}"#, "2||configuration: `a` must be an object"),
    ("find", "a.0", r#"{"a":[]}"#, "1||"),
    ("find", "a.b.c", r#"{"a":null}"#, "1||"),
    ("find", "a", "null", "1||"),
    ("find", "a.", r#"{"a":{"":5}}"#, "0|5|"),
    ("find", "a.", r#"{"a":5}"#, "2||configuration: `a` must be an object"),
    ("unsigned", "a.b", r#"{"a":null}"#, "0|7|"),
    ("unsigned", "a.b", r#"{"a":[]}"#, "2|7|configuration: `a` must be an object"),
    ("find", "a", "5", "2||configuration: it must be an object"),
    ("find", "a.b", r#"{"a":5}"#, "2||configuration: `a` must be an object"),
    ("find", "a.b", r#"{"a":{"b":1,"\u0062":2}}"#, "2||configuration: `a.b` is there twice"),
    ("only", "", r#"{"size":1,"path":2}"#, "0|as it was|"),
    ("only", "", r#"{"size":1,"pth":2}"#, "2|as it was|configuration: it has no member `pth`, only `path`, `size`"),
    ("only", "a", r#"{"a":{"":2}}"#, "2|as it was|configuration: `a` has no member ``, only `path`, `size`"),
    ("only", "a", "{}", "0|as it was|"),
    ("only", "a", r#"{"a":[]}"#, "2|as it was|configuration: `a` must be an object"),
    ("need", "a", r#"{"a":1}"#, "0|as it was|"),
    ("need", "a", r#"{"a":null}"#, "2|as it was|configuration: `a` is missing: say it"),
    ("need", "a.b", "{}", "2|as it was|configuration: `a.b` is missing: say it"),
    ("unsigned", "a", "{}", "0|7|"),
    ("unsigned", "a", r#"{"a":null}"#, "0|7|"),
    ("unsigned", "a", r#"{"a":1000}"#, "0|1000|"),
    ("unsigned", "a", r#"{"a":1001}"#, "2|7|configuration: `a` must be a whole number, 1 to 1000"),
    ("unsigned", "a", r#"{"a":0}"#, "2|7|configuration: `a` must be a whole number, 1 to 1000"),
    ("unsigned", "a", r#"{"a":1e1}"#, "2|7|configuration: `a` must be a whole number, 1 to 1000"),
    ("unsigned", "a", r#"{"a":"5"}"#, "2|7|configuration: `a` must be a whole number, 1 to 1000"),
    ("unsigned", "a", r#"{"a":18446744073709551617}"#, "2|7|configuration: `a` must be a whole number, 1 to 1000"),
    ("integer", "a", r#"{"a":-1000}"#, "0|-1000|"),
    ("integer", "a", r#"{"a":-0}"#, "0|0|"),
    ("integer", "a", r#"{"a":-1001}"#, "2|-7|configuration: `a` must be a whole number, -1000 to 1000"),
    ("integer", "a", r#"{"a":-9223372036854775809}"#, "2|-7|configuration: `a` must be a whole number, -1000 to 1000"),
    ("bool", "a", r#"{"a":true}"#, "0|1|"),
    ("bool", "a", r#"{"a":false}"#, "0|0|"),
    ("bool", "a", r#"{"a":0}"#, "2|2|configuration: `a` must be true or false"),
    ("double", "a", r#"{"a":-2.5e1}"#, "0|-25|"),
    ("double", "a", r#"{"a":"1"}"#, "2|0.5|configuration: `a` must be a number"),
    ("double", "a", r#"{"a":1e309}"#, "2|0.5|configuration: `a` must be a number that a `double` holds"),
    ("text", "a", r#"{"a":"1234567"}"#, "0|1234567|"),
    ("text", "a", r#"{"a":"\u0031\n"}"#, "0|1\n|"),
    ("text", "a", r#"{"a":"12345678"}"#, "2|before|configuration: `a` must be a text of less than 8 bytes"),
    ("text", "a", r#"{"a":"1\u0000"}"#, "2|before|configuration: `a` must be a text without NUL"),
    ("text", "a", r#"{"a":5}"#, "2|before|configuration: `a` must be a text in quotes"),
    ("choice", "a", r#"{"a":"s\u0069ze"}"#, "0|1|"),
    ("choice", "a", r#"{"a":"sizes"}"#, r#"2|9|configuration: `a` must be "path" or "size""#),
    ("choice", "a", r#"{"a":1}"#, r#"2|9|configuration: `a` must be "path" or "size""#),
    ("choice", "a", "{}", "0|9|"),
];

#[test]
fn an_error_names_the_place_and_leaves_the_variable() {
    let directory = PrivateDir::new(NAME);
    let reader = reader(&directory);
    for (function, path, config, written) in USES {
        let finished = succeed(Command::new(&reader).args([function, path, config]), MINUTE);
        assert_eq!(finished.stdout, format!("{written}\n"), "{function} {path} {config}");
    }
}

/// Nine names of 30 characters, two bytes each, do not fit into a message.
#[test]
fn a_long_message_is_cut_at_a_character() {
    let directory = PrivateDir::new(NAME);
    let source = directory.join("cut.c");
    let names: Vec<String> = (0..9).map(|at| format!("\"{at}{}\"", "é".repeat(30))).collect();
    let text = format!(
        "#include \"sochdb_config.h\"\n#include <stdio.h>\nint main(void) {{\n\
         static const char *const known[] = {{{}, NULL}};\nsoch_error error = {{0, {{0}}}};\n\
         soch_status status = soch_config_only(SOCH_STR(\"{{\\\"x\\\":1}}\"), \"\", known, &error);\n\
         return printf(\"%d %s\", (int)status, error.message) < 0;\n}}\n",
        names.join(", ")
    );
    std::fs::write(&source, text).expect("written");
    let program = find("gcc").or_else(|| find("clang")).expect("a C compiler");
    succeed(
        compiler(&program).args(["-std=c99", "-Wall", "-Werror"]).arg(&source).arg("-o").arg(directory.join("cut")),
        MINUTE,
    );
    let finished = succeed(&mut Command::new(directory.join("cut")), MINUTE);
    assert!(finished.stdout.starts_with("2 configuration: it has no member `x`"), "{}", finished.stdout);
    assert!(finished.stdout.ends_with('é') && !finished.stdout.contains('\u{FFFD}'), "{}", finished.stdout);
}

/// The longest names leave room for what is wrong, in whole characters.
#[test]
fn a_long_name_is_cut_at_a_character() {
    let directory = PrivateDir::new(NAME);
    let reader = reader(&directory);
    for len in 90..120 {
        let path = format!("{}{}", "x".repeat(len % 3), "é".repeat(len));
        let config = format!("{{\"{path}\":[]}}");
        let finished = succeed(Command::new(&reader).args(["text", &path, &config]), MINUTE);
        let end = finished.stdout.trim_end().ends_with("é...` must be a text in quotes");
        assert!(end && !finished.stdout.contains('\u{FFFD}'), "{}", finished.stdout);
    }
}
