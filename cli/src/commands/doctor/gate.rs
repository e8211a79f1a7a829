//! Whether native plugins are allowed by the environment that this command was started in.

use crate::commands::doctor::report::Report;
use sochdb_plugin_host::{DynamicPluginLoader, UntrustedText, ALLOW_VARIABLE};

const AREA: &str = "gate";

/// Looks at the variable; true if a host that was started from here would load plugins.
pub(crate) fn look(report: &mut Report) -> bool {
    let elevated = elevated();
    if elevated {
        let detail = "this process has more rights than its user (AT_SECURE is 1): its environment does not count";
        report.attention(
            AREA,
            "rights",
            detail,
            "take the set-user-ID bit or the file's capabilities from this command",
        );
    } else {
        report.fine(AREA, "rights", "no more than its user's (AT_SECURE is 0), so the environment counts");
    }
    let (open, value) = (DynamicPluginLoader::new().is_trusted(), std::env::var_os(ALLOW_VARIABLE));
    let says = match value.as_deref() {
        None => "not set".to_owned(),
        Some(value) if open || elevated => format!("set to {}", UntrustedText::from(value)),
        Some(value) => format!("set to {}, which is none of 1, true, yes, on", UntrustedText::from(value)),
    };
    if open {
        report.fine(AREA, ALLOW_VARIABLE, format!("{says}: native plugins are allowed by whoever set it"));
    } else {
        let detail = format!(
            "{says}: a host that is started from this environment loads none, unless its program allows them; whoever \
             starts the host can set it: a shell, a service's unit, a container's definition"
        );
        let remedy = format!(
            "if you trust what is installed as you trust the host: export {ALLOW_VARIABLE}=1, or in a unit of systemd \
             Environment={ALLOW_VARIABLE}=1"
        );
        match value {
            // Where a host runs it may be set.
            None => report.fine(AREA, ALLOW_VARIABLE, detail).remedy(remedy),
            // Whoever set it meant something.
            Some(_) => report.attention(AREA, ALLOW_VARIABLE, detail, remedy),
        };
    }
    open
}

/// Whether this process has more rights than the user who set its environment.
fn elevated() -> bool {
    // SAFETY: getauxval reads a number that the kernel gave the process, and has no precondition.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}
