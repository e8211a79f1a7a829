//! What of the system a loader can have in this process, found out by trying it.

use crate::commands::doctor::report::Report;
use crate::system::backend::{Means, System};
use crate::system::Native;
use sochdb_plugin_host::Platform;

const AREA: &str = "kernel";

/// Looks at each.
pub(crate) fn look(report: &mut Report) {
    let platform = Platform::now();
    if let Some(why) = platform.no_probe {
        let detail = format!(
            "there is none, as {why}: a host runs constructors that no process of their own ran before; the policy strict refuses \
             every plugin (E_PROBE_UNAVAILABLE)"
        );
        report.fine(AREA, "probe", detail).remedy("run the host on Linux");
    }
    match platform.judged_by {
        Some(how) => report.fine(AREA, "who can change a file", how),
        None => {
            let detail = "nobody finds that out on this system yet: no file is loaded (E_PLATFORM)";
            report.problem(AREA, "who can change a file", detail).remedy("link the plugin into the program")
        }
    };
    for ability in Native::abilities() {
        let finding = match ability.means {
            Means::Fine => report.fine(AREA, ability.name, ability.detail),
            Means::Weaker => report.attention(AREA, ability.name, ability.detail, ""),
            Means::Nothing => report.problem(AREA, ability.name, ability.detail),
        };
        if let Some(remedy) = ability.remedy {
            finding.remedy(remedy);
        }
    }
}
