//! The plain text format of Prometheus.

/// `open_metrics` in the plain format, where the name of a counter's family also ends in `_total`, and a quote in a help has no
/// escape.
pub(crate) fn plain(open_metrics: &str) -> String {
    let mut plain = String::with_capacity(open_metrics.len() + 256);
    let mut lines = open_metrics.lines().peekable();
    while let Some(line) = lines.next() {
        // A family begins with its help; the type, on the next line, says whether it is a counter.
        let counter = |line: &str| line.strip_prefix("# TYPE ")?.strip_suffix(" counter").map(str::to_owned);
        let help = line.strip_prefix("# HELP ").map(without_quotes);
        match (help, lines.peek().and_then(|next| counter(next))) {
            (Some(help), Some(family)) => {
                lines.next();
                let help = help.strip_prefix(&*family).unwrap_or_default();
                plain.push_str(&format!("# HELP {family}_total{help}\n# TYPE {family}_total counter\n"));
            }
            (Some(help), None) => plain.push_str(&format!("# HELP {help}\n")),
            _ if line == "# EOF" => {}
            _ => {
                plain.push_str(line);
                plain.push('\n');
            }
        }
    }
    plain
}

fn without_quotes(help: &str) -> String {
    let mut plain = String::with_capacity(help.len());
    let mut characters = help.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('"')) => {}
            ('\\', Some(_)) => plain.extend(['\\'].into_iter().chain(characters.next())),
            _ => plain.push(character),
        }
    }
    plain
}
