//! One JSON object, written field by field.

use sochdb_plugin_sdk::Labels;
use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

/// A JSON object that is not closed yet.
pub(crate) struct Line(String);

impl Line {
    /// Begins with the time and `kind`.
    pub(crate) fn new(kind: &str) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(format!("{{\"time_ms\":{}", now.as_millis())).text("kind", kind)
    }

    /// Adds a text.
    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        self.quote(value);
        self
    }

    /// Adds an integer.
    pub(crate) fn number(self, name: &str, value: u64) -> Self {
        self.word(name, &value.to_string())
    }

    /// Adds a number as `%.17g` prints it, which reads back as the same number; `null` if it is not finite.
    pub(crate) fn float(self, name: &str, value: f64) -> Self {
        self.word(name, &if value.is_finite() { as_17_digits(value) } else { "null".into() })
    }

    /// Adds what is JSON already.
    pub(crate) fn word(mut self, name: &str, value: &str) -> Self {
        self.name(name);
        self.0.push_str(value);
        self
    }

    /// Adds an object of texts.
    pub(crate) fn labels(mut self, labels: Labels<'_>) -> Self {
        self.name("labels");
        self.0.push('{');
        for (at, (name, value)) in labels.iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.quote(name);
            self.0.push(':');
            self.quote(value);
        }
        self.0.push('}');
        self
    }

    /// Closes the object and the line.
    pub(crate) fn end(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }

    fn name(&mut self, name: &str) {
        self.0.push(',');
        self.quote(name);
        self.0.push(':');
    }

    fn quote(&mut self, text: &str) {
        self.0.push('"');
        for character in text.chars() {
            match character {
                '"' | '\\' => self.0.extend(['\\', character]),
                // Writing to a String cannot fail.
                control @ '\0'..='\x1f' => write!(self.0, "\\u{:04x}", u32::from(control)).unwrap_or_default(),
                other => self.0.push(other),
            }
        }
        self.0.push('"');
    }
}

/// `value` as C's `%.17g` prints it.
pub(crate) fn as_17_digits(value: f64) -> String {
    const DIGITS: i32 = 17;
    let scientific = format!("{:.*e}", DIGITS as usize - 1, value);
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..DIGITS).contains(&exponent) {
        let decimals = (DIGITS - 1 - exponent) as usize;
        return without_trailing_zeros(&format!("{value:.decimals$}")).to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", without_trailing_zeros(digits), exponent.unsigned_abs())
}

fn without_trailing_zeros(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}
