//! Arguments as a shell takes them.

use crate::system::backend::System;
use crate::system::Native;
use std::path::MAIN_SEPARATOR;

/// `argument` as a shell takes it.
pub(crate) fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=+:,@%".contains(c) || c == MAIN_SEPARATOR;
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        Native::in_quotes(argument)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_change_is_quoted() {
        for (argument, quoted_as) in
            [("--json", "--json"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"), ("$x", "'$x'")]
        {
            assert_eq!(quoted(argument), quoted_as);
        }
    }
}
