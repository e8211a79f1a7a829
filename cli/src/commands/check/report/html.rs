//! One page that needs nothing else: what passed, what was skipped and why, what failed and how, and how long it took.

use crate::commands::check::outcome::{counted, Outcome, Tested};
use crate::commands::check::report::findings::{escaped, Findings};
use crate::commands::check::report::plot;
use std::fmt::Write;

const STYLE: &str = include_str!("style.css");

pub(super) fn text(findings: &Findings<'_>, again: &impl Fn(&Tested) -> String) -> String {
    let title = format!("Check of {}", escaped(&findings.plugin));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    );
    sum(&mut page, findings);
    let is_bad = |tested: &&Tested| !tested.outcome.is_good();
    section(&mut page, "What failed", findings.tests.iter().filter(is_bad), again);
    let is_left_out = |tested: &&Tested| matches!(tested.outcome, Outcome::LeftOut(_));
    section(&mut page, "What was not looked at", findings.tests.iter().filter(is_left_out), again);
    let is_skipped = |tested: &&Tested| matches!(tested.outcome, Outcome::Skipped(_));
    section(&mut page, "What was skipped", findings.tests.iter().filter(is_skipped), again);
    let rows = findings.measured();
    if !rows.is_empty() {
        page.push_str("<h2>What was measured</h2>\n");
        for (name, points) in rows {
            let _ = writeln!(page, "<h3>{}</h3>{}", escaped(&name), plot::figures(&name, &points));
        }
    }
    let latencies = findings.latencies();
    if latencies.slots().next().is_some() {
        page.push_str(
            "<h2>Times of the plugin's functions</h2>\n<p>Half of the calls are below the large mark, 99 % below the small \
             one, all below the end of the line. These are the calls of the tests, not of a benchmark.</p>\n",
        );
        page.push_str(&plot::latencies(latencies.slots()));
    }
    let is_ok = |tested: &&Tested| matches!(tested.outcome, Outcome::Ok);
    section(&mut page, "What passed", findings.tests.iter().filter(is_ok), again);
    page + "</body></html>\n"
}

fn sum(page: &mut String, findings: &Findings<'_>) {
    let good = findings.tests.iter().all(|tested| tested.outcome.is_good());
    let total: u128 = findings.tests.iter().map(|tested| tested.took.as_nanos()).sum();
    let words = ["ok", "FAILED", "crashed", "hung", "skipped", "not run"].map(|word| (word, findings.count(word)));
    let words = words.iter().filter(|(word, count)| *count > 0 || *word == "ok");
    let words: Vec<String> = words.map(|(word, count)| format!("{count} {word}")).collect();
    let _ = writeln!(
        page,
        "<p class=\"sum {}\">{}: {}</p>\n<table class=\"facts\">\
         <tr><th>file</th><td>{}</td></tr><tr><th>SHA-256</th><td><code>{}</code></td></tr>\
         <tr><th>seed</th><td>{}</td></tr><tr><th>time</th><td>{}</td></tr><tr><th>command</th><td>sochdb-plugin {}</td></tr>\
         </table>",
        if good { "good" } else { "bad" },
        counted(findings.tests.len()),
        words.join(", "),
        escaped(&findings.file.to_string_lossy()),
        escaped(&findings.digest),
        findings.seed,
        plot::time(u64::try_from(total).unwrap_or(u64::MAX)),
        env!("CARGO_PKG_VERSION"),
    );
}

fn section<'a>(
    page: &mut String,
    title: &str,
    tests: impl Iterator<Item = &'a Tested>,
    again: &impl Fn(&Tested) -> String,
) {
    let mut tests = tests.peekable();
    if tests.peek().is_none() {
        return;
    }
    let _ = writeln!(page, "<h2>{title}</h2>\n<table class=\"tests\">");
    for tested in tests {
        let word = tested.outcome.word();
        let class = match tested.outcome {
            Outcome::Ok => "good",
            Outcome::Skipped(_) | Outcome::LeftOut(_) | Outcome::NotRun(_) => "dim",
            _ => "bad",
        };
        let _ = write!(
            page,
            "<tr><td class=\"name\">{}</td><td class=\"{class}\">{word}</td><td class=\"time\">{} ms</td></tr>",
            escaped(tested.name),
            tested.took.as_millis(),
        );
        if let Some(reason) = tested.outcome.reason() {
            let _ = write!(page, "<tr><td class=\"reason\" colspan=\"3\">{}", escaped(reason));
            if !tested.outcome.is_good() {
                let _ = write!(page, "<pre>{}</pre>", escaped(&tested.more(&again(tested)).join("\n")));
            }
            page.push_str("</td></tr>");
        }
        page.push('\n');
    }
    page.push_str("</table>\n");
}
