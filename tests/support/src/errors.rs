//! Errors as `anyhow` and `eyre` print them: each with all its causes.

use std::error::Error;

/// The texts of an error and its causes, with colons between them.
///
/// # Panics
/// If a cause says no more than what is before it, or a text is not one line.
pub fn whole(error: &(dyn Error + 'static)) -> String {
    let (mut said, mut next) = (String::new(), Some(error));
    while let Some(error) = next {
        let text = error.to_string();
        assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
        assert!(!said.contains(&text), "said twice: {said}: {text}");
        said = if said.is_empty() { text } else { format!("{said}: {text}") };
        next = error.source();
    }
    said
}
