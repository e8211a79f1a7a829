//! Rows 128 to 138: what shows only when the dynamic linker has its turn, and what must load.

use crate::notes::ABI_MAJOR;
use crate::row::{row, Row, LOADED};
use support::patch::Patch;

/// Rows 128 to 138.
pub fn rows() -> Vec<Row> {
    vec![
        row(128, "undefined symbol, lazy binding", "E_OPEN", |site| site.material("undefined")),
        row(129, "ifunc resolver (runs code in relocation)", LOADED, |site| {
            if cfg!(target_env = "musl") {
                return Err("musl has no ifunc".to_owned());
            }
            site.material("ifunc")
        }),
        row(130, "static TLS (initial-exec)", LOADED, |site| site.material("small_tls")),
        row(131, "constructor abort()", "E_PROBE_CRASHED", |site| site.material("aborts")),
        row(132, "constructor traps (SIGILL)", "E_PROBE_CRASHED", |site| site.material("traps")),
        row(133, "constructor endless loop", "E_PROBE_TIMEOUT", |site| site.material("loops")),
        row(134, "constructor _exit(0)", "E_PROBE_EXIT", |site| site.material("exits")),
        row(135, "constructor sleeps forever", "E_PROBE_TIMEOUT", |site| site.material("sleeps")),
        row(136, "constructor + wrong ABI: must not run", "E_ABI_MAJOR", |site| {
            let writes = Patch(site.materials.get("writes")?);
            let at = writes.note() + ABI_MAJOR;
            site.bytes(&writes.with(at, &[9, 0]).0)
        }),
        row(137, "good plugin", LOADED, |site| site.material("good")),
        row(138, "good plugin, sections stripped", LOADED, |site| site.material("stripped")),
    ]
}
