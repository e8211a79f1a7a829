//! Items of a generated file.

/// The items, as many as go on a line of 120 columns.
pub fn lines(items: impl Iterator<Item = String>, indent: &str) -> String {
    let (mut text, mut width) = (String::new(), 0);
    for item in items {
        let fits = width > 0 && width + 1 + item.len() <= 120;
        let before = match (fits, width) {
            (true, _) => " ",
            (false, 0) => indent,
            (false, _) => &format!("\n{indent}"),
        };
        width = if fits { width + 1 + item.len() } else { indent.len() + item.len() };
        text += before;
        text += &item;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
