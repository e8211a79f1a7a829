//! Runs rows, a few at a time, and judges what came of them.

use crate::materials::Materials;
use crate::process::{run, Ended, Place, Way};
use crate::row::{chmod, Input, Row, Site, LOADED};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// For a load, a refusal and the load after it, which take milliseconds; a machine may stand still for seconds.
const LIMIT: Duration = Duration::from_secs(30);
/// For plain `dlopen`, which may hang.
const PLAIN_LIMIT: Duration = Duration::from_secs(2);
/// At a time.
const PROCESSES: usize = 3;

/// What is run, and how.
pub struct Pass<'a> {
    /// A directory of this user.
    pub dir: &'a Path,
    /// What inputs are made of.
    pub materials: &'a Materials,
    /// Rows that the loader has no step for.
    pub pending: &'a [u32],
    /// Rows for which plain `dlopen` must load or die, or else they show nothing.
    pub bite: &'a [u32],
    /// Whether to try plain `dlopen` with all rows.
    pub plain: bool,
}

/// What came of a row.
#[derive(Default)]
struct Judged {
    failed: Vec<String>,
    skipped: Option<String>,
    plain: Option<String>,
}

/// What came of all rows.
#[derive(Default)]
pub struct Summary {
    /// What is wrong, a text for each.
    pub failed: Vec<String>,
    /// What was not tried, and why.
    pub skipped: Vec<String>,
    /// What plain `dlopen` did, a line for each row, and at the end how often it did what.
    pub plain: Vec<String>,
    /// How many had the expected end.
    pub passed: usize,
}

impl Pass<'_> {
    /// Runs them all.
    pub fn run(&self, rows: &[Row]) -> Summary {
        let after = self.dir.join("after.so");
        fs::write(&after, self.materials.get("after").expect("cc makes it")).expect("a new file");
        chmod(&after, 0o644);
        let (next, judged) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
        thread::scope(|scope| {
            for _ in 0..PROCESSES {
                scope.spawn(|| loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(row) = rows.get(at) else { break };
                    let one = self.judge(row, at, &after);
                    judged.lock().expect("no judge panics with it").insert(at, one);
                });
            }
        });
        let judged = judged.into_inner().expect("no judge panics with it");
        summary(rows, judged.into_values())
    }

    fn judge(&self, row: &Row, at: usize, after: &Path) -> Judged {
        let site = Site { dir: self.dir.join(format!("row{at}")), materials: self.materials };
        fs::create_dir(&site.dir).expect("a new directory");
        chmod(&site.dir, 0o755);
        let place = |way: &str| Place { dir: &site.dir, output: self.dir.join(format!("{way}{at}")), after };
        let mut judged = Judged::default();
        let input = match (row.make)(&site) {
            Ok(input) => input,
            Err(why) => return Judged { skipped: Some(why), ..judged },
        };
        if self.pending.contains(&row.number) {
            judged.skipped = Some(format!("the loader has no step that says {}", row.expected));
        } else {
            judged.load(row, &input, &place("load"));
        }
        let bites = self.bite.contains(&row.number);
        if bites || self.plain {
            judged.control(&input, &place("plain"), bites);
        }
        judged
    }
}

impl Judged {
    fn load(&mut self, row: &Row, input: &Input, place: &Place<'_>) {
        let ended = run(Way::Load, input, place, LIMIT);
        if ended.may_not() && input.mounts.is_some() {
            self.skipped = Some("this user may not mount file systems".to_owned());
            return;
        }
        if let Some(how) = ended.died() {
            self.failed.push(format!("the host died: {how}\n{}", ended.output()));
        }
        match ended.said("verdict") {
            Some(verdict) if verdict == row.expected => (),
            verdict => {
                let (verdict, why) = (verdict.unwrap_or("nothing"), ended.said("text").unwrap_or_default());
                self.failed.push(format!("{verdict} instead of {} {why}", row.expected));
            }
        }
        let goes_on = match ended.said("after") {
            Some("works") => true,
            // What the host lacks, it lacks for every plugin.
            Some(after) => row.expected == "E_PROC" && after.starts_with("E_PROC"),
            None => false,
        };
        if !goes_on && ended.died().is_none() {
            self.failed.push(format!("a good plugin after it: {}", ended.said("after").unwrap_or("nothing")));
        }
        if row.expected != LOADED && place.mark().exists() {
            self.failed.push("its constructor ran".to_owned());
        }
    }

    /// Tries it without a loader.
    fn control(&mut self, input: &Input, place: &Place<'_>, bites: bool) {
        let ended = run(Way::Plain, input, place, PLAIN_LIMIT);
        let found = found(&ended, &place.mark());
        if bites && found.starts_with("error") {
            self.failed.push(format!("plain dlopen does no worse, so the row shows nothing: {found}"));
        }
        self.plain = Some(found);
    }
}

fn found(ended: &Ended, mark: &Path) -> String {
    if ended.may_not() {
        return "not tried: this user may not".to_owned();
    }
    let ran = if mark.exists() { ", constructor ran" } else { "" };
    match (ended.died(), ended.said("plain")) {
        (Some(how), _) => how,
        (None, said) => format!("{}{ran}", said.unwrap_or("nothing")),
    }
}

fn summary(rows: &[Row], judged: impl Iterator<Item = Judged>) -> Summary {
    let mut summary = Summary::default();
    let mut counts = BTreeMap::<String, usize>::new();
    for (row, one) in rows.iter().zip(judged) {
        let label = if row.number == 0 { row.what.to_owned() } else { format!("row {}, {}", row.number, row.what) };
        summary.passed += usize::from(one.failed.is_empty() && one.skipped.is_none());
        summary.failed.extend(one.failed.iter().map(|why| format!("{label}: {why}")));
        summary.skipped.extend(one.skipped.iter().map(|why| format!("{label}: {why}")));
        if let Some(plain) = one.plain {
            let kind = plain.split([' ', ':', ',']).next().unwrap_or_default();
            *counts.entry(kind.to_owned()).or_default() += 1;
            summary.plain.push(format!("{label}: {}: {plain}", row.expected));
        }
    }
    let counts: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    summary.plain.push(counts.join(", "));
    summary
}
