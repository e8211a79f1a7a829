//! Whether native plugins are allowed by the environment that this command was started in.

use crate::commands::doctor::report::Report;
use crate::system::backend::System;
use crate::system::Native;
use sochdb_plugin_host::{DynamicPluginLoader, Platform, UntrustedText, ALLOW_VARIABLE};

const AREA: &str = "gate";

/// Looks at the variable; true if a host that was started from here would load plugins.
pub(crate) fn look(report: &mut Report) -> bool {
    let elevated = Platform::now().is_elevated;
    let how = Native::RIGHTS[usize::from(elevated)];
    if elevated {
        let detail = format!("this process has more rights than its user ({how}): its environment does not count");
        report.attention(AREA, "rights", detail, Native::LESS_RIGHTS);
    } else {
        report.fine(AREA, "rights", format!("no more than its user's ({how}), so the environment counts"));
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
        let setting = Native::setting(ALLOW_VARIABLE);
        let remedy = format!("if you trust what is installed as you trust the host: {setting}");
        match value {
            // Where a host runs it may be set.
            None => report.fine(AREA, ALLOW_VARIABLE, detail).remedy(remedy),
            // Whoever set it meant something.
            Some(_) => report.attention(AREA, ALLOW_VARIABLE, detail, remedy),
        };
    }
    open
}
