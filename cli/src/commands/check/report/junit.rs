//! JUnit XML, in the elements that all CI systems read.

use crate::commands::check::outcome::{Outcome, Tested};
use crate::commands::check::report::findings::{escaped, Findings};
use std::fmt::Write;

pub(super) fn text(findings: &Findings<'_>, again: &impl Fn(&Tested) -> String) -> String {
    let seconds = |tests: &[Tested]| tests.iter().map(|tested| tested.took.as_secs_f64()).sum::<f64>();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let numbers = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
        findings.tests.len(),
        findings.count("FAILED"),
        findings.count("crashed") + findings.count("hung") + findings.count("not run"),
        findings.count("skipped"),
        seconds(findings.tests),
    );
    let name = escaped(&findings.plugin);
    // Writing to a string never fails.
    let _ = writeln!(xml, "<testsuites name=\"{name}\" {numbers}>\n  <testsuite name=\"{name}\" {numbers}>");
    for tested in findings.tests {
        let (module, test) = tested.name.split_once("::").unwrap_or(("", tested.name));
        let time = tested.took.as_secs_f64();
        let _ = write!(xml, "    <testcase classname=\"{module}\" name=\"{test}\" time=\"{time:.3}\"");
        let reason = tested.outcome.reason().map(escaped).unwrap_or_default();
        let more = || escaped(&tested.more(&again(tested)).join("\n"));
        let _ = match &tested.outcome {
            Outcome::Ok => writeln!(xml, "/>"),
            Outcome::Skipped(_) | Outcome::LeftOut(_) => writeln!(xml, "><skipped message=\"{reason}\"/></testcase>"),
            Outcome::NotRun(_) => writeln!(xml, "><error message=\"{reason}\"/></testcase>"),
            Outcome::Failed(_) => {
                writeln!(xml, "><failure message=\"{reason}\">{}</failure></testcase>", more())
            }
            Outcome::Crashed(_) | Outcome::Hung(_) => {
                writeln!(xml, "><error message=\"{reason}\">{}</error></testcase>", more())
            }
        };
    }
    xml + "  </testsuite>\n</testsuites>\n"
}
